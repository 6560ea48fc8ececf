package io.meshwatch.dhall;

import io.meshwatch.model.Problem;

/** Where something was written. Line and column are worked out only when asked for, since most places are never shown. */
public final class Place {
  /** For values that no source text gave. */
  public static final Place NOWHERE = new Place(Source.NOWHERE, -1);

  private final Source source;
  private final int offset;

  Place(Source source, int offset) {
    this.source = source;
    this.offset = offset;
  }

  /** Path of the file, {@code env:NAME}, or the name the caller gave; empty if nothing was written. */
  public String file() {
    return source.name;
  }

  /** From 1; 0 if unknown. */
  public int line() {
    return offset < 0 ? 0 : source.line(offset);
  }

  /** From 1, in characters; 0 if unknown. */
  public int column() {
    return offset < 0 ? 0 : source.column(offset);
  }

  public Problem error(String message) {
    return Problem.error(file(), line(), column(), message);
  }

  public Problem warning(String message) {
    return Problem.warning(file(), line(), column(), message);
  }

  int offset() {
    return offset;
  }

  /** {@code file:line:column}. */
  @Override
  public String toString() {
    return file() + ":" + line() + ":" + column();
  }
}
