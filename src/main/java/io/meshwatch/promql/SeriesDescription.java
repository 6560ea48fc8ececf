package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * A series in the notation of Prometheus' tests: {@code name{a="b"} 1 2+3x4 _ stale {{schema:0 count:2 buckets:[1 1]}}}.
 *
 * @param labels the series
 * @param items its values, one for each step; null for a step without sample
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/#series">series</a>
 */
public record SeriesDescription(Labels labels, List<@Nullable Item> items) {
  /** Most values one series may be written to have. */
  public static final int ITEMS_MAX = 10_000_000;

  /** A float, or a histogram ({@code value} does not count then). */
  public record Item(double value, @Nullable Histogram histogram) {}

  /**
   * Reads a series with its values.
   *
   * @throws ParseException with the place of the first mistake
   */
  public static SeriesDescription parse(String text) {
    int end = endOfMetric(text);
    Labels labels = Parser.parseMetric(text.substring(0, end));
    return new SeriesDescription(labels, new Values(text, end).all());
  }

  /** Reads values alone: {@code 1 2+3x4}. */
  public static List<@Nullable Item> parseValues(String text) {
    return new Values(text, 0).all();
  }

  /** The index behind the metric: behind its braces or, without braces, at the first blank. */
  static int endOfMetric(String text) {
    int at = 0;
    while (at < text.length() && text.charAt(at) != '{' && !isBlank(text.charAt(at))) {
      at++;
    }
    if (at == text.length() || isBlank(text.charAt(at))) {
      return at;
    }
    while (at < text.length() && text.charAt(at) != '}') {
      char c = text.charAt(at);
      boolean quote = c == '"' || c == '\'' || c == '`';
      try {
        at = quote ? StringLiterals.endOf(text, at) : at + 1;
      } catch (IllegalArgumentException e) {
        throw ParseException.at(text, new Position(at, text.length()), String.valueOf(e.getMessage()));
      }
    }
    return Math.min(text.length(), at + 1);
  }

  private static boolean isBlank(char c) {
    return c == ' ' || c == '\t';
  }

  /** Reads the values behind a metric. Confined to one thread. */
  private static final class Values {
    private final String text;
    private final List<@Nullable Item> items = new ArrayList<>();
    private int at;

    Values(String text, int from) {
      this.text = text;
      this.at = from;
    }

    List<@Nullable Item> all() {
      skipBlanks();
      while (at < text.length()) {
        item();
        if (at < text.length() && !isBlank(text.charAt(at))) {
          throw unexpected();
        }
        skipBlanks();
      }
      return items;
    }

    private void item() {
      if (text.startsWith("_", at)) {
        at++;
        repeat(null, peek() == 'x' ? times() : 1);
      } else if (text.startsWith("stale", at)) {
        at += "stale".length();
        repeat(new Item(StaleMarker.VALUE, null), peek() == 'x' ? times() + 1 : 1);
      } else if (text.startsWith("{{", at)) {
        histograms(histogram());
      } else {
        floats(signedNumber());
      }
    }

    private void repeat(@Nullable Item item, int times) {
      if (items.size() + (long) times > ITEMS_MAX) {
        throw error(at, "a series has at most " + ITEMS_MAX + " values");
      }
      for (int i = 0; i < times; i++) {
        items.add(item);
      }
    }

    private void floats(double first) {
      if (peek() == 'x') {
        repeat(new Item(first, null), times() + 1);
        return;
      }
      if (peek() != '+' && peek() != '-') {
        repeat(new Item(first, null), 1);
        return;
      }
      double step = signedNumber();
      int times = times();
      double value = first;
      for (int i = 0; i <= times; i++) {
        repeat(new Item(value, null), 1);
        value += step;
      }
    }

    private void histograms(Histogram first) {
      if (peek() == 'x') {
        repeat(new Item(0, first), times() + 1);
        return;
      }
      if (peek() != '+' && peek() != '-') {
        repeat(new Item(0, first), 1);
        return;
      }
      int signAt = at;
      double factor = text.charAt(at++) == '-' ? -1 : 1;
      Histogram step = histogram();
      int times = times();
      Histogram value = first;
      repeat(new Item(0, value), 1);
      for (int i = 0; i < times; i++) {
        HistogramSum sum = new HistogramSum(value);
        if (!sum.fits(step) || (!value.hasCustomBuckets() && step.schema() < value.schema())) {
          throw error(signAt, "error combining histograms: cannot merge from schema " + step.schema() + " to " + value.schema());
        }
        sum.add(step, factor);
        value = sum.value(false);
        repeat(new Item(0, value), 1);
      }
    }

    private int times() {
      if (peek() != 'x') {
        throw unexpected();
      }
      int from = ++at;
      while (peek() >= '0' && peek() <= '9') {
        at++;
      }
      if (at == from || at - from > 8) {
        throw error(from, "expected a number of repetitions, got " + Names.quote(text.substring(from, at)));
      }
      return Integer.parseInt(text, from, at, 10);
    }

