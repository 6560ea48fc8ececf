package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SampleIterator;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Series in memory, for unit tests of rules and for scripts. A sample at a time that has one already replaces it. Native
 * histograms get the reset hints a store would give them. Not for several threads while it is loaded.
 */
public final class MemoryStore implements Queryable {
  /** A sample: a float, or a histogram. */
  private record Point(double value, @Nullable Histogram histogram, long startMillis) {}

  private final Map<Labels, TreeMap<Long, Point>> series = new TreeMap<>();

  /** Adds a float. */
  public void add(Labels labels, long timestampMillis, double value) {
    put(labels, timestampMillis, new Point(value, null, 0));
  }

  /** Adds a histogram. */
  public void add(Labels labels, long timestampMillis, Histogram histogram) {
    put(labels, timestampMillis, new Point(0, histogram, 0));
  }

  /** Adds a described series, its first value at {@code firstMillis}, the others {@code stepMillis} apart. */
  public void load(SeriesDescription description, long firstMillis, long stepMillis) {
    load(description, firstMillis, stepMillis, List.of());
  }

  /** As above; {@code startOffsets} say how long before each sample its counting began (negative), null where that is unknown. */
  void load(SeriesDescription description, long firstMillis, long stepMillis, List<@Nullable Long> startOffsets) {
    List<SeriesDescription.@Nullable Item> items = description.items();
    for (int i = 0; i < items.size(); i++) {
      SeriesDescription.Item item = items.get(i);
      long time = firstMillis + i * stepMillis;
      Long offset = i < startOffsets.size() ? startOffsets.get(i) : null;
      if (item != null) {
        put(description.labels(), time, new Point(item.value(), item.histogram(), offset == null ? 0 : time + offset));
      }
    }
  }

  private void put(Labels labels, long timestampMillis, Point point) {
    series.computeIfAbsent(labels, l -> new TreeMap<>()).put(timestampMillis, point);
  }

  /** Forgets everything. */
  public void clear() {
    series.clear();
  }

  /** How many series there are. */
  public int seriesCount() {
    return series.size();
  }

  /** Whether a series matches, whatever its samples. */
  public boolean has(List<Matcher> matchers) {
    return series.keySet().stream().anyMatch(labels -> matchers.stream().allMatch(matcher -> matcher.matches(labels)));
  }

  /** All labels that are stored. */
  Collection<Labels> labels() {
    return List.copyOf(series.keySet());
  }

  /** The float of a series at a time, or null. */
  @Nullable Double floatAt(Labels labels, long timestampMillis) {
    TreeMap<Long, Point> points = series.get(labels);
    Point point = points == null ? null : points.get(timestampMillis);
    return point == null || point.histogram != null ? null : Double.valueOf(point.value);
  }

  /** The times at which a series has samples. */
  Collection<Long> times(Labels labels) {
    TreeMap<Long, Point> points = series.get(labels);
    return points == null ? List.of() : points.keySet();
  }

  @Override
  public Querier querier(long fromMillis, long toMillis) {
    return new Querier() {
      @Override
      public SeriesSet select(List<Matcher> matchers) {
        return SeriesSet.of(matching(matchers).stream().map(labels -> new Stored(labels, fromMillis, toMillis)).toList());
      }

      @Override
      public List<String> labelValues(String name, List<Matcher> matchers, int limit) {
        return distinct(matchers, limit, labels -> labels.has(name) ? List.of(labels.get(name)) : List.of());
      }

      @Override
      public List<String> labelNames(List<Matcher> matchers, int limit) {
        return distinct(matchers, limit, labels -> labels.toMap().keySet());
      }

      @Override
      public void close() {}
    };
  }

  private List<Labels> matching(List<Matcher> matchers) {
    return series.keySet().stream().filter(labels -> matchers.stream().allMatch(m -> m.matches(labels))).toList();
  }

  private List<String> distinct(List<Matcher> matchers, int limit, Function<Labels, Collection<String>> texts) {
    TreeSet<String> distinct = new TreeSet<>(Labels::compareText);
    matching(matchers).forEach(labels -> distinct.addAll(texts.apply(labels)));
    return distinct.stream().limit(limit == 0 ? Long.MAX_VALUE : limit).toList();
  }

  /** One series within a range of time. */
  private final class Stored implements Series {
    private final Labels labels;
    private final long fromMillis;
    private final long toMillis;

    Stored(Labels labels, long fromMillis, long toMillis) {
      this.labels = labels;
      this.fromMillis = fromMillis;
      this.toMillis = toMillis;
    }

    @Override
    public Labels labels() {
      return labels;
    }

    @Override
    public void read(long from, long to, SampleBuffer into) {
      TreeMap<Long, Point> points = series.get(labels);
      long first = Math.max(from, fromMillis);
      long last = Math.min(to, toMillis);
      if (points == null || first > last) {
        return;
      }
      Map.Entry<Long, Point> before = points.lowerEntry(first);
      Histogram previous = before == null ? null : before.getValue().histogram;
      for (Map.Entry<Long, Point> entry : points.subMap(first, true, last, true).entrySet()) {
        Point point = entry.getValue();
        if (point.histogram == null) {
          into.add(entry.getKey(), point.value);
        } else {
          into.add(entry.getKey(), HistogramArithmetic.withHint(point.histogram, hint(previous, point.histogram)));
        }
        if (point.startMillis != 0) {
          into.startOfLast(point.startMillis);
        }
        previous = point.histogram;
      }
    }

    @Override
    public SampleIterator iterator() {
      SampleBuffer buffer = new SampleBuffer();
      read(fromMillis, toMillis, buffer);
      return new BufferIterator(buffer);
    }
  }

  /** What a store knows: within a run of histograms that only grow there was no reset; at its beginning it cannot tell. */
  private static ResetHint hint(@Nullable Histogram previous, Histogram current) {
    if (current.resetHint() == ResetHint.GAUGE) {
      return ResetHint.GAUGE;
    }
    boolean continues = previous != null && previous.resetHint() != ResetHint.GAUGE && previous.schema() == current.schema()
        && previous.zeroThreshold() == current.zeroThreshold() && current.resetHint() != ResetHint.RESET
        && Arrays.equals(previous.customValues(), current.customValues()) && !HistogramArithmetic.isReset(current, previous);
    return continues ? ResetHint.NOT_RESET : ResetHint.UNKNOWN;
  }

  /** Walks a buffer. */
  private static final class BufferIterator implements SampleIterator {
    private final SampleBuffer buffer;
    private int at = -1;

    BufferIterator(SampleBuffer buffer) {
      this.buffer = buffer;
    }

    @Override
    public Kind next() {
      at = Math.min(at + 1, buffer.size());
      return kind();
    }

    @Override
    public Kind seek(long timestampMillis) {
      at = Math.max(at, 0);
      while (at < buffer.size() && buffer.timestamps()[at] < timestampMillis) {
        at++;
      }
      return kind();
    }

    private Kind kind() {
      if (at >= buffer.size()) {
        return Kind.NONE;
      }
      return buffer.histogram(at) == null ? Kind.FLOAT : Kind.HISTOGRAM;
    }

    @Override
    public long timestamp() {
      return buffer.timestamps()[at];
    }

    @Override
    public double value() {
      return buffer.values()[at];
    }

    @Override
    public Histogram histogram() {
      Histogram histogram = buffer.histogram(at);
      if (histogram == null) {
        throw new IllegalStateException("the current sample is a float");
      }
      return histogram;
    }
  }
}
