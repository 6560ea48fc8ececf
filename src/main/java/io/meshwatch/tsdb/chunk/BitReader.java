package io.meshwatch.tsdb.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads what {@link BitWriter} wrote. Reading past the end throws {@link IndexOutOfBoundsException}, which the chunk turns into
 * a {@link CorruptionException} with its place. Confined to one thread.
 */
final class BitReader {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final long endBits;
  private long position;
  private int window = BitWriter.NO_WINDOW;

  /** Reads from a byte offset up to another. */
  BitReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = (long) from << 3;
    this.endBits = (long) to << 3;
  }

  long readBits(int count) {
    long end = position + count;
    if (end > endBits) {
      throw new IndexOutOfBoundsException("chunk ends within a sample");
    }
    int at = (int) (position >>> 3);
    int used = (int) position & 7;
    position = end;
    if (at + 9 <= bytes.length) {
      long high = (long) LONGS.get(bytes, at) << used;
      if (used + count > 64) {
        high |= (bytes[at + 8] & 0xFFL) >>> (8 - used);
      }
      return count == 0 ? 0 : high >>> (64 - count);
    }
    return readNearEnd(at, used, count);
  }

  private long readNearEnd(int firstByte, int firstBit, int count) {
    long value = 0;
    int at = firstByte;
    int used = firstBit;
    int left = count;
    while (left > 0) {
      int take = Math.min(8 - used, left);
      value = (value << take) | (((bytes[at] & 0xFF) >>> (8 - used - take)) & ((1 << take) - 1));
      left -= take;
      used = 0;
      at++;
    }
    return value;
  }

  boolean readBit() {
    return readBits(1) != 0;
  }

  double readDouble() {
    return Double.longBitsToDouble(readBits(64));
  }

  long readUvarint() {
    long value = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      long b = readBits(8);
      value |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("number longer than 10 bytes");
  }

  long readVarint() {
    long zigzag = readUvarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** The value that follows {@code previous}; {@link #window} then has the window for the next one. */
  long readXor(long previous, int oldWindow) {
    window = oldWindow;
    if (!readBit()) {
      return previous;
    }
    if (!readBit()) {
      if (oldWindow == BitWriter.NO_WINDOW) {
        throw new IndexOutOfBoundsException("value refers to a window before there is one");
      }
      int trailing = oldWindow & 0xFF;
      return previous ^ (readBits(64 - (oldWindow >> 8) - trailing) << trailing);
    }
    int header = (int) readBits(11);
    int leading = header >>> 6;
    int significant = (header & 0x3F) == 0 ? 64 : header & 0x3F;
    int trailing = 64 - leading - significant;
    if (trailing < 0) {
      throw new IndexOutOfBoundsException("value with more than 64 bits");
    }
    window = leading << 8 | trailing;
    return previous ^ (readBits(significant) << trailing);
  }

  int window() {
    return window;
  }

  long readTimestamp() {
    if (!readBit()) {
      return 0;
    }
    if (!readBit()) {
      return shifted(readBits(14), 14);
    }
    if (!readBit()) {
      return shifted(readBits(17), 17);
    }
    return readBit() ? readBits(64) : shifted(readBits(20), 20);
  }

  long readVarbit() {
    int bucket = readBucket();
    if (bucket < 0) {
      return 0;
    }
    if (bucket == VarbitBuckets.COUNT) {
      return readBits(64);
    }
    int count = VarbitBuckets.bits(bucket);
    return shifted(readBits(count), count);
  }

  long readUnsignedVarbit() {
    int bucket = readBucket();
    if (bucket < 0) {
      return 0;
    }
    return readBits(bucket == VarbitBuckets.COUNT ? 64 : VarbitBuckets.bits(bucket));
  }

  /** The bucket of the number that follows, −1 for the number zero. */
  private int readBucket() {
    int ones = 0;
    while (ones < VarbitBuckets.COUNT + 1 && readBit()) {
      ones++;
    }
    return ones - 1;
  }

  /** Undoes the shifted range of {@link BitWriter}: the largest positive number has the sign bit of two's complement. */
  private static long shifted(long raw, int count) {
    return raw > 1L << (count - 1) ? raw - (1L << count) : raw;
  }
}
