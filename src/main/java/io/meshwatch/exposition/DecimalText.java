package io.meshwatch.exposition;

import io.meshwatch.model.StaleMarker;
import java.nio.charset.StandardCharsets;

/**
 * Reads the numbers of a page byte by byte, correctly rounded, without a string for anything a real page holds: digits are
 * collected in a long; up to 2^53 and 10^22 one multiplication or division is exact, beyond that {@link DecimalRounding} decides,
 * and only what lies too close to the middle of two doubles goes to the JDK.
 *
 * @see <a href="https://pkg.go.dev/strconv#ParseFloat">strconv.ParseFloat</a>, of which pages may use the decimal part
 */
final class DecimalText {
  private static final double[] POWERS_OF_TEN = {
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22
  };
  /** How many decimal digits always fit into an unsigned long. */
  private static final int DIGITS_MAX = 19;
  /** Exponents beyond this are zero or infinite whatever the digits say; keeps arithmetic from overflowing. */
  private static final int EXPONENT_CAP = 1_000_000;
  private static final String OUT_OF_RANGE = "value out of range";

  private DecimalText() {}

  /**
   * A decimal number, {@code NaN} or an infinity. Every NaN becomes the ordinary one.
   *
   * @throws NumberFormatException if it is none, with a message if it is one but too large for a double
   */
  static double parse(byte[] bytes, int from, int to) {
    int i = from;
    boolean negative = false;
    if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
      negative = bytes[i] == '-';
      i++;
    }
    long digits = 0;
    int count = 0;
    int exponent = 0;
    boolean any = false;
    boolean point = false;
    boolean cut = false;
    for (; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit >= 0 && digit <= 9) {
        any = true;
        if (count < DIGITS_MAX) {
          digits = digits * 10 + digit;
          count += digits != 0 ? 1 : 0;
          exponent -= point ? 1 : 0;
        } else {
          cut |= digit != 0;
          exponent += point ? 0 : 1;
        }
      } else if (bytes[i] == '.' && !point) {
        point = true;
      } else {
        break;
      }
    }
    if (!any) {
      return special(bytes, from, to);
    }
    if (i < to) {
      exponent += exponent(bytes, i, to);
    }
    return round(bytes, from, to, negative, digits, exponent, cut);
  }

  private static int exponent(byte[] bytes, int from, int to) {
    int i = from;
    if (bytes[i] != 'e' && bytes[i] != 'E') {
      throw new NumberFormatException(null);
    }
    i++;
    boolean negative = false;
    if (i < to && (bytes[i] == '-' || bytes[i] == '+')) {
      negative = bytes[i] == '-';
      i++;
    }
    if (i == to) {
      throw new NumberFormatException(null);
    }
    int value = 0;
    for (; i < to; i++) {
      int digit = bytes[i] - '0';
      if (digit < 0 || digit > 9) {
        throw new NumberFormatException(null);
      }
      value = Math.min(value * 10 + digit, EXPONENT_CAP);
    }
    return negative ? -value : value;
  }

  private static double round(byte[] bytes, int from, int to, boolean negative, long digits, int exponent, boolean cut) {
    if (digits == 0) {
      return negative ? -0.0 : 0.0;
    }
    if (!cut && digits >>> 53 == 0 && exponent >= -22 && exponent <= 22) {
      double exact = exponent < 0 ? digits / POWERS_OF_TEN[-exponent] : digits * POWERS_OF_TEN[exponent];
      return negative ? -exact : exact;
    }
    double rounded = DecimalRounding.round(digits, exponent);
    boolean undecided = Double.isNaN(rounded) || (cut && rounded != DecimalRounding.round(digits + 1, exponent));
    if (undecided) {
      rounded = Math.abs(Double.parseDouble(new String(bytes, from, to - from, StandardCharsets.ISO_8859_1)));
    }
    if (Double.isInfinite(rounded)) {
      throw new NumberFormatException(OUT_OF_RANGE);
    }
    return negative ? -rounded : rounded;
  }

  private static double special(byte[] bytes, int from, int to) {
    if (isWord(bytes, from, to, "nan")) {
      return StaleMarker.ORDINARY_NAN;
    }
    boolean signed = from < to && (bytes[from] == '-' || bytes[from] == '+');
    int word = signed ? from + 1 : from;
    if (isWord(bytes, word, to, "inf") || isWord(bytes, word, to, "infinity")) {
      return signed && bytes[from] == '-' ? Double.NEGATIVE_INFINITY : Double.POSITIVE_INFINITY;
    }
    throw new NumberFormatException(null);
  }

  private static boolean isWord(byte[] bytes, int from, int to, String word) {
    if (to - from != word.length()) {
      return false;
    }
    for (int i = 0; i < word.length(); i++) {
      if ((bytes[from + i] | 0x20) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }
}
