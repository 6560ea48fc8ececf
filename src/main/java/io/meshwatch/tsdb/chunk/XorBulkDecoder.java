package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.SampleBuffer;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads float chunks, see {@link XorEncoder}, straight into columns: the innermost loop of every query.
 *
 * <p>The next 57 bits or more are looked at as one number. A sample that repeats both the distance in time and the value is two
 * zero bits, so the number's leading zeros tell how many such samples follow at once; a gauge that rests costs next to nothing.
 * Any other sample is read with one look for its control bits and one for the value's. What the loop works on are local variables,
 * which stay in registers; fields would not. Confined to one thread.
 */
final class XorBulkDecoder {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);
  /** Bits that a look is sure to show: eight bytes less those of the first byte that are behind us. */
  private static final int SEEN_BITS = 57;
  private static final int COUNT_BITS = 16;
  /** A value's control bits, leading zeros and length. */
  private static final int XOR_HEADER_BITS = 13;

  private final byte[] bytes;
  private final long endBits;
  private long position;
  private long time;
  private long delta;

  /** Reads a chunk between two byte offsets. */
  XorBulkDecoder(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.position = ((long) from << 3) + COUNT_BITS;
    this.endBits = (long) to << 3;
  }

  /**
   * Appends the first {@code count} samples as far as they lie within a range of time.
   *
   * @throws IndexOutOfBoundsException if the bytes end before that, or are no chunk
   */
  void read(int count, long fromMillis, long toMillis, SampleBuffer into) {
    if (count == 0) {
      return;
    }
    int start = into.size();
    into.grow(start + count);
    int end = readAll(count, toMillis, into.timestamps(), into.values(), start);
    into.resize(withoutEarlier(fromMillis, into.timestamps(), into.values(), start, end));
  }

  /** Puts samples into the columns from an index on, up to the first that is too late; returns the index behind the last. */
  private int readAll(int count, long toMillis, long[] times, double[] values, int start) {
    time = readVarint();
    long value = readBits(64);
    if (time > toMillis) {
      return start;
    }
    int size = start;
    times[size] = time;
    values[size++] = Double.longBitsToDouble(value);
    if (count == 1) {
      return size;
    }
    delta = readUvarint();
    byte[] in = bytes;
    long at = position;
    long now = time + delta;
    long distance = delta;
    int leading = -1;
    int trailing = 0;
    boolean distanceIsRead = true;
    int end = start + count;
    while (true) {
      long bits = look(in, at);
      if (!distanceIsRead) {
        int repeats = Math.min(Math.min(Long.numberOfLeadingZeros(bits), SEEN_BITS) >>> 1, end - size);
        if (repeats > 0) {
          at += 2L * repeats;
          double same = Double.longBitsToDouble(value);
          for (; repeats > 0 && now + distance <= toMillis; repeats--) {
            now += distance;
            times[size] = now;
            values[size++] = same;
          }
          if (repeats > 0 || size == end) {
            break;
          }
          bits = look(in, at);
        }
        if (bits >= 0) {
          at++;
          bits <<= 1;
        } else {
          position = at;
          distance += readDeltaOfDelta(bits);
          at = position;
          bits = look(in, at);
        }
        now += distance;
      }
      distanceIsRead = false;
      if (bits >= 0) {
        at++;
      } else {
        if ((bits & 1L << 62) != 0) {
          leading = (int) (bits >>> 57) & 0x1F;
          int length = (int) (bits >>> 51) & 0x3F;
          trailing = 64 - leading - (length == 0 ? 64 : length);
          at += XOR_HEADER_BITS;
        } else {
          at += 2;
        }
        requireWindow(leading, trailing);
        int length = 64 - leading - trailing;
        value ^= bits(in, at, length) << trailing;
        at += length;
      }
      if (now > toMillis) {
        break;
      }
      times[size] = now;
      values[size++] = Double.longBitsToDouble(value);
      if (size == end) {
        break;
      }
    }
    requireWithin(at);
    return size;
  }

  /** Takes the samples before a time out of the columns; returns the index behind the last that stays. */
  private static int withoutEarlier(long fromMillis, long[] times, double[] values, int start, int end) {
    int first = start;
    while (first < end && times[first] < fromMillis) {
      first++;
    }
    if (first > start) {
      System.arraycopy(times, first, times, start, end - first);
      System.arraycopy(values, first, values, start, end - first);
    }
    return end - (first - start);
  }

  private static void requireWindow(int leading, int trailing) {
    if (leading < 0) {
      throw new IndexOutOfBoundsException("value refers to a window before there is one");
    }
    if (trailing < 0) {
      throw new IndexOutOfBoundsException("value with more than 64 bits");
    }
  }

  private void requireWithin(long at) {
    if (at > endBits) {
      throw new IndexOutOfBoundsException("chunk ends within a sample");
    }
  }

  /** Reads how much the distance changes; its first bit is set. */
  private long readDeltaOfDelta(long bits) {
    int ones = Math.min(Long.numberOfLeadingZeros(~bits), 4);
    int length = switch (ones) {
      case 1 -> 14;
      case 2 -> 17;
      case 3 -> 20;
      default -> 64;
    };
    position += Math.min(ones + 1, 4);
    long raw = readBits(length);
    return length < 64 && raw > 1L << (length - 1) ? raw - (1L << length) : raw;
  }

  private long readVarint() {
    long zigzag = readUvarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  private long readUvarint() {
    long number = 0;
    for (int shift = 0; shift < 70; shift += 7) {
      long b = readBits(8);
      number |= (b & 0x7F) << shift;
      if (b < 0x80) {
        return number;
      }
    }
    throw new IndexOutOfBoundsException("number longer than 10 bytes");
  }

  private long readBits(int length) {
    long read = bits(bytes, position, length);
    position += length;
    requireWithin(position);
    return read;
  }

  /** The next 1 to 64 bits. */
  private static long bits(byte[] in, long at, int length) {
    long bits = look(in, at);
    int used = (int) at & 7;
    if (length > 64 - used) {
      int next = (int) (at >>> 3) + 8;
      bits |= next < in.length ? (in[next] & 0xFFL) >>> (8 - used) : 0;
    }
    return bits >>> (64 - length);
  }

  /** The bits from a position on, in the upper end of a number; zeros follow after the array's end. */
  private static long look(byte[] in, long at) {
    int index = (int) (at >>> 3);
    return (index + 8 <= in.length ? (long) LONGS.get(in, index) : lookNearEnd(in, index)) << (int) (at & 7);
  }

  private static long lookNearEnd(byte[] in, int index) {
    long bits = 0;
    for (int i = 0; i < 8; i++) {
      bits = bits << 8 | (index + i < in.length ? in[index + i] & 0xFF : 0);
    }
    return bits;
  }
}
