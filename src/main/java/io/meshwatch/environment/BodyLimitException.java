package io.meshwatch.environment;

import java.io.IOException;

/** A body, or a line of one, is larger than allowed. */
final class BodyLimitException extends IOException {
  BodyLimitException(String message) {
    super(message);
  }
}
