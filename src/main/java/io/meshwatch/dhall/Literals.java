package io.meshwatch.dhall;

import java.math.BigDecimal;
import java.math.BigInteger;
import java.util.Locale;

/** Writes literals as Dhall does. */
final class Literals {
  private Literals() {}

  static String integer(BigInteger value) {
    return (value.signum() < 0 ? "" : "+") + value;
  }

  static String floatingPoint(double value) {
    if (Double.isInfinite(value)) {
      return value > 0 ? "Infinity" : "-Infinity";
    }
    if (Double.isNaN(value)) {
      return "NaN";
    }
    double magnitude = Math.abs(value);
    if (magnitude >= 0.001 && magnitude < 0.1) {
      return scientific(value);
    }
    // Java writes 1.0E10 where Dhall writes 1.0e10.
    return Double.toString(value).replace('E', 'e');
  }

  /** As {@code 1.25e-2}, which the reference implementation prefers below 0.1 and Java only below 0.001. */
  private static String scientific(double value) {
    BigDecimal exact = new BigDecimal(Double.toString(value)).stripTrailingZeros();
    String digits = exact.unscaledValue().abs().toString();
    String rest = digits.length() == 1 ? "0" : digits.substring(1);
    return (value < 0 ? "-" : "") + digits.charAt(0) + "." + rest + "e" + (digits.length() - 1 - exact.scale());
  }

  /** A text in double quotes. */
  static String quoted(String text) {
    return '"' + escaped(text).replace("${", "\\${") + '"';
  }

  /** What {@code Text/show} gives: valid in Dhall and, below U+10000, in JSON. */
  static String shown(String text) {
    return '"' + escaped(text).replace("$", "\\u0024") + '"';
  }

  /** The inside of a text in double quotes, but for dollar signs. */
  private static String escaped(String text) {
    StringBuilder escaped = new StringBuilder(text.length() + 8);
    for (int i = 0; i < text.length(); i++) {
      char character = text.charAt(i);
      switch (character) {
        case '"' -> escaped.append("\\\"");
        case '\\' -> escaped.append("\\\\");
        case '\b' -> escaped.append("\\b");
        case '\f' -> escaped.append("\\f");
        case '\n' -> escaped.append("\\n");
        case '\r' -> escaped.append("\\r");
        case '\t' -> escaped.append("\\t");
        default -> {
          if (character < ' ') {
            escaped.append(String.format(Locale.ROOT, "\\u%04X", (int) character));
          } else {
            escaped.append(character);
          }
        }
      }
    }
    return escaped.toString();
  }

  static String time(int hour, int minute, BigDecimal second) {
    String seconds = second.toPlainString();
    return String.format(Locale.ROOT, "%02d:%02d:%s", hour, minute, second.precision() - second.scale() < 2 ? "0" + seconds : seconds);
  }

  static String timeZone(boolean negative, int hours, int minutes) {
    return String.format(Locale.ROOT, "%s%02d:%02d", negative ? "-" : "+", hours, minutes);
  }
}
