package io.meshwatch.exposition;

/** A page that cannot be read. The message says where, what was expected and what was got. */
public final class ExpositionException extends RuntimeException {
  /** How much of the page an error shows, in characters. */
  static final int EXCERPT_CHARACTERS_MAX = 80;

  private final int line;
  private final int column;
  private final String problem;
  private final String excerpt;

  /**
   * @param line from 1; 0 if the format has no lines
   * @param column from 1, in characters; for a format without lines the offset in bytes
   * @param problem what was expected and what was got
   * @param excerpt the line around the place; empty if there is none
   */
  ExpositionException(int line, int column, String problem, String excerpt) {
    super((line > 0 ? "line " + line + ":" + column : "byte " + column) + ": " + problem + (excerpt.isEmpty() ? "" : " in `" + excerpt + "`"));
    this.line = line;
    this.column = column;
    this.problem = problem;
    this.excerpt = excerpt;
  }

  public int line() {
    return line;
  }

  public int column() {
    return column;
  }

  /** What was expected and what was got, without the place. */
  public String problem() {
    return problem;
  }

  public String excerpt() {
    return excerpt;
  }
}
