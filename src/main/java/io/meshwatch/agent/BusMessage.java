package io.meshwatch.agent;

import java.io.IOException;
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Messages of D-Bus: a header of fixed and of optional fields, then a body. Every value begins at a multiple of its own size, counted
 * from the start of the message.
 */
final class BusMessage {
  private static final int METHOD_CALL = 1;
  private static final int VERSION = 1;
  private static final int PATH = 1;
  private static final int INTERFACE = 2;
  private static final int MEMBER = 3;
  private static final int ERROR_NAME = 4;
  private static final int REPLY_SERIAL = 5;
  private static final int DESTINATION = 6;
  private static final int SIGNATURE = 8;

  private BusMessage() {}

  /** A call with these texts as arguments. */
  static byte[] call(int serial, String destination, String path, String interfaceName, String member, String... arguments) {
    Writer body = new Writer();
    for (String argument : arguments) {
      body.text(argument);
    }
    Writer out = new Writer();
    out.bytes('l', METHOD_CALL, 0, VERSION);
    out.number(body.length);
    out.number(serial);
    int lengthAt = out.length;
    out.number(0);
    int from = out.length;
    out.field(PATH, 'o').text(path);
    out.field(INTERFACE, 's').text(interfaceName);
    out.field(MEMBER, 's').text(member);
    out.field(DESTINATION, 's').text(destination);
    if (arguments.length > 0) {
      out.field(SIGNATURE, 'g').signature("s".repeat(arguments.length));
    }
    out.set(lengthAt, out.length - from);
    out.align(8);
    out.append(body);
    return out.toBytes();
  }

  /** What the first sixteen bytes say. */
  record Header(int type, ByteOrder order, byte[] bytes, long fieldsBytes, long bodyBytes) {
    /** Bytes behind them, the padding between fields and body included. */
    long restBytes() {
      return (fieldsBytes + 7) / 8 * 8 + bodyBytes;
    }

    /** The message with the bytes that follow; the reader then stands at the body. */
    Reader rest(byte[] rest) throws IOException {
      byte[] whole = Arrays.copyOf(bytes, bytes.length + rest.length);
      System.arraycopy(rest, 0, whole, bytes.length, rest.length);
      return new Reader(ByteBuffer.wrap(whole).order(order), bytes.length, (int) fieldsBytes);
    }
  }

  static Header header(byte[] bytes) throws IOException {
    ByteOrder order = bytes[0] == 'l' ? ByteOrder.LITTLE_ENDIAN : ByteOrder.BIG_ENDIAN;
    ByteBuffer buffer = ByteBuffer.wrap(bytes).order(order);
    if (bytes[0] != 'l' && bytes[0] != 'B') {
      throw new IOException("expected a message of D-Bus, got " + bytes[0]);
    }
    return new Header(bytes[1], order, bytes, Integer.toUnsignedLong(buffer.getInt(12)), Integer.toUnsignedLong(buffer.getInt(4)));
  }

  /** Reads values one after the other. */
  static final class Reader {
    private final ByteBuffer buffer;
    private int replySerial;
    private String errorName = "";

    private Reader(ByteBuffer buffer, int fieldsFrom, int fieldsBytes) throws IOException {
      this.buffer = buffer;
      buffer.position(fieldsFrom);
      int fieldsTo = fieldsFrom + fieldsBytes;
      while (buffer.position() < fieldsTo) {
        align(8);
        int field = buffer.get();
        field(field, signature());
      }
      align(8);
    }

    private void field(int field, String type) throws IOException {
      switch (type) {
        case "s", "o" -> {
          String text = text();
          errorName = field == ERROR_NAME ? text : errorName;
        }
        case "u" -> {
          int number = number();
          replySerial = field == REPLY_SERIAL ? number : replySerial;
        }
        case "g" -> signature();
        default -> throw new IOException("expected a field of type s, o, u or g, got " + type);
      }
    }

    /** The call that this answers. */
    int replySerial() {
      return replySerial;
    }

    String errorName() {
      return errorName;
    }

    /** Moves to a place that can hold a value of this size. */
    void align(int size) {
      buffer.position(Math.min(buffer.limit(), (buffer.position() + size - 1) / size * size));
    }

    int number() throws IOException {
      align(4);
      try {
        return buffer.getInt();
      } catch (BufferUnderflowException e) {
        throw cut(e);
      }
    }

    String text() throws IOException {
      return text(number());
    }

    String signature() throws IOException {
      try {
        return text(buffer.get() & 0xFF);
      } catch (BufferUnderflowException e) {
        throw cut(e);
      }
    }

    private String text(int length) throws IOException {
      if (length < 0 || length >= buffer.remaining()) {
        throw cut(null);
      }
      byte[] bytes = new byte[length];
      buffer.get(bytes);
      buffer.get();
      return new String(bytes, StandardCharsets.UTF_8);
    }

    private static IOException cut(@Nullable BufferUnderflowException cause) {
      return new IOException("a message of D-Bus is shorter than it says", cause);
    }

    /** Where the array ends that begins here; its elements are aligned to this size. */
    int arrayEnd(int elementSize) throws IOException {
      int bytes = number();
      align(elementSize);
      if (bytes < 0 || bytes > buffer.remaining()) {
        throw cut(null);
      }
      return buffer.position() + bytes;
    }

    int position() {
      return buffer.position();
    }
  }

  /** Writes values one after the other, little end first. */
  private static final class Writer {
    private byte[] bytes = new byte[256];
    private int length;

    private void put(int value) {
      if (length == bytes.length) {
        bytes = Arrays.copyOf(bytes, length * 2);
      }
      bytes[length++] = (byte) value;
    }

    void bytes(int... values) {
      for (int value : values) {
        put(value);
      }
    }

    void align(int size) {
      while (length % size != 0) {
        put(0);
      }
    }

    void number(int value) {
      align(4);
      bytes(value, value >> 8, value >> 16, value >> 24);
    }

    void set(int at, int value) {
      for (int i = 0; i < 4; i++) {
        bytes[at + i] = (byte) (value >> (8 * i));
      }
    }

    /** Begins a field of the header, whose value follows. */
    Writer field(int code, char type) {
      align(8);
      bytes(code, 1, type, 0);
      return this;
    }

    void text(String text) {
      byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
      number(encoded.length);
      append(encoded, encoded.length);
      put(0);
    }

    void signature(String text) {
      put(text.length());
      append(text.getBytes(StandardCharsets.US_ASCII), text.length());
      put(0);
    }

    void append(Writer other) {
      append(other.bytes, other.length);
    }

    private void append(byte[] more, int count) {
      for (int i = 0; i < count; i++) {
        put(more[i]);
      }
    }

    byte[] toBytes() {
      return Arrays.copyOf(bytes, length);
    }
  }
}
