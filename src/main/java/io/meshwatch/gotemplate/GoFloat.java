package io.meshwatch.gotemplate;

import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.util.Locale;

/**
 * Floats as Go's strconv reads and writes them.
 *
 * @see <a href="https://pkg.go.dev/strconv#FormatFloat">strconv.FormatFloat</a>
 */
public final class GoFloat {
  /** The precision that gives the fewest digits which read back as the same number. */
  public static final int SHORTEST = -1;

  private static final int MANTISSA_BITS = 52;
  private static final int EXPONENT_BIAS = 1023;

  private GoFloat() {}

  /** Significant digits without zeros at the end, and where the point stands: 0.d1d2… × 10^point. */
  private record Digits(String digits, int point) {
    static final Digits ZERO = new Digits("", 0);

    static Digits of(BigDecimal value) {
      if (value.signum() == 0) {
        return ZERO;
      }
      String all = value.unscaledValue().toString();
      int end = all.length();
      while (end > 1 && all.charAt(end - 1) == '0') {
        end--;
      }
      return new Digits(all.substring(0, end), all.length() - value.scale());
    }

    char at(int index) {
      return index >= 0 && index < digits.length() ? digits.charAt(index) : '0';
    }
  }

  /** A number from a text; throws {@link FunctionException} with Go's message if it is none. */
  public static double parse(String text) {
    String unsigned = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    double sign = text.startsWith("-") ? -1 : 1;
    String lower = unsigned.toLowerCase(Locale.ROOT);
    if (lower.equals("inf") || lower.equals("infinity")) {
      return sign * Double.POSITIVE_INFINITY;
    }
    if (lower.equals("nan")) {
      return Double.NaN;
    }
    if (!isNumber(lower)) {
      throw new FunctionException("strconv.ParseFloat: parsing " + Values.quote(text) + ": invalid syntax");
    }
    double value = sign * Double.parseDouble(lower);
    if (Double.isInfinite(value)) {
      throw new FunctionException("strconv.ParseFloat: parsing " + Values.quote(text) + ": value out of range");
    }
    return value;
  }

  /** Whether it is digits with point and exponent: Java's own parser takes more, such as a type letter at the end. */
  private static boolean isNumber(String text) {
    boolean hexadecimal = text.startsWith("0x");
    String digits = hexadecimal ? "0123456789abcdef" : "0123456789";
    char exponentMark = hexadecimal ? 'p' : 'e';
    int at = hexadecimal ? 2 : 0;
    int mantissaDigits = 0;
    boolean point = false;
    while (at < text.length() && (digits.indexOf(text.charAt(at)) >= 0 || (text.charAt(at) == '.' && !point))) {
      point |= text.charAt(at) == '.';
      mantissaDigits += text.charAt(at) == '.' ? 0 : 1;
      at++;
    }
    if (mantissaDigits == 0 || (hexadecimal && (at == text.length() || text.charAt(at) != exponentMark))) {
      return false;
    }
    return at == text.length() || (text.charAt(at) == exponentMark && isExponent(text.substring(at + 1)));
  }

  private static boolean isExponent(String text) {
    String digits = text.startsWith("-") || text.startsWith("+") ? text.substring(1) : text;
    return !digits.isEmpty() && digits.chars().allMatch(c -> c >= '0' && c <= '9');
  }

