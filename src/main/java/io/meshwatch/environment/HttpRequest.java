package io.meshwatch.environment;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** A request that came in. */
public interface HttpRequest {
  String method();

  /** The decoded path without the query; never contains {@code ..}. */
  String path();

  /** The path as sent, still percent-encoded. */
  String rawPath();

  /** Query parameters and, for POST and PUT with {@code application/x-www-form-urlencoded}, those of the body; in order. */
  Map<String, List<String>> parameters() throws IOException;

  default Optional<String> parameter(String name) throws IOException {
    return Optional.ofNullable(parameters().get(name)).map(List::getFirst);
  }

  /** The first header of this name, whatever its case. */
  Optional<String> header(String name);

  /** The whole body; throws {@link BodyTooLargeException} (answered with 413) if it is larger. */
  byte[] body(int bytesMax) throws IOException;

  /** As the other, into an array that is used again. */
  default void body(int bytesMax, BodyBuffer into) throws IOException {
    into.set(body(bytesMax));
  }

  /** Address of the other side, without port. */
  String remoteAddress();

  /** The user who logged in by Basic auth, if the listener asks for it. */
  Optional<String> user();

  /** A body was larger than its limit. */
  final class BodyTooLargeException extends IOException {
    public BodyTooLargeException(String message) {
      super(message);
    }
  }
}
