package io.meshwatch.promql;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;

/**
 * PromQL's string literals: Go's, plus single quotes. Bytes that are not UTF-8 (from {@code \xff}) become lone surrogates
 * U+DC80…U+DCFF, so that a name with such a byte is seen to be invalid.
 */
final class StringLiterals {
  private static final String SIMPLE_ESCAPES = "abfnrtv\\";
  private static final String SIMPLE_VALUES = "\u0007\b\f\n\r\t\u000b\\";
  private static final int SURROGATE_FOR_BYTE = 0xDC00;

  private StringLiterals() {}

  /** The index behind the literal that begins here; throws {@link IllegalArgumentException} saying what is wrong. */
  static int endOf(String input, int from) {
    char quote = input.charAt(from);
    if (quote == '`') {
      int end = input.indexOf('`', from + 1);
      if (end < 0) {
        throw new IllegalArgumentException("unterminated raw string");
      }
      return end + 1;
    }
    int at = from + 1;
    while (at < input.length() && input.charAt(at) != '\n') {
      char c = input.charAt(at);
      if (c == quote) {
        return at + 1;
      }
      at = c == '\\' ? endOfEscape(input, at + 1, quote) : at + 1;
    }
    throw new IllegalArgumentException("unterminated quoted string");
  }

  private static int endOfEscape(String input, int at, char quote) {
    if (at >= input.length()) {
      throw new IllegalArgumentException("escape sequence not terminated");
    }
    char c = input.charAt(at);
    if (c == quote || SIMPLE_ESCAPES.indexOf(c) >= 0) {
      return at + 1;
    }
    int digits = digitsOf(c);
    if (digits < 0) {
      throw new IllegalArgumentException("unknown escape sequence " + name(input.codePointAt(at)));
    }
    int from = c >= '0' && c <= '7' ? at : at + 1;
    int base = c >= '0' && c <= '7' ? 8 : 16;
    long value = 0;
    for (int i = from; i < from + digits; i++) {
      if (i >= input.length()) {
        throw new IllegalArgumentException("escape sequence not terminated");
      }
      int digit = Character.digit(input.charAt(i), base);
      if (digit < 0) {
        throw new IllegalArgumentException("illegal character " + name(input.codePointAt(i)) + " in escape sequence");
      }
      value = value * base + digit;
    }
    boolean isByte = base == 8 || c == 'x';
    if (value > (isByte ? 255 : Character.MAX_CODE_POINT) || (!isByte && value >= 0xD800 && value < 0xE000)) {
      throw new IllegalArgumentException(String.format("escape sequence is an invalid Unicode code point %#08x", value));
    }
    return from + digits;
  }

  /** How many digits follow (or, for octal, begin with) the letter; −1 for an unknown escape. */
  private static int digitsOf(char c) {
    return switch (c) {
      case '0', '1', '2', '3', '4', '5', '6', '7' -> 3;
      case 'x' -> 2;
      case 'u' -> 4;
      case 'U' -> 8;
      default -> -1;
    };
  }

  private static String name(int codePoint) {
    return String.format("U+%04X '%s'", codePoint, Character.toString(codePoint));
  }

  /** The value of a whole literal, quotes included; throws {@link IllegalArgumentException} if it is not one. */
  static String unquote(String literal) {
    if (literal.length() < 2 || "\"'`".indexOf(literal.charAt(0)) < 0 || endOf(literal, 0) != literal.length()) {
      throw new IllegalArgumentException("not a string literal: " + literal);
    }
    String body = literal.substring(1, literal.length() - 1);
    if (literal.charAt(0) == '`') {
      return body.replace("\r", "");
    }
    return body.indexOf('\\') < 0 ? body : unescape(body);
  }

  private static String unescape(String body) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream(body.length());
    int at = 0;
    while (at < body.length()) {
      int codePoint = body.codePointAt(at);
      if (codePoint != '\\') {
        write(bytes, codePoint);
        at += Character.charCount(codePoint);
        continue;
      }
      char c = body.charAt(at + 1);
      int simple = SIMPLE_ESCAPES.indexOf(c);
      if (simple >= 0) {
        bytes.write(SIMPLE_VALUES.charAt(simple));
        at += 2;
      } else if (c >= '0' && c <= '7') {
        bytes.write(Integer.parseInt(body, at + 1, at + 4, 8));
        at += 4;
      } else if (digitsOf(c) > 0) {
        int end = at + 2 + digitsOf(c);
        int value = Integer.parseInt(body, at + 2, end, 16);
        if (c == 'x') {
          bytes.write(value);
        } else {
          write(bytes, value);
        }
        at = end;
      } else {
        bytes.write(c);
        at += 2;
      }
    }
    return decode(bytes.toByteArray());
  }

  private static void write(ByteArrayOutputStream bytes, int codePoint) {
    bytes.writeBytes(Character.toString(codePoint).getBytes(StandardCharsets.UTF_8));
  }

  private static String decode(byte[] bytes) {
    StringBuilder text = new StringBuilder(bytes.length);
    int at = 0;
    while (at < bytes.length) {
      int length = sequenceLength(bytes[at]);
      String decoded = at + length <= bytes.length ? new String(bytes, at, length, StandardCharsets.UTF_8) : "\uFFFD";
      boolean genuine = decoded.indexOf('\uFFFD') < 0 || (length == 3 && (bytes[at] & 0xFF) == 0xEF);
      if (genuine) {
        text.append(decoded);
        at += length;
      } else {
        text.append((char) (SURROGATE_FOR_BYTE + (bytes[at++] & 0xFF)));
      }
    }
    return text.toString();
  }

  private static int sequenceLength(byte first) {
    int b = first & 0xFF;
    if (b < 0x80) {
      return 1;
    }
    if (b < 0xE0) {
      return 2;
    }
    return b < 0xF0 ? 3 : 4;
  }
}
