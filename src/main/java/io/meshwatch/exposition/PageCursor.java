package io.meshwatch.exposition;

import io.meshwatch.model.Names;
import java.nio.charset.StandardCharsets;

/**
 * A place in a page of text, with what both text formats share: names, quoted texts, and errors that say where. Confined to one
 * thread. The end of the page reads as a line feed, which ends a last line that has none of its own.
 */
final class PageCursor {
  private static final int NAME_START = 1;
  private static final int NAME = 2;
  private static final int LABEL_START = 4;
  private static final int LABEL = 8;
  private static final byte[] CLASSES = classes();

  final byte[] page;
  final int limit;
  int at;

  PageCursor(byte[] page, int limit) {
    this.page = page;
    this.limit = limit;
  }

  private static byte[] classes() {
    byte[] classes = new byte[256];
    for (int c = 0; c < 128; c++) {
      boolean letter = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
      boolean digit = c >= '0' && c <= '9';
      if (letter) {
        classes[c] = NAME_START | NAME | LABEL_START | LABEL;
      } else if (digit) {
        classes[c] = NAME | LABEL;
      } else if (c == ':') {
        classes[c] = NAME_START | NAME;
      }
    }
    return classes;
  }

  byte current() {
    return at < limit ? page[at] : (byte) '\n';
  }

  boolean isAtEnd() {
    return at >= limit;
  }

  /** Skips spaces and tabs; returns how many there were. */
  int skipBlanks() {
    int from = at;
    while (at < limit && (page[at] == ' ' || page[at] == '\t')) {
      at++;
    }
    return at - from;
  }

  /** Moves to the next line feed or the end. */
  void skipToLineEnd() {
    while (at < limit && page[at] != '\n') {
      at++;
    }
  }

  boolean startsWith(String ascii) {
    if (limit - at < ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (page[at + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  /** Skips an unquoted metric name; false, without moving, if none is here. */
  boolean skipMetricName() {
    return skipName(NAME_START, NAME);
  }

  /** Skips an unquoted label name; false, without moving, if none is here. */
  boolean skipLabelName() {
    return skipName(LABEL_START, LABEL);
  }

  private boolean skipName(int start, int rest) {
    int i = at;
    if (i >= limit || (CLASSES[page[i] & 0xFF] & start) == 0) {
      return false;
    }
    do {
      i++;
    } while (i < limit && (CLASSES[page[i] & 0xFF] & rest) != 0);
    at = i;
    return true;
  }

  /** Skips a text in double quotes, from quote to quote, and checks that it is UTF-8. */
  void skipQuoted(String what, boolean lineFeedAllowed) {
    int from = at;
    if (current() != '"' || isAtEnd()) {
      throw expected(what + " in double quotes");
    }
    int i = at + 1;
    int union = 0;
    while (true) {
      if (i >= limit) {
        throw error(from, "the double quote that begins " + what + " is never closed");
      }
      byte c = page[i];
      union |= c;
      if (c == '"') {
        break;
      }
      if (c == '\n' && !lineFeedAllowed) {
        throw error(i, "expected the closing double quote of " + what + ", got the end of the line");
      }
      if (c == '\\') {
        i++;
        if (i >= limit || page[i] == '\n') {
          throw error(from, "a backslash in " + what + " is followed by nothing");
        }
        union |= page[i];
      }
      i++;
    }
    if (union < 0 && !Utf8.isValid(page, from + 1, i)) {
      throw error(from, what + " is not valid UTF-8");
    }
    at = i + 1;
  }

  /** An error at the current place: what was expected, and what is there. */
  ExpositionException expected(String what) {
    return error(at, "expected " + what + ", got " + describeHere());
  }

  private String describeHere() {
    if (at >= limit) {
      return "the end of the page";
    }
    if (page[at] == '\n') {
      return "the end of the line";
    }
    int to = at + 1;
    while (to < limit && to - at < 20 && page[to] > ' ') {
      to++;
    }
    return Names.quote(text(at, to));
  }

  ExpositionException error(int place, String problem) {
    int line = 1;
    int lineFrom = 0;
    int end = Math.min(place, limit);
    for (int i = 0; i < end; i++) {
      if (page[i] == '\n') {
        line++;
        lineFrom = i + 1;
      }
    }
    return new ExpositionException(line, text(lineFrom, end).length() + 1, problem, excerpt(lineFrom, end));
  }

  /** The line, or as much of it as an error may show, with the place in it. */
  private String excerpt(int lineFrom, int place) {
    int lineTo = place;
    while (lineTo < limit && page[lineTo] != '\n') {
      lineTo++;
    }
    int from = Math.max(lineFrom, place - ExpositionException.EXCERPT_CHARACTERS_MAX / 2);
    int to = Math.min(lineTo, from + ExpositionException.EXCERPT_CHARACTERS_MAX);
    return (from > lineFrom ? "…" : "") + text(from, to) + (to < lineTo ? "…" : "");
  }

  /** Whether the bytes from there to the cursor are just this text. */
  boolean isText(int from, String ascii) {
    if (at - from != ascii.length()) {
      return false;
    }
    for (int i = 0; i < ascii.length(); i++) {
      if (page[from + i] != ascii.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  String text(int from, int to) {
    return new String(page, from, to - from, StandardCharsets.UTF_8);
  }
}
