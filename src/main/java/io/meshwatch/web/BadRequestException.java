package io.meshwatch.web;

/** A request cannot be understood; the message says what was expected and what was got. */
final class BadRequestException extends RuntimeException {
  BadRequestException(String message) {
    super(message);
  }
}
