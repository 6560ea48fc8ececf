package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import java.util.Arrays;
import java.util.List;

/**
 * A native histogram to which others are added or from which they are subtracted. Resolutions, zero buckets and custom bounds
 * that differ are brought to what both have. Confined to one thread.
 *
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/">Native histograms</a>
 */
final class HistogramSum {
  private int schema;
  private double zeroThreshold;
  private final Kahan zeroCount = new Kahan();
  private final Kahan count = new Kahan();
  private final Kahan sum = new Kahan();
  private Buckets positive;
  private Buckets negative;
  private double[] bounds;
  private ResetHint hint;
  private boolean boundsReconciled;
  private boolean resetCollision;

  HistogramSum(Histogram first) {
    schema = first.schema();
    zeroThreshold = first.zeroThreshold();
    zeroCount.sum = first.zeroCount();
    count.sum = first.count();
    sum.sum = first.sum();
    positive = Buckets.of(first.positiveSpans(), first.positiveBuckets());
    negative = Buckets.of(first.negativeSpans(), first.negativeBuckets());
    bounds = first.customValues();
    hint = first.resetHint();
  }

  /** Whether a histogram can be added: both have custom buckets, or neither. */
  boolean fits(Histogram other) {
    return (schema == Histogram.CUSTOM_BUCKETS_SCHEMA) == other.hasCustomBuckets();
  }

  /** Adds a histogram that {@link #fits}, times a factor. */
  void add(Histogram other, double factor) {
    mergeHint(other.resetHint());
    HistogramSum right = new HistogramSum(other);
    if (schema == Histogram.CUSTOM_BUCKETS_SCHEMA) {
      reconcileBounds(right);
    } else {
      reconcileZeroBuckets(right);
      int common = Math.min(schema, right.schema);
      positive = positive.toSchema(schema, common);
      negative = negative.toSchema(schema, common);
      right.positive = right.positive.toSchema(right.schema, common);
      right.negative = right.negative.toSchema(right.schema, common);
      schema = common;
    }
    zeroCount.add(factor * right.zeroCount.sum);
    count.add(factor * other.count());
    sum.add(factor * other.sum());
    positive = positive.plus(right.positive, factor);
    negative = negative.plus(right.negative, factor);
  }

  private void mergeHint(ResetHint other) {
    if (hint == other || hint == ResetHint.GAUGE || (hint == ResetHint.UNKNOWN && other != ResetHint.GAUGE)) {
      return;
    }
    if (other == ResetHint.GAUGE || other == ResetHint.UNKNOWN) {
      hint = other;
      return;
    }
    hint = ResetHint.UNKNOWN;
    resetCollision = true;
  }

  private void reconcileBounds(HistogramSum right) {
    if (Arrays.equals(bounds, right.bounds)) {
      return;
    }
    double[] common = commonBounds(bounds, right.bounds);
    positive = positive.mapped(targets(bounds, common));
    right.positive = right.positive.mapped(targets(right.bounds, common));
    bounds = common;
    boundsReconciled = true;
  }

  /** The bounds that are in both lists. */
  static double[] commonBounds(double[] a, double[] b) {
    double[] common = new double[Math.min(a.length, b.length)];
    int size = 0;
    int j = 0;
    for (double bound : a) {
      while (j < b.length && b[j] < bound) {
        j++;
      }
      if (j < b.length && b[j] == bound) {
        common[size++] = bound;
      }
    }
    return Arrays.copyOf(common, size);
  }

  /** For each bucket of the finer bounds (the one to +Inf included) the bucket of the coarser ones that holds it. */
  static int[] targets(double[] fine, double[] coarse) {
    int[] targets = new int[fine.length + 1];
    int j = 0;
    for (int i = 0; i < fine.length; i++) {
      while (j < coarse.length && coarse[j] < fine[i]) {
        j++;
      }
      targets[i] = j;
    }
    targets[fine.length] = coarse.length;
    return targets;
  }

  private void reconcileZeroBuckets(HistogramSum right) {
    while (zeroThreshold != right.zeroThreshold) {
      if (zeroThreshold < right.zeroThreshold) {
        widenZeroBucket(right.zeroThreshold);
      } else {
        right.widenZeroBucket(zeroThreshold);
      }
    }
  }

  /** Moves the buckets below a threshold into the zero bucket; the threshold grows if it falls within a populated bucket. */
  void widenZeroBucket(double threshold) {
    double wide = threshold;
    int positives;
    int negatives;
    while (true) {
      positives = within(positive, wide);
      double reached = Math.max(wide, reach(positive, positives, wide));
      negatives = within(negative, reached);
      double both = Math.max(reached, reach(negative, negatives, reached));
      if (both == wide) {
        break;
      }
      wide = both;
    }
    for (int i = 0; i < positives; i++) {
      zeroCount.sum += positive.counts[i];
    }
    for (int i = 0; i < negatives; i++) {
      zeroCount.sum += negative.counts[i];
    }
    positive = positive.from(positives);
    negative = negative.from(negatives);
    zeroThreshold = wide;
  }

  /** How many buckets begin below a threshold. */
  private int within(Buckets side, double threshold) {
    int within = 0;
    while (within < side.size && HistogramBuckets.bound(side.indexes[within] - 1, schema) < threshold) {
      within++;
    }
    return within;
  }

  /** The upper bound of the last bucket within, if it is populated and reaches beyond the threshold. */
  private double reach(Buckets side, int within, double threshold) {
    if (within == 0 || side.counts[within - 1] == 0) {
      return threshold;
    }
    return HistogramBuckets.bound(side.indexes[within - 1], schema);
  }

  double zeroThreshold() {
    return zeroThreshold;
  }

  double zeroCount() {
    return zeroCount.sum;
  }

  Buckets positive() {
    return positive;
  }

  Buckets negative() {
    return negative;
  }

  void multiply(double factor) {
    for (Kahan part : List.of(zeroCount, count, sum)) {
      part.sum *= factor;
      part.compensation *= factor;
    }
    positive.multiply(factor);
    negative.multiply(factor);
  }

  void divide(double divisor) {
    for (Kahan part : List.of(zeroCount, count, sum)) {
      part.sum /= divisor;
      part.compensation /= divisor;
    }
    positive.divide(divisor);
    negative.divide(divisor);
  }

  /** Whether adding a histogram would make the count or the sum infinite. */
  boolean overflowsWith(Histogram other) {
    return Double.isInfinite(count.sum + other.count()) || Double.isInfinite(sum.sum + other.sum());
  }

  boolean boundsReconciled() {
    return boundsReconciled;
  }

  boolean resetCollision() {
    return resetCollision;
  }

  /** The result, empty buckets left out; {@code compensated} adds what the Kahan sums have kept aside. */
  Histogram value(boolean compensated) {
    Buckets positives = positive.compact(compensated);
    Buckets negatives = negative.compact(compensated);
    return new Histogram(hint, schema, zeroThreshold, part(zeroCount, compensated), part(count, compensated), part(sum, compensated),
        positives.spans(), positives.absoluteCounts(), negatives.spans(), negatives.absoluteCounts(), bounds, false);
  }

  private static double part(Kahan part, boolean compensated) {
    return compensated ? part.value() : part.sum;
  }
}
