package io.meshwatch.gotemplate;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Printing as Go's fmt does it: verbs with flags, width and precision, and {@code %!verb(type=value)} where a verb does not fit.
 * Confined to one thread, used once.
 *
 * @see <a href="https://pkg.go.dev/fmt">fmt</a>
 */
final class GoFormat {
  /** Widths and precisions beyond this are refused, as in Go. */
  private static final int WIDTH_MAX = 1_000_000;

  private final StringBuilder out = new StringBuilder();
  private final int charactersMax;
  private boolean plus;
  private boolean minus;
  private boolean sharp;
  private boolean space;
  private boolean zero;
  private int width;
  /** −1 = none given. */
  private int precision;

  private GoFormat(int charactersMax) {
    this.charactersMax = charactersMax;
  }

  /** {@code fmt.Sprintf}. */
  static String printf(String format, List<? extends @Nullable Object> arguments, int charactersMax) {
    GoFormat formatter = new GoFormat(charactersMax);
    formatter.print(format, arguments);
    return formatter.out.toString();
  }

  /** {@code fmt.Sprint}: blanks between operands of which neither is a text. */
  static String print(List<? extends @Nullable Object> arguments) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      boolean betweenNonTexts = i > 0 && !(arguments.get(i) instanceof String) && !(arguments.get(i - 1) instanceof String);
      text.append(betweenNonTexts ? " " : "").append(value(arguments.get(i)));
    }
    return text.toString();
  }

  /** {@code fmt.Sprintln}: blanks between all operands, a newline at the end. */
  static String println(List<? extends @Nullable Object> arguments) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < arguments.size(); i++) {
      text.append(i == 0 ? "" : " ").append(value(arguments.get(i)));
    }
    return text.append('\n').toString();
  }

  /** {@code %v} of a value. */
  static String value(@Nullable Object value) {
    GoFormat formatter = new GoFormat(Integer.MAX_VALUE);
    formatter.clearFlags();
    formatter.argument(value, 'v');
    return formatter.out.toString();
  }

  private void print(String format, List<? extends @Nullable Object> arguments) {
    int next = 0;
    boolean reordered = false;
    int at = 0;
    while (at < format.length()) {
      int percent = format.indexOf('%', at);
      out.append(format, at, percent < 0 ? format.length() : percent);
      checkLength();
      if (percent < 0) {
        break;
      }
      clearFlags();
      Cursor cursor = new Cursor(format, percent + 1, next, arguments);
      cursor.readFlags();
      at = cursor.at;
      next = cursor.next;
      reordered |= cursor.reordered;
      if (at >= format.length()) {
        out.append("%!(NOVERB)");
        break;
      }
      int verb = format.codePointAt(at);
      at += Character.charCount(verb);
      if (verb == '%') {
        out.append('%');
      } else if (cursor.badIndex) {
        out.append("%!").appendCodePoint(verb).append("(BADINDEX)");
      } else if (next >= arguments.size()) {
        out.append("%!").appendCodePoint(verb).append("(MISSING)");
      } else {
        argument(arguments.get(next++), verb);
      }
    }
    if (!reordered && next < arguments.size()) {
      extra(arguments.subList(next, arguments.size()));
    }
  }

  private void extra(List<? extends @Nullable Object> arguments) {
    out.append("%!(EXTRA ");
    for (int i = 0; i < arguments.size(); i++) {
      Object argument = arguments.get(i);
      out.append(i == 0 ? "" : ", ");
      out.append(argument == null ? "<nil>" : Values.typeName(argument) + "=" + value(argument));
    }
    out.append(')');
  }

  private void checkLength() {
    if (out.length() > charactersMax) {
      throw new FunctionException("printf: text is longer than " + charactersMax + " characters");
    }
  }

  private void clearFlags() {
    plus = false;
    minus = false;
    sharp = false;
    space = false;
    zero = false;
    width = 0;
    precision = -1;
  }

  /** Reads what stands between the percent sign and the verb. */
  private final class Cursor {
    private final String format;
    private final List<? extends @Nullable Object> arguments;
    private int at;
    private int next;
    private boolean reordered;
    private boolean badIndex;

    Cursor(String format, int at, int next, List<? extends @Nullable Object> arguments) {
      this.format = format;
      this.at = at;
      this.next = next;
      this.arguments = arguments;
    }

    void readFlags() {
      while (at < format.length() && flag(format.charAt(at))) {
        at++;
      }
      argumentIndex();
      Integer wanted = number("BADWIDTH");
      if (wanted != null) {
        width = Math.abs(wanted);
        if (wanted < 0) {
          minus = true;
          zero = false;
        }
      }
      if (at < format.length() && format.charAt(at) == '.') {
        at++;
        argumentIndex();
        Integer given = number("BADPREC");
        precision = given == null ? 0 : Math.max(given, -1);
      }
      argumentIndex();
    }

    private boolean flag(char c) {
      switch (c) {
        case '#' -> sharp = true;
        case '0' -> zero = !minus;
        case '+' -> plus = true;
        case '-' -> {
          minus = true;
          zero = false;
        }
        case ' ' -> space = true;
        default -> {
          return false;
        }
      }
      return true;
    }

    /** {@code [n]}: which argument is next, from 1. */
    private void argumentIndex() {
      if (at >= format.length() || format.charAt(at) != '[') {
        return;
      }
      reordered = true;
      int end = format.indexOf(']', at);
      String digits = end < 0 ? "" : format.substring(at + 1, end);
      at = end < 0 ? at + 1 : end + 1;
      boolean valid = !digits.isEmpty() && digits.length() < 7 && digits.chars().allMatch(c -> c >= '0' && c <= '9');
      int index = valid ? Integer.parseInt(digits) : 0;
      if (index < 1 || index > arguments.size()) {
        badIndex = true;
      } else {
        next = index - 1;
      }
    }

    private @Nullable Integer number(String complaint) {
      if (at < format.length() && format.charAt(at) == '*') {
        at++;
        Object given = next < arguments.size() ? arguments.get(next) : null;
        next++;
        if (given instanceof Long value && Math.abs(value) <= WIDTH_MAX) {
          return value.intValue();
        }
        out.append("%!(").append(complaint).append(')');
        return null;
      }
      int from = at;
      int value = 0;
      while (at < format.length() && Character.isDigit(format.charAt(at))) {
        value = Math.min(value * 10 + (format.charAt(at++) - '0'), WIDTH_MAX + 1);
      }
      return at == from || value > WIDTH_MAX ? null : Integer.valueOf(value);
    }
  }

  private void argument(@Nullable Object value, int verb) {
    if (verb == 'T') {
      padded(Values.typeName(value));
      return;
    }
    Object plain = Values.plain(value);
    switch (plain) {
      case null -> nil(verb);
      case Boolean truth -> truth(truth, verb);
      case Long number -> integer(BigInteger.valueOf(number), value, verb);
      case BigInteger number -> integer(number, value, verb);
      case Double number -> floating(number, value, verb);
      case Complex number -> complex(number, verb);
      case String text -> text(text, value, verb);
      case List<?> list -> list(list, verb);
      case Map<?, ?> map -> map(map, verb);
      case Object object -> text(object.toString(), value, verb);
    }
    checkLength();
  }

  private void badVerb(@Nullable Object value, int verb) {
    out.append("%!").appendCodePoint(verb).append('(');
    out.append(value == null ? "<nil>" : Values.typeName(value) + "=" + value(value)).append(')');
  }

  private void nil(int verb) {
    if (verb == 'v') {
      padded("<nil>");
    } else {
      badVerb(null, verb);
    }
  }

  private void truth(boolean truth, int verb) {
    if (verb == 't' || verb == 'v') {
      padded(Boolean.toString(truth));
    } else {
      badVerb(truth, verb);
    }
  }

  private void integer(BigInteger number, @Nullable Object value, int verb) {
    switch (verb) {
      case 'v' -> {
        sharp = false;
        digits(number, 10, verb);
      }
      case 'd' -> digits(number, 10, verb);
      case 'b' -> digits(number, 2, verb);
      case 'o', 'O' -> digits(number, 8, verb);
      case 'x', 'X' -> digits(number, 16, verb);
      case 'c' -> padded(character(number));
      case 'q' -> padded(Quoting.quote(character(number), '\'', plus));
      case 'U' -> unicode(number);
      default -> badVerb(value, verb);
    }
  }

  private static String character(BigInteger number) {
    boolean valid = number.bitLength() < 22 && Character.isValidCodePoint(number.intValue());
    boolean surrogate = valid && number.intValue() >= Character.MIN_SURROGATE && number.intValue() <= Character.MAX_SURROGATE;
    return valid && !surrogate ? Character.toString(number.intValue()) : "\uFFFD";
  }

  private void unicode(BigInteger number) {
    String hex = number.toString(16).toUpperCase(java.util.Locale.ROOT);
    String text = "U+" + "0".repeat(Math.max(Math.max(precision, 4) - hex.length(), 0)) + hex;
    boolean shown = sharp && number.bitLength() < 22 && Quoting.isPrintable(number.intValue());
    zero = false;
    padded(shown ? text + " '" + character(number) + "'" : text);
  }

  private void digits(BigInteger number, int base, int verb) {
    boolean negative = number.signum() < 0;
    if (precision == 0 && number.signum() == 0) {
      out.repeat(" ", width);
      return;
    }
    int wanted = precision;
    if (precision < 0 && zero) {
      wanted = negative || plus || space ? width - 1 : width;
    }
    String text = number.abs().toString(base);
    text = "0".repeat(Math.max(wanted - text.length(), 0)) + (verb == 'X' ? text.toUpperCase(java.util.Locale.ROOT) : text);
    zero = false;
    padded(sign(negative) + basePrefix(text, base, verb) + text);
  }

  private String sign(boolean negative) {
    if (negative) {
      return "-";
    }
    return plus ? "+" : space ? " " : "";
  }

  private String basePrefix(String digits, int base, int verb) {
    if (verb == 'O') {
      return "0o";
    }
    if (!sharp) {
      return "";
    }
    return switch (base) {
      case 2 -> "0b";
      case 8 -> digits.startsWith("0") ? "" : "0";
      case 16 -> verb == 'X' ? "0X" : "0x";
      default -> "";
    };
  }

  private void floating(double number, @Nullable Object value, int verb) {
    switch (verb) {
      case 'v' -> {
        sharp = false;
        floating(number, 'g', GoFloat.SHORTEST);
      }
      case 'b', 'g', 'G', 'x', 'X' -> floating(number, (char) verb, GoFloat.SHORTEST);
      case 'f', 'e', 'E', 'F' -> floating(number, (char) verb, 6);
      default -> badVerb(value, verb);
    }
  }

  private void floating(double number, char format, int defaultPrecision) {
    int digits = precision >= 0 ? precision : defaultPrecision;
    String text = GoFloat.format(number, format, digits);
    boolean negative = text.startsWith("-");
    String magnitude = negative || text.startsWith("+") ? text.substring(1) : text;
    if (Double.isNaN(number) || Double.isInfinite(number)) {
      zero = false;
      padded((Double.isNaN(number) ? sign(false) : text.startsWith("+") && space && !plus ? " " : text.substring(0, 1)) + magnitude);
      return;
    }
    if (sharp && format != 'b') {
      magnitude = withPoint(magnitude, format);
    }
    String sign = sign(negative);
    if (zero && width > sign.length() + magnitude.length()) {
      magnitude = "0".repeat(width - sign.length() - magnitude.length()) + magnitude;
    }
    padded(sign + magnitude);
  }

  /** The flag {@code #}: always a point, and for g all digits. */
  private String withPoint(String magnitude, char format) {
    boolean hexadecimal = format == 'x' || format == 'X';
    int tailAt = 0;
    while (tailAt < magnitude.length() && (hexadecimal ? "pP" : "eE").indexOf(magnitude.charAt(tailAt)) < 0) {
      tailAt++;
    }
    StringBuilder head = new StringBuilder(magnitude.substring(0, tailAt));
    String tail = magnitude.substring(tailAt);
    int missing = 0;
    if (format == 'g' || format == 'G' || format == 'x') {
      missing = (precision < 0 ? 6 : precision) - significantDigits(head);
    }
    if (head.indexOf(".") < 0) {
      missing -= head.toString().equals("0") ? 1 : 0;
      head.append('.');
    }
    return head.append("0".repeat(Math.max(missing, 0))).append(tail).toString();
  }

  private static int significantDigits(StringBuilder number) {
    int digits = 0;
    for (int i = 0; i < number.length(); i++) {
      char c = number.charAt(i);
      if (c != '.' && (digits > 0 || c != '0')) {
        digits++;
      }
    }
    return digits;
  }

  private void complex(Complex number, int verb) {
    boolean plusBefore = plus;
    out.append('(');
    floating(number.real(), number, verb);
    plus = true;
    floating(number.imaginary(), number, verb);
    plus = plusBefore;
    out.append("i)");
  }

  private void text(String text, @Nullable Object value, int verb) {
    switch (verb) {
      case 'v' -> padded(sharp ? Quoting.quote(truncated(text), '"', false) : truncated(text));
      case 's' -> padded(truncated(text));
      case 'q' -> quoted(truncated(text));
      case 'x', 'X' -> hexadecimal(text, verb);
      default -> badVerb(value, verb);
    }
  }

  private String truncated(String text) {
    if (precision < 0 || text.codePointCount(0, text.length()) <= precision) {
      return text;
    }
    return text.substring(0, text.offsetByCodePoints(0, precision));
  }

  private void quoted(String text) {
    boolean canBackquote = text.chars().noneMatch(c -> c == '`' || c == 0x7F || c == 0xFEFF || (c < ' ' && c != '\t'));
    padded(sharp && canBackquote ? "`" + text + "`" : Quoting.quote(text, '"', plus));
  }

  private void hexadecimal(String text, int verb) {
    byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
    int length = precision >= 0 ? Math.min(precision, bytes.length) : bytes.length;
    StringBuilder hex = new StringBuilder();
    for (int i = 0; i < length; i++) {
      if (i > 0 && space) {
        hex.append(' ');
      }
      if (sharp && (space || i == 0)) {
        hex.append(verb == 'X' ? "0X" : "0x");
      }
      hex.append(String.format(verb == 'X' ? "%02X" : "%02x", bytes[i]));
    }
    padded(hex.toString());
  }

  private void list(List<?> list, int verb) {
    out.append('[');
    for (int i = 0; i < list.size(); i++) {
      out.append(i == 0 ? "" : " ");
      argument(list.get(i), verb);
    }
    out.append(']');
  }

  private void map(Map<?, ?> map, int verb) {
    out.append("map[");
    String separator = "";
    TreeMap<String, @Nullable Object> sorted = new TreeMap<>(io.meshwatch.model.Labels::compareText);
    map.forEach((key, value) -> sorted.put(String.valueOf(key), value));
    for (Map.Entry<String, @Nullable Object> entry : sorted.entrySet()) {
      out.append(separator);
      argument(entry.getKey(), verb);
      out.append(':');
      argument(entry.getValue(), verb);
      separator = " ";
    }
    out.append(']');
  }

  private void padded(String text) {
    int missing = width - text.codePointCount(0, text.length());
    if (missing <= 0) {
      out.append(text);
    } else if (minus) {
      out.append(text).repeat(" ", missing);
    } else {
      out.repeat(zero ? "0" : " ", missing).append(text);
    }
  }
}
