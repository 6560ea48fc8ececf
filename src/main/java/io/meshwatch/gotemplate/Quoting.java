package io.meshwatch.gotemplate;

/** Go's quoted texts and characters, written and read. */
final class Quoting {
  private Quoting() {}

  /** Whether a character is shown as itself in a quoted text. */
  static boolean isPrintable(int codePoint) {
    if (codePoint == ' ') {
      return true;
    }
    return switch (Character.getType(codePoint)) {
      case Character.CONTROL, Character.FORMAT, Character.SURROGATE, Character.PRIVATE_USE, Character.UNASSIGNED,
          Character.SPACE_SEPARATOR, Character.LINE_SEPARATOR, Character.PARAGRAPH_SEPARATOR -> false;
      default -> true;
    };
  }

  /** A text between quotes, everything outside ASCII escaped if asked for. */
  static String quote(String text, char quote, boolean asciiOnly) {
    StringBuilder out = new StringBuilder().append(quote);
    text.codePoints().forEach(c -> append(out, c, quote, asciiOnly));
    return out.append(quote).toString();
  }

  private static void append(StringBuilder out, int c, char quote, boolean asciiOnly) {
    if (c == quote || c == '\\') {
      out.append('\\').append((char) c);
    } else if (isPrintable(c) && (c < 0x80 || !asciiOnly)) {
      out.appendCodePoint(c);
    } else {
      int simple = "\u0007\b\f\n\r\t\u000B".indexOf(c);
      if (simple >= 0) {
        out.append('\\').append("abfnrtv".charAt(simple));
      } else if (c < ' ' || c == 0x7F) {
        out.append(String.format("\\x%02x", c));
      } else {
        out.append(c > 0xFFFF ? String.format("\\U%08x", c) : String.format("\\u%04x", c));
      }
    }
  }

  /** The text between double quotes or backticks; throws {@link IllegalArgumentException} for a bad escape. */
  static String unquote(String quoted) {
    String inner = quoted.substring(1, quoted.length() - 1);
    if (quoted.charAt(0) == '`') {
      return inner.replace("\r", "");
    }
    if (inner.indexOf('\\') < 0) {
      return inner;
    }
    Reader reader = new Reader(inner, quoted);
    java.io.ByteArrayOutputStream bytes = new java.io.ByteArrayOutputStream();
    while (reader.hasNext()) {
      reader.next(bytes);
    }
    return bytes.toString(java.nio.charset.StandardCharsets.UTF_8);
  }

  /** The number of a character constant such as {@code 'x'}. */
  static long character(String quoted) {
    String inner = quoted.substring(1, quoted.length() - 1);
    String text = inner.equals("\\'") ? "'" : unquote('"' + inner + '"');
    if (text.codePointCount(0, text.length()) != 1) {
      throw new IllegalArgumentException("malformed character constant: " + quoted);
    }
    return text.codePointAt(0);
  }

  /** Reads escapes: those of numbers below 256 are bytes, the others characters. */
  private static final class Reader {
    private final String text;
    private final String whole;
    private int at;

    Reader(String text, String whole) {
      this.text = text;
      this.whole = whole;
    }

    boolean hasNext() {
      return at < text.length();
    }

    void next(java.io.ByteArrayOutputStream out) {
      int c = text.codePointAt(at);
      at += Character.charCount(c);
      if (c != '\\') {
        character(c, out);
        return;
      }
      if (at == text.length()) {
        throw invalid();
      }
      char kind = text.charAt(at++);
      int simple = "abfnrtv\\\"'".indexOf(kind);
      if (simple >= 0) {
        out.write("\u0007\b\f\n\r\t\u000B\\\"'".charAt(simple));
        return;
      }
      switch (kind) {
        case 'x' -> out.write(number(2, 16));
        case 'u' -> character(number(4, 16), out);
        case 'U' -> character(number(8, 16), out);
        case '0', '1', '2', '3', '4', '5', '6', '7' -> {
          at--;
          out.write(number(3, 8));
        }
        default -> throw invalid();
      }
    }

    private int number(int digits, int radix) {
      if (at + digits > text.length()) {
        throw invalid();
      }
      String written = text.substring(at, at + digits);
      at += digits;
      try {
        return Integer.parseUnsignedInt(written, radix);
      } catch (NumberFormatException e) {
        throw new IllegalArgumentException("invalid syntax in " + whole, e);
      }
    }

    private void character(int c, java.io.ByteArrayOutputStream out) {
      if (!Character.isValidCodePoint(c)) {
        throw invalid();
      }
      out.writeBytes(Character.toString(c).getBytes(java.nio.charset.StandardCharsets.UTF_8));
    }

    private IllegalArgumentException invalid() {
      return new IllegalArgumentException("invalid syntax in " + whole);
    }
  }
}
