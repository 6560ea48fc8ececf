package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import org.jspecify.annotations.Nullable;

/** Range functions that take floats and histograms. */
final class MixedRangeFunctions {
  private MixedRangeFunctions() {}

  /** The function of this name, or null if it is none of this family. */
  static @Nullable RangeFunction find(String name, Annotations annotations, Position position) {
    return switch (name) {
      case "rate" -> new Rate(true, true, annotations, position);
      case "increase" -> new Rate(true, false, annotations, position);
      case "delta" -> new Rate(false, false, annotations, position);
      case "irate" -> w -> lastTwo(w, true, annotations, position);
      case "idelta" -> w -> lastTwo(w, false, annotations, position);
      case "changes" -> new RunningCount(MixedRangeFunctions::isChange);
      case "resets" -> new RunningCount(MixedRangeFunctions::isReset);
      case "count_over_time" -> w -> w.isEmpty() ? Row.ABSENT : w.floatCount() + w.histogramCount();
      case "present_over_time", "absent_over_time" -> w -> w.isEmpty() ? Row.ABSENT : 1;
      case "first_over_time" -> w -> pick(w, true);
      case "last_over_time" -> w -> pick(w, false);
      case "ts_of_first_over_time" -> w -> time(w, true);
      case "ts_of_last_over_time" -> w -> time(w, false);
      case "sum_over_time" -> new Total(false, annotations, position);
      case "avg_over_time" -> new Total(true, annotations, position);
      default -> null;
    };
  }

  private static boolean floatIsPicked(Window w, boolean first) {
    if (!w.isMixed()) {
      return w.floatCount() > 0;
    }
    Columns c = w.columns;
    return first ? c.floatTimes[w.floatFrom] < c.histogramTimes[w.histogramFrom]
        : c.floatTimes[w.floatTo - 1] > c.histogramTimes[w.histogramTo - 1];
  }

  private static double pick(Window w, boolean first) {
    if (w.isEmpty()) {
      return Row.ABSENT;
    }
    if (floatIsPicked(w, first)) {
      return w.columns.floats[first ? w.floatFrom : w.floatTo - 1];
    }
    w.histogramResult = w.columns.histograms[first ? w.histogramFrom : w.histogramTo - 1];
    return 0;
  }

  private static double time(Window w, boolean first) {
    if (w.isEmpty()) {
      return Row.ABSENT;
    }
    Columns c = w.columns;
    long time = floatIsPicked(w, first) ? c.floatTimes[first ? w.floatFrom : w.floatTo - 1]
        : c.histogramTimes[first ? w.histogramFrom : w.histogramTo - 1];
    return time / 1000.0;
  }

  // Changes and resets

  /** Whether something happened between two neighbouring samples, each a float or a histogram. */
  interface Transition {
    boolean happened(Columns columns, int float1, int histogram1, int float2, int histogram2);
  }

  static boolean isChange(Columns c, int float1, int histogram1, int float2, int histogram2) {
    if (float1 >= 0 && float2 >= 0) {
      double a = c.floats[float1];
      double b = c.floats[float2];
      return a != b && !(Double.isNaN(a) && Double.isNaN(b));
    }
    return float1 >= 0 || float2 >= 0 || !HistogramArithmetic.same(c.histograms[histogram1], c.histograms[histogram2]);
  }

  static boolean isReset(Columns c, int float1, int histogram1, int float2, int histogram2) {
    if (float1 >= 0 && float2 >= 0) {
      return c.floats[float2] < c.floats[float1] || (float2 == float1 + 1 && StartTimestamps.isReset(c.floatStarts, c.floatTimes, float2));
    }
    if (float1 >= 0 || float2 >= 0) {
      return true;
    }
    return StartTimestamps.isReset(c.histogramStarts, c.histogramTimes, histogram2)
        || HistogramArithmetic.isReset(c.histograms[histogram2], c.histograms[histogram1]);
  }

  /** How many neighbouring samples of the window meet the condition; absent if there are fewer than {@code samplesMin}. */
  static double transitions(Window w, Transition transition, int samplesMin) {
    if (w.floatCount() + w.histogramCount() < samplesMin) {
      return Row.ABSENT;
    }
    Columns c = w.columns;
    int f = w.floatFrom;
    int h = w.histogramFrom;
    int lastFloat = -1;
    int lastHistogram = -1;
    int count = 0;
    while (f < w.floatTo || h < w.histogramTo) {
      boolean takeFloat = h >= w.histogramTo || (f < w.floatTo && c.floatTimes[f] < c.histogramTimes[h]);
      int nextFloat = takeFloat ? f++ : -1;
      int nextHistogram = takeFloat ? -1 : h++;
      if ((lastFloat >= 0 || lastHistogram >= 0) && transition.happened(c, lastFloat, lastHistogram, nextFloat, nextHistogram)) {
        count++;
      }
      lastFloat = nextFloat;
      lastHistogram = nextHistogram;
    }
    return count;
  }

  // irate and idelta

  private static double lastTwo(Window w, boolean isRate, Annotations annotations, Position position) {
    if (w.floatCount() + w.histogramCount() < 2) {
      return Row.ABSENT;
    }
    Columns c = w.columns;
    int f = w.floatTo - 1;
    int h = w.histogramTo - 1;
    boolean lastIsFloat = floatIsPicked(w, false);
    f -= lastIsFloat ? 1 : 0;
    h -= lastIsFloat ? 0 : 1;
    boolean floatLeft = f >= w.floatFrom;
    boolean histogramLeft = h >= w.histogramFrom;
    boolean previousIsFloat = floatLeft && (!histogramLeft || c.floatTimes[f] > c.histogramTimes[h]);
    if (lastIsFloat != previousIsFloat) {
      annotations.mixedFloatsAndHistograms(w.metricName(), position);
      return Row.ABSENT;
    }
    return lastIsFloat ? lastTwoFloats(c, w.floatTo - 1, isRate) : lastTwoHistograms(w, w.histogramTo - 1, isRate, annotations, position);
  }

