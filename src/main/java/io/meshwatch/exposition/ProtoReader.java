package io.meshwatch.exposition;

import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/**
 * Reads the wire format of protocol buffers from a range of bytes. Confined to one thread.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
final class ProtoReader {
  static final int VARINT = 0;
  static final int FIXED64 = 1;
  static final int BYTES = 2;
  static final int FIXED32 = 5;

  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  final byte[] bytes;
  int at;
  int limit;
  /** Number of the field that {@link #nextField} found. */
  int field;

  private int wireType;

  ProtoReader(byte[] bytes, int from, int to) {
    this.bytes = bytes;
    this.at = from;
    this.limit = to;
  }

  /** A reader of the nested message here; this one then stands behind it. */
  ProtoReader message() {
    int to = lengthEnd();
    ProtoReader nested = new ProtoReader(bytes, at, to);
    at = to;
    return nested;
  }

  /** Moves to the next field; false at the end. */
  boolean nextField() {
    if (at >= limit) {
      return false;
    }
    long tag = varint();
    field = (int) (tag >>> 3);
    wireType = (int) (tag & 7);
    if (field == 0) {
      throw error("expected a field number, got 0");
    }
    return true;
  }

  void skip() {
    switch (wireType) {
      case VARINT -> varint();
      case FIXED64 -> advance(8);
      case BYTES -> at = lengthEnd();
      case FIXED32 -> advance(4);
      default -> throw error("expected wire type 0, 1, 2 or 5, got " + wireType);
    }
  }

  private void advance(int count) {
    if (limit - at < count) {
      throw error("expected " + count + " more bytes, got " + (limit - at));
    }
    at += count;
  }

  boolean isPacked() {
    return wireType == BYTES;
  }

  long varint() {
    long value = 0;
    for (int shift = 0; shift < 64; shift += 7) {
      if (at >= limit) {
        throw error("expected a varint, got the end of the message");
      }
      byte b = bytes[at++];
      value |= (long) (b & 0x7F) << shift;
      if (b >= 0) {
        return value;
      }
    }
    throw error("expected a varint of at most ten bytes, got a longer one");
  }

  long zigzag() {
    long value = varint();
    return (value >>> 1) ^ -(value & 1);
  }

  double fixedDouble() {
    if (limit - at < 8) {
      throw error("expected eight bytes of a double, got " + (limit - at));
    }
    double value = Double.longBitsToDouble((long) LONG.get(bytes, at));
    at += 8;
    return value;
  }

  /** Reads the length of what follows; returns where that ends. */
  int lengthEnd() {
    long length = varint();
    if (length < 0 || length > limit - at) {
      throw error("expected at most " + (limit - at) + " bytes, got a length of " + Long.toUnsignedString(length));
    }
    return at + (int) length;
  }

  ExpositionException error(String problem) {
    return new ExpositionException(0, at, problem, "");
  }
}
