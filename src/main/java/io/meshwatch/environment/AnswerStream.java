package io.meshwatch.environment;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Response;
import org.jspecify.annotations.Nullable;

/**
 * The body of an answer. Its beginning is held back: a small answer goes out in one piece together with its head, and with its length,
 * where chunks would need two packets; a larger one, or one that is flushed, goes out in chunks as it is written. Confined to the request's thread.
 */
final class AnswerStream extends OutputStream {
  private static final int HELD_BYTES_MAX = 8 << 10;

  private final Response response;
  private final ByteArrayOutputStream held = new ByteArrayOutputStream(512);
  private @Nullable OutputStream rest;
  private boolean closed;
  private boolean broken;

  AnswerStream(Response response) {
    this.response = response;
  }

  /** Whether it could not be sent: who asked is gone. */
  boolean isBroken() {
    return broken;
  }

  @Override
  public void write(int octet) throws IOException {
    write(new byte[] {(byte) octet}, 0, 1);
  }

  @Override
  public void write(byte[] bytes, int offset, int length) throws IOException {
    if (rest == null && held.size() + length <= HELD_BYTES_MAX) {
      held.write(bytes, offset, length);
    } else {
      send(() -> rest().write(bytes, offset, length));
    }
  }

  /** A step towards the other side. */
  @FunctionalInterface
  private interface Sending {
    void run() throws IOException;
  }

  private void send(Sending step) throws IOException {
    try {
      step.run();
    } catch (IOException e) {
      broken = true;
      throw e;
    }
  }

  private OutputStream rest() throws IOException {
    OutputStream out = rest;
    if (out == null) {
      out = Content.Sink.asOutputStream(response);
      rest = out;
      held.writeTo(out);
    }
    return out;
  }

  @Override
  public void flush() throws IOException {
    send(() -> rest().flush());
  }

  @Override
  public void close() throws IOException {
    if (closed) {
      return;
    }
    closed = true;
    OutputStream out = rest;
    if (out != null) {
      send(out::close);
    } else {
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, held.size());
      send(() -> Content.Sink.write(response, true, ByteBuffer.wrap(held.toByteArray())));
    }
  }
}
