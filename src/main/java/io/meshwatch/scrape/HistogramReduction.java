package io.meshwatch.scrape;

import io.meshwatch.model.Histogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * Native histograms at a lower resolution. One step of the schema merges pairs of neighbouring buckets: bucket {@code i} becomes
 * {@code (i + 1) / 2}, rounded down, so no observation changes its side of a bound that stays.
 *
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/">Native histograms</a>
 */
final class HistogramReduction {
  private static final double FINEST_FACTOR = 1.00271;

  private HistogramReduction() {}

  /** Buckets with their counts, merged as they come. */
  private static final class Side {
    private final List<Histogram.Span> spans = new ArrayList<>();
    private double[] counts;
    private int used;
    private int spanFrom;
    private int spanOffset;
    private int last = Integer.MIN_VALUE;

    Side(List<Histogram.Span> from, double[] fromCounts, int steps) {
      counts = new double[fromCounts.length];
      int index = 0;
      int next = 0;
      for (Histogram.Span span : from) {
        index += span.offset();
        for (int i = 0; i < span.length(); i++) {
          add(((index - 1) >> steps) + 1, fromCounts[next++]);
          index++;
        }
      }
      endSpan();
      counts = Arrays.copyOf(counts, used);
    }

    private void add(int bucket, double count) {
      if (bucket == last) {
        counts[used - 1] += count;
        return;
      }
      if (last == Integer.MIN_VALUE) {
        spanOffset = bucket;
      } else if (bucket != last + 1) {
        endSpan();
        spanOffset = bucket - last - 1;
        spanFrom = used;
      }
      counts[used++] = count;
      last = bucket;
    }

    private void endSpan() {
      if (used > spanFrom) {
        spans.add(new Histogram.Span(spanOffset, used - spanFrom));
      }
    }
  }

  static int buckets(Histogram histogram) {
    return histogram.positiveBuckets().length + histogram.negativeBuckets().length;
  }

  /**
   * The histogram, or the finest form of it that keeps within the limits; as it came, or at its lowest resolution, if none does.
   *
   * @param bucketsMax most buckets; 0 = no limit
   * @param factorMin least growth from bucket to bucket; 0 = no limit
   */
  static Histogram within(Histogram histogram, long bucketsMax, double factorMin) {
    if (histogram.hasCustomBuckets() || histogram.isStale()) {
      return histogram;
    }
    Histogram kept = factorMin > 1 ? reduced(histogram, Math.min(histogram.schema(), schemaOf(factorMin))) : histogram;
    while (bucketsMax > 0 && buckets(kept) > bucketsMax && kept.schema() > Histogram.SCHEMA_MIN) {
      kept = reduced(kept, kept.schema() - 1);
    }
    return kept;
  }

  /** The finest schema whose buckets grow by at least this factor. */
  static int schemaOf(double factor) {
    double floor = Math.floor(Math.log(Math.log(Math.max(factor, FINEST_FACTOR)) / Math.log(2)) / Math.log(2));
    return (int) Math.clamp(-floor, Histogram.SCHEMA_MIN, Histogram.SCHEMA_MAX);
  }

  static Histogram reduced(Histogram h, int schema) {
    if (schema >= h.schema()) {
      return h;
    }
    int steps = h.schema() - schema;
    Side positive = new Side(h.positiveSpans(), h.positiveBuckets(), steps);
    Side negative = new Side(h.negativeSpans(), h.negativeBuckets(), steps);
    return new Histogram(h.resetHint(), schema, h.zeroThreshold(), h.zeroCount(), h.count(), h.sum(), List.copyOf(positive.spans), positive.counts,
        List.copyOf(negative.spans), negative.counts, h.customValues(), h.integral());
  }
}