  /**
   * A number as text.
   *
   * @param format one of e, E, f, F, g, G, b, x, X
   * @param precision digits after the point, for g all digits; {@link #SHORTEST} for as few as possible
   */
  public static String format(double value, char format, int precision) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean negative = Double.doubleToRawLongBits(value) < 0;
    String magnitude = switch (format) {
      case 'e', 'E' -> exponential(rounded(Math.abs(value), precision < 0 ? precision : precision + 1), precision, format);
      case 'f', 'F' -> fixed(Math.abs(value), precision);
      case 'g', 'G' -> general(Math.abs(value), precision, format);
      case 'b' -> binary(Math.abs(value));
      case 'x', 'X' -> hexadecimal(Math.abs(value), precision, format);
      default -> throw new IllegalArgumentException("not a float format: " + format);
    };
    return negative ? "-" + magnitude : magnitude;
  }

  /** So many significant digits, or the fewest. */
  private static Digits rounded(double value, int significant) {
    return significant < 0
        ? shortest(value)
        : Digits.of(new BigDecimal(value).round(new MathContext(Math.max(significant, 1), RoundingMode.HALF_EVEN)));
  }

  /** Java always writes two digits; where one is enough, it is preferred. */
  private static Digits shortest(double value) {
    if (value == 0) {
      return Digits.ZERO;
    }
    Digits two = Digits.of(new BigDecimal(Double.toString(value)));
    if (two.digits().length() == 2) {
      BigDecimal one = new BigDecimal(value).round(new MathContext(1, RoundingMode.HALF_EVEN));
      if (one.doubleValue() == value) {
        return Digits.of(one);
      }
    }
    return two;
  }

  private static String exponential(Digits digits, int precision, char mark) {
    int decimals = precision < 0 ? Math.max(digits.digits().length() - 1, 0) : precision;
    StringBuilder text = new StringBuilder().append(digits.at(0));
    if (decimals > 0) {
      text.append('.');
      for (int i = 1; i <= decimals; i++) {
        text.append(digits.at(i));
      }
    }
    int exponent = digits.digits().isEmpty() ? 0 : digits.point() - 1;
    text.append(mark).append(exponent < 0 ? '-' : '+');
    int magnitude = Math.abs(exponent);
    return text.append(magnitude < 10 ? "0" : "").append(magnitude).toString();
  }

  private static String fixed(double value, int precision) {
    if (precision >= 0) {
      return new BigDecimal(value).setScale(precision, RoundingMode.HALF_EVEN).toPlainString();
    }
    Digits digits = shortest(value);
    return fixed(digits, Math.max(digits.digits().length() - digits.point(), 0));
  }

  private static String fixed(Digits digits, int decimals) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < digits.point(); i++) {
      text.append(digits.at(i));
    }
    if (digits.point() <= 0) {
      text.append('0');
    }
    if (decimals > 0) {
      text.append('.');
      for (int i = 0; i < decimals; i++) {
        text.append(digits.at(digits.point() + i));
      }
    }
    return text.toString();
  }

  private static String general(double value, int precision, char format) {
    int wanted = precision == 0 ? 1 : precision;
    Digits digits = rounded(value, wanted);
    int count = digits.digits().length();
    int exponentFrom = wanted;
    if (wanted > count && count >= digits.point()) {
      exponentFrom = count;
    }
    if (wanted < 0) {
      exponentFrom = 6;
    }
    int exponent = digits.point() - 1;
    if (count > 0 && (exponent < -4 || exponent >= exponentFrom)) {
      return exponential(digits, count - 1, format == 'g' ? 'e' : 'E');
    }
    return fixed(digits, Math.max(count - digits.point(), 0));
  }

  private static String binary(double value) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> MANTISSA_BITS);
    long mantissa = bits & ((1L << MANTISSA_BITS) - 1);
    if (exponent == 0) {
      exponent++;
    } else {
      mantissa |= 1L << MANTISSA_BITS;
    }
    int power = exponent - EXPONENT_BIAS - MANTISSA_BITS;
    return mantissa + "p" + (power >= 0 ? "+" : "") + power;
  }

  private static String hexadecimal(double value, int precision, char format) {
    long bits = Double.doubleToRawLongBits(value);
    int exponent = (int) (bits >>> MANTISSA_BITS) - EXPONENT_BIAS;
    long mantissa = bits & ((1L << MANTISSA_BITS) - 1);
    if (value == 0) {
      exponent = 0;
    } else if (exponent == -EXPONENT_BIAS) {
      // A subnormal number: shift until its first one is the digit before the point.
      exponent++;
      while ((mantissa & (1L << MANTISSA_BITS)) == 0) {
        mantissa <<= 1;
        exponent--;
      }
    } else {
      mantissa |= 1L << MANTISSA_BITS;
    }
    if (precision >= 0 && precision < MANTISSA_BITS / 4) {
      mantissa = roundedAt(mantissa, MANTISSA_BITS - 4 * precision);
      if (mantissa >>> (MANTISSA_BITS + 1) != 0) {
        mantissa >>>= 1;
        exponent++;
      }
    }
    String text = "0x" + (mantissa >>> MANTISSA_BITS) + fraction(mantissa, precision) + power(exponent);
    return format == 'X' ? text.toUpperCase(Locale.ROOT) : text;
  }

  private static long roundedAt(long mantissa, int droppedBits) {
    long dropped = mantissa & ((1L << droppedBits) - 1);
    long kept = mantissa - dropped;
    long half = 1L << (droppedBits - 1);
    boolean up = dropped > half || (dropped == half && ((kept >>> droppedBits) & 1) == 1);
    return up ? kept + (1L << droppedBits) : kept;
  }

  private static String fraction(long mantissa, int precision) {
    StringBuilder digits = new StringBuilder(String.format("%013x", mantissa & ((1L << MANTISSA_BITS) - 1)));
    int length = precision;
    if (precision < 0) {
      length = digits.length();
      while (length > 0 && digits.charAt(length - 1) == '0') {
        length--;
      }
    }
    while (digits.length() < length) {
      digits.append('0');
    }
    return length == 0 ? "" : "." + digits.substring(0, length);
  }

  private static String power(int exponent) {
    int magnitude = Math.abs(exponent);
    return (exponent < 0 ? "p-" : "p+") + (magnitude < 10 ? "0" : "") + magnitude;
  }
}
