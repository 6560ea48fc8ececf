package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/** A new file that is written from front to back in large pieces and forced when it is closed. Confined to one thread. */
final class BufferedFile implements AutoCloseable {
  private static final int BUFFER_BYTES = 256 * 1024;

  private final Disk.File file;
  private final ByteWriter buffer = new ByteWriter(BUFFER_BYTES);
  private long written;

  BufferedFile(Disk disk, Path path) throws IOException {
    file = disk.open(path, Disk.Mode.CREATE);
  }

  long position() {
    return written + buffer.size();
  }

  void write(byte[] bytes, int offset, int length) throws IOException {
    buffer.put(bytes, offset, length);
    if (buffer.size() >= BUFFER_BYTES) {
      flush();
    }
  }

  void write(ByteWriter bytes) throws IOException {
    write(bytes.bytes(), 0, bytes.size());
  }

  private void flush() throws IOException {
    file.write(written, ByteBuffer.wrap(buffer.bytes(), 0, buffer.size()));
    written += buffer.size();
    buffer.clear();
  }

  @Override
  public void close() throws IOException {
    try (file) {
      flush();
      file.force();
    }
  }
}
