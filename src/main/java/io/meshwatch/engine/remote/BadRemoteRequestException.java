package io.meshwatch.engine.remote;

/** A request to read or write cannot be decoded or asks for too much; nothing was done, answer 400. */
public final class BadRemoteRequestException extends RuntimeException {
  BadRemoteRequestException(String message) {
    super(message);
  }

  BadRemoteRequestException(String message, Throwable cause) {
    super(message, cause);
  }
}
