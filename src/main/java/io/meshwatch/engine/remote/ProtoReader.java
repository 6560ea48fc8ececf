package io.meshwatch.engine.remote;

import io.meshwatch.tsdb.chunk.SharedTexts;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;

/**
 * Walks over a protobuf message in a byte array without making objects for its parts. A nested message is read by moving the end:
 * {@link #enter} and {@link #leave}. Confined to one thread.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int VARINT_BYTES_MAX = 10;

  private final byte[] bytes;
  private int at;
  private int end;

  ProtoReader(byte[] bytes, int length) {
    this.bytes = bytes;
    this.end = length;
  }

  /** A message is cut short or is none; the text says where. */
  static final class MalformedException extends RuntimeException {
    MalformedException(String message) {
      super(message);
    }
  }

  byte[] bytes() {
    return bytes;
  }

  int position() {
    return at;
  }

  boolean hasMore() {
    return at < end;
  }

  /** The next field's number and wire type: {@code number << 3 | type}. */
  int tag() {
    return (int) varint();
  }

  long varint() {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES_MAX; i++) {
      if (at >= end) {
        throw malformed("a number is cut short");
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << (7 * i);
      if (b >= 0) {
        return value;
      }
    }
    throw malformed("a number has more than 10 bytes");
  }

  /** A number in ZigZag form. */
  long signed() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  double fixedDouble() {
    if (end - at < Long.BYTES) {
      throw malformed("a double is cut short");
    }
    double value = Double.longBitsToDouble((long) LONGS.get(bytes, at));
    at += Long.BYTES;
    return value;
  }

  /** The length of a text, message or packed list that begins here. */
  int length() {
    long length = varint();
    if (length < 0 || length > end - at) {
      throw malformed("a part claims " + length + " bytes, " + (end - at) + " are left");
    }
    return (int) length;
  }

  String text() {
    int length = length();
    String text = new String(bytes, at, length, StandardCharsets.UTF_8);
    at += length;
    return text;
  }

  /** As {@link #text()}; a text that came before is the same instance. */
  String text(SharedTexts known) {
    int length = length();
    String text = known.of(bytes, at, length);
    at += length;
    return text;
  }

  /** Begins a nested message; gives the end to be handed to {@link #leave}. */
  int enter() {
    int length = length();
    int outerEnd = end;
    end = at + length;
    return outerEnd;
  }

  void leave(int outerEnd) {
    at = end;
    end = outerEnd;
  }

  void moveTo(int position) {
    at = position;
  }

  void skip(int tag) {
    switch (tag & 7) {
      case VARINT -> varint();
      case FIXED64 -> advance(8);
      case BYTES -> advance(length());
      case FIXED32 -> advance(4);
      default -> throw malformed("unknown wire type " + (tag & 7));
    }
  }

  private void advance(int count) {
    if (count > end - at) {
      throw malformed("a field is cut short");
    }
    at += count;
  }

  private MalformedException malformed(String reason) {
    return new MalformedException(reason + ", at byte " + at + " of the decompressed request");
  }
}
