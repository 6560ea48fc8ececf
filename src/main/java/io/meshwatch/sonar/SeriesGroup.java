package io.meshwatch.sonar;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.model.StoreUnavailableException;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * The current values of a group of series, and writing them to the store: when something changed, and again every so often, so that
 * none of them grows stale between runs. A series that is removed ends with a stale marker. Guarded by its lock.
 */
final class SeriesGroup {
  /** One series and its value now. */
  private static final class Cell {
    final Labels labels;
    final MetricMetadata metadata;
    @Nullable SeriesHandle handle;
    double value;
    boolean removed;

    Cell(Labels labels, MetricMetadata metadata) {
      this.labels = labels;
      this.metadata = metadata;
    }
  }

  private final Labels common;
  private final Supplier<Appender> appenders;
  private final Clock clock;
  private final Map<Labels, Cell> cells = new HashMap<>();
  private final ReentrantLock lock = new ReentrantLock();
  private long lastWrittenMillis;

  SeriesGroup(Labels common, Supplier<Appender> appenders, Clock clock) {
    this.common = common;
    this.appenders = appenders;
    this.clock = clock;
  }

  /** A counter that is there, at zero if it is new. */
  void add(MetricName metric, double amount, String... namesAndValues) {
    locked(() -> cell(metric.text(), metric, namesAndValues).value += amount);
  }

  void set(MetricName metric, double value, String... namesAndValues) {
    locked(() -> cell(metric.text(), metric, namesAndValues).value = value);
  }

  /** Ends a series; nothing happens if it does not exist. */
  void remove(MetricName metric, String... namesAndValues) {
    locked(() -> {
      Cell cell = cells.get(labels(metric.text(), namesAndValues));
      if (cell != null) {
        cell.removed = true;
      }
    });
  }

  /** Ends all series of a metric. */
  void removeAll(MetricName metric) {
    locked(() -> cells.values().stream().filter(c -> c.labels.metricName().equals(metric.text())).forEach(c -> c.removed = true));
  }

  /** Makes a histogram that has seen nothing. */
  void histogram(MetricName metric, double[] upperBounds, String... namesAndValues) {
    observe(metric, upperBounds, Double.NaN, namesAndValues);
  }

  /** Adds a value to a histogram; NaN only makes it. */
  void observe(MetricName metric, double[] upperBounds, double value, String... namesAndValues) {
    locked(() -> {
      boolean seen = !Double.isNaN(value);
      for (double bound : upperBounds) {
        bucket(metric, bound, namesAndValues).value += seen && value <= bound ? 1 : 0;
      }
      bucket(metric, Double.POSITIVE_INFINITY, namesAndValues).value += seen ? 1 : 0;
      cell(metric.text() + "_count", metric, namesAndValues).value += seen ? 1 : 0;
      cell(metric.text() + "_sum", metric, namesAndValues).value += seen ? value : 0;
    });
  }

  private Cell bucket(MetricName metric, double bound, String... namesAndValues) {
    String[] withBound = java.util.Arrays.copyOf(namesAndValues, namesAndValues.length + 2);
    withBound[namesAndValues.length] = Labels.BUCKET;
    withBound[namesAndValues.length + 1] = number(bound);
    return cell(metric.text() + "_bucket", metric, withBound);
  }

  private static String number(double bound) {
    if (bound == Double.POSITIVE_INFINITY) {
      return "+Inf";
    }
    return bound == Math.rint(bound) ? Long.toString((long) bound) : Double.toString(bound);
  }

  private Cell cell(String name, MetricName metric, String... namesAndValues) {
    Cell cell = cells.computeIfAbsent(labels(name, namesAndValues), labels -> new Cell(labels, metric.metadata()));
    cell.removed = false;
    return cell;
  }

  private Labels labels(String name, String... namesAndValues) {
    Labels.Builder builder = common.toBuilder().set(Labels.METRIC_NAME, name);
    for (int i = 0; i < namesAndValues.length; i += 2) {
      builder.set(namesAndValues[i], namesAndValues[i + 1]);
    }
    return builder.build();
  }

  /**
   * Writes all values as of this time, or as of now if newer ones were written meanwhile; the store takes no older samples.
   *
   * @throws StoreUnavailableException if the store cannot take them now; nothing is lost but this moment
   */
  void write(long atMillis) {
    locked(() -> {
      long at = atMillis > lastWrittenMillis ? atMillis : Math.max(lastWrittenMillis + 1, clock.wallMillis());
      writeAt(at);
      lastWrittenMillis = at;
      cells.values().removeIf(cell -> cell.removed);
    });
  }

  /** When values were last written; 0 = never. */
  long lastWrittenMillis() {
    lock.lock();
    try {
      return lastWrittenMillis;
    } finally {
      lock.unlock();
    }
  }

  private void writeAt(long atMillis) {
    Appender appender = appenders.get();
    boolean added = false;
    try {
      for (Iterator<Cell> all = cells.values().iterator(); all.hasNext(); ) {
        append(appender, all.next(), atMillis);
      }
      added = true;
    } finally {
      if (!added) {
        appender.rollback();
      }
    }
    appender.commit();
  }

  private static void append(Appender appender, Cell cell, long atMillis) {
    SeriesHandle handle = cell.handle;
    if (handle == null) {
      handle = appender.series(cell.labels);
      appender.metadata(handle, cell.metadata);
      cell.handle = handle;
    }
    // A value that the store has a newer one for is left out; the next one comes within a minute.
    appender.append(handle, atMillis, cell.removed ? StaleMarker.VALUE : cell.value);
  }

  /** Ends all series. */
  void end(long atMillis) {
    locked(() -> cells.values().forEach(cell -> cell.removed = true));
    write(atMillis);
  }

  private void locked(Runnable action) {
    lock.lock();
    try {
      action.run();
    } finally {
      lock.unlock();
    }
  }
}
