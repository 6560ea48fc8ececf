package io.meshwatch.scrape;

import io.meshwatch.exposition.SeriesText;
import io.meshwatch.model.MetricMetadata;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * Type, help and unit of the metric families a target shows. Lines that say the same as the last time are recognized by their
 * bytes, in their order. Written by the target's loop, read by all threads.
 */
final class TargetMetadata {
  /** Most families that are kept of one target. */
  static final int FAMILIES_MAX = 20_000;
  private static final String[] SUFFIXES = {"_total", "_bucket", "_count", "_sum", "_created", "_info", "_gcount", "_gsum"};

  private final Map<String, MetricMetadata> families = new ConcurrentHashMap<>();
  private final List<Line> lines = new ArrayList<>();
  private int next;

  /** A line of the last page: its bytes behind the keyword, and the type it names if it is a TYPE line. */
  private record Line(byte[] text, MetricMetadata.@Nullable Type type) {}

  void begin() {
    next = 0;
  }

  /** Whether this line is the one that stood at this place in the last page. */
  private boolean isKnown(byte[] page, int from, int to, MetricMetadata.@Nullable Type type) {
    Line line = next < lines.size() ? lines.get(next) : null;
    boolean known = line != null && line.type == type && Arrays.equals(page, from, to, line.text, 0, line.text.length);
    if (!known) {
      // Behind a line that differs everything may have moved; it is learnt anew.
      lines.subList(Math.min(next, lines.size()), lines.size()).clear();
      if (next < 3 * FAMILIES_MAX) {
        lines.add(new Line(Arrays.copyOfRange(page, from, to), type));
      }
    }
    next++;
    return known;
  }

  void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type) {
    if (!isKnown(page, nameFrom, nameTo, type)) {
      put(page, nameFrom, nameTo, type, null, null);
    }
  }

  void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo, boolean openMetrics) {
    if (!isKnown(page, nameFrom, textTo, null)) {
      put(page, nameFrom, nameTo, null, SeriesText.help(page, textFrom, textTo, openMetrics), null);
    }
  }

  void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo) {
    if (!isKnown(page, nameFrom, textTo, null)) {
      put(page, nameFrom, nameTo, null, null, SeriesText.help(page, textFrom, textTo, false));
    }
  }

  private void put(byte[] page, int nameFrom, int nameTo, MetricMetadata.@Nullable Type type, @Nullable String help, @Nullable String unit) {
    String name = SeriesText.name(page, nameFrom, nameTo);
    MetricMetadata before = families.getOrDefault(name, new MetricMetadata(MetricMetadata.Type.UNKNOWN, "", ""));
    if (families.size() < FAMILIES_MAX || families.containsKey(name)) {
      families.put(
          name,
          new MetricMetadata(
              type == null ? before.type() : type, unit == null ? before.unit() : unit, help == null ? before.help() : help));
    }
  }

  /** What is known of the family a metric belongs to. */
  @Nullable MetricMetadata of(String metricName) {
    MetricMetadata exact = families.get(metricName);
    if (exact != null) {
      return exact;
    }
    for (String suffix : SUFFIXES) {
      if (metricName.endsWith(suffix)) {
        MetricMetadata family = families.get(metricName.substring(0, metricName.length() - suffix.length()));
        if (family != null) {
          return family;
        }
      }
    }
    return null;
  }

  /** Whether the target may show a metric: it shows the family, or it describes none at all. */
  boolean mayHave(String metricName) {
    return families.isEmpty() || of(metricName) != null;
  }

  /** All families by name. */
  Map<String, MetricMetadata> families() {
    return Map.copyOf(families);
  }
}
