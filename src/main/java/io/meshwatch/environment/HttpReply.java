package io.meshwatch.environment;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;

/** The answer to a request: status and headers first, then either {@link #send} or {@link #stream}. */
public interface HttpReply {
  HttpReply status(int status);

  /** Sets a header, replacing one of the same name. */
  HttpReply header(String name, String value);

  /** Sends the whole body; gzipped if the client accepts it and it is worth it. */
  void send(byte[] body) throws IOException;

  default void send(String contentType, String body) throws IOException {
    header("Content-Type", contentType).send(body.getBytes(StandardCharsets.UTF_8));
  }

  /** A stream for a body of unknown length; gzipped if the client accepts it. Close it. */
  OutputStream stream() throws IOException;

  /** Cuts the connection without an answer or in the middle of one. */
  void abort();
}
