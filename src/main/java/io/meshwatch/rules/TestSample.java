package io.meshwatch.rules;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.Value;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** A sample that a query answered or should have answered. */
record TestSample(Labels labels, double value, @Nullable Histogram histogram) {
  static TestSample of(Value.Sample sample) {
    return new TestSample(sample.labels(), sample.value(), sample.histogram());
  }

  /** Whether both are the same sample; fuzzy lets floats that are neighbours pass. */
  boolean matches(TestSample other, boolean fuzzy) {
    Histogram ours = histogram;
    Histogram theirs = other.histogram;
    boolean sameKind = (ours == null) == (theirs == null);
    if (!labels.equals(other.labels) || !sameKind) {
      return false;
    }
    if (ours == null || theirs == null) {
      return areEqual(value, other.value, fuzzy);
    }
    return areEqual(ours, theirs);
  }

  private static boolean areEqual(double a, double b, boolean fuzzy) {
    boolean same = a == b || (Double.isNaN(a) && Double.isNaN(b));
    return same || (fuzzy && (Math.nextUp(a) == b || Math.nextDown(a) == b));
  }

  /** Equal whatever spans they are written in, and without buckets that are empty. */
  private static boolean areEqual(Histogram a, Histogram b) {
    return a.schema() == b.schema()
        && a.resetHint() == b.resetHint()
        && a.count() == b.count()
        && a.sum() == b.sum()
        && a.zeroCount() == b.zeroCount()
        && a.zeroThreshold() == b.zeroThreshold()
        && Arrays.equals(a.customValues(), b.customValues())
        && buckets(a.positiveSpans(), a.positiveBuckets()).equals(buckets(b.positiveSpans(), b.positiveBuckets()))
        && buckets(a.negativeSpans(), a.negativeBuckets()).equals(buckets(b.negativeSpans(), b.negativeBuckets()));
  }

  private static Map<Integer, Double> buckets(List<Histogram.Span> spans, double[] counts) {
    Map<Integer, Double> buckets = new TreeMap<>();
    int index = 0;
    int at = 0;
    for (Histogram.Span span : spans) {
      index += span.offset();
      for (int i = 0; i < span.length(); i++) {
        if (counts[at] != 0) {
          buckets.put(index, counts[at]);
        }
        index++;
        at++;
      }
    }
    return buckets;
  }

  @Override
  public String toString() {
    String name = labels.metricName();
    String series = name + (labels.withoutMetricName().isEmpty() && !name.isEmpty() ? "" : labels.withoutMetricName());
    Histogram shown = histogram;
    return series + " " + (shown == null ? NumberText.value(value) : shown.toString());
  }
}
