package io.meshwatch.environment;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;

/**
 * A file to which lines are added, for its owner alone. When it is full it begins anew, and one older file is kept ({@code .old}). Lines
 * are not forced to the disk. Confined to one thread at a time.
 *
 * @param disk where it lies
 * @param path its name
 * @param bytesMax when it is full
 */
public record LineFile(Disk disk, Path path, long bytesMax) {
  /** Adds lines, each with its end. */
  public void append(CharSequence lines) throws IOException {
    if (lines.isEmpty()) {
      return;
    }
    byte[] bytes = lines.toString().getBytes(StandardCharsets.UTF_8);
    if (disk.exists(path) && disk.size(path) + bytes.length > bytesMax) {
      disk.rename(path, path.resolveSibling(path.getFileName() + ".old"));
    }
    boolean isNew = !disk.exists(path);
    try (Disk.File open = disk.open(path, Disk.Mode.WRITE)) {
      open.write(open.size(), ByteBuffer.wrap(bytes));
    }
    if (isNew) {
      disk.restrictToOwner(path);
    }
  }
}
