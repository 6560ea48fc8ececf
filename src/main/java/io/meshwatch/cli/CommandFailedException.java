package io.meshwatch.cli;

/** A command cannot do its work; the message is one sentence for the user, with what to do where that is known. */
public final class CommandFailedException extends RuntimeException {
  public CommandFailedException(String message) {
    super(message);
  }

  public CommandFailedException(String message, Throwable cause) {
    super(message, cause);
  }
}
