package io.meshwatch.dhall;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;

/** Writes the part of CBOR (RFC 8949) that Dhall uses, each thing in its shortest form. */
final class CborWriter {
  static final int UNSIGNED = 0;
  static final int NEGATIVE = 1;
  static final int BYTES = 2;
  static final int TEXT = 3;
  static final int ARRAY = 4;
  static final int MAP = 5;
  static final int TAG = 6;
  static final int SIMPLE = 7;

  static final int FALSE = 20;
  static final int TRUE = 21;
  static final int NULL = 22;
  static final int HALF = 25;
  static final int SINGLE = 26;
  static final int DOUBLE = 27;

  static final int TAG_UNSIGNED_BIG = 2;
  static final int TAG_NEGATIVE_BIG = 3;
  static final int TAG_DECIMAL = 4;

  private static final BigInteger WORD = BigInteger.ONE.shiftLeft(64);

  private final ByteArrayOutputStream out = new ByteArrayOutputStream();

  byte[] bytes() {
    return out.toByteArray();
  }

  void array(int size) {
    head(ARRAY, size);
  }

  void map(int size) {
    head(MAP, size);
  }

  void tag(int tag) {
    head(TAG, tag);
  }

  void text(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    head(TEXT, bytes.length);
    out.writeBytes(bytes);
  }

  void bytes(byte[] bytes) {
    head(BYTES, bytes.length);
    out.writeBytes(bytes);
  }

  void nothing() {
    out.write(SIMPLE << 5 | NULL);
  }

  void bool(boolean value) {
    out.write(SIMPLE << 5 | (value ? TRUE : FALSE));
  }

  void integer(long value) {
    integer(BigInteger.valueOf(value));
  }

  void integer(BigInteger value) {
    boolean negative = value.signum() < 0;
    BigInteger magnitude = negative ? value.not() : value;
    if (magnitude.compareTo(WORD) < 0) {
      head(negative ? NEGATIVE : UNSIGNED, magnitude.longValue());
      return;
    }
    tag(negative ? TAG_NEGATIVE_BIG : TAG_UNSIGNED_BIG);
    byte[] bytes = magnitude.toByteArray();
    bytes(bytes[0] == 0 ? java.util.Arrays.copyOfRange(bytes, 1, bytes.length) : bytes);
  }

  /** In the shortest of the three widths that loses nothing; NaN is always the same half. */
  void floatingPoint(double value) {
    float single = (float) value;
    if (Double.isNaN(value)) {
      word(HALF, 0x7e00, 2);
    } else if (single != value) {
      word(DOUBLE, Double.doubleToLongBits(value), 8);
    } else if (Float.float16ToFloat(Float.floatToFloat16(single)) == single) {
      word(HALF, Float.floatToFloat16(single), 2);
    } else {
      word(SINGLE, Float.floatToIntBits(single), 4);
    }
  }

  private void word(int kind, long bits, int size) {
    out.write(SIMPLE << 5 | kind);
    big(bits, size);
  }

  /** The type of what follows and its size or value, which is unsigned. */
  private void head(int type, long value) {
    if (value >= 0 && value < 24) {
      out.write(type << 5 | (int) value);
    } else if (value >= 0 && value <= 0xFF) {
      out.write(type << 5 | 24);
      big(value, 1);
    } else if (value >= 0 && value <= 0xFFFF) {
      out.write(type << 5 | 25);
      big(value, 2);
    } else if (value >= 0 && value <= 0xFFFF_FFFFL) {
      out.write(type << 5 | 26);
      big(value, 4);
    } else {
      out.write(type << 5 | 27);
      big(value, 8);
    }
  }

  private void big(long value, int size) {
    for (int shift = (size - 1) * 8; shift >= 0; shift -= 8) {
      out.write((int) (value >>> shift));
    }
  }
}
