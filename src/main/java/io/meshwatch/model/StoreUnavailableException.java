package io.meshwatch.model;

/** The store cannot take samples now. The message says why and what the operator can do; queries go on. */
public final class StoreUnavailableException extends RuntimeException {
  public StoreUnavailableException(String message, Throwable cause) {
    super(message, cause);
  }

  public StoreUnavailableException(String message) {
    super(message);
  }
}
