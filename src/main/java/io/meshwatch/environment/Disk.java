package io.meshwatch.environment;

import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;

/**
 * Files. Every method may fail, and the simulated twin makes each fail in turn. What was written is safe only after
 * {@link File#force}; a new, renamed or deleted name only after {@link #forceDirectory}. Safe for all threads.
 */
public interface Disk {
  /** How a file is opened. */
  enum Mode {
    READ,
    /** Read and write; made if missing. */
    WRITE,
    /** Read and write; must not exist. */
    CREATE
  }

  File open(Path path, Mode mode) throws IOException;

  boolean exists(Path path);

  boolean isDirectory(Path path);

  /** Names of the entries of a directory, sorted; empty if there is no such directory. */
  List<String> list(Path directory) throws IOException;

  long size(Path file) throws IOException;

  /** Makes a directory and its parents. */
  void createDirectories(Path directory) throws IOException;

  /** Renames within one file system, replacing a file or an empty directory of that name, atomically. */
  void rename(Path from, Path to) throws IOException;

  /** Deletes a file or a whole directory; nothing happens if it is not there. */
  void delete(Path path) throws IOException;

  /** Makes the names in a directory safe. */
  void forceDirectory(Path directory) throws IOException;

  /** Bytes left and in all on the volume of this path. */
  Space space(Path path) throws IOException;

  record Space(long availableBytes, long totalBytes) {}

  /** Lets only the owner read and change a file, or enter a directory; nothing happens where files have no such rights. */
  default void restrictToOwner(Path path) throws IOException {}

  /** Reads a whole file. */
  default byte[] readAll(Path path) throws IOException {
    try (File file = open(path, Mode.READ)) {
      ByteBuffer buffer = ByteBuffer.allocate(Math.toIntExact(file.size()));
      file.read(0, buffer);
      return buffer.hasRemaining() ? java.util.Arrays.copyOf(buffer.array(), buffer.position()) : buffer.array();
    }
  }

  /** Writes a file so that after a crash either the old or the new content is there: temporary name, force, rename, force. */
  default void replace(Path path, byte[] content) throws IOException {
    Path temporary = path.resolveSibling(path.getFileName() + ".tmp");
    delete(temporary);
    try (File file = open(temporary, Mode.CREATE)) {
      file.write(0, ByteBuffer.wrap(content));
      file.force();
    }
    rename(temporary, path);
    forceDirectory(java.util.Objects.requireNonNull(path.toAbsolutePath().getParent(), "a file has a directory"));
  }

  /** An open file. Reads are safe for all threads; writes are confined to one. */
  interface File extends AutoCloseable {
    long size() throws IOException;

    /** Fills the buffer as far as the file goes; returns how many bytes were read. */
    int read(long position, ByteBuffer into) throws IOException;

    /** Writes the whole buffer. */
    void write(long position, ByteBuffer from) throws IOException;

    void truncate(long size) throws IOException;

    /** Makes everything written so far safe (fdatasync). */
    void force() throws IOException;

    /** Maps a part of the file for reading; valid until the arena is closed. */
    MemorySegment map(long position, long length, Arena arena) throws IOException;

    @Override
    void close() throws IOException;
  }
}
