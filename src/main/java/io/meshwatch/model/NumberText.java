package io.meshwatch.model;

import java.util.Locale;

/**
 * Numbers as Prometheus reads and writes them, which is as Go does: the shortest digits that read back as the same number.
 *
 * @see <a href="https://pkg.go.dev/strconv#FormatFloat">strconv.FormatFloat</a>
 */
public final class NumberText {
  /** Room that {@link #sample(double, char[], int)} needs. */
  public static final int SAMPLE_CHARACTERS_MAX = 32;
  private static final double EXACT_INTEGERS_MAX = 1e15;
  private static final int GENERAL_EXPONENT_MIN = -4;
  private static final int GENERAL_EXPONENT_MAX = 6;
  private static final int VALUE_EXPONENT_MAX = 21;
  /** Where Java writes a number's shortest digits without an exponent, which is format 'f' already. */
  private static final double JAVA_PLAIN_MIN = 1e-3;
  private static final double JAVA_PLAIN_MAX = 1e7;

  private NumberText() {}

  /** A sample value in the HTTP API's JSON: {@code 12.5}, {@code 1e+21}, {@code 1e-07}, {@code +Inf}, {@code NaN}. */
  public static String sample(double value) {
    double size = Math.abs(value);
    return size != 0 && (size < 1e-6 || size >= 1e21) ? exponent(value) : plain(value);
  }

  /**
   * Writes {@link #sample} into an array with room for {@value #SAMPLE_CHARACTERS_MAX} characters from an index on; returns the index
   * behind it. Whole numbers and those with up to three decimals, which most samples are, are written digit by digit.
   */
  public static int sample(double value, char[] into, int at) {
    double thousandths = Math.rint(value * 1000);
    // A decimal of at most 15 digits that reads back as the same number is the shortest one, once its trailing zeros are gone.
    if (Math.abs(thousandths) < EXACT_INTEGERS_MAX && thousandths / 1000 == value && (value != 0 || 1 / value > 0)) {
      return thousandths((long) thousandths, into, at);
    }
    String text = sample(value);
    text.getChars(0, text.length(), into, at);
    return at + text.length();
  }

  private static int thousandths(long number, char[] into, int from) {
    int at = from;
    if (number < 0) {
      into[at++] = '-';
    }
    long size = Math.abs(number);
    at = digits(size / 1000, into, at);
    int rest = (int) (size % 1000);
    if (rest == 0) {
      return at;
    }
    into[at++] = '.';
    for (int place = 100; rest > 0; place /= 10) {
      into[at++] = (char) ('0' + rest / place);
      rest %= place;
    }
    return at;
  }

  /** Writes a number that is not negative; returns the index behind it. */
  public static int digits(long number, char[] into, int from) {
    int end = from + 1;
    for (long left = number / 10; left > 0; left /= 10) {
      end++;
    }
    long left = number;
    for (int at = end - 1; at >= from; at--) {
      into[at] = (char) ('0' + left % 10);
      left /= 10;
    }
    return end;
  }

  /** Format 'f', never an exponent: {@code 0.0000001}. */
  public static String plain(double value) {
    if (isShortInteger(value)) {
      return Long.toString((long) value);
    }
    if (!Double.isFinite(value)) {
      return notFinite(value);
    }
    double size = Math.abs(value);
    if (size >= JAVA_PLAIN_MIN && size < JAVA_PLAIN_MAX) {
      return Double.toString(value);
    }
    return Decimal.of(value).plain(new StringBuilder()).toString();
  }

  /** Format 'e': {@code 1.5e+06}. */
  public static String exponent(double value) {
    return Double.isFinite(value) ? Decimal.of(value).exponent(new StringBuilder()).toString() : notFinite(value);
  }

  /** Format 'g': an exponent below 1e-4 and from 1e6 on. */
  public static String general(double value) {
    return general(value, GENERAL_EXPONENT_MAX);
  }

  /** Go's {@code %v}: an exponent below 1e-4 and from 1e21 on; how PromQL prints number literals. */
  public static String value(double value) {
    return isShortInteger(value) ? Long.toString((long) value) : general(value, VALUE_EXPONENT_MAX);
  }

  private static String general(double value, int exponentMax) {
    if (!Double.isFinite(value)) {
      return notFinite(value);
    }
    Decimal decimal = Decimal.of(value);
    int exponent = decimal.digits.equals("0") ? 0 : decimal.point - 1;
    StringBuilder text = new StringBuilder();
    boolean small = exponent >= GENERAL_EXPONENT_MIN && exponent < exponentMax;
    return (small ? decimal.plain(text) : decimal.exponent(text)).toString();
  }

  /** A histogram bucket's bound as Prometheus normalises it: {@code 1.0}, {@code 0.25}, {@code 1e+06}, {@code +Inf}. */
  public static String openMetrics(double value) {
    if (value == 1) {
      return "1.0";
    }
    if (value == 0) {
      return "0.0";
    }
    String text = general(value);
    boolean integer = Double.isFinite(value) && text.indexOf('.') < 0 && text.indexOf('e') < 0;
    return integer ? text + ".0" : text;
  }

  private static boolean isShortInteger(double value) {
    return value == Math.rint(value) && Math.abs(value) < EXACT_INTEGERS_MAX && (value != 0 || 1 / value > 0);
  }

  private static String notFinite(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    return value > 0 ? "+Inf" : "-Inf";
  }

