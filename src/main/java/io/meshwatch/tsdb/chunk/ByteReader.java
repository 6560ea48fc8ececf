package io.meshwatch.tsdb.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Reads what {@link ByteWriter} wrote. Reading past the end throws {@link IndexOutOfBoundsException}; who knows the place turns
 * it into a {@link CorruptionException}. Confined to one thread.
 */
public final class ByteReader {
  private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private final byte[] bytes;
  private final int end;
  private int position;

  public ByteReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.position = offset;
    this.end = offset + length;
  }

  public ByteReader(byte[] bytes) {
    this(bytes, 0, bytes.length);
  }

  public int position() {
    return position;
  }

  public int remaining() {
    return end - position;
  }

  private int take(int count) {
    if (count < 0 || count > end - position) {
      throw new IndexOutOfBoundsException("needs " + count + " bytes, has " + (end - position));
    }
    int at = position;
    position += count;
    return at;
  }

  /** The next byte, which stays the next. */
  public int peekByte() {
    int next = readByte();
    position--;
    return next;
  }

  public int readByte() {
    return bytes[take(1)] & 0xFF;
  }

  public int readInt() {
    return (int) INTS.get(bytes, take(4));
  }

  public long readLong() {
    return (long) LONGS.get(bytes, take(8));
  }

  public double readDouble() {
    return Double.longBitsToDouble(readLong());
  }

  public long readUvarint() {
    int first = readByte();
    if (first < 0x80) {
      return first;
    }
    long value = first & 0x7F;
    for (int shift = 7; shift < 70; shift += 7) {
      int b = readByte();
      value |= (long) (b & 0x7F) << shift;
      if (b < 0x80) {
        return value;
      }
    }
    throw new IndexOutOfBoundsException("number longer than 10 bytes");
  }

  public long readVarint() {
    long zigzag = readUvarint();
    return (zigzag >>> 1) ^ -(zigzag & 1);
  }

  /** A count or length that is at most so large. */
  public int readCount(int max) {
    long count = readUvarint();
    if (count < 0 || count > max) {
      throw new IndexOutOfBoundsException("count " + count + " is more than " + max);
    }
    return (int) count;
  }

  public String readText() {
    int length = readCount(end - position);
    int at = take(length);
    return new String(bytes, at, length, StandardCharsets.UTF_8);
  }

  /** As {@link #readText()}; a text that came before is the same instance. It is found sooner if it was guessed. */
  public String readText(SharedTexts known, String guess) {
    int length = readCount(end - position);
    int at = take(length);
    return isAscii(guess, at, length) ? guess : known.of(bytes, at, length);
  }

  private boolean isAscii(String text, int at, int length) {
    boolean same = text.length() == length;
    for (int i = 0; i < length && same; i++) {
      // A byte of a longer character is negative.
      same = text.charAt(i) == bytes[at + i];
    }
    return same;
  }

  void copyTo(byte[] to, int offset) {
    System.arraycopy(bytes, position, to, offset, remaining());
    position = end;
  }

  void copyTo(int from, int length, byte[] to, int offset) {
    System.arraycopy(bytes, from, to, offset, length);
  }

  public byte[] readBytes(int count) {
    int at = take(count);
    return Arrays.copyOfRange(bytes, at, at + count);
  }

  public void skip(int count) {
    take(count);
  }
}
