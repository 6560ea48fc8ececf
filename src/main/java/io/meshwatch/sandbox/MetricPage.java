package io.meshwatch.sandbox;

import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;

/** Writes a metrics page in text format 0.0.4. Confined to one thread. */
final class MetricPage {
  static final String CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8";

  private final StringBuilder text = new StringBuilder(1 << 14);
  private String family = "";

  /** Begins a family; its samples follow. */
  MetricPage family(String name, String type, String help) {
    family = name;
    text.append("# HELP ").append(name).append(' ').append(help).append("\n# TYPE ").append(name).append(' ').append(type).append('\n');
    return this;
  }

  /** A sample of the family itself; label names and values in turn. */
  MetricPage sample(double value, String... labels) {
    return named(family, value, labels);
  }

  /** A sample whose name is the family's with an ending, such as {@code _count}. */
  MetricPage part(String ending, double value, String... labels) {
    return named(family + ending, value, labels);
  }

  MetricPage gauge(String name, String help, double value, String... labels) {
    return family(name, "gauge", help).sample(value, labels);
  }

  MetricPage counter(String name, String help, double value, String... labels) {
    return family(name, "counter", help).sample(value, labels);
  }

  private MetricPage named(String name, double value, String... labels) {
    text.append(name);
    if (labels.length > 0) {
      text.append('{');
      for (int i = 0; i < labels.length; i += 2) {
        text.append(i == 0 ? "" : ",").append(labels[i]).append("=\"").append(escape(labels[i + 1])).append('"');
      }
      text.append('}');
    }
    text.append(' ').append(number(value)).append('\n');
    return this;
  }

  private static String escape(String value) {
    return value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** Whole numbers without a point: 1.7E9 is legal, but nobody reads it gladly. */
  private static String number(double value) {
    if (Double.isNaN(value) || Double.isInfinite(value)) {
      return Double.isNaN(value) ? "NaN" : value > 0 ? "+Inf" : "-Inf";
    }
    if (value == Math.rint(value) && Math.abs(value) < 1e15) {
      return Long.toString((long) value);
    }
    return BigDecimal.valueOf(value).toPlainString();
  }

  byte[] bytes() {
    return text.toString().getBytes(StandardCharsets.UTF_8);
  }
}
