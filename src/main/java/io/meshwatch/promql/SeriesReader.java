package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.Series;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * Reads the series of selectors, each once for all steps. When there is much to read, blocks of series are read in parallel; the
 * rows still go to the sink one by one in the order of the series, so that results do not depend on the number of threads.
 */
final class SeriesReader {
  /** From this many values (series times steps, and something for each series) on, threads pay. */
  private static final long PARALLEL_WEIGHT_MIN = 40_000;

  /** What a series costs beside its steps, in steps. */
  private static final int SERIES_WEIGHT = 100;

  /** Values a block of rows holds, over all threads. */
  private static final int BLOCK_VALUES = 1 << 18;

  /** Samples that a function may look at before the query looks whether its time is up: about a millisecond. */
  private static final long SAMPLES_BETWEEN_CHECKS = 1 << 16;

  private final QueryContext context;
  private final Plan plan;

  SeriesReader(QueryContext context, Plan plan) {
    this.context = context;
    this.plan = plan;
  }

  /** What an instant selector takes from a sample. */
  enum Reading {
    VALUES,
    /** Its time, in seconds. */
    TIMESTAMPS,
    /** When its counting began, in seconds; 0 if unknown. */
    START_TIMESTAMPS
  }

  /** Fills a row from one series; confined to one thread. */
  private interface Task {
    /** False if nothing was found. */
    boolean fill(Series series, Row row);
  }

  private interface TaskFactory {
    Task create();
  }

  /** The newest sample at each step that is not older than the lookback. */
  void instant(VectorSelector selector, Steps steps, Reading reading, RowSink sink) {
    Plan.Range range = plan.range(selector);
    if (selector.modifier() == RangeModifier.ANCHORED) {
      throw context.failure("anchored modifier can only be used with range vector selectors");
    }
    boolean smoothed = selector.modifier() == RangeModifier.SMOOTHED;
    long from = range.end(steps, 0) - range.length() + 1;
    long to = range.end(steps, steps.count() - 1) + (smoothed ? range.length() : 0);
    // As in Prometheus timestamp() looks back from where @ stands, though only samples before the offset are read.
    boolean forgetsOffset = reading == Reading.TIMESTAMPS && range.at() != null;
    Plan.Range seen = forgetsOffset ? new Plan.Range(range.at(), 0, range.length()) : range;
    boolean counts = plan.needsOnlyCounts(selector);
    boolean newestOnly = steps.count() == 1 && !smoothed && !counts;
    SampleCounts sampleCounts = context.counts();
    each(context.select(selector.matchers()), steps, sampleCounts, () -> {
      SampleBuffer buffer = new SampleBuffer();
      return (series, row) -> {
        row.samplesRead = read(series, from, to, newestOnly, buffer);
        if (smoothed) {
          boolean any = Smoothing.fill(buffer, steps, range, row, context.annotations, selector.position());
          countPresent(row, sampleCounts);
          return any;
        }
        HintedHistograms histograms = counts && buffer.hasHistograms() ? new HintedHistograms(buffer) : null;
        return newest(buffer, steps, seen, reading, histograms, sampleCounts, row);
      };
    }, sink);
  }

  /** The times of the newest samples, in seconds, of the series that meet some conditions. */
  void newest(List<Matcher> matchers, Plan.Range range, Steps steps, RowSink sink) {
    long from = range.end(steps, 0) - range.length() + 1;
    long to = range.end(steps, steps.count() - 1);
    SampleCounts sampleCounts = context.counts();
    each(context.select(matchers), steps, sampleCounts, () -> {
      SampleBuffer buffer = new SampleBuffer();
      return (series, row) -> {
        row.samplesRead = read(series, from, to, false, buffer);
        return newest(buffer, steps, range, Reading.TIMESTAMPS, null, sampleCounts, row);
      };
    }, sink);
  }

  private static int read(Series series, long from, long to, boolean newestOnly, SampleBuffer buffer) {
    buffer.clear();
    if (newestOnly) {
      series.readNewest(from, to, buffer);
    } else {
      series.read(from, to, buffer);
    }
    return buffer.size();
  }

  /** The histograms of a buffer with derived reset hints. */
  private static final class HintedHistograms {
    private final Columns columns = new Columns();

    HintedHistograms(SampleBuffer buffer) {
      columns.load(buffer);
      columns.deriveResetHints();
    }

    Histogram at(long time) {
      return columns.histograms[Arrays.binarySearch(columns.histogramTimes, 0, columns.histogramCount, time)];
    }
  }

