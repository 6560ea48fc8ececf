package io.meshwatch.gotemplate;

import java.math.BigInteger;

/** Numbers as Go's source writes them: {@code 12}, {@code 0x1_F}, {@code 0b1}, {@code 1.5e3}, {@code 1+2i}. */
final class Constants {
  private static final BigInteger LONG_MIN = BigInteger.valueOf(Long.MIN_VALUE);
  private static final BigInteger LONG_MAX = BigInteger.valueOf(Long.MAX_VALUE);

  private Constants() {}

  /** An int, a float or a complex number; throws {@link IllegalArgumentException} if it is none. */
  static Object number(String text) {
    if (text.endsWith("i")) {
      return complex(text.substring(0, text.length() - 1), text);
    }
    boolean hexadecimal = text.contains("x") || text.contains("X");
    boolean fractional = text.contains(".") || (hexadecimal ? containsAny(text, "pP") : containsAny(text, "eE"));
    return fractional ? (Object) floating(text) : (Object) integer(text);
  }

  private static boolean containsAny(String text, String characters) {
    return text.chars().anyMatch(c -> characters.indexOf(c) >= 0);
  }

  private static Object complex(String text, String written) {
    int sign = Math.max(text.lastIndexOf('+'), text.lastIndexOf('-'));
    while (sign > 0 && "eEpP".indexOf(text.charAt(sign - 1)) >= 0) {
      sign = Math.max(text.lastIndexOf('+', sign - 1), text.lastIndexOf('-', sign - 1));
    }
    try {
      double real = sign > 0 ? floating(text.substring(0, sign)) : 0;
      return new Complex(real, floating(sign > 0 ? text.substring(sign) : text));
    } catch (IllegalArgumentException e) {
      throw new IllegalArgumentException("illegal number syntax: " + Values.quote(written), e);
    }
  }

  private static double floating(String text) {
    try {
      return GoFloat.parse(text.replace("_", ""));
    } catch (FunctionException e) {
      throw new IllegalArgumentException("illegal number syntax: " + Values.quote(text), e);
    }
  }

  private static long integer(String text) {
    boolean negative = text.startsWith("-");
    String digits = (negative || text.startsWith("+") ? text.substring(1) : text).replace("_", "").toLowerCase(java.util.Locale.ROOT);
    int radix = 10;
    if (digits.startsWith("0x") || digits.startsWith("0b") || digits.startsWith("0o")) {
      radix = digits.charAt(1) == 'x' ? 16 : digits.charAt(1) == 'b' ? 2 : 8;
      digits = digits.substring(2);
    } else if (digits.length() > 1 && digits.startsWith("0")) {
      radix = 8;
    }
    try {
      BigInteger value = new BigInteger(digits, radix);
      BigInteger signed = negative ? value.negate() : value;
      if (signed.compareTo(LONG_MIN) < 0 || signed.compareTo(LONG_MAX) > 0) {
        throw new IllegalArgumentException("integer overflow: " + Values.quote(text));
      }
      return signed.longValue();
    } catch (NumberFormatException e) {
      throw new IllegalArgumentException("illegal number syntax: " + Values.quote(text), e);
    }
  }
}
