package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import java.util.Arrays;
import java.util.List;

/** Calculates with whole native histograms. */
final class HistogramArithmetic {
  private static final double[] NONE = new double[0];

  private HistogramArithmetic() {}

  static Histogram withHint(Histogram h, ResetHint hint) {
    return new Histogram(hint, h.schema(), h.zeroThreshold(), h.zeroCount(), h.count(), h.sum(), h.positiveSpans(), h.positiveBuckets(),
        h.negativeSpans(), h.negativeBuckets(), h.customValues(), h.integral());
  }

  /** An empty histogram with the same layout. */
  static Histogram emptyLike(Histogram h) {
    return new Histogram(ResetHint.UNKNOWN, h.schema(), 0, 0, 0, 0, List.of(), NONE, List.of(), NONE, h.customValues(), false);
  }

  static Histogram multiply(Histogram h, double factor) {
    ResetHint hint = factor < 0 ? ResetHint.GAUGE : h.resetHint();
    return new Histogram(hint, h.schema(), h.zeroThreshold(), h.zeroCount() * factor, h.count() * factor, h.sum() * factor,
        h.positiveSpans(), scaled(h.positiveBuckets(), factor), h.negativeSpans(), scaled(h.negativeBuckets(), factor), h.customValues(), false);
  }

  private static double[] scaled(double[] counts, double factor) {
    double[] scaled = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      scaled[i] = counts[i] * factor;
    }
    return scaled;
  }

  /** Division by zero leaves no buckets. */
  static Histogram divide(Histogram h, double divisor) {
    boolean none = divisor == 0;
    ResetHint hint = divisor < 0 ? ResetHint.GAUGE : h.resetHint();
    return new Histogram(hint, h.schema(), h.zeroThreshold(), h.zeroCount() / divisor, h.count() / divisor, h.sum() / divisor,
        none ? List.of() : h.positiveSpans(), none ? NONE : divided(h.positiveBuckets(), divisor),
        none ? List.of() : h.negativeSpans(), none ? NONE : divided(h.negativeBuckets(), divisor), h.customValues(), false);
  }

  private static double[] divided(double[] counts, double divisor) {
    double[] divided = new double[counts.length];
    for (int i = 0; i < counts.length; i++) {
      divided[i] = counts[i] / divisor;
    }
    return divided;
  }

  /** Whether two histograms count the same, whatever their spans and hints look like. */
  static boolean same(Histogram a, Histogram b) {
    if (a.schema() != b.schema() || a.zeroThreshold() != b.zeroThreshold() || a.zeroCount() != b.zeroCount() || a.count() != b.count()
        || Double.doubleToLongBits(a.sum()) != Double.doubleToLongBits(b.sum()) || !Arrays.equals(a.customValues(), b.customValues())) {
      return false;
    }
    return same(Buckets.of(a.positiveSpans(), a.positiveBuckets()), Buckets.of(b.positiveSpans(), b.positiveBuckets()))
        && same(Buckets.of(a.negativeSpans(), a.negativeBuckets()), Buckets.of(b.negativeSpans(), b.negativeBuckets()));
  }

  private static boolean same(Buckets a, Buckets b) {
    Buckets left = a.compact(false);
    Buckets right = b.compact(false);
    return left.size == right.size && Arrays.equals(left.indexes, 0, left.size, right.indexes, 0, right.size)
        && Arrays.equals(left.counts, 0, left.size, right.counts, 0, right.size);
  }

  /** Whether the counter began anew between two histograms of a series. */
  static boolean isReset(Histogram current, Histogram previous) {
    if (current.resetHint() == ResetHint.RESET || current.resetHint() == ResetHint.NOT_RESET) {
      return current.resetHint() == ResetHint.RESET;
    }
    if (current.count() < previous.count() || current.hasCustomBuckets() != previous.hasCustomBuckets()) {
      return true;
    }
    if (current.hasCustomBuckets()) {
      return isResetOfCustomBuckets(current, previous);
    }
    if (current.schema() > previous.schema() || current.zeroThreshold() < previous.zeroThreshold()) {
      return true;
    }
    HistogramSum before = new HistogramSum(previous);
    if (current.zeroThreshold() > previous.zeroThreshold()) {
      before.widenZeroBucket(current.zeroThreshold());
    }
    if (before.zeroThreshold() != current.zeroThreshold() || current.zeroCount() < before.zeroCount()) {
      return true;
    }
    return anyLess(Buckets.of(current.positiveSpans(), current.positiveBuckets()), before.positive().toSchema(previous.schema(), current.schema()))
        || anyLess(Buckets.of(current.negativeSpans(), current.negativeBuckets()), before.negative().toSchema(previous.schema(), current.schema()));
  }

  private static boolean isResetOfCustomBuckets(Histogram current, Histogram previous) {
    Buckets now = Buckets.of(current.positiveSpans(), current.positiveBuckets());
    Buckets before = Buckets.of(previous.positiveSpans(), previous.positiveBuckets());
    if (!Arrays.equals(current.customValues(), previous.customValues())) {
      double[] common = HistogramSum.commonBounds(current.customValues(), previous.customValues());
      now = now.mapped(HistogramSum.targets(current.customValues(), common));
      before = before.mapped(HistogramSum.targets(previous.customValues(), common));
    }
    return anyLess(now, before);
  }

  private static boolean anyLess(Buckets now, Buckets before) {
    for (int i = 0; i < before.size; i++) {
      if (now.count(before.indexes[i]) < before.counts[i]) {
        return true;
      }
    }
    return false;
  }

  /**
   * The histogram at a time between two others, its parts interpolated linearly. A counter reset between them counts as a start
   * from zero.
   */
  static Histogram interpolate(Histogram left, Histogram right, double fraction, boolean isCounter) {
    if (isCounter && isReset(right, left)) {
      return multiply(right, fraction);
    }
    HistogramSum difference = new HistogramSum(right);
    difference.add(left, -1);
    HistogramSum sum = new HistogramSum(withHint(left, right.resetHint()));
    sum.add(multiply(withHint(difference.value(false), right.resetHint()), fraction), 1);
    return withHint(sum.value(false), left.resetHint());
  }
}
