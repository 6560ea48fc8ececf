package io.meshwatch.exposition;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/**
 * Writes one protobuf message field by field. Confined to one thread.
 *
 * @see <a href="https://protobuf.dev/programming-guides/encoding/">Encoding</a>
 */
public final class ProtoWriter {
  private static final int VARINT = 0;
  private static final int FIXED_64 = 1;
  private static final int LENGTH_DELIMITED = 2;

  private final ByteArrayOutputStream out = new ByteArrayOutputStream(64);

  /** Adds an integer; a negative one takes ten bytes. */
  public ProtoWriter varint(int field, long value) {
    raw((long) field << 3 | VARINT);
    raw(value);
    return this;
  }

  /** Adds an integer that is as often negative as positive. */
  public ProtoWriter zigzag(int field, long value) {
    return varint(field, zigzag(value));
  }

  private static long zigzag(long value) {
    return value << 1 ^ value >> 63;
  }

  /** Adds a double. */
  public ProtoWriter fixedDouble(int field, double value) {
    raw((long) field << 3 | FIXED_64);
    raw(value);
    return this;
  }

  /** Adds a text. */
  public ProtoWriter text(int field, String text) {
    return bytes(field, text.getBytes(StandardCharsets.UTF_8));
  }

  /** Adds a message within this one. */
  public ProtoWriter message(int field, ProtoWriter message) {
    begin(field, message.out.size());
    message.appendTo(out);
    return this;
  }

  /** Adds bytes. */
  public ProtoWriter bytes(int field, byte[] bytes) {
    begin(field, bytes.length);
    out.writeBytes(bytes);
    return this;
  }

  /** Adds a list of doubles, packed; nothing if it is empty. */
  public ProtoWriter packedDoubles(int field, double[] values) {
    if (values.length > 0) {
      begin(field, values.length * Double.BYTES);
      for (double value : values) {
        raw(value);
      }
    }
    return this;
  }

  /** Adds a list of integers in ZigZag form, packed; nothing if it is empty. */
  public ProtoWriter packedZigzags(int field, long[] values) {
    if (values.length > 0) {
      ProtoWriter packed = new ProtoWriter();
      for (long value : values) {
        packed.raw(zigzag(value));
      }
      message(field, packed);
    }
    return this;
  }

  private void begin(int field, int length) {
    raw((long) field << 3 | LENGTH_DELIMITED);
    raw(length);
  }

  private void raw(double value) {
    long bits = Double.doubleToRawLongBits(value);
    for (int shift = 0; shift < Long.SIZE; shift += Byte.SIZE) {
      out.write((int) (bits >>> shift));
    }
  }

  private void raw(long value) {
    long rest = value;
    while ((rest & ~0x7FL) != 0) {
      out.write((int) ((rest & 0x7F) | 0x80));
      rest >>>= 7;
    }
    out.write((int) rest);
  }

  /** Forgets what was written, so that the next message needs no memory of its own. */
  public ProtoWriter reset() {
    out.reset();
    return this;
  }

  /** Size of the message so far. */
  public int sizeBytes() {
    return out.size();
  }

  /** The message. */
  public byte[] toBytes() {
    return out.toByteArray();
  }

  private void appendTo(ByteArrayOutputStream target) {
    target.writeBytes(out.toByteArray());
  }

  /** Writes the message with its length in front. */
  void writeDelimitedTo(ByteArrayOutputStream page) {
    ProtoWriter length = new ProtoWriter();
    length.raw(out.size());
    length.appendTo(page);
    appendTo(page);
  }

  /** Writes a number as varint, for framing around messages. */
  public static void writeVarint(OutputStream target, long value) throws IOException {
    ProtoWriter number = new ProtoWriter();
    number.raw(value);
    target.write(number.toBytes());
  }
}