  private static double lastTwoFloats(Columns c, int last, boolean isRate) {
    double now = c.floats[last];
    double before = c.floats[last - 1];
    boolean reset = now < before || StartTimestamps.isReset(c.floatStarts, c.floatTimes, last);
    double difference = isRate && reset ? now : now - before;
    long millis = c.floatTimes[last] - c.floatTimes[last - 1];
    if (millis == 0) {
      return Row.ABSENT;
    }
    return isRate ? difference / (millis / 1000.0) : difference;
  }

  private static double lastTwoHistograms(Window w, int last, boolean isRate, Annotations annotations, Position position) {
    Columns c = w.columns;
    Histogram now = c.histograms[last];
    Histogram before = c.histograms[last - 1];
    boolean gauges = now.resetHint() == ResetHint.GAUGE && before.resetHint() == ResetHint.GAUGE;
    boolean gauge = now.resetHint() == ResetHint.GAUGE || before.resetHint() == ResetHint.GAUGE;
    if (isRate && gauge) {
      annotations.histogramNotCounter(w.metricName(), position);
    } else if (!isRate && !gauges) {
      annotations.histogramNotGauge(w.metricName(), position);
    }
    boolean reset = StartTimestamps.isReset(c.histogramStarts, c.histogramTimes, last) || HistogramArithmetic.isReset(now, before);
    Histogram difference = now;
    if (!isRate || !reset) {
      HistogramSum sum = new HistogramSum(HistogramArithmetic.withHint(now, ResetHint.GAUGE));
      if (!sum.fits(before)) {
        annotations.mixedExponentialAndCustomBuckets(w.metricName(), position);
        return Row.ABSENT;
      }
      sum.add(HistogramArithmetic.withHint(before, ResetHint.GAUGE), -1);
      if (sum.boundsReconciled()) {
        annotations.mismatchedCustomBuckets("subtraction", position);
      }
      difference = sum.value(false);
    }
    difference = HistogramArithmetic.withHint(difference, ResetHint.GAUGE);
    double seconds = (c.histogramTimes[last] - c.histogramTimes[last - 1]) / 1000.0;
    w.histogramResult = isRate ? HistogramArithmetic.divide(difference, seconds) : difference;
    return 0;
  }

  // Sums and means

  /** Sum or mean of the floats, or of the histograms. */
  private static final class Total implements RangeFunction {
    private final boolean average;
    private final Annotations annotations;
    private final Position position;
    private final RunningSum running = new RunningSum();

    Total(boolean average, Annotations annotations, Position position) {
      this.average = average;
      this.annotations = annotations;
      this.position = position;
    }

    @Override
    public void begin(Window window) {
      running.begin(window.columns);
    }

    @Override
    public double apply(Window w) {
      if (w.isMixed()) {
        annotations.mixedFloatsAndHistograms(w.metricName(), position);
        return Row.ABSENT;
      }
      if (w.histogramCount() > 0) {
        return sumHistograms(w, average, annotations, position);
      }
      if (w.floatCount() == 0) {
        return Row.ABSENT;
      }
      if (running.isExact()) {
        double sum = running.of(w.floatFrom, w.floatTo);
        return average ? sum / w.floatCount() : sum;
      }
      double[] floats = w.columns.floats;
      return average ? average(floats, w.floatFrom, w.floatTo) : sum(floats, w.floatFrom, w.floatTo);
    }
  }

  private static double sum(double[] values, int from, int to) {
    double sum = 0;
    double compensation = 0;
    for (int i = from; i < to; i++) {
      double value = values[i];
      double total = sum + value;
      compensation = Kahan.compensation(sum, compensation, value, total);
      sum = total;
    }
    return Double.isInfinite(sum) ? sum : sum + compensation;
  }

  /** The plain mean as long as the sum is finite, from there on the mean brought up to date value by value. */
  private static double average(double[] values, int from, int to) {
    Kahan sum = new Kahan();
    sum.sum = values[from];
    for (int i = from + 1; i < to; i++) {
      double total = sum.sum + values[i];
      if (Double.isInfinite(total)) {
        return incrementalAverage(values, from, i, to, sum);
      }
      sum.add(values[i]);
    }
    double count = to - from;
    return sum.sum / count + sum.compensation / count;
  }

  private static double incrementalAverage(double[] values, int from, int next, int to, Kahan mean) {
    double count = next - from;
    mean.sum /= count;
    mean.compensation /= count;
    for (int i = next; i < to; i++) {
      count++;
      double kept = (count - 1) / count;
      mean.sum *= kept;
      mean.compensation *= kept;
      mean.add(values[i] / count);
    }
    return mean.sum + mean.compensation;
  }

  private static double sumHistograms(Window w, boolean average, Annotations annotations, Position position) {
    HistogramMean mean = new HistogramMean(w.columns.histograms[w.histogramFrom], average);
    for (int i = w.histogramFrom + 1; i < w.histogramTo; i++) {
      if (!mean.add(w.columns.histograms[i])) {
        annotations.mixedExponentialAndCustomBuckets(w.metricName(), position);
        return Row.ABSENT;
      }
    }
    if (mean.sum().boundsReconciled()) {
      annotations.mismatchedCustomBuckets("aggregation", position);
    }
    if (mean.resetCollision()) {
      annotations.conflictingCounterResets("aggregation", position);
    }
    w.histogramResult = mean.value();
    return 0;
  }
}
