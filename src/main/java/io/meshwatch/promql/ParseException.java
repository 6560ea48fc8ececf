package io.meshwatch.promql;

/** A text is not PromQL. The message begins with {@code line:column: parse error:}, as Prometheus' does. */
public final class ParseException extends RuntimeException {
  private final Position position;

  public ParseException(String message, Position position) {
    super(message);
    this.position = position;
  }

  /** An exception whose message begins with the place in the text. */
  static ParseException at(String input, Position position, String message) {
    return new ParseException(position.place(input) + ": parse error: " + message, position);
  }

  /** The part of the text that is wrong. */
  public Position position() {
    return position;
  }
}
