package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.promql.HistogramBuckets.Bucket;
import java.util.List;

/** Quantiles, fractions and variance estimated from native histograms. */
final class HistogramStatistics {
  private HistogramStatistics() {}

  /** The variance if all observations lay in the middle of their buckets (the geometric one for exponential buckets). */
  static double variance(Histogram h) {
    double mean = h.sum() / h.count();
    Kahan squares = new Kahan();
    for (Bucket bucket : HistogramBuckets.ascending(h)) {
      if (bucket.count() != 0) {
        double distance = middle(bucket, h.hasCustomBuckets()) - mean;
        squares.add(bucket.count() * distance * distance);
      }
    }
    return (squares.sum + squares.compensation) / h.count();
  }

  private static double middle(Bucket bucket, boolean custom) {
    if (custom) {
      return (bucket.upper() + bucket.lower()) / 2;
    }
    if (bucket.lower() <= 0 && bucket.upper() >= 0) {
      return 0;
    }
    double middle = Math.sqrt(bucket.upper() * bucket.lower());
    return bucket.upper() < 0 ? -middle : middle;
  }

  /** The bucket as it is interpolated in: a zero bucket reaches only to the side that has observations, a first custom one from 0. */
  static Bucket effective(Bucket bucket, Histogram h) {
    double lower = bucket.lower();
    double upper = bucket.upper();
    if (h.hasCustomBuckets()) {
      lower = Double.isInfinite(lower) && lower < 0 && upper > 0 ? 0 : lower;
    } else if (lower < 0 && upper > 0) {
      boolean negatives = h.negativeBuckets().length > 0;
      boolean positives = h.positiveBuckets().length > 0;
      lower = positives && !negatives ? 0 : lower;
      upper = negatives && !positives ? 0 : upper;
    }
    return new Bucket(lower, upper, bucket.lowerInclusive(), bucket.upperInclusive(), bucket.count());
  }

  static double quantile(double quantile, Histogram h) {
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    if (h.count() == 0 || Double.isNaN(quantile)) {
      return Double.NaN;
    }
    List<Bucket> buckets = HistogramBuckets.ascending(h);
    // From the nearer end, so that rounding errors stay small; NaN observations are only known to be above all buckets.
    boolean forward = Double.isNaN(h.sum()) || quantile < 0.5;
    double rank = (forward ? quantile : 1 - quantile) * h.count();
    Bucket bucket = null;
    double passed = 0;
    for (Bucket next : forward ? buckets : buckets.reversed()) {
      if (next.count() != 0) {
        bucket = next;
        passed += next.count();
        if (passed >= rank) {
          break;
        }
      }
    }
    passed = Math.min(passed, h.count());
    if (bucket == null || passed < rank) {
      return Double.NaN;
    }
    return within(effective(bucket, h), forward ? rank - (passed - bucket.count()) : passed - rank, h.hasCustomBuckets());
  }

  private static double within(Bucket bucket, double rank, boolean custom) {
    if (custom && Double.isInfinite(bucket.lower())) {
      return bucket.upper();
    }
    if (custom && Double.isInfinite(bucket.upper())) {
      return bucket.lower();
    }
    double fraction = rank / bucket.count();
    if (custom || (bucket.lower() <= 0 && bucket.upper() >= 0)) {
      return bucket.lower() + (bucket.upper() - bucket.lower()) * fraction;
    }
    double logLower = Elementary.log2(Math.abs(bucket.lower()));
    double logUpper = Elementary.log2(Math.abs(bucket.upper()));
    if (bucket.lower() > 0) {
      return Math.pow(2, logLower + (logUpper - logLower) * fraction);
    }
    return -Math.pow(2, logUpper + (logLower - logUpper) * (1 - fraction));
  }

  /** The share of observations between two values. */
  static double fraction(double lower, double upper, Histogram h) {
    List<Bucket> buckets = HistogramBuckets.ascending(h).stream().map(bucket -> effective(bucket, h)).toList();
    return fraction(lower, upper, buckets, h.count(), h.hasCustomBuckets(), Double.isNaN(h.sum()));
  }

  /**
   * The share of observations between two values.
   *
   * @param buckets ascending, as they are to be interpolated in
   * @param linear whether observations are spread evenly within a bucket
   * @param hasNaNs whether some observations are in no bucket
   */
  static double fraction(double lower, double upper, List<Bucket> buckets, double count, boolean linear, boolean hasNaNs) {
    if (count == 0 || Double.isNaN(lower) || Double.isNaN(upper)) {
      return Double.NaN;
    }
    if (lower >= upper) {
      return 0;
    }
    return (observationsBelow(upper, buckets, count, linear, hasNaNs) - observationsBelow(lower, buckets, count, linear, hasNaNs)) / count;
  }

  /** How many observations are at or below a value. */
  private static double observationsBelow(double value, List<Bucket> buckets, double count, boolean linear, boolean hasNaNs) {
    double rank = 0;
    for (Bucket bucket : buckets) {
      if (bucket.lower() >= value) {
        return Math.min(rank, count);
      }
      if (bucket.upper() > value) {
        return Math.min(rank + bucket.count() * shareBelow(bucket, value, linear), count);
      }
      rank += bucket.count();
    }
    return hasNaNs ? rank : count;
  }

  /** The share of a bucket's observations at or below a value within it. */
  static double shareBelow(Bucket bucket, double value, boolean custom) {
    if (Double.isInfinite(bucket.lower())) {
      return 1;
    }
    if (Double.isInfinite(bucket.upper())) {
      return 0;
    }
    if (custom || (bucket.lower() <= 0 && bucket.upper() >= 0)) {
      return (value - bucket.lower()) / (bucket.upper() - bucket.lower());
    }
    double logLower = Elementary.log2(Math.abs(bucket.lower()));
    double logUpper = Elementary.log2(Math.abs(bucket.upper()));
    double logValue = Elementary.log2(Math.abs(value));
    return value > 0 ? (logValue - logLower) / (logUpper - logLower) : 1 - (logValue - logUpper) / (logLower - logUpper);
  }
}
