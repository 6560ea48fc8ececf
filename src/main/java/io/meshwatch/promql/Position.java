package io.meshwatch.promql;

/** A part of an expression's text: characters from {@code start} (inclusive) to {@code end} (exclusive), from 0. */
public record Position(int start, int end) {
  /** Line and column of the start, from 1, as {@code 1:23}; columns count UTF-8 bytes, as Prometheus' do. */
  public String place(String input) {
    int line = 1;
    int column = 1;
    for (int i = 0; i < Math.min(start, input.length()); i++) {
      char c = input.charAt(i);
      if (c == '\n') {
        line++;
        column = 1;
      } else {
        column += utf8Length(c);
      }
    }
    return line + ":" + column;
  }

  /** Each half of a surrogate pair counts two of the pair's four bytes. */
  private static int utf8Length(char c) {
    if (c < 0x80) {
      return 1;
    }
    return c < 0x800 || Character.isSurrogate(c) ? 2 : 3;
  }
}