  /**
   * A number of PromQL: decimal or hexadecimal, with underscores, a leading zero meaning octal, {@code Inf} and {@code NaN}.
   *
   * @throws NumberFormatException with the reason
   */
  public static double parseLiteral(String text) {
    String digits = text.replace("_", "");
    try {
      if (digits.startsWith("0x") || digits.startsWith("0X")) {
        return Long.parseLong(digits.substring(2), 16);
      }
      if (digits.length() > 1 && digits.charAt(0) == '0' && digits.chars().allMatch(c -> c >= '0' && c <= '7')) {
        return Long.parseLong(digits, 8);
      }
    } catch (NumberFormatException e) {
      throw new NumberFormatException("value out of range: " + Names.quote(text));
    }
    return parse(text);
  }

  /**
   * A number as Go's {@code strconv.ParseFloat} takes it.
   *
   * @throws NumberFormatException if it is none, or too large for a double
   */
  public static double parse(String text) {
    boolean signed = text.startsWith("+") || text.startsWith("-");
    double sign = text.startsWith("-") ? -1 : 1;
    switch ((signed ? text.substring(1) : text).toLowerCase(Locale.ROOT)) {
      case "inf", "infinity" -> {
        return sign * Double.POSITIVE_INFINITY;
      }
      case "nan" -> {
        if (!signed) {
          return StaleMarker.ORDINARY_NAN;
        }
      }
      default -> {
        if (isNumber(text, signed ? 1 : 0)) {
          return parseChecked(text);
        }
      }
    }
    throw new NumberFormatException("not a number: " + Names.quote(text));
  }

  private static double parseChecked(String text) {
    double value = Double.parseDouble(text.replace("_", ""));
    if (Double.isInfinite(value)) {
      throw new NumberFormatException("value out of range: " + Names.quote(text));
    }
    return value;
  }

  private static boolean isNumber(String text, int from) {
    boolean hex = text.startsWith("0x", from) || text.startsWith("0X", from);
    int at = hex ? from + 2 : from;
    boolean digitBefore = hex;
    boolean digits = false;
    boolean dot = false;
    while (at < text.length()) {
      char c = text.charAt(at);
      if (Character.digit(c, hex ? 16 : 10) >= 0 && c < 128) {
        digits = true;
        digitBefore = true;
      } else if (c == '_' && digitBefore) {
        digitBefore = false;
      } else if (c == '.' && !dot && !underscoreBefore(text, at)) {
        dot = true;
        digitBefore = false;
      } else {
        break;
      }
      at++;
    }
    if (!digits || underscoreBefore(text, at)) {
      return false;
    }
    if (at == text.length()) {
      return !hex;
    }
    char marker = Character.toLowerCase(text.charAt(at));
    return marker == (hex ? 'p' : 'e') && isExponent(text, at + 1);
  }

  private static boolean underscoreBefore(String text, int at) {
    return at > 0 && text.charAt(at - 1) == '_';
  }

  private static boolean isExponent(String text, int from) {
    int at = from < text.length() && (text.charAt(from) == '+' || text.charAt(from) == '-') ? from + 1 : from;
    if (at >= text.length()) {
      return false;
    }
    boolean digitBefore = false;
    for (; at < text.length(); at++) {
      char c = text.charAt(at);
      boolean digit = c >= '0' && c <= '9';
      if (!digit && !(c == '_' && digitBefore)) {
        return false;
      }
      digitBefore = digit;
    }
    return digitBefore;
  }

  /** Shortest digits of a finite number: {@code 0.DIGITS × 10^point}. */
  private record Decimal(boolean negative, String digits, int point) {
    static Decimal of(double value) {
      boolean negative = Double.doubleToRawLongBits(value) < 0;
      double size = Math.abs(value);
      if (size == 0) {
        return new Decimal(negative, "0", 1);
      }
      String java = Double.toString(size);
      int e = java.indexOf('E');
      int exponent = e < 0 ? 0 : Integer.parseInt(java, e + 1, java.length(), 10);
      int dot = java.indexOf('.');
      String all = java.substring(0, dot) + java.substring(dot + 1, e < 0 ? java.length() : e);
      int from = 0;
      while (all.charAt(from) == '0') {
        from++;
      }
      int to = all.length();
      while (all.charAt(to - 1) == '0') {
        to--;
      }
      return new Decimal(negative, all.substring(from, to), dot - from + exponent).shortened(size);
    }

    /** Java writes two digits where one would do for the smallest numbers: 4.9E-324 is 5e-324. */
    private Decimal shortened(double size) {
      if (digits.length() != 2) {
        return this;
      }
      int up = digits.charAt(0) - '0' + 1;
      Decimal oneDigit = up == 10 ? new Decimal(negative, "1", point + 1) : new Decimal(negative, String.valueOf(up), point);
      return Double.parseDouble("0." + oneDigit.digits + "E" + oneDigit.point) == size ? oneDigit : this;
    }

    StringBuilder plain(StringBuilder text) {
      text.append(negative ? "-" : "");
      if (point <= 0) {
        return text.append("0.").repeat('0', -point).append(digits);
      }
      if (point >= digits.length()) {
        return text.append(digits).repeat('0', point - digits.length());
      }
      return text.append(digits, 0, point).append('.').append(digits, point, digits.length());
    }

    StringBuilder exponent(StringBuilder text) {
      text.append(negative ? "-" : "").append(digits.charAt(0));
      if (digits.length() > 1) {
        text.append('.').append(digits, 1, digits.length());
      }
      int exponent = digits.equals("0") ? 0 : point - 1;
      text.append('e').append(exponent < 0 ? '-' : '+');
      return text.append(Math.abs(exponent) < 10 ? "0" : "").append(Math.abs(exponent));
    }
  }
}
