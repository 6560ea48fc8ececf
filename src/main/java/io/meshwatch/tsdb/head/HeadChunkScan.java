package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;

/**
 * Goes through the chunks of one head chunk file, a section at a time, and verifies each checksum. Used once, by one thread.
 *
 * @see HeadChunkFiles
 */
final class HeadChunkScan {
  static final int MAGIC = 0x0130BC91;
  static final int VERSION = 1;
  static final int FILE_HEADER_BYTES = 8;
  static final int CHUNK_HEADER_BYTES = 25;
  static final int CHECKSUM_BYTES = 4;
  static final int OUT_OF_ORDER_BIT = 0x80;
  /** Longest chunk that is believed. */
  static final int CHUNK_BYTES_MAX = 64 * 1024 * 1024;
  private static final int LENGTH_BYTES_MAX = 5;
  private static final int SECTION_BYTES = 256 * 1024;

  /** Takes the chunks in the order of the file. */
  interface Sink {
    void found(long series, long chunkReference, long minTime, long maxTime, boolean outOfOrder);
  }

  private final Disk.File file;
  private final Path path;
  private final int number;
  private final Sink sink;
  private final long size;
  /** Bytes of the file from {@link #sectionStart} on. */
  private byte[] section = new byte[SECTION_BYTES];
  private long sectionStart;
  private int sectionLength;

  /** A scan of a file with a number, which becomes a part of the references. */
  HeadChunkScan(Disk.File file, Path path, int number, Sink sink) throws IOException {
    this.file = file;
    this.path = path;
    this.number = number;
    this.sink = sink;
    this.size = file.size();
  }

  /**
   * Reports all chunks.
   *
   * @return where the last one ends; only zeros follow
   * @throws CorruptionException at the first damage; the chunks before it were reported
   */
  long run() throws IOException {
    checkHeader();
    long at = FILE_HEADER_BYTES;
    while (at < size && !isZeroFrom(at)) {
      at = chunk(at);
    }
    return at;
  }

  private void checkHeader() throws IOException {
    ByteReader header = at(0, FILE_HEADER_BYTES);
    if (header.remaining() < FILE_HEADER_BYTES || header.readInt() != MAGIC || header.readByte() != VERSION) {
      throw new CorruptionException(path.toString(), 0, "a head chunk file of version " + VERSION, "another header");
    }
  }

  /** Reports the chunk at an offset; returns where the next one starts. */
  private long chunk(long at) throws IOException {
    try {
      ByteReader in = at(at, CHUNK_HEADER_BYTES + LENGTH_BYTES_MAX);
      int start = in.position();
      in.skip(CHUNK_HEADER_BYTES);
      int length = in.readCount(CHUNK_BYTES_MAX);
      int bytes = in.position() - start + length;
      in = at(at, bytes + CHECKSUM_BYTES);
      int computed = ByteWriter.checksum(section, in.position(), Math.min(bytes, in.remaining()));
      long series = in.readLong();
      long minTime = in.readLong();
      long maxTime = in.readLong();
      int encoding = in.readByte();
      in.skip(bytes - CHUNK_HEADER_BYTES);
      int stored = in.readInt();
      if (stored != computed) {
        throw new CorruptionException(path.toString(), at, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
      }
      sink.found(series, (long) number << 32 | at, minTime, maxTime, (encoding & OUT_OF_ORDER_BIT) != 0);
      return at + bytes + CHECKSUM_BYTES;
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptionException(path.toString(), at, "a whole chunk", "the end of the file");
    }
  }

  /** A file may be longer than what was written to it: the rest is zeros then. */
  private boolean isZeroFrom(long offset) throws IOException {
    long at = offset;
    while (at < size) {
      ByteReader in = at(at, 1);
      int end = in.position() + in.remaining();
      for (int i = in.position(); i < end; i++) {
        if (section[i] != 0) {
          return false;
        }
      }
      at += in.remaining();
    }
    return true;
  }

  /** The bytes from an offset on: at least so many, unless the file ends before, and as many more as were read at once. */
  private ByteReader at(long offset, int wanted) throws IOException {
    long needed = Math.min(wanted, size - offset);
    if (offset < sectionStart || offset + needed > sectionStart + sectionLength) {
      if (needed > section.length) {
        section = new byte[(int) needed];
      }
      sectionStart = offset;
      sectionLength = Math.max(0, file.read(offset, ByteBuffer.wrap(section, 0, (int) Math.min(section.length, size - offset))));
    }
    int from = (int) (offset - sectionStart);
    return new ByteReader(section, from, sectionLength - from);
  }
}
