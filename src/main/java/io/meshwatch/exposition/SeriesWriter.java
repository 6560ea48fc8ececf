package io.meshwatch.exposition;

import io.meshwatch.model.Names;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * Writes series as text, {@code name{a="b",le="1.0"}}, into one buffer that is used again and again: labels once, then each
 * suffix and bound. Confined to one thread; the bytes are valid until the next call.
 */
final class SeriesWriter {
  private byte[] labels = new byte[256];
  private int labelsLength;
  private byte[] out = new byte[256];
  private int length;
  private String name = "";

  /** Starts a metric without labels. */
  void begin(String metricName) {
    name = metricName;
    labelsLength = 0;
  }

  void label(String labelName, String value) {
    length = 0;
    writeLabel(labelName, value);
    while (labels.length < labelsLength + length) {
      labels = Arrays.copyOf(labels, labels.length * 2);
    }
    System.arraycopy(out, 0, labels, labelsLength, length);
    labelsLength += length;
  }

  /** The series with this suffix of its name; returns its length. */
  int finish(String suffix) {
    beginSeries(suffix);
    return closeSeries();
  }

  /** The series with a suffix and one more label. */
  int finish(String suffix, String labelName, String value) {
    beginSeries(suffix);
    writeLabel(labelName, value);
    return closeSeries();
  }

  /** Only the labels in braces. */
  int finishBare() {
    length = 0;
    write('{');
    write(labels, 0, labelsLength);
    return closeSeries();
  }

  private void beginSeries(String suffix) {
    length = 0;
    String full = name + suffix;
    if (Names.isLegacyMetricName(full)) {
      write(full);
      write('{');
    } else {
      write('{');
      writeQuoted(full);
      write(',');
    }
    write(labels, 0, labelsLength);
  }

  /** Every label ends with a comma; the last one becomes the brace. */
  private int closeSeries() {
    if (out[length - 1] == ',') {
      length--;
    }
    if (out[length - 1] == '{' && length > 1) {
      return --length;
    }
    write('}');
    return length;
  }

  byte[] bytes() {
    return out;
  }

  private void writeLabel(String labelName, String value) {
    if (Names.isLegacyLabelName(labelName)) {
      write(labelName);
    } else {
      writeQuoted(labelName);
    }
    write('=');
    writeQuoted(value);
    write(',');
  }

  private void writeQuoted(String text) {
    write('"');
    write(escaped(text));
    write('"');
  }

  private void write(String text) {
    byte[] encoded = text.getBytes(StandardCharsets.UTF_8);
    write(encoded, 0, encoded.length);
  }

  private void write(byte[] from, int offset, int count) {
    while (out.length < length + count) {
      out = Arrays.copyOf(out, out.length * 2);
    }
    System.arraycopy(from, offset, out, length, count);
    length += count;
  }

  private void write(char ascii) {
    if (length == out.length) {
      out = Arrays.copyOf(out, length * 2);
    }
    out[length++] = (byte) ascii;
  }

  /** Backslash, quote and line feed escaped, as label values need it. */
  static String escaped(String text) {
    boolean plain = text.indexOf('\\') < 0 && text.indexOf('"') < 0 && text.indexOf('\n') < 0;
    return plain ? text : text.replace("\\", "\\\\").replace("\"", "\\\"").replace("\n", "\\n");
  }

  /** A metric name as it stands in metadata lines. */
  static byte[] nameBytes(String metricName) {
    String text = Names.isLegacyMetricName(metricName) ? metricName : '"' + escaped(metricName) + '"';
    return text.getBytes(StandardCharsets.UTF_8);
  }

  static byte[] escapedHelp(byte[] bytes, int from, int to) {
    String text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
    return text.replace("\\", "\\\\").replace("\n", "\\n").getBytes(StandardCharsets.UTF_8);
  }

  static byte[] joined(byte[] first, byte[] second) {
    byte[] both = Arrays.copyOf(first, first.length + second.length);
    System.arraycopy(second, 0, both, first.length, second.length);
    return both;
  }
}
