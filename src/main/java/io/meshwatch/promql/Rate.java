package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * {@code rate}, {@code increase} and {@code delta}: the change between the first and the last sample of the range, corrected for
 * counter resets and extrapolated to the range's ends.
 *
 * <p>The resets of a series are found once; a window then costs a constant plus the resets in it. Where a sample says when its
 * counting began and that is within the range, nothing is guessed: the counter is taken as zero there.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/functions/#rate">rate</a>
 */
final class Rate implements RangeFunction {
  private static final double EXTRAPOLATION_THRESHOLD = 1.1;

  private final boolean isCounter;
  private final boolean isRate;
  private final Annotations annotations;
  private final Position position;
  private Coverage coverage = Coverage.NONE;
  private boolean noted;
  /** The metric name that was looked at last: the series of a query mostly share it. */
  private String notedName = "";

  /** Indexes of the floats that are less than the one before. */
  private int[] resets = new int[4];
  private int resetCount;
  private int resetFrom;

  Rate(boolean isCounter, boolean isRate, Annotations annotations, Position position) {
    this.isCounter = isCounter;
    this.isRate = isRate;
    this.annotations = annotations;
    this.position = position;
  }

  @Override
  public void begin(Window window) {
    resetCount = 0;
    resetFrom = 0;
    noted = false;
    if (!isCounter) {
      return;
    }
    Columns columns = window.columns;
    for (int i = 1; i < columns.floatCount; i++) {
      if (isReset(columns, i)) {
        if (resetCount == resets.length) {
          resets = Arrays.copyOf(resets, resetCount * 2);
        }
        resets[resetCount++] = i;
      }
    }
  }

  private static boolean isReset(Columns columns, int i) {
    return columns.floats[i] < columns.floats[i - 1] || StartTimestamps.isReset(columns.floatStarts, columns.floatTimes, i);
  }

  @Override
  public double apply(Window w) {
    if (w.isMixed()) {
      annotations.mixedFloatsAndHistograms(w.metricName(), position);
      return Row.ABSENT;
    }
    if (w.histogramCount() > 0) {
      return ofHistograms(w);
    }
    return w.floatCount() > 0 ? ofFloats(w) : Row.ABSENT;
  }

  private double ofFloats(Window w) {
    long[] times = w.columns.floatTimes;
    double[] floats = w.columns.floats;
    int first = w.floatFrom;
    int last = w.floatTo - 1;
    boolean knownStart = isCounter && StartTimestamps.isWithin(w.columns.floatStarts, times, first, w.start);
    if (first == last && !knownStart) {
      return Row.ABSENT;
    }
    double result = knownStart ? floats[last] : floats[last] - floats[first];
    while (resetFrom < resetCount && resets[resetFrom] <= first) {
      resetFrom++;
    }
    for (int i = resetFrom; i < resetCount && resets[i] <= last; i++) {
      result += floats[resets[i] - 1];
    }
    noteUnlikelyCounter(w);
    if (knownStart) {
      return isRate ? result / w.rangeSeconds() : result;
    }
    double zeroAt = isCounter && result > 0 && floats[first] >= 0 ? floats[first] / result : Double.POSITIVE_INFINITY;
    return result * factor(w, times[first], times[last], last - first, zeroAt);
  }

  private void noteUnlikelyCounter(Window w) {
    if (!isCounter || noted) {
      return;
    }
    noted = true;
    String name = w.metricName();
    if (name.equals(notedName)) {
      return;
    }
    notedName = name;
    boolean looksLikeCounter = name.isEmpty() || name.endsWith("_total") || name.endsWith("_sum") || name.endsWith("_count") || name.endsWith("_bucket");
    if (!looksLikeCounter) {
      annotations.possiblyNoCounter(name, position);
    }
  }

  /**
   * By what the change between two samples is multiplied to cover the range. {@code zeroAt} says where the counter would have
   * been zero: so many sampled intervals before the first sample.
   */
  private double factor(Window w, long firstTime, long lastTime, int intervals, double zeroAt) {
    Coverage covered = coverage;
    if (!covered.is(firstTime - w.start, w.end - lastTime, lastTime - firstTime, intervals)) {
      covered = Coverage.of(firstTime - w.start, w.end - lastTime, lastTime - firstTime, intervals, isRate ? w.rangeSeconds() : 1);
      coverage = covered;
    }
    double toZero = covered.sampled * zeroAt;
    return toZero >= covered.toStart ? covered.factor : covered.factor(toZero);
  }

