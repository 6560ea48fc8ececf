package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.promql.Expr.RangeModifier;
import java.util.Set;

/**
 * Range functions over a range that is {@code anchored} (it begins with the sample before it) or {@code smoothed} (the values at
 * both ends are interpolated). Neither extrapolates. A sample outside of the range counts only within the lookback.
 *
 * @see <a href="https://github.com/prometheus/proposals/blob/main/proposals/0052-extended-range-selectors-semantics.md">PROM-52</a>
 */
final class ExtendedRange implements RangeFunction {
  private static final Set<String> SMOOTHED = Set.of("delta", "increase", "rate");
  private static final Set<String> ANCHORED = Set.of("changes", "delta", "increase", "rate", "resets");

  private final boolean smoothed;
  private final boolean isCounter;
  private final boolean isRate;
  private final QueryContext context;
  private final Position position;

  private ExtendedRange(String name, boolean smoothed, QueryContext context, Position position) {
    this.smoothed = smoothed;
    this.isCounter = !name.equals("delta");
    this.isRate = name.equals("rate");
    this.context = context;
    this.position = position;
  }

  /** Refuses functions for which the modifier has no meaning. */
  static void check(String name, RangeModifier modifier, QueryContext context) {
    if (modifier == RangeModifier.SMOOTHED && !SMOOTHED.contains(name)) {
      throw context.failure("smoothed modifier can only be used with: delta, increase, rate - not with " + name);
    }
    if (modifier == RangeModifier.ANCHORED && !ANCHORED.contains(name)) {
      throw context.failure("anchored modifier can only be used with: changes, delta, increase, rate, resets - not with " + name);
    }
  }

  static RangeFunction of(String name, RangeModifier modifier, QueryContext context, Position position) {
    return switch (name) {
      case "changes" -> w -> anchoredTransitions(w, MixedRangeFunctions::isChange, context);
      case "resets" -> w -> anchoredTransitions(w, MixedRangeFunctions::isReset, context);
      default -> new ExtendedRange(name, modifier == RangeModifier.SMOOTHED, context, position);
    };
  }

  // changes and resets

  private static double anchoredTransitions(Window w, MixedRangeFunctions.Transition transition, QueryContext context) {
    if (w.isEmpty()) {
      return Row.ABSENT;
    }
    Columns c = w.columns;
    long oldest = w.start - context.limits.lookbackMillis();
    long floatAnchor = anchor(c.floatTimes, w.floatFrom, oldest);
    long histogramAnchor = anchor(c.histogramTimes, w.histogramFrom, oldest);
    boolean withFloat = floatAnchor != Long.MIN_VALUE && floatAnchor > histogramAnchor;
    boolean withHistogram = histogramAnchor != Long.MIN_VALUE && !withFloat;
    w.floatFrom -= withFloat ? 1 : 0;
    w.histogramFrom -= withHistogram ? 1 : 0;
    double count = MixedRangeFunctions.transitions(w, transition, 1);
    w.floatFrom += withFloat ? 1 : 0;
    w.histogramFrom += withHistogram ? 1 : 0;
    return count;
  }

  /** The time of the sample before an index, or the smallest long if there is none or it is too old. */
  private static long anchor(long[] times, int from, long oldest) {
    return from > 0 && times[from - 1] > oldest ? times[from - 1] : Long.MIN_VALUE;
  }

  // rate, increase and delta

  @Override
  public double apply(Window w) {
    long lookback = context.limits.lookbackMillis();
    Columns c = w.columns;
    int floatFirst = anchor(c.floatTimes, w.floatFrom, w.start - lookback) == Long.MIN_VALUE ? w.floatFrom : w.floatFrom - 1;
    int floatLast = last(c.floatTimes, c.floatCount, w.floatTo, w.end, lookback);
    int histogramFirst = anchor(c.histogramTimes, w.histogramFrom, w.start - lookback) == Long.MIN_VALUE ? w.histogramFrom : w.histogramFrom - 1;
    int histogramLast = last(c.histogramTimes, c.histogramCount, w.histogramTo, w.end, lookback);
    boolean floats = isCovered(c.floatTimes, floatFirst, floatLast, w);
    boolean histograms = isCovered(c.histogramTimes, histogramFirst, histogramLast, w);
    if (floats && histograms) {
      context.annotations.mixedFloatsAndHistograms(w.metricName(), position);
      return Row.ABSENT;
    }
    if (floats) {
      return ofFloats(w, floatFirst, floatLast);
    }
    return histograms ? ofHistograms(w, histogramFirst, histogramLast) : Row.ABSENT;
  }

