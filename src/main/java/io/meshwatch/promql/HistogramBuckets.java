package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.NumberText;
import java.util.ArrayList;
import java.util.List;

/**
 * The buckets of a native histogram with their bounds, ascending.
 *
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/#buckets">Buckets</a>
 */
public final class HistogramBuckets {
  private HistogramBuckets() {}

  /**
   * A bucket.
   *
   * @param lowerInclusive whether the lower bound belongs to it
   * @param upperInclusive whether the upper bound belongs to it
   */
  public record Bucket(double lower, double upper, boolean lowerInclusive, boolean upperInclusive, double count) {}

  /** All buckets, negative ones first; the zero bucket only if it counts something. */
  public static List<Bucket> ascending(Histogram histogram) {
    List<Bucket> all = new ArrayList<>();
    Buckets negative = Buckets.of(histogram.negativeSpans(), histogram.negativeBuckets());
    for (int i = negative.size - 1; i >= 0; i--) {
      int index = negative.indexes[i];
      all.add(new Bucket(-bound(index, histogram.schema()), -bound(index - 1, histogram.schema()), true, false, negative.counts[i]));
    }
    if (histogram.zeroCount() != 0) {
      all.add(new Bucket(-histogram.zeroThreshold(), histogram.zeroThreshold(), true, true, histogram.zeroCount()));
    }
    Buckets positive = Buckets.of(histogram.positiveSpans(), histogram.positiveBuckets());
    for (int i = 0; i < positive.size; i++) {
      int index = positive.indexes[i];
      if (histogram.hasCustomBuckets()) {
        double[] bounds = histogram.customValues();
        all.add(new Bucket(customBound(bounds, index - 1), customBound(bounds, index), index == 0, true, positive.counts[i]));
      } else {
        all.add(new Bucket(bound(index - 1, histogram.schema()), bound(index, histogram.schema()), false, true, positive.counts[i]));
      }
    }
    return all;
  }

  private static double customBound(double[] bounds, int index) {
    if (index < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return index < bounds.length ? bounds[index] : Double.POSITIVE_INFINITY;
  }

  /** The upper bound of an exponential bucket: {@code 2^(index × 2^-schema)}, the last one being the largest double. */
  static double bound(int index, int schema) {
    if (schema <= 0) {
      return power(1, (long) index << -schema);
    }
    int steps = 1 << schema;
    int fraction = Math.floorMod(index, steps);
    return power(Math.pow(2, (double) fraction / steps), Math.floorDiv(index, steps));
  }

  private static double power(double mantissa, long exponent) {
    if (exponent >= 1024) {
      return mantissa == 1 && exponent == 1024 ? Double.MAX_VALUE : Double.POSITIVE_INFINITY;
    }
    return Math.scalb(mantissa, (int) Math.max(exponent, -2000));
  }

  /** As Prometheus prints it: {@code {count:4, sum:5, (0.5,1]:1, …}}; empty buckets are left out. */
  public static String print(Histogram histogram) {
    StringBuilder text = new StringBuilder("{count:").append(number(histogram.count())).append(", sum:").append(number(histogram.sum()));
    for (Bucket bucket : ascending(histogram)) {
      if (bucket.count() != 0) {
        text.append(", ").append(bucket.lowerInclusive() ? '[' : '(').append(number(bucket.lower())).append(',')
            .append(number(bucket.upper())).append(bucket.upperInclusive() ? ']' : ')').append(':').append(number(bucket.count()));
      }
    }
    return text.append('}').toString();
  }

  private static String number(double value) {
    return NumberText.general(value);
  }
}
