package io.meshwatch.scrape;

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
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A store in memory that keeps everything in order; samples before {@link #oldestMillis} are out of bounds. */
final class RecordingStore {
  record Handle(Labels labels) implements SeriesHandle {}

  final Map<Labels, TreeMap<Long, Double>> samples = new LinkedHashMap<>();
  final Map<Labels, TreeMap<Long, Histogram>> histograms = new LinkedHashMap<>();
  final Map<Labels, List<Exemplar>> exemplars = new HashMap<>();
  final Map<Labels, MetricMetadata> metadata = new HashMap<>();
  long oldestMillis = Long.MIN_VALUE;
  boolean unavailable;
  int open;

  Appender appender() {
    open++;
    return new Batch();
  }

  /** Values of a series in the order of time, as text: "1.0", "stale". */
  List<String> values(String... namesAndValues) {
    return texts(Labels.of(namesAndValues));
  }

  private List<String> texts(Labels series) {
    return of(series).values().stream().map(v -> StaleMarker.is(v) ? "stale" : v.toString()).toList();
  }

  private Map<Long, Double> of(Labels series) {
    return samples.getOrDefault(series, new TreeMap<>());
  }

  /** Times of the only series of this metric. */
  List<Long> times(String metric) {
    return List.copyOf(of(named(metric).getFirst()).keySet());
  }

  /** The newest value of a metric that has one series at most; 0 if there is none, NaN if it ended. */
  double last(String metric) {
    List<Labels> all = named(metric);
    return all.isEmpty() ? 0 : of(all.getLast()).entrySet().stream().max(Map.Entry.comparingByKey()).map(Map.Entry::getValue).orElse(0.0);
  }

  /** The labels of a metric's last series as text. */
  String labels(String metric) {
    List<Labels> all = named(metric);
    return all.isEmpty() ? "" : all.getLast().toString();
  }

  List<Labels> named(String metric) {
    return samples.keySet().stream().filter(l -> l.metricName().equals(metric)).toList();
  }

  private final class Batch implements Appender {
    private final List<Runnable> writes = new ArrayList<>();
    private final Map<Labels, TreeMap<Long, Double>> pending = new HashMap<>();

    @Override
    public SeriesHandle series(Labels labels) {
      return new Handle(labels);
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, double value) {
      if (timestampMillis < oldestMillis) {
        return AppendOutcome.OUT_OF_BOUNDS;
      }
      TreeMap<Long, Double> known = new TreeMap<>(samples.getOrDefault(series.labels(), new TreeMap<>()));
      known.putAll(pending.getOrDefault(series.labels(), new TreeMap<>()));
      Double same = known.get(timestampMillis);
      if (same != null) {
        boolean equal = Double.doubleToRawLongBits(same) == Double.doubleToRawLongBits(value);
        return equal ? AppendOutcome.DUPLICATE_SAME_VALUE : AppendOutcome.DUPLICATE_TIMESTAMP;
      }
      if (!known.isEmpty() && known.lastKey() > timestampMillis) {
        return AppendOutcome.OUT_OF_ORDER;
      }
      pending.computeIfAbsent(series.labels(), l -> new TreeMap<>()).put(timestampMillis, value);
      writes.add(() -> samples.computeIfAbsent(series.labels(), l -> new TreeMap<>()).put(timestampMillis, value));
      return AppendOutcome.APPENDED;
    }

    @Override
    public AppendOutcome append(SeriesHandle series, long timestampMillis, Histogram histogram) {
      writes.add(() -> histograms.computeIfAbsent(series.labels(), l -> new TreeMap<>()).put(timestampMillis, histogram));
      return AppendOutcome.APPENDED;
    }

    @Override
    public void appendStart(SeriesHandle series, long startMillis, @Nullable Histogram like) {
      TreeMap<Long, Double> known = samples.getOrDefault(series.labels(), new TreeMap<>());
      if (like == null && (known.isEmpty() || known.lastKey() < startMillis)) {
        writes.add(() -> samples.computeIfAbsent(series.labels(), l -> new TreeMap<>()).put(startMillis, 0.0));
      } else if (like != null) {
        writes.add(() -> histograms.computeIfAbsent(series.labels(), l -> new TreeMap<>()).putIfAbsent(startMillis, like.zero()));
      }
    }

    @Override
    public void exemplar(SeriesHandle series, Exemplar exemplar) {
      writes.add(() -> exemplars.computeIfAbsent(series.labels(), l -> new ArrayList<>()).add(exemplar));
    }

    @Override
    public void metadata(SeriesHandle series, MetricMetadata what) {
      writes.add(() -> metadata.put(series.labels(), what));
    }

    @Override
    public void commit() {
      open--;
      if (unavailable) {
        throw new StoreUnavailableException("the disk is full");
      }
      writes.forEach(Runnable::run);
    }

    @Override
    public void rollback() {
      open--;
    }
  }
}
