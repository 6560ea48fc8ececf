package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Writes the chunk files of a block. Confined to one thread.
 *
 * <pre>
 * file  = 0x85BD40DD:uint32 version=1:byte zero:3 bytes {chunk}       chunks/000001, 000002…, at most 512 MiB each
 * chunk = length:uvarint encoding:byte data crc32c:uint32             the checksum covers encoding and data
 * </pre>
 *
 * A reference to a chunk is the file's number, from 0, in the upper and the offset in the lower four bytes.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/chunks.md">Chunks disk format</a>
 */
final class ChunkSegments implements AutoCloseable {
  static final int MAGIC = 0x85BD40DD;
  static final int HEADER_BYTES = 8;
  private static final long FILE_BYTES_MAX = 512L * 1024 * 1024;

  private final Disk disk;
  private final Path directory;
  private final ByteWriter chunk = new ByteWriter(1024);
  private @Nullable BufferedFile file;
  private int files;

  ChunkSegments(Disk disk, Path directory) {
    this.disk = disk;
    this.directory = directory;
  }

  /** Appends a chunk and returns its reference. */
  long write(ChunkBytes bytes) throws IOException {
    BufferedFile current = file;
    if (current == null || current.position() + bytes.length() + 16 > FILE_BYTES_MAX) {
      current = next();
    }
    long reference = (long) (files - 1) << 32 | current.position();
    chunk.clear();
    chunk.putUvarint(bytes.length());
    int from = chunk.size();
    chunk.putByte(bytes.encoding().code()).put(bytes.bytes(), bytes.offset(), bytes.length()).putChecksumFrom(from);
    current.write(chunk);
    return reference;
  }

  private BufferedFile next() throws IOException {
    close();
    files++;
    BufferedFile opened = new BufferedFile(disk, directory.resolve(String.format("%06d", files)));
    file = opened;
    opened.write(new ByteWriter(HEADER_BYTES).putInt(MAGIC).putByte(1).putByte(0).putByte(0).putByte(0));
    return opened;
  }

  @Override
  public void close() throws IOException {
    BufferedFile current = file;
    file = null;
    if (current != null) {
      current.close();
    }
  }
}
