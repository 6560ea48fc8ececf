package io.meshwatch.notify;

import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** The matcher grammar since Alertmanager 0.27. Confined to one thread; used once. */
final class Utf8Matchers {
  private final String text;
  private int at;

  private Utf8Matchers(String text) {
    this.text = text;
  }

  static List<Matcher> parse(String text) {
    return new Utf8Matchers(text).matchers();
  }

  /** Characters that must be quoted. */
  static boolean isReserved(int c) {
    return Character.isWhitespace(c) || "{}!=~,\\\"'`".indexOf(c) >= 0;
  }

  private List<Matcher> matchers() {
    List<Matcher> matchers = new ArrayList<>();
    boolean braced = skip('{');
    while (!atEnd() && peek() != '}') {
      matchers.add(matcher());
      if (!skip(',')) {
        break;
      }
    }
    if (braced && !skip('}')) {
      throw error(atEnd() ? "expected close brace" : "expected a comma or close brace");
    }
    if (!atEnd()) {
      throw error(peek() == '}' ? "expected opening brace" : "expected a comma or end of input");
    }
    return List.copyOf(matchers);
  }

  private Matcher matcher() {
    String name = word("expected label name");
    skipSpace();
    Matcher.Op op = ClassicMatchers.operator(text.substring(at));
    if (op == null) {
      throw error("expected an operator such as '=', '!=', '=~' or '!~'");
    }
    at += op.symbol().length();
    return new Matcher(name, op, word("expected label value"));
  }

  private String word(String expected) {
    if (atEnd()) {
      throw error(expected);
    }
    if (peek() == '"') {
      return quoted();
    }
    int start = at;
    while (at < text.length() && !isReserved(text.charAt(at))) {
      at++;
    }
    if (at == start) {
      throw error(expected);
    }
    return text.substring(start, at);
  }

  private String quoted() {
    int start = at++;
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    while (at < text.length() && text.charAt(at) != '"') {
      int c = text.codePointAt(at);
      if (c == '\n') {
        break;
      }
      if (c == '\\') {
        escape(bytes, start);
      } else {
        bytes.writeBytes(Character.toString(c).getBytes(StandardCharsets.UTF_8));
        at += Character.charCount(c);
      }
    }
    if (at >= text.length() || text.charAt(at) != '"') {
      at = start;
      throw error("missing end \"");
    }
    at++;
    try {
      return StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes.toByteArray())).toString();
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException(start + ":" + at + ": " + text.substring(start, at) + ": invalid input", e);
    }
  }

  /** One of Go's escapes; {@code x} and octal digits give a byte, {@code u} and {@code U} a character. */
  private void escape(ByteArrayOutputStream bytes, int start) {
    char kind = at + 1 < text.length() ? text.charAt(at + 1) : 0;
    int simple = "abfnrtv\\\"".indexOf(kind);
    if (simple >= 0) {
      bytes.write("\u0007\b\f\n\r\t\u000B\\\"".charAt(simple));
      at += 2;
      return;
    }
    switch (kind) {
      case 'x' -> bytes.write(number(at + 2, 2, 16, start));
      case 'u' -> bytes.writeBytes(character(number(at + 2, 4, 16, start), start));
      case 'U' -> bytes.writeBytes(character(number(at + 2, 8, 16, start), start));
      default -> {
        int octal = number(at + 1, 3, 8, start);
        if (octal > 255) {
          throw invalid(start);
        }
        bytes.write(octal);
      }
    }
  }

  private int number(int from, int digits, int radix, int start) {
    int value = 0;
    for (int i = from; i < from + digits; i++) {
      int digit = i < text.length() ? Character.digit(text.charAt(i), radix) : -1;
      if (digit < 0) {
        throw invalid(start);
      }
      value = value * radix + digit;
    }
    at = from + digits;
    return value;
  }

  private byte[] character(int codePoint, int start) {
    if (!Character.isValidCodePoint(codePoint) || (codePoint >= 0xD800 && codePoint <= 0xDFFF)) {
      throw invalid(start);
    }
    return Character.toString(codePoint).getBytes(StandardCharsets.UTF_8);
  }

  private IllegalArgumentException invalid(int start) {
    return new IllegalArgumentException(start + ": " + Names.quote(text.substring(start)) + ": invalid input");
  }

  private boolean skip(char c) {
    if (!atEnd() && peek() == c) {
      at++;
      return true;
    }
    return false;
  }

  private char peek() {
    return text.charAt(at);
  }

  private boolean atEnd() {
    skipSpace();
    return at >= text.length();
  }

  private void skipSpace() {
    while (at < text.length() && Character.isWhitespace(text.charAt(at))) {
      at++;
    }
  }

  private IllegalArgumentException error(String expected) {
    String got = at >= text.length() ? "end of input" : "unexpected " + text.substring(at, Math.min(text.length(), at + 20));
    return new IllegalArgumentException(at + ": " + got + ": " + expected);
  }
}
