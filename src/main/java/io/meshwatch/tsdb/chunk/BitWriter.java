package io.meshwatch.tsdb.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;

/**
 * Appends bits, most significant first, to an array that grows. Bits that are written never change, though the array may be
 * replaced by a longer copy: a reader that got the array and a bit count in a safe way may read that far while writing goes on.
 * Confined to one writer.
 *
 * <p>Encoders have one; that of floats is one, as it is used for nearly every sample and another object would be another place in memory to wait for.
 */
class BitWriter {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  /** Room behind the last bit so that eight bytes can be stored at once. */
  private static final int SLACK_BYTES = 9;
  /** A window that no difference fits into: before the first value. */
  static final int NO_WINDOW = -1;
  /** Most leading zeros that fit into their five bits. */
  private static final int LEADING_MAX = 31;

  private byte[] bytes;
  private int bits;

  BitWriter(int capacityBytes) {
    bytes = new byte[Math.max(capacityBytes, 16) + SLACK_BYTES];
  }

  public final byte[] bytes() {
    return bytes;
  }

  public final int sizeBytes() {
    return (bits + 7) >>> 3;
  }

  final void writeBits(long value, int count) {
    int at = bits >>> 3;
    if (at + SLACK_BYTES + 8 > bytes.length) {
      bytes = Arrays.copyOf(bytes, bytes.length + Math.max(32, bytes.length / 2));
    }
    int used = bits & 7;
    long kept = (bytes[at] & (0xFF00L >>> used)) << 56;
    long masked = count == 64 ? value : value & ((1L << count) - 1);
    int free = 64 - used;
    if (count <= free) {
      LONGS.set(bytes, at, count == 0 ? kept : kept | (masked << (free - count)));
    } else {
      LONGS.set(bytes, at, kept | (masked >>> (count - free)));
      bytes[at + 8] = (byte) (masked << (8 - (count - free)));
    }
    bits += count;
  }

  final void writeBit(boolean bit) {
    writeBits(bit ? 1 : 0, 1);
  }

  final void writeDouble(double value) {
    writeBits(Double.doubleToRawLongBits(value), 64);
  }

  /** Seven bits a byte, least significant first, as in protobuf. */
  final void writeUvarint(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      writeBits((rest & 0x7F) | 0x80, 8);
      rest >>>= 7;
    }
    writeBits(rest, 8);
  }

  /** Zigzag, then {@link #writeUvarint}. */
  final void writeVarint(long value) {
    writeUvarint((value << 1) ^ (value >> 63));
  }

  /**
   * Writes the XOR of two values: one bit if they are equal, else the bits between leading and trailing zeros, within the window
   * of zeros used before if they fit.
   *
   * @param window zeros of the value before, leading in the higher byte, or {@link #NO_WINDOW}
   * @return the window for the next value
   */
  final int writeXor(long difference, int window) {
    if (difference == 0) {
      writeBits(0, 1);
      return window;
    }
    int leading = Math.min(Long.numberOfLeadingZeros(difference), LEADING_MAX);
    int trailing = Long.numberOfTrailingZeros(difference);
    int oldLeading = window >> 8;
    int oldTrailing = window & 0xFF;
    if (window != NO_WINDOW && leading >= oldLeading && trailing >= oldTrailing) {
      writeBits(0b10, 2);
      writeBits(difference >>> oldTrailing, 64 - oldLeading - oldTrailing);
      return window;
    }
    int significant = 64 - leading - trailing;
    // 64 significant bits do not fit into six bits; zero never occurs, so it stands for 64.
    writeBits((0b11L << 11) | ((long) leading << 6) | (significant & 0x3F), 13);
    writeBits(difference >>> trailing, significant);
    return leading << 8 | trailing;
  }

  /** A timestamp's delta of deltas in float chunks: 1, 16, 20, 24 or 68 bits. */
  final void writeTimestamp(long deltaOfDelta) {
    if (deltaOfDelta == 0) {
      writeBits(0, 1);
    } else if (fits(deltaOfDelta, 14)) {
      writeBits(0b10L << 14 | (deltaOfDelta & 0x3FFF), 16);
    } else if (fits(deltaOfDelta, 17)) {
      writeBits(0b110L << 17 | (deltaOfDelta & 0x1FFFF), 20);
    } else if (fits(deltaOfDelta, 20)) {
      writeBits(0b1110L << 20 | (deltaOfDelta & 0xFFFFF), 24);
    } else {
      writeBits(0b1111, 4);
      writeBits(deltaOfDelta, 64);
    }
  }

  /** A signed number in histogram chunks, short for small ones. */
  final void writeVarbit(long value) {
    if (value == 0) {
      writeBits(0, 1);
      return;
    }
    int bucket = 0;
    while (bucket < VarbitBuckets.COUNT && !fits(value, VarbitBuckets.bits(bucket))) {
      bucket++;
    }
    writeInBucket(value, bucket);
  }

  /** An unsigned number in histogram chunks, short for small ones. */
  final void writeUnsignedVarbit(long value) {
    if (value == 0) {
      writeBits(0, 1);
      return;
    }
    int bucket = 0;
    while (bucket < VarbitBuckets.COUNT && 64 - Long.numberOfLeadingZeros(value) > VarbitBuckets.bits(bucket)) {
      bucket++;
    }
    writeInBucket(value, bucket);
  }

  private void writeInBucket(long value, int bucket) {
    if (bucket == VarbitBuckets.COUNT) {
      writeBits(0xFF, 8);
      writeBits(value, 64);
    } else {
      // bucket + 1 ones, then a zero.
      writeBits((1L << (bucket + 2)) - 2, bucket + 2);
      writeBits(value, VarbitBuckets.bits(bucket));
    }
  }

  /** Whether a number lies in the range of so many bits, which is shifted up by one: −(2^(n−1)−1) … 2^(n−1). */
  private static boolean fits(long value, int count) {
    return value >= -((1L << (count - 1)) - 1) && value <= 1L << (count - 1);
  }
}
