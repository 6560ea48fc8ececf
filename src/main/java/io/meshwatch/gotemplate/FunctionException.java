package io.meshwatch.gotemplate;

/** A function could not answer; the message is the reason, without the place. */
public final class FunctionException extends RuntimeException {
  public FunctionException(String message) {
    super(message);
  }

  public FunctionException(String message, Throwable cause) {
    super(message, cause);
  }
}