  private static void countPresent(Row row, SampleCounts counts) {
    for (int step = 0; step < row.size(); step++) {
      if (row.isPresent(step)) {
        counts.addAt(step, 1);
        row.samplesSeen++;
      }
    }
  }

  private static boolean newest(SampleBuffer buffer, Steps steps, Plan.Range range, Reading reading, @Nullable HintedHistograms hinted,
      SampleCounts counts, Row row) {
    long[] times = buffer.timestamps();
    double[] values = buffer.values();
    int size = buffer.size();
    boolean histograms = buffer.hasHistograms();
    boolean tellsSteps = counts.tellsSteps();
    int next = 0;
    long found = 0;
    for (int step = 0; step < steps.count(); step++) {
      long end = range.end(steps, step);
      while (next < size && times[next] <= end) {
        next++;
      }
      int at = next - 1;
      if (at < 0 || times[at] <= end - range.length()) {
        continue;
      }
      Histogram histogram = histograms ? buffer.histogram(at) : null;
      boolean stale = histogram == null ? StaleMarker.is(values[at]) : histogram.isStale();
      if (stale) {
        continue;
      }
      long weight = histogram == null || reading != Reading.VALUES ? 1 : HistogramWeight.of(histogram);
      found += weight;
      if (tellsSteps) {
        counts.addAt(step, weight);
      }
      switch (reading) {
        case VALUES -> {
          if (histogram == null) {
            row.floats[step] = values[at];
          } else {
            row.set(step, 0, hinted == null ? histogram : hinted.at(times[at]));
          }
        }
        case TIMESTAMPS -> row.floats[step] = times[at] / 1000.0;
        case START_TIMESTAMPS -> {
          long[] starts = buffer.startTimestamps();
          row.floats[step] = starts == null ? 0 : starts[at] / 1000.0;
        }
      }
    }
    row.samplesSeen = found;
    return found > 0;
  }

  /** Applies a range function to each series. */
  void range(MatrixSelector matrix, Steps steps, RangeFunctions.Factory function, RowSink sink) {
    Plan.Range range = plan.range(matrix);
    RangeModifier modifier = matrix.selector().modifier();
    long before = modifier == RangeModifier.NONE ? 0 : plan.lookbackMillis();
    long after = modifier == RangeModifier.SMOOTHED ? plan.lookbackMillis() : 0;
    long from = range.end(steps, 0) - range.length() - before + 1;
    long to = range.end(steps, steps.count() - 1) + after;
    boolean counts = plan.needsOnlyCounts(matrix.selector());
    SampleCounts sampleCounts = context.counts();
    each(context.select(matrix.selector().matchers()), steps, sampleCounts, () -> {
      SampleBuffer buffer = new SampleBuffer();
      Columns columns = new Columns();
      Window window = new Window(columns);
      RangeFunction apply = function.create();
      return (series, row) -> {
        row.samplesRead = read(series, from, to, false, buffer);
        columns.load(buffer);
        if (counts && columns.histogramCount > 0) {
          columns.deriveResetHints();
        }
        return walk(window, series.labels(), steps, range, apply, sampleCounts, row);
      };
    }, sink);
  }

  /** Moves a window over the steps and puts the function's values into a row; false if there are none. */
  boolean walk(Window window, Labels labels, Steps steps, Plan.Range range, RangeFunction function, SampleCounts counts, Row row) {
    Columns columns = window.columns;
    if (columns.floatCount + columns.histogramCount == 0) {
      return false;
    }
    window.begin(labels);
    function.begin(window);
    boolean any = false;
    long counted = 0;
    long checkAt = SAMPLES_BETWEEN_CHECKS;
    for (int step = 0; step < steps.count(); step++) {
      long end = range.end(steps, step);
      window.moveTo(step, steps.at(step), end - range.length(), end);
      long inWindow = window.floatCount();
      if (window.histogramTo > window.histogramFrom) {
        inWindow += columns.histogramWeight(window.histogramFrom, window.histogramTo);
      }
      if (counts.tellsSteps()) {
        counts.addAt(step, inWindow);
      }
      counted += inWindow;
      // Some functions look at the whole window at every step: one series may take minutes.
      if (counted > checkAt) {
        context.check();
        checkAt = counted + SAMPLES_BETWEEN_CHECKS;
      }
      double value = function.apply(window);
      Histogram histogram = window.histogramResult;
      if (histogram != null) {
        row.set(step, 0, histogram);
        any = true;
      } else if (!Row.isAbsent(value)) {
        row.floats[step] = value;
        any = true;
      }
    }
    row.samplesSeen = counted;
    return any;
  }

