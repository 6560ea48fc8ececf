package io.meshwatch.tsdb;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.block.Block;
import io.meshwatch.tsdb.block.Ulid;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.head.HeadChunkFiles;
import io.meshwatch.tsdb.head.HeadSnapshot;
import io.meshwatch.tsdb.wal.LogFormat;
import io.meshwatch.tsdb.wal.SegmentReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** Reads everything in a store's folder once and changes nothing. A program may write to it meanwhile: what grows is read as far as it is. */
public final class FolderCheck {
  private final Disk disk;
  private final Path folder;
  private final List<String> damages = new ArrayList<>();
  private long blocks;
  private long chunks;
  private long records;

  public FolderCheck(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /** What is damaged, with file, byte, expected and got; empty if all is well. */
  public List<String> run() throws IOException {
    for (String name : disk.list(folder)) {
      if (Ulid.isValid(name)) {
        checkBlock(folder.resolve(name));
      }
    }
    checkHeadChunks();
    checkSnapshot();
    for (String name : List.of("wal", "wbl")) {
      checkLog(folder.resolve(name));
      for (int checkpoint : LogFormat.checkpoints(disk, folder.resolve(name))) {
        checkLog(folder.resolve(name).resolve(LogFormat.checkpointName(checkpoint)));
      }
    }
    return damages;
  }

  public long blocks() {
    return blocks;
  }

  /** Chunks of blocks and of the head. */
  public long chunks() {
    return chunks;
  }

  public long records() {
    return records;
  }

  private void checkBlock(Path path) throws IOException {
    blocks++;
    try {
      Block block = Block.open(disk, path);
      try {
        chunks += block.verify();
      } finally {
        block.release();
      }
    } catch (CorruptionException e) {
      damages.add(e.getMessage());
    } catch (FileNotFoundException | NoSuchFileException e) {
      damages.add(path + ": a file is missing: " + e.getMessage());
    }
  }

  private void checkHeadChunks() throws IOException {
    Path directory = folder.resolve("chunks_head");
    for (CorruptionException damage : HeadChunkFiles.check(disk, directory, HeadSnapshot.chunkEnds(disk, folder), () -> chunks++)) {
      damages.add(damage.getMessage());
    }
  }

  /** A meshwatch that runs beside may have deleted it meanwhile: what is not there is not damaged. */
  private void checkSnapshot() throws IOException {
    Optional<HeadSnapshot> newest = HeadSnapshot.newest(disk, folder);
    if (newest.isEmpty()) {
      return;
    }
    Optional<CorruptionException> damage = newest.get().damage();
    if (damage.isPresent() && disk.exists(newest.get().folder())) {
      damages.add(damage.get().getMessage());
    }
  }

  private void checkLog(Path directory) throws IOException {
    for (int segment : LogFormat.segments(disk, directory)) {
      try (SegmentReader reader = new SegmentReader(disk, directory.resolve(LogFormat.segmentName(segment)))) {
        while (reader.next() || reader.damage() != null) {
          CorruptionException damage = reader.damage();
          if (damage == null) {
            records++;
          } else {
            damages.add(damage.getMessage());
            reader.skipDamage();
          }
        }
      }
    }
  }
}
