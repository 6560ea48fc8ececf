package io.meshwatch.exposition;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/** Writes one protobuf message field by field. Confined to one thread. */
final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

  ProtoWriter varint(int field, long value) {
    raw((long) field << 3 | VARINT);
    raw(value);
    return this;
  }

  ProtoWriter zigzag(int field, long value) {
    return varint(field, value << 1 ^ value >> 63);
  }

  ProtoWriter fixedDouble(int field, double value) {
    raw((long) field << 3 | FIXED_64);
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      out.write((int) (bits >>> shift));
    }
    return this;
  }

  ProtoWriter text(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  ProtoWriter message(int field, ProtoWriter message) {
    return bytes(field, message.out.toByteArray());
  }

  private ProtoWriter bytes(int field, byte[] bytes) {
    raw((long) field << 3 | LENGTH_DELIMITED);
    raw(bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** The message with its length in front. */
  void writeDelimitedTo(ByteArrayOutputStream page) {
    byte[] message = out.toByteArray();
    ProtoWriter length = new ProtoWriter();
    length.raw(message.length);
    page.writeBytes(length.out.toByteArray());
    page.writeBytes(message);
  }
}