    private double signedNumber() {
      int from = at;
      if (peek() == '+' || peek() == '-') {
        at++;
      }
      int digits = at;
      while (isNumberCharacter()) {
        at++;
      }
      if (at == digits) {
        throw unexpected();
      }
      String number = text.substring(from, at);
      boolean negativeNaN = number.equalsIgnoreCase("-nan") || number.equalsIgnoreCase("+nan");
      try {
        return NumberText.parse(negativeNaN ? "NaN" : number);
      } catch (NumberFormatException e) {
        throw error(from, "error parsing number: " + e.getMessage());
      }
    }

    /** Digits, dots, an exponent with its sign, and the letters of Inf and NaN. */
    private boolean isNumberCharacter() {
      char c = peek();
      boolean signOfExponent = (c == '+' || c == '-') && at > 0 && (text.charAt(at - 1) == 'e' || text.charAt(at - 1) == 'E');
      return (c >= '0' && c <= '9') || c == '.' || "eEiInNfFaA".indexOf(c) >= 0 || signOfExponent;
    }

    // Histograms

    private Histogram histogram() {
      int start = at;
      if (!text.startsWith("{{", at)) {
        throw unexpected();
      }
      at += 2;
      Map<String, Object> parts = new HashMap<>();
      skipBlanks();
      while (!text.startsWith("}}", at)) {
        part(parts);
        skipBlanks();
      }
      at += 2;
      return build(parts, start);
    }

    private void part(Map<String, Object> parts) {
      int from = at;
      while (Character.isLetter(peek()) || peek() == '_') {
        at++;
      }
      String key = text.substring(from, at);
      if (key.isEmpty()) {
        throw unexpected();
      }
      if (peek() != ':') {
        throw error(from, "missing `:` for histogram descriptor");
      }
      at++;
      Object value = switch (key) {
        case "buckets", "n_buckets", "custom_values" -> numbers();
        case "counter_reset_hint" -> hint();
        case "schema", "sum", "count", "z_bucket", "z_bucket_w", "offset", "n_offset" -> signedNumber();
        default -> throw error(from, "bad histogram descriptor found: " + Names.quote(key));
      };
      if (parts.put(key, value) != null) {
        throw error(from, "duplicate key " + Names.quote(key) + " in histogram");
      }
    }

    private double[] numbers() {
      if (peek() != '[') {
        throw unexpected();
      }
      at++;
      List<Double> numbers = new ArrayList<>();
      while (peek() != ']') {
        numbers.add(signedNumber());
        if (isBlank(peek())) {
          skipBlanks();
        }
      }
      at++;
      return numbers.stream().mapToDouble(Double::doubleValue).toArray();
    }

    private ResetHint hint() {
      int from = at;
      while (Character.isLetter(peek()) || peek() == '_') {
        at++;
      }
      String word = text.substring(from, at);
      return switch (word) {
        case "unknown" -> ResetHint.UNKNOWN;
        case "reset" -> ResetHint.RESET;
        case "not_reset" -> ResetHint.NOT_RESET;
        case "gauge" -> ResetHint.GAUGE;
        default -> throw error(from, "bad histogram descriptor found: " + Names.quote(word));
      };
    }

    private Histogram build(Map<String, Object> parts, int start) {
      double[] none = new double[0];
      double schema = number(parts, "schema");
      boolean known = schema == Histogram.CUSTOM_BUCKETS_SCHEMA || (schema >= Histogram.SCHEMA_MIN && schema <= Histogram.SCHEMA_MAX);
      if (!known) {
        throw error(start, "unknown schema " + NumberText.value(schema) + " in histogram");
      }
      double[] positive = (double[]) parts.getOrDefault("buckets", none);
      double[] negative = (double[]) parts.getOrDefault("n_buckets", none);
      return new Histogram((ResetHint) parts.getOrDefault("counter_reset_hint", ResetHint.UNKNOWN), (int) schema,
          number(parts, "z_bucket_w"), number(parts, "z_bucket"), number(parts, "count"), number(parts, "sum"),
          spans((int) number(parts, "offset"), positive), positive, spans((int) number(parts, "n_offset"), negative), negative,
          (double[]) parts.getOrDefault("custom_values", none), false);
    }

    private static double number(Map<String, Object> parts, String key) {
      return (Double) parts.getOrDefault(key, 0.0);
    }

    private static List<Span> spans(int offset, double[] buckets) {
      return buckets.length == 0 ? List.of() : List.of(new Span(offset, buckets.length));
    }

    private char peek() {
      return at < text.length() ? text.charAt(at) : '\uFFFF';
    }

    private void skipBlanks() {
      while (at < text.length() && isBlank(text.charAt(at))) {
        at++;
      }
    }

    private ParseException unexpected() {
      String got = at < text.length() ? Names.quote(text.substring(at, at + 1)) : "end of input";
      return error(at, "unexpected " + got + " in series values");
    }

    private ParseException error(int from, String message) {
      return ParseException.at(text, new Position(from, from + 1), message);
    }
  }
}
