package io.meshwatch.cli;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.tsdb.block.Ulid;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;

/**
 * The store of a folder that a user names: meshwatch's data folder, the store in it, or Prometheus' data folder.
 *
 * @param disk where it lies
 * @param path the folder with {@code wal} and blocks
 */
record TsdbFolder(Disk disk, Path path) {
  static TsdbFolder of(Path named) {
    Disk disk = new SystemDisk();
    if (!disk.isDirectory(named)) {
      throw new CommandFailedException("expected a data folder, got " + named + ", which is none");
    }
    Path inside = named.resolve("store");
    return new TsdbFolder(disk, disk.isDirectory(inside) && !disk.isDirectory(named.resolve("wal")) ? inside : named);
  }

  /** Folders of blocks, oldest first. */
  List<Path> blocks() {
    List<Path> blocks = new ArrayList<>();
    try {
      for (String name : disk.list(path)) {
        if (Ulid.isValid(name)) {
          blocks.add(path.resolve(name));
        }
      }
    } catch (IOException e) {
      throw new CommandFailedException("cannot read " + path + ": " + e.getMessage(), e);
    }
    return blocks;
  }
}
