package io.meshwatch.tsdb.chunk;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.zip.CRC32C;

/** Appends numbers and texts to an array that grows: the store's files are built with it. Confined to one thread. */
public final class ByteWriter {
  private static final VarHandle INTS = MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.BIG_ENDIAN);
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.BIG_ENDIAN);

  private static final int VARINT_BYTES_MAX = 10;

  private byte[] bytes;
  private int size;

  public ByteWriter(int capacity) {
    bytes = new byte[Math.max(16, capacity)];
  }

  public byte[] bytes() {
    return bytes;
  }

  public int size() {
    return size;
  }

  public void clear() {
    size = 0;
  }

  public byte[] toBytes() {
    return Arrays.copyOf(bytes, size);
  }

  private void room(int more) {
    if (bytes.length - size < more) {
      bytes = Arrays.copyOf(bytes, Math.max(size + more, bytes.length * 2));
    }
  }

  public ByteWriter putByte(int value) {
    room(1);
    bytes[size++] = (byte) value;
    return this;
  }

  /** Four bytes, most significant first. */
  public ByteWriter putInt(int value) {
    room(4);
    INTS.set(bytes, size, value);
    size += 4;
    return this;
  }

  /** Overwrites four bytes that were put before. */
  public void setInt(int at, int value) {
    INTS.set(bytes, at, value);
  }

  /** Eight bytes, most significant first. */
  public ByteWriter putLong(long value) {
    room(8);
    LONGS.set(bytes, size, value);
    size += 8;
    return this;
  }

  public ByteWriter putDouble(double value) {
    return putLong(Double.doubleToRawLongBits(value));
  }

  public ByteWriter putUvarint(long value) {
    room(VARINT_BYTES_MAX);
    size = rawUvarint(value, size);
    return this;
  }

  public ByteWriter putVarint(long value) {
    return putUvarint((value << 1) ^ (value >> 63));
  }

  /** Two varints and a double at once: the entry of a log's samples record. */
  public ByteWriter putVarintsAndDouble(long first, long second, double value) {
    room(VARINT_BYTES_MAX + VARINT_BYTES_MAX + Long.BYTES);
    int at = rawUvarint((first << 1) ^ (first >> 63), size);
    at = rawUvarint((second << 1) ^ (second >> 63), at);
    LONGS.set(bytes, at, Double.doubleToRawLongBits(value));
    size = at + Long.BYTES;
    return this;
  }

  /** Writes without looking for room; returns the offset behind it. */
  private int rawUvarint(long value, int from) {
    byte[] into = bytes;
    int at = from;
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      into[at++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    into[at++] = (byte) rest;
    return at;
  }

  public ByteWriter put(byte[] from, int offset, int length) {
    room(length);
    System.arraycopy(from, offset, bytes, size, length);
    size += length;
    return this;
  }

  /** Everything that is left in the reader. */
  public ByteWriter put(ByteReader from) {
    int length = from.remaining();
    room(length);
    from.copyTo(bytes, size);
    size += length;
    return this;
  }

  /** So many bytes of the reader, from an offset on, wherever it stands. */
  public ByteWriter put(ByteReader from, int offset, int length) {
    room(length);
    from.copyTo(offset, length, bytes, size);
    size += length;
    return this;
  }

  /** Length in bytes as uvarint, then UTF-8. */
  public ByteWriter putText(String text) {
    int length = text.length();
    room(length + 10);
    // Nearly all labels are ASCII: written directly when every character is.
    int lengthAt = size;
    if (length < 0x80) {
      size++;
      for (int i = 0; i < length; i++) {
        char c = text.charAt(i);
        if (c >= 0x80) {
          size = lengthAt;
          return putUtf8(text);
        }
        bytes[size++] = (byte) c;
      }
      bytes[lengthAt] = (byte) length;
      return this;
    }
    return putUtf8(text);
  }

  private ByteWriter putUtf8(String text) {
    byte[] utf8 = text.getBytes(StandardCharsets.UTF_8);
    putUvarint(utf8.length);
    return put(utf8, 0, utf8.length);
  }

  /** Zero bytes up to a multiple of the alignment. */
  public void padTo(int alignment) {
    while (size % alignment != 0) {
      putByte(0);
    }
  }

  /** Appends the Castagnoli checksum of everything from an offset on. */
  public ByteWriter putChecksumFrom(int offset) {
    return putInt(checksum(bytes, offset, size - offset));
  }

  /** CRC-32C, the checksum of all files of the store. */
  public static int checksum(byte[] bytes, int offset, int length) {
    CRC32C crc = new CRC32C();
    crc.update(bytes, offset, length);
    return (int) crc.getValue();
  }
}