  /**
   * How samples lie in the range, in seconds, and what follows from it. Where scrapes come regularly it is the same for one step
   * after the other, which saves most of the divisions.
   *
   * @param toStart how far to extrapolate before the first sample if the counter is not zero before
   * @param toEnd how far to extrapolate behind the last sample
   * @param perSeconds what the result is divided by: the range for rates, else 1
   * @param factor the factor if nothing is known about zero
   */
  private record Coverage(
      long startMillis, long endMillis, long sampledMillis, int intervals, double sampled, double toStart, double toEnd,
      double perSeconds, double factor) {
    static final Coverage NONE = new Coverage(0, 0, 0, 0, 0, 0, 0, 1, 0);

    static Coverage of(long startMillis, long endMillis, long sampledMillis, int intervals, double perSeconds) {
      double sampled = sampledMillis / 1000.0;
      double average = sampled / intervals;
      double threshold = average * EXTRAPOLATION_THRESHOLD;
      double toStart = startMillis / 1000.0 >= threshold ? average / 2 : startMillis / 1000.0;
      double toEnd = endMillis / 1000.0 >= threshold ? average / 2 : endMillis / 1000.0;
      double factor = (sampled + toStart + toEnd) / sampled / perSeconds;
      return new Coverage(startMillis, endMillis, sampledMillis, intervals, sampled, toStart, toEnd, perSeconds, factor);
    }

    boolean is(long start, long end, long between, int count) {
      return start == startMillis && end == endMillis && between == sampledMillis && count == intervals;
    }

    /** The factor if the counter would have been zero so many seconds before the first sample. */
    double factor(double toZero) {
      return (sampled + Math.min(toStart, toZero) + toEnd) / sampled / perSeconds;
    }
  }

  private double ofHistograms(Window w) {
    long[] times = w.columns.histogramTimes;
    Histogram[] all = w.columns.histograms;
    int first = w.histogramFrom;
    int last = w.histogramTo - 1;
    boolean knownStart = isCounter && StartTimestamps.isWithin(w.columns.histogramStarts, times, first, w.start);
    if (first == last && !knownStart) {
      return Row.ABSENT;
    }
    Histogram change = histogramChange(w, first, last, knownStart);
    if (change == null) {
      return Row.ABSENT;
    }
    if (knownStart) {
      w.histogramResult = isRate ? HistogramArithmetic.divide(change, w.rangeSeconds()) : change;
      return 0;
    }
    boolean slopes = isCounter && change.count() > 0 && all[first].count() >= 0;
    double zeroAt = slopes ? all[first].count() / change.count() : Double.POSITIVE_INFINITY;
    w.histogramResult = HistogramArithmetic.multiply(change, factor(w, times[first], times[last], last - first, zeroAt));
    return 0;
  }

  private @Nullable Histogram histogramChange(Window w, int first, int last, boolean knownStart) {
    Histogram[] all = w.columns.histograms;
    warnAboutHints(w, first, last);
    Histogram before = all[first];
    boolean skipFirst = isCounter && first < last && isHistogramReset(w.columns, first + 1, before);
    if (knownStart) {
      before = HistogramArithmetic.emptyLike(all[first]);
    } else if (skipFirst) {
      // What lies before a reset is not looked at, so that its layout cannot disturb.
      before = HistogramArithmetic.emptyLike(all[first + 1]);
    }
    boolean custom = before.hasCustomBuckets();
    for (int i = isCounter ? first + 1 : last; i <= last; i++) {
      if (all[i].hasCustomBuckets() != custom) {
        annotations.mixedExponentialAndCustomBuckets(w.metricName(), position);
        return null;
      }
    }
    int schema = before.schema();
    for (int i = first + 1; i <= last && isCounter; i++) {
      schema = Math.min(schema, all[i].schema());
    }
    HistogramSum change = new HistogramSum(HistogramArithmetic.withHint(all[last], ResetHint.GAUGE));
    change.add(HistogramArithmetic.withHint(before, ResetHint.GAUGE), -1);
    if (change.boundsReconciled()) {
      annotations.mismatchedCustomBuckets("subtraction", position);
    }
    if (isCounter) {
      addResets(w.columns, change, first, last, knownStart ? all[first] : before);
    }
    return HistogramArithmetic.withHint(change.value(false), ResetHint.GAUGE);
  }

  private void addResets(Columns columns, HistogramSum change, int first, int last, Histogram firstPrevious) {
    boolean reconciled = change.boundsReconciled();
    Histogram previous = firstPrevious;
    for (int i = first + 1; i <= last; i++) {
      Histogram current = columns.histograms[i];
      if (isHistogramReset(columns, i, previous)) {
        change.add(HistogramArithmetic.withHint(previous, ResetHint.GAUGE), 1);
      }
      previous = current;
    }
    if (!reconciled && change.boundsReconciled()) {
      annotations.mismatchedCustomBuckets("addition", position);
    }
  }

  private static boolean isHistogramReset(Columns columns, int i, Histogram previous) {
    return StartTimestamps.isReset(columns.histogramStarts, columns.histogramTimes, i)
        || HistogramArithmetic.isReset(columns.histograms[i], previous);
  }

  private void warnAboutHints(Window w, int first, int last) {
    Histogram[] all = w.columns.histograms;
    if (!isCounter) {
      if (all[first].resetHint() != ResetHint.GAUGE || all[last].resetHint() != ResetHint.GAUGE) {
        annotations.histogramNotGauge(w.metricName(), position);
      }
      return;
    }
    for (int i = first; i <= last; i++) {
      if (all[i].resetHint() == ResetHint.GAUGE) {
        annotations.histogramNotCounter(w.metricName(), position);
        return;
      }
    }
  }
}