  /** The samples of each series in the range, as they are: the answer to a query for a range vector. */
  List<Value.Points> samples(MatrixSelector matrix, Steps steps) {
    Plan.Range range = plan.range(matrix);
    List<Value.Points> all = new ArrayList<>();
    SampleBuffer buffer = new SampleBuffer();
    Columns columns = new Columns();
    for (Series series : context.select(matrix.selector().matchers())) {
      context.check();
      context.read(read(series, range.end(steps, 0) - range.length() + 1, range.end(steps, 0), false, buffer));
      columns.load(buffer);
      context.hold(columns.floatCount + columns.histogramCount, matrix);
      long counted = columns.floatCount + columns.histogramWeight(0, columns.histogramCount);
      context.counts().addAt(0, counted);
      context.counts().add(counted);
      if (columns.floatCount + columns.histogramCount > 0) {
        all.add(points(series.labels(), columns));
      }
    }
    return all;
  }

  static Value.Points points(Labels labels, Columns columns) {
    return new Value.Points(labels, Arrays.copyOf(columns.floatTimes, columns.floatCount), Arrays.copyOf(columns.floats, columns.floatCount),
        Arrays.copyOf(columns.histogramTimes, columns.histogramCount), Arrays.copyOf(columns.histograms, columns.histogramCount));
  }

  // One after the other, or in blocks by several threads

  private void each(List<Series> series, Steps steps, SampleCounts counts, TaskFactory factory, RowSink sink) {
    long weight = series.size() * ((long) steps.count() + SERIES_WEIGHT);
    if (context.workers.parallelism() > 1 && weight >= PARALLEL_WEIGHT_MIN && series.size() > 1) {
      inParallel(series, steps, counts, factory, sink);
    } else {
      oneByOne(series, steps, counts, factory, sink);
    }
  }

  private void oneByOne(List<Series> series, Steps steps, SampleCounts counts, TaskFactory factory, RowSink sink) {
    Task task = factory.create();
    Row row = new Row(Labels.EMPTY, steps.count());
    for (Series one : series) {
      context.check();
      boolean any = fill(task, one, row);
      count(row, counts);
      if (any) {
        sink.accept(row);
      }
    }
  }

  private void count(Row row, SampleCounts counts) {
    context.read(row.samplesRead);
    counts.add(row.samplesSeen);
  }

  private static boolean fill(Task task, Series series, Row row) {
    row.reset(series.labels());
    return task.fill(series, row);
  }

  private void inParallel(List<Series> series, Steps steps, SampleCounts counts, TaskFactory factory, RowSink sink) {
    int threads = Math.min(context.workers.parallelism(), series.size());
    int block = Math.clamp(BLOCK_VALUES / steps.count(), threads, 4096);
    int rowCount = Math.min(block, series.size());
    Row[] rows = new Row[rowCount];
    boolean[] filled = new boolean[rowCount];
    Task[] tasks = new Task[threads];
    for (int i = 0; i < rowCount; i++) {
      rows[i] = new Row(Labels.EMPTY, steps.count());
    }
    for (int i = 0; i < threads; i++) {
      tasks[i] = factory.create();
    }
    for (int from = 0; from < series.size(); from += rowCount) {
      List<Series> part = series.subList(from, Math.min(series.size(), from + rowCount));
      fillBlock(part, tasks, rows, filled);
      for (int i = 0; i < part.size(); i++) {
        count(rows[i], counts);
        if (filled[i]) {
          sink.accept(rows[i]);
        }
      }
    }
  }

  private void fillBlock(List<Series> part, Task[] tasks, Row[] rows, boolean[] filled) {
    List<Callable<Boolean>> shares = new ArrayList<>(tasks.length);
    for (int i = 0; i < tasks.length; i++) {
      int from = part.size() * i / tasks.length;
      int to = part.size() * (i + 1) / tasks.length;
      Task task = tasks[i];
      shares.add(() -> {
        for (int k = from; k < to; k++) {
          context.check();
          filled[k] = fill(task, part.get(k), rows[k]);
        }
        return true;
      });
    }
    try {
      context.workers.invokeAll(shares);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new QueryException(QueryException.Reason.CANCELED, "query was canceled in expression evaluation", e);
    }
  }
}
