package io.meshwatch.sonar;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.model.StoreUnavailableException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.TreeMap;
import java.util.function.Supplier;

/** Keeps every sample in maps, takes none out of order, and can be full. */
final class FakeStore implements Supplier<Appender> {
  final Map<Labels, NavigableMap<Long, Double>> series = new HashMap<>();
  final List<AppendOutcome> refused = new ArrayList<>();
  boolean full;
  /** Keeps only the newest sample of all series but these; empty = keeps all. */
  String onlyHistoryOf = "";

  private record Handle(Labels labels) implements SeriesHandle {}

  private record Sample(Labels labels, long atMillis, double value) {}

  /** The value at a time, as an instant query sees it: not older than five minutes, and not ended. NaN = none. */
  double at(Labels labels, long atMillis) {
    NavigableMap<Long, Double> samples = series.getOrDefault(labels, new TreeMap<>());
    Map.Entry<Long, Double> entry = samples.floorEntry(atMillis);
    boolean visible = entry != null && entry.getKey() > atMillis - 300_000 && !StaleMarker.is(entry.getValue());
    return visible ? entry.getValue() : Double.NaN;
  }

  /** The values of a metric at a time, without those that have none. */
  Map<Labels, Double> all(String metric, long atMillis) {
    Map<Labels, Double> found = new HashMap<>();
    for (Labels labels : series.keySet()) {
      double value = at(labels, atMillis);
      if (labels.metricName().equals(metric) && !Double.isNaN(value)) {
        found.put(labels, value);
      }
    }
    return found;
  }

  @Override
  public Appender get() {
    return new Appender() {
      private final List<Sample> batch = new ArrayList<>();

      @Override
      public SeriesHandle series(Labels labels) {
        return new Handle(labels);
      }

      @Override
      public AppendOutcome append(SeriesHandle handle, long timestampMillis, double value) {
        NavigableMap<Long, Double> samples = series.getOrDefault(handle.labels(), new TreeMap<>());
        if (!samples.isEmpty() && samples.lastKey() >= timestampMillis) {
          refused.add(AppendOutcome.OUT_OF_ORDER);
          return AppendOutcome.OUT_OF_ORDER;
        }
        batch.add(new Sample(handle.labels(), timestampMillis, value));
        return AppendOutcome.APPENDED;
      }

      @Override
      public AppendOutcome append(SeriesHandle handle, long timestampMillis, Histogram histogram) {
        throw new UnsupportedOperationException("Sonar writes no native histograms");
      }

      @Override
      public void exemplar(SeriesHandle handle, Exemplar exemplar) {}

      @Override
      public void metadata(SeriesHandle handle, MetricMetadata metadata) {}

      @Override
      public void commit() {
        if (full) {
          throw new StoreUnavailableException("disk full");
        }
        batch.forEach(this::keep);
      }

      private void keep(Sample sample) {
        NavigableMap<Long, Double> samples = series.computeIfAbsent(sample.labels(), l -> new TreeMap<>());
        if (!onlyHistoryOf.isEmpty() && !sample.labels().metricName().equals(onlyHistoryOf)) {
          samples.clear();
        }
        samples.put(sample.atMillis(), sample.value());
      }

      @Override
      public void rollback() {
        batch.clear();
      }
    };
  }
}
