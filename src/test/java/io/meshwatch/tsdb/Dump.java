package io.meshwatch.tsdb;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.List;

/** All float samples of a store, one a line, to be compared. */
final class Dump {
  private Dump() {}

  /** Lines {@code labels time bits}. */
  static List<String> of(Queryable store) {
    List<String> lines = new ArrayList<>();
    try (Querier querier = store.querier(Long.MIN_VALUE, Long.MAX_VALUE)) {
      SeriesSet set = querier.select(List.of(new Matcher(Labels.METRIC_NAME, Matcher.Op.MATCH, ".*")));
      while (set.next()) {
        add(set.at(), lines);
      }
    }
    lines.sort(null);
    return lines;
  }

  /** Adds the lines of one series. */
  static void add(Series series, List<String> lines) {
    SampleBuffer samples = new SampleBuffer();
    series.read(Long.MIN_VALUE, Long.MAX_VALUE, samples);
    for (int i = 0; i < samples.size(); i++) {
      if (samples.histogram(i) == null) {
        lines.add(line(series.labels(), samples.timestamps()[i], samples.values()[i]));
      }
    }
  }

  static String line(Labels labels, long time, double value) {
    return labels + " " + time + " " + (StaleMarker.is(value) ? "stale" : Double.isNaN(value) ? "NaN" : String.valueOf(value));
  }

  /** A line of {@code promtool tsdb dump} in our form: labels, value, time. */
  static String fromPromtool(String line) {
    int timeAt = line.lastIndexOf(' ');
    int valueAt = line.lastIndexOf(' ', timeAt - 1);
    String text = line.substring(valueAt + 1, timeAt);
    double value = switch (text) {
      case "+Inf" -> Double.POSITIVE_INFINITY;
      case "-Inf" -> Double.NEGATIVE_INFINITY;
      default -> Double.parseDouble(text);
    };
    return line.substring(0, valueAt) + " " + line.substring(timeAt + 1) + " " + (Double.isNaN(value) ? "NaN" : String.valueOf(value));
  }

  /** Our dump as promtool would print it: it does not tell a stale marker from another NaN. */
  static List<String> asPromtool(List<String> lines) {
    return lines.stream().map(line -> line.endsWith(" stale") ? line.substring(0, line.length() - 5) + "NaN" : line).sorted().toList();
  }


  /** Says how two dumps differ, in a few lines; empty if they do not. */
  static String difference(List<String> found, List<String> expected) {
    java.util.Set<String> missing = new java.util.TreeSet<>(expected);
    java.util.Set<String> extra = new java.util.TreeSet<>(found);
    missing.removeAll(new java.util.HashSet<>(found));
    extra.removeAll(new java.util.HashSet<>(expected));
    if (missing.isEmpty() && extra.isEmpty()) {
      return found.size() == expected.size() ? "" : found.size() + " lines instead of " + expected.size();
    }
    return missing.size() + " missing " + missing.stream().limit(5).toList() + ", " + extra.size() + " too many "
        + extra.stream().limit(5).toList();
  }
}
