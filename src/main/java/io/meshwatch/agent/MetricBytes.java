package io.meshwatch.agent;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** Writes a metrics page in text format 0.0.4 into bytes that are used again. Guarded by {@link NodeMetrics}. */
final class MetricBytes {
  private byte[] bytes = new byte[64 << 10];
  private int length;
  private String family = "";

  void clear() {
    length = 0;
  }

  byte[] copy() {
    return Arrays.copyOf(bytes, length);
  }

  /** Begins a family; its samples follow. */
  MetricBytes family(String name, String type, String help) {
    family = name;
    text("# HELP ").text(name).text(" ").text(help).text("\n# TYPE ").text(name).text(" ").text(type).text("\n");
    return this;
  }

  MetricBytes counter(String name, String help) {
    return family(name, "counter", help);
  }

  MetricBytes gauge(String name, String help) {
    return family(name, "gauge", help);
  }

  MetricBytes sample(long value, String... labels) {
    begin(labels);
    number(value);
    return text("\n");
  }

  /** A number of the given smallest parts: 1234 hundredths are written 12.34. */
  MetricBytes parts(long value, int partsPerUnit, String... labels) {
    begin(labels);
    number(value / partsPerUnit);
    long rest = Math.abs(value % partsPerUnit);
    if (rest != 0) {
      text(".");
      for (int place = partsPerUnit / 10; place > 0 && rest > 0; place /= 10) {
        put((byte) ('0' + rest / place));
        rest %= place;
      }
    }
    return text("\n");
  }

  MetricBytes sample(double value, String... labels) {
    begin(labels);
    return text(Double.toString(value)).text("\n");
  }

  /** A value as the kernel wrote it. */
  MetricBytes verbatim(String value, String... labels) {
    begin(labels);
    return text(value).text("\n");
  }

  private void begin(String... labels) {
    text(family);
    for (int i = 0; i < labels.length; i += 2) {
      text(i == 0 ? "{" : ",").text(labels[i]).text("=\"");
      escaped(labels[i + 1]);
      text("\"");
    }
    text(labels.length > 0 ? "} " : " ");
  }

  private void escaped(String value) {
    boolean plain = value.indexOf('\\') < 0 && value.indexOf('"') < 0 && value.indexOf('\n') < 0;
    text(plain ? value : value.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n"));
  }

  private MetricBytes text(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    reserve(encoded.length);
    System.arraycopy(encoded, 0, bytes, length, encoded.length);
    length += encoded.length;
    return this;
  }

  private void number(long value) {
    if (value < 0) {
      text(Long.toString(value));
      return;
    }
    int digits = 1;
    for (long rest = value; rest >= 10; rest /= 10) {
      digits++;
    }
    reserve(digits);
    long rest = value;
    for (int at = length + digits - 1; at >= length; at--) {
      bytes[at] = (byte) ('0' + rest % 10);
      rest /= 10;
    }
    length += digits;
  }

  private void put(byte one) {
    reserve(1);
    bytes[length++] = one;
  }

  private void reserve(int more) {
    if (length + more > bytes.length) {
      bytes = Arrays.copyOf(bytes, Math.max(bytes.length * 2, length + more));
    }
  }
}
