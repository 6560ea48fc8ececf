package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.index.IndexReader;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Instant;

/**
 * What a damaged block held, as far as what is left of it says: its {@code meta.json}; if that cannot be read, what its index and
 * chunks have on counting them.
 *
 * @param counted whether samples were counted, so that there may have been more
 * @param samples how many samples
 * @param series how many series, 0 if nothing says it
 * @param minTime time of the first sample; more than {@code maxTime} if nothing says it
 * @param maxTime time of the last sample
 */
public record BlockRemains(boolean counted, long samples, long series, long minTime, long maxTime) {
  static BlockRemains of(BlockMeta meta) {
    return new BlockRemains(false, meta.samples(), meta.series(), meta.minTime(), meta.maxTime() - 1);
  }

  /** Reads what is left of a block; only failures of the disk itself are thrown. */
  static BlockRemains find(Disk disk, Path block) throws IOException {
    Path meta = block.resolve("meta.json");
    try {
      return of(BlockMeta.parse(meta.toString(), disk.readAll(meta)));
    } catch (CorruptionException | FileNotFoundException | NoSuchFileException e) {
      return new Count(disk, block).run();
    }
  }

  /** For a sentence: {@code with 240 samples of 2 series from 2023-11-14T22:00:00Z to 2023-11-14T23:59:45Z}. */
  @Override
  public String toString() {
    String many = counted ? "with at least " + samples + " samples, as many are still whole," : "with " + samples + " samples";
    String of = series > 0 ? " of " + series + " series" : "";
    return many + of + (minTime <= maxTime ? " from " + Instant.ofEpochMilli(minTime) + " to " + Instant.ofEpochMilli(maxTime) : "");
  }

  /** Goes through chunk files from chunk to chunk, without the index, and leaves out what is damaged. */
  private static final class Count {
    private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
    private static final int CHUNK_BYTES_MAX = 1 << 24;
    private static final int LENGTH_BYTES_MAX = 5;
    private static final int CHECKSUM_BYTES = 4;

    private final Disk disk;
    private final Path block;
    private final SampleBuffer buffer = new SampleBuffer();
    private long samples;
    private long minTime = Long.MAX_VALUE;
    private long maxTime = Long.MIN_VALUE;

    Count(Disk disk, Path block) {
      this.disk = disk;
      this.block = block;
    }

    BlockRemains run() throws IOException {
      Path chunks = block.resolve("chunks");
      for (String name : disk.list(chunks)) {
        try (Arena arena = Arena.ofConfined()) {
          count(map(chunks.resolve(name), arena));
        }
      }
      return new BlockRemains(true, samples, series(), minTime, maxTime);
    }

    private MemorySegment map(Path path, Arena arena) throws IOException {
      try (Disk.File file = disk.open(path, Disk.Mode.READ)) {
        return file.map(0, file.size(), arena);
      }
    }

    private long series() throws IOException {
      Path index = block.resolve("index");
      try (Arena arena = Arena.ofConfined()) {
        return new IndexReader(index.toString(), map(index, arena)).all().size();
      } catch (CorruptionException | IndexOutOfBoundsException | FileNotFoundException | NoSuchFileException e) {
        return 0;
      }
    }

    private void count(MemorySegment file) {
      long at = ChunkSegments.HEADER_BYTES;
      while (at < file.byteSize()) {
        byte[] start = file.asSlice(at, Math.min(LENGTH_BYTES_MAX, file.byteSize() - at)).toArray(ValueLayout.JAVA_BYTE);
        ByteReader in = new ByteReader(start);
        int length;
        try {
          length = in.readCount(CHUNK_BYTES_MAX) + 1;
        } catch (IndexOutOfBoundsException e) {
          return;
        }
        at += in.position();
        if (at + length + CHECKSUM_BYTES > file.byteSize()) {
          return;
        }
        countChunk(file.asSlice(at, length).toArray(ValueLayout.JAVA_BYTE), file.get(INT, at + length));
        at += length + CHECKSUM_BYTES;
      }
    }

    private void countChunk(byte[] bytes, int checksum) {
      ChunkEncoding encoding = ChunkEncoding.of(bytes[0]);
      if (encoding == null || ByteWriter.checksum(bytes, 0, bytes.length) != checksum) {
        return;
      }
      buffer.clear();
      try {
        ChunkBytes.finished(encoding, bytes, 1, bytes.length - 1).read(Long.MIN_VALUE, Long.MAX_VALUE, buffer);
      } catch (IndexOutOfBoundsException e) {
        return;
      }
      samples += buffer.size();
      if (buffer.size() > 0) {
        minTime = Math.min(minTime, buffer.timestamps()[0]);
        maxTime = Math.max(maxTime, buffer.timestamps()[buffer.size() - 1]);
      }
    }
  }
}
