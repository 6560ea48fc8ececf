package io.meshwatch.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.Map;

/**
 * Reads the kernel's files. They are kept open and read again from their start, which makes the kernel write them anew and saves
 * most of the cost. Not through the environment's disk: these are no files but questions to the kernel. Guarded by {@link NodeMetrics}.
 */
final class KernelFiles implements AutoCloseable {
  private static final int OPEN_MAX = 64;
  private static final int FILE_BYTES_MAX = 4 << 20;

  private final Path root;
  private final Map<String, FileChannel> open = new HashMap<>();
  private ByteBuffer buffer = ByteBuffer.allocate(32 << 10);

  /** The root is {@code /}, but for tests. */
  KernelFiles(Path root) {
    this.root = root;
  }

  /** A file's content; valid until the next read. Throws {@link java.nio.file.NoSuchFileException} if this kernel has no such file. */
  Cursor read(String path) throws IOException {
    try {
      return read(channel(path));
    } catch (ClosedChannelException e) {
      // An interrupted thread closes the channel it reads from.
      open.remove(path);
      return read(channel(path));
    }
  }

  private FileChannel channel(String path) throws IOException {
    FileChannel known = open.get(path);
    if (known == null) {
      if (open.size() >= OPEN_MAX) {
        close();
      }
      known = FileChannel.open(root.resolve(path), StandardOpenOption.READ);
      open.put(path, known);
    }
    return known;
  }

  private Cursor read(FileChannel channel) throws IOException {
    buffer.clear();
    int read = channel.read(buffer, 0);
    while (read > 0) {
      if (!buffer.hasRemaining()) {
        grow();
      }
      read = channel.read(buffer, buffer.position());
    }
    return new Cursor(buffer.array(), buffer.position());
  }

  private void grow() throws IOException {
    if (buffer.capacity() * 2 > FILE_BYTES_MAX) {
      throw new IOException("file larger than " + FILE_BYTES_MAX + " bytes");
    }
    buffer = ByteBuffer.allocate(buffer.capacity() * 2).put(buffer.flip());
  }

  @Override
  public void close() {
    for (FileChannel channel : open.values()) {
      try {
        channel.close();
      } catch (IOException e) {
        // Closing a file that was only read loses nothing.
      }
    }
    open.clear();
  }
}