  private int last(long[] times, int count, int to, long end, long lookback) {
    boolean exact = to > 0 && times[to - 1] == end;
    boolean next = smoothed && !exact && to < count && times[to] < end + lookback;
    return next ? to : to - 1;
  }

  /** Whether the samples from first to last say anything about the range. */
  private static boolean isCovered(long[] times, int first, int last, Window w) {
    return first <= last && last >= 0 && times[last] > w.start && times[first] <= w.end;
  }

  private double ofFloats(Window w, int first, int last) {
    Columns c = w.columns;
    double[] floats = c.floats;
    boolean leftBetween = smoothed && c.floatTimes[first] < w.start;
    boolean rightBetween = smoothed && last > first && c.floatTimes[last] > w.end;
    double left = leftBetween ? interpolate(c, first, w.start) : floats[first];
    double right = rightBetween ? interpolate(c, last - 1, w.end) : floats[last];
    double result = right - left;
    for (int i = first + 1; i <= last && isCounter; i++) {
      boolean accountedFor = i == first + 1 && leftBetween;
      if (floats[i] < floats[i - 1] && !accountedFor) {
        result += floats[i - 1];
      }
    }
    return isRate ? result / w.rangeSeconds() : result;
  }

  private double interpolate(Columns c, int i, long time) {
    return interpolate(c.floatTimes[i], c.floats[i], c.floatTimes[i + 1], c.floats[i + 1], time, isCounter);
  }

  /** The value between two samples; a counter reset between them counts as a start from zero. */
  static double interpolate(long time1, double value1, long time2, double value2, long time, boolean isCounter) {
    double from = isCounter && value2 < value1 ? 0 : value1;
    return from + (value2 - from) * (time - time1) / (time2 - time1);
  }

  private double ofHistograms(Window w, int first, int last) {
    Columns c = w.columns;
    Histogram[] all = c.histograms;
    if (!isUniform(all, first, last, w)) {
      return Row.ABSENT;
    }
    if (!isCounter && (all[first].resetHint() != ResetHint.GAUGE || all[last].resetHint() != ResetHint.GAUGE)) {
      context.annotations.histogramNotGauge(w.metricName(), position);
    }
    boolean leftBetween = smoothed && c.histogramTimes[first] < w.start;
    boolean rightBetween = smoothed && last > first && c.histogramTimes[last] > w.end;
    Histogram left = leftBetween ? interpolateHistogram(c, first, w.start) : all[first];
    Histogram right = rightBetween ? interpolateHistogram(c, last - 1, w.end) : all[last];
    HistogramSum sum = new HistogramSum(HistogramArithmetic.withHint(right, ResetHint.GAUGE));
    sum.add(left, -1);
    for (int i = first + 1; i <= last && isCounter; i++) {
      boolean accountedFor = i == first + 1 && leftBetween;
      if (!accountedFor && HistogramArithmetic.isReset(all[i], all[i - 1])) {
        sum.add(all[i - 1], 1);
      }
    }
    if (sum.boundsReconciled()) {
      context.annotations.mismatchedCustomBuckets("subtraction", position);
    }
    Histogram result = sum.value(false);
    w.histogramResult = isRate ? HistogramArithmetic.divide(result, w.rangeSeconds()) : result;
    return 0;
  }

  private boolean isUniform(Histogram[] all, int first, int last, Window w) {
    boolean custom = false;
    for (int i = first; i <= last; i++) {
      boolean isCustom = all[i].hasCustomBuckets();
      if (i > first && isCustom != custom) {
        context.annotations.mixedExponentialAndCustomBuckets(w.metricName(), position);
        return false;
      }
      custom = isCustom;
    }
    return true;
  }

  private Histogram interpolateHistogram(Columns c, int i, long time) {
    double fraction = (double) (time - c.histogramTimes[i]) / (c.histogramTimes[i + 1] - c.histogramTimes[i]);
    return HistogramArithmetic.interpolate(c.histograms[i], c.histograms[i + 1], fraction, isCounter);
  }
}
