package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.promql.HistogramBuckets.Bucket;
import java.util.List;

/**
 * The operators {@code </} and {@code >/}: what a native histogram observed below or above a value. A bucket that holds the
 * value is interpolated as {@code histogram_fraction} does; the sum is estimated from the middles of the buckets as soon as
 * anything is left out.
 */
final class HistogramTrim {
  private final Histogram histogram;
  private final double cut;
  private final boolean below;
  private double count;
  private double sum;
  private boolean changed;

  private HistogramTrim(Histogram histogram, double cut, boolean below) {
    this.histogram = histogram;
    this.cut = cut;
    this.below = below;
  }

  static Histogram below(Histogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, true).trimmed();
  }

  static Histogram above(Histogram histogram, double cut) {
    return new HistogramTrim(histogram, cut, false).trimmed();
  }

  private Histogram trimmed() {
    boolean custom = histogram.hasCustomBuckets();
    double[] negative = side(histogram.negativeSpans(), histogram.negativeBuckets(), true);
    double zero = histogram.zeroCount() == 0 ? 0
        : kept(new Bucket(-histogram.zeroThreshold(), histogram.zeroThreshold(), true, true, histogram.zeroCount()));
    double[] positive = side(histogram.positiveSpans(), histogram.positiveBuckets(), false);
    if (!changed) {
      return histogram;
    }
    return new Histogram(histogram.resetHint(), histogram.schema(), histogram.zeroThreshold(), custom ? histogram.zeroCount() : zero, count,
        sum, histogram.positiveSpans(), positive, histogram.negativeSpans(), negative, histogram.customValues(), false);
  }

  private double[] side(List<Span> spans, double[] counts, boolean negative) {
    Buckets buckets = Buckets.of(spans, counts);
    double[] kept = new double[buckets.size];
    for (int i = 0; i < buckets.size; i++) {
      kept[i] = counts[i] == 0 ? 0 : kept(bucket(buckets.indexes[i], counts[i], negative));
    }
    return kept;
  }

  private Bucket bucket(int index, double observations, boolean negative) {
    if (histogram.hasCustomBuckets()) {
      double[] bounds = histogram.customValues();
      double lower = index == 0 ? Double.NEGATIVE_INFINITY : bounds[index - 1];
      return new Bucket(lower, index < bounds.length ? bounds[index] : Double.POSITIVE_INFINITY, false, true, observations);
    }
    double near = HistogramBuckets.bound(index - 1, histogram.schema());
    double far = HistogramBuckets.bound(index, histogram.schema());
    return negative ? new Bucket(-far, -near, true, false, observations) : new Bucket(near, far, false, true, observations);
  }

  /** How much of a bucket stays; adds it to count and sum. */
  private double kept(Bucket original) {
    Bucket bucket = HistogramStatistics.effective(original, histogram);
    double lower = bucket.lower();
    double upper = bucket.upper();
    double share = share(original, bucket);
    double observations = original.count() * share;
    if (share < 1) {
      changed = true;
    }
    if (observations != 0) {
      count += observations;
      double from = below ? lower : Math.max(lower, cut);
      double to = below ? Math.min(upper, cut) : upper;
      boolean linear = histogram.hasCustomBuckets() || (lower <= 0 && upper >= 0);
      sum += observations * middle(from, to, linear);
    }
    return observations;
  }

  private double share(Bucket original, Bucket bucket) {
    boolean whole = below ? cut >= bucket.upper() : cut <= bucket.lower();
    boolean nothing = below ? cut <= bucket.lower() : cut >= bucket.upper();
    if (Double.isInfinite(original.lower()) && !below && cut != Double.NEGATIVE_INFINITY && (cut < 0 || Double.isInfinite(bucket.lower()) || Double.isInfinite(bucket.upper()))) {
      // Where in a bucket from -Inf the observations lie is unknown.
      return 0;
    }
    if (Double.isInfinite(bucket.upper()) && below) {
      return cut == Double.POSITIVE_INFINITY ? 1 : 0;
    }
    if (whole || nothing) {
      return whole ? 1 : 0;
    }
    double shareBelow = HistogramStatistics.shareBelow(bucket, cut, histogram.hasCustomBuckets());
    return below ? shareBelow : 1 - shareBelow;
  }

  private static double middle(double from, double to, boolean linear) {
    if (Double.isInfinite(from)) {
      return to;
    }
    if (Double.isInfinite(to)) {
      return from;
    }
    if (linear) {
      return (from + to) / 2;
    }
    double middle = Math.sqrt(from * to);
    return to < 0 ? -middle : middle;
  }
}
