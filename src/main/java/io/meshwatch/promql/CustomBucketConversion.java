package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** Makes native histograms with custom buckets of classic ones. */
final class CustomBucketConversion {
  /** The parts of one classic histogram at one time. */
  private static final class Parts {
    final TreeMap<Double, Double> buckets = new TreeMap<>();
    @Nullable Double count;
    double sum;
  }

  private CustomBucketConversion() {}

  /** Adds, for each classic histogram among the series, a native one under the name without {@code _bucket}. */
  static void convert(List<SeriesDescription> series, long stepMillis, MemoryStore store) {
    Map<Labels, Map<Integer, Parts>> histograms = new LinkedHashMap<>();
    for (SeriesDescription one : series) {
      collect(one, histograms);
    }
    histograms.forEach((labels, times) -> times.forEach((index, parts) -> {
      if (!parts.buckets.isEmpty()) {
        store.add(labels, index * stepMillis, histogram(parts));
      }
    }));
  }

  private static void collect(SeriesDescription series, Map<Labels, Map<Integer, Parts>> histograms) {
    String name = series.labels().metricName();
    String suffix = List.of("_bucket", "_count", "_sum").stream().filter(name::endsWith).findFirst().orElse("");
    if (suffix.isEmpty()) {
      return;
    }
    Labels base = series.labels().toBuilder().set(Labels.METRIC_NAME, name.substring(0, name.length() - suffix.length())).remove(Labels.BUCKET).build();
    Map<Integer, Parts> times = histograms.computeIfAbsent(base, l -> new TreeMap<>());
    for (int i = 0; i < series.items().size(); i++) {
      SeriesDescription.Item item = series.items().get(i);
      if (item == null) {
        continue;
      }
      Parts parts = times.computeIfAbsent(i, k -> new Parts());
      switch (suffix) {
        case "_bucket" -> parts.buckets.put(NumberText.parse(series.labels().get(Labels.BUCKET)), item.value());
        case "_count" -> parts.count = item.value();
        default -> parts.sum = item.value();
      }
    }
  }

  private static Histogram histogram(Parts parts) {
    Double given = parts.count;
    double count = given == null ? parts.buckets.lastEntry().getValue() : given;
    double[] bounds = parts.buckets.keySet().stream().mapToDouble(Double::doubleValue).filter(Double::isFinite).toArray();
    double[] counts = new double[bounds.length + 1];
    double below = 0;
    for (int i = 0; i < bounds.length; i++) {
      double upTo = parts.buckets.getOrDefault(bounds[i], below);
      counts[i] = upTo - below;
      below = upTo;
    }
    counts[bounds.length] = count - below;
    return new Histogram(ResetHint.UNKNOWN, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, count, parts.sum,
        List.of(new Span(0, counts.length)), Arrays.copyOf(counts, counts.length), List.of(), new double[0], bounds, true);
  }
}
