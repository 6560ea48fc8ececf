package io.meshwatch.model;

import java.util.Comparator;

/**
 * One mistake in something a user wrote.
 *
 * @param file file or other name of the source; empty if there is none
 * @param line from 1; 0 if unknown
 * @param column from 1, in characters; 0 if unknown
 * @param message what is wrong, with what was expected and what was got, in one or more lines
 * @param warning whether it only deserves attention: loading goes on
 */
public record Problem(String file, int line, int column, String message, boolean warning) {
  /** By file, then place. */
  public static final Comparator<Problem> BY_PLACE =
      Comparator.comparing(Problem::file).thenComparingInt(Problem::line).thenComparingInt(Problem::column);

  public static Problem error(String file, int line, int column, String message) {
    return new Problem(file, line, column, message, false);
  }

  public static Problem warning(String file, int line, int column, String message) {
    return new Problem(file, line, column, message, true);
  }

  /** {@code file:line:column: message}, without the parts that are unknown. */
  @Override
  public String toString() {
    StringBuilder text = new StringBuilder(file);
    if (line > 0) {
      text.append(file.isEmpty() ? "" : ":").append(line);
      if (column > 0) {
        text.append(':').append(column);
      }
    }
    return text.append(text.isEmpty() ? "" : ": ").append(warning ? "warning: " : "").append(message).toString();
  }
}
