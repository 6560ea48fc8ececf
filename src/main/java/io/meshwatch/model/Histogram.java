package io.meshwatch.model;

import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A native histogram at one time: counts in exponential buckets around zero, or in custom buckets. Immutable by agreement: the
 * arrays are not copied, nobody writes to them after construction.
 *
 * <p>Schema −4…8: bucket i of the positive side covers {@code (base^(i-1), base^i]} with {@code base = 2^(2^-schema)}; the
 * negative side mirrors it; values within {@code ±zeroThreshold} are in the zero bucket. Schema −53: {@code customValues} holds
 * the upper bounds, only the positive side is used. Buckets are absolute counts (not deltas), listed span by span.
 *
 * @param resetHint whether a counter reset happened just before this histogram
 * @param schema resolution
 * @param zeroThreshold half the width of the zero bucket
 * @param zeroCount observations in the zero bucket
 * @param count all observations
 * @param sum sum of all observations; the stale marker here makes the whole histogram a stale marker
 * @param positiveSpans where the positive buckets lie
 * @param positiveBuckets counts, as many as the spans' lengths say
 * @param negativeSpans where the negative buckets lie
 * @param negativeBuckets counts, as many as the spans' lengths say
 * @param customValues upper bounds, ascending, only for schema −53; +Inf is implied
 * @param integral whether it was an integer histogram when it came in; decides only how it is encoded and printed
 * @see <a href="https://prometheus.io/docs/specs/native_histograms/">Native histograms</a>
 */
public record Histogram(
    ResetHint resetHint,
    int schema,
    double zeroThreshold,
    double zeroCount,
    double count,
    double sum,
    List<Span> positiveSpans,
    double[] positiveBuckets,
    List<Span> negativeSpans,
    double[] negativeBuckets,
    double[] customValues,
    boolean integral) {
  public static final int CUSTOM_BUCKETS_SCHEMA = -53;
  public static final int SCHEMA_MIN = -4;
  public static final int SCHEMA_MAX = 8;

  /** What is known about a counter reset before a histogram. Order as on disk. */
  public enum ResetHint {
    UNKNOWN,
    RESET,
    NOT_RESET,
    GAUGE
  }

  /**
   * Neighbouring buckets.
   *
   * @param offset empty buckets since the end of the previous span; for the first span the index of its first bucket
   * @param length buckets in this span
   */
  public record Span(int offset, int length) {}

  /** A histogram that only says that the series ended. */
  public static Histogram stale() {
    return new Histogram(ResetHint.UNKNOWN, 0, 0, 0, 0, StaleMarker.VALUE, List.of(), NONE, List.of(), NONE, NONE, true);
  }

  private static final double[] NONE = new double[0];

  /** A histogram without observations, after a reset, that can stand in one chunk with this one. */
  public Histogram zero() {
    return new Histogram(ResetHint.RESET, schema, zeroThreshold, 0, 0, 0, List.of(), NONE, List.of(), NONE, customValues, integral);
  }

  public boolean isStale() {
    return StaleMarker.is(sum);
  }

  public boolean hasCustomBuckets() {
    return schema == CUSTOM_BUCKETS_SCHEMA;
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return other instanceof Histogram h
        && resetHint == h.resetHint
        && schema == h.schema
        && bits(zeroThreshold) == bits(h.zeroThreshold)
        && bits(zeroCount) == bits(h.zeroCount)
        && bits(count) == bits(h.count)
        && bits(sum) == bits(h.sum)
        && positiveSpans.equals(h.positiveSpans)
        && Arrays.equals(positiveBuckets, h.positiveBuckets)
        && negativeSpans.equals(h.negativeSpans)
        && Arrays.equals(negativeBuckets, h.negativeBuckets)
        && Arrays.equals(customValues, h.customValues)
        && integral == h.integral;
  }

  private static long bits(double value) {
    return Double.doubleToRawLongBits(value);
  }

  @Override
  public int hashCode() {
    return (((schema * 31 + Double.hashCode(count)) * 31 + Double.hashCode(sum)) * 31 + Arrays.hashCode(positiveBuckets)) * 31
        + Arrays.hashCode(negativeBuckets);
  }
}
