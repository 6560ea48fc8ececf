package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.FileNotFoundException;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/**
 * The blocks of a data folder. The list is replaced as a whole; readers take it as it is. Changes are guarded by this object; what
 * is deleted goes from the disk at once, while views that are open keep their mapping.
 */
public final class Blocks implements AutoCloseable {
  private static final String DELETED = ".tmp-for-deletion";

  private final Disk disk;
  private final Path folder;
  private final Path quarantine;
  private volatile List<Block> blocks = List.of();

  /**
   * A damaged block that was put aside.
   *
   * @param kept where it lies now
   * @param held what it held
   */
  public record Quarantined(CorruptionException damage, Path kept, BlockRemains held) {
    /** What happened, in a sentence for people. */
    public String sentence() {
      return "The damaged block " + kept.getFileName() + " " + held + " was put aside as " + kept + "; queries go on without it: "
          + damage.getMessage();
    }
  }

  public Blocks(Disk disk, Path folder, Path quarantine) {
    this.disk = disk;
    this.folder = folder;
    this.quarantine = quarantine;
  }

  /** Opens the blocks of the folder; damaged ones are put into quarantine, unfinished ones and those a merged one replaces go. */
  public synchronized List<Quarantined> load() throws IOException {
    List<Quarantined> damaged = new ArrayList<>();
    List<Block> opened = new ArrayList<>();
    for (String name : disk.list(folder)) {
      if (name.endsWith(BlockWriter.UNFINISHED) || name.endsWith(DELETED)) {
        disk.delete(folder.resolve(name));
      } else if (Ulid.isValid(name)) {
        try {
          opened.add(Block.open(disk, folder.resolve(name)));
        } catch (CorruptionException e) {
          damaged.add(putAside(folder.resolve(name), e));
        } catch (FileNotFoundException | NoSuchFileException e) {
          damaged.add(putAside(folder.resolve(name), new CorruptionException(folder.resolve(name).toString(), 0, "a whole block", "no " + e.getMessage())));
        }
      }
    }
    set(opened);
    removeReplaced();
    return damaged;
  }

  private Quarantined putAside(Path block, CorruptionException damage) throws IOException {
    BlockRemains held = BlockRemains.find(disk, block);
    return new Quarantined(damage, quarantine(block), held);
  }

  /** After an interrupted compaction both the merged block and its parents are there. */
  private void removeReplaced() throws IOException {
    Set<String> replaced =
        blocks.stream().flatMap(b -> b.meta().parents().stream()).map(BlockMeta.Parent::ulid).collect(Collectors.toSet());
    for (Block block : blocks) {
      if (replaced.contains(block.meta().ulid())) {
        delete(block);
      }
    }
  }

  private void set(List<Block> changed) {
    List<Block> sorted = new ArrayList<>(changed);
    sorted.sort(Comparator.comparingLong((Block b) -> b.meta().minTime()).thenComparing(b -> b.meta().ulid()));
    blocks = List.copyOf(sorted);
  }

  /** The blocks by start time. */
  public List<Block> list() {
    return blocks;
  }

  /** Opens a block that was just written, in place of others, which are deleted. */
  public synchronized void add(String ulid, List<Block> replaced) throws IOException {
    Block added = Block.open(disk, folder.resolve(ulid));
    List<Block> changed = new ArrayList<>(blocks);
    changed.removeAll(replaced);
    changed.add(added);
    set(changed);
    for (Block block : replaced) {
      deleteFiles(block);
    }
  }

  /** Deletes a block. */
  public synchronized void delete(Block block) throws IOException {
    remove(block);
    deleteFiles(block);
  }

  private void remove(Block block) {
    List<Block> changed = new ArrayList<>(blocks);
    changed.remove(block);
    set(changed);
  }

  private void deleteFiles(Block block) throws IOException {
    // Renamed first, so that a half deleted folder is never taken for a block.
    Path doomed = block.folder().resolveSibling(block.folder().getFileName() + DELETED);
    disk.delete(doomed);
    disk.rename(block.folder(), doomed);
    disk.forceDirectory(folder);
    disk.delete(doomed);
    block.release();
  }

  /** Puts a block aside in which damage was found. */
  public synchronized Quarantined putAside(Block block, CorruptionException damage) throws IOException {
    remove(block);
    Path kept = quarantine(block.folder());
    block.release();
    return new Quarantined(damage, kept, BlockRemains.of(block.meta()));
  }

  private Path quarantine(Path block) throws IOException {
    disk.createDirectories(quarantine);
    Path kept = quarantine.resolve(block.getFileName().toString());
    for (int i = 1; disk.exists(kept); i++) {
      kept = quarantine.resolve(block.getFileName() + "." + i);
    }
    disk.rename(block, kept);
    disk.forceDirectory(folder);
    disk.forceDirectory(quarantine);
    return kept;
  }

  /** Bytes of all blocks. */
  public long sizeBytes() {
    return blocks.stream().mapToLong(Block::sizeBytes).sum();
  }

  @Override
  public synchronized void close() {
    blocks.forEach(Block::release);
    blocks = List.of();
  }
}
