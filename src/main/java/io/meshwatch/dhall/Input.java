package io.meshwatch.dhall;

import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/**
 * The characters of a source and what the parser hoped to find there. A parser tries one way after the other; the message for the
 * user comes from the furthest offset that any way reached.
 */
final class Input {
  /** A way that leads nowhere; the parser that caught it goes back and tries another. Has no stack trace: it is thrown often. */
  static final class Mismatch extends RuntimeException {
    private Mismatch() {
      super(null, null, false, false);
    }
  }

  static final String OPERATOR = "an operator";
  static final String ARROW = "`->`";
  static final String TYPE = "`:` and a type";

  /** What may follow nearly everywhere; not worth saying where something else was hoped for. */
  private static final Set<String> COMMON = Set.of(OPERATOR, ARROW, TYPE);

  private static final int END = -1;

  final Source source;
  private final String text;
  private int offset;
  private int furthest;
  private final Set<String> hopes = new LinkedHashSet<>();

  Input(Source source) {
    this.source = source;
    this.text = source.text;
  }

  int offset() {
    return offset;
  }

  void goTo(int target) {
    offset = target;
  }

  Place place() {
    return new Place(source, offset);
  }

  Place place(int at) {
    return new Place(source, at);
  }

  String since(int start) {
    return text.substring(start, offset);
  }

  /** The character (code point) here, or -1 at the end. */
  int peek() {
    return offset < text.length() ? text.codePointAt(offset) : END;
  }

  int peekAt(int distance) {
    return offset + distance < text.length() ? text.charAt(offset + distance) : END;
  }

  boolean atEnd() {
    return offset >= text.length();
  }

  void skip() {
    offset += Character.charCount(text.codePointAt(offset));
  }

  boolean looksAt(String expected) {
    return text.startsWith(expected, offset);
  }

  boolean take(String expected) {
    boolean found = looksAt(expected);
    if (found) {
      offset += expected.length();
    }
    return found;
  }

  boolean take(char expected) {
    boolean found = offset < text.length() && text.charAt(offset) == expected;
    if (found) {
      offset++;
    }
    return found;
  }

  /** Takes the text or gives up this way. */
  void need(String expected, String inWords) {
    if (!take(expected)) {
      throw mismatch(inWords);
    }
  }

  /** Notes what could stand here and returns the exception to throw. */
  Mismatch mismatch(String hope) {
    hope(hope);
    return new Mismatch();
  }

  /** Notes what could stand here without giving up. */
  void hope(String hope) {
    if (offset > furthest) {
      furthest = offset;
      hopes.clear();
    }
    if (offset == furthest) {
      hopes.add(hope);
    }
  }

  /** A mistake that no other way of reading can mend. */
  ProblemsException error(int at, String message) {
    return new ProblemsException(place(at).error(message));
  }

  /** The message for the furthest place that was reached. */
  Problem problem() {
    String found = found();
    List<String> rare = hopes.stream().filter(hope -> !COMMON.contains(hope)).toList();
    List<String> all = rare.isEmpty() ? List.copyOf(hopes) : rare;
    String expected =
        all.size() < 2 ? String.join("", all) : String.join(", ", all.subList(0, all.size() - 1)) + " or " + all.getLast();
    return place(furthest).error("cannot read this: expected " + (expected.isEmpty() ? "an expression" : expected) + ", got " + found);
  }

  int furthest() {
    return furthest;
  }

  private String found() {
    if (furthest >= text.length()) {
      return "the end of the text";
    }
    int character = text.codePointAt(furthest);
    if (character == '\n' || character == '\r') {
      return "the end of the line";
    }
    if (Character.isLetter(character) || character == '_') {
      int end = furthest;
      while (end < text.length() && isLabelCharacter(text.charAt(end))) {
        end++;
      }
      return "`" + text.substring(furthest, Math.max(end, furthest + Character.charCount(character))) + "`";
    }
    if (character == '\t') {
      return "a tab";
    }
    if (character < ' ') {
      return String.format("the control character U+%04X", character);
    }
    return character == ' ' ? "a blank" : "`" + Character.toString(character) + "`";
  }

  static boolean isLabelCharacter(int character) {
    return isLabelStart(character) || isDigit(character) || character == '-' || character == '/';
  }

  static boolean isLabelStart(int character) {
    return (character >= 'a' && character <= 'z') || (character >= 'A' && character <= 'Z') || character == '_';
  }

  static boolean isDigit(int character) {
    return character >= '0' && character <= '9';
  }

  static boolean isHexDigit(int character) {
    return isDigit(character) || (character >= 'a' && character <= 'f') || (character >= 'A' && character <= 'F');
  }

  /** Characters beyond ASCII that Dhall allows: no surrogates, no non-characters. */
  static boolean isValidNonAscii(int character) {
    boolean surrogate = character >= 0xD800 && character <= 0xDFFF;
    return character >= 0x80 && !surrogate && (character & 0xFFFE) != 0xFFFE;
  }

  static boolean isPrintable(int character) {
    return (character >= 0x20 && character <= 0x7F) || isValidNonAscii(character);
  }

  /** Skips blanks, line ends and comments; returns whether there was any. */
  boolean blanks() {
    int start = offset;
    while (blank()) {
      // Each turn skips one piece.
    }
    return offset > start;
  }

  /** Skips blanks and gives up this way if there are none. */
  void needBlanks() {
    if (!blanks()) {
      throw mismatch("a blank");
    }
  }

  private boolean blank() {
    switch (peek()) {
      case ' ', '\t', '\n' -> offset++;
      case '\r' -> {
        if (peekAt(1) != '\n') {
          return false;
        }
        offset += 2;
      }
      case '-' -> {
        return looksAt("--") && lineComment();
      }
      case '{' -> {
        if (!looksAt("{-")) {
          return false;
        }
        blockComment();
      }
      default -> {
        return false;
      }
    }
    return true;
  }

  /** A line comment may also end with the text; the standard allows that at the end of a file only, which is the same. */
  private boolean lineComment() {
    offset += 2;
    while (!atEnd() && peek() != '\n' && !looksAt("\r\n")) {
      if (!isPrintable(peek()) && peek() != '\t') {
        throw mismatch("a printable character in the comment");
      }
      skip();
    }
    return true;
  }

  private void blockComment() {
    int start = offset;
    offset += 2;
    int open = 1;
    while (open > 0) {
      if (atEnd()) {
        throw error(start, "this comment `{-` is never closed: expected `-}`, got the end of the text");
      }
      if (take("{-")) {
        open++;
      } else if (take("-}")) {
        open--;
      } else if (isPrintable(peek()) || peek() == '\t' || peek() == '\n' || looksAt("\r\n")) {
        skip();
      } else {
        throw mismatch("a printable character in the comment");
      }
    }
  }
}
