package io.meshwatch.environment;

import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;

/** What came of a request: an answer, whatever its status, or the phase in which it failed. */
public sealed interface HttpResult {
  /** How long the parts took. */
  Phases phases();

  /**
   * An answer.
   *
   * @param status HTTP status
   * @param headers in order, names as sent
   * @param body decompressed; the array may be longer than the body
   * @param bodyLength bytes of the body
   * @param certificateExpiryMillis when the earliest certificate of the server's chain ends; empty over plain HTTP
   */
  record Answer(
      int status,
      List<HttpCall.Header> headers,
      byte[] body,
      int bodyLength,
      Optional<Long> certificateExpiryMillis,
      Phases phases)
      implements HttpResult {
    /** The first header of this name, whatever its case. */
    public Optional<String> header(String name) {
      return headers.stream().filter(h -> h.name().equalsIgnoreCase(name)).map(HttpCall.Header::value).findFirst();
    }

    public String text() {
      return new String(body, 0, bodyLength, StandardCharsets.UTF_8);
    }
  }

  /**
   * No answer.
   *
   * @param phase where it failed
   * @param message one sentence for an operator, with host and reason: "certificate of db-1:9100 is not signed by the deployment's CA"
   */
  record Failure(Phase phase, String message, Phases phases) implements HttpResult {}

  /** Parts of an exchange. */
  enum Phase {
    RESOLVE,
    CONNECT,
    TLS,
    SEND,
    /** Waiting for the first byte. */
    FIRST_BYTE,
    BODY,
    /** The body was larger than allowed. */
    BODY_LIMIT,
    /** The whole exchange took longer than its timeout. */
    TIMEOUT
  }

  /** Nanoseconds spent in each part; 0 where a part was not needed, such as connecting when a connection was kept. */
  record Phases(long resolveNanos, long connectNanos, long tlsNanos, long sendNanos, long firstByteNanos, long bodyNanos) {
    public static final Phases NONE = new Phases(0, 0, 0, 0, 0, 0);

    public long totalNanos() {
      return resolveNanos + connectNanos + tlsNanos + sendNanos + firstByteNanos + bodyNanos;
    }
  }
}
