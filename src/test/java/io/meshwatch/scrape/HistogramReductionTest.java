package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Histogram;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class HistogramReductionTest {
  private static Histogram histogram(int schema, List<Histogram.Span> spans, double... counts) {
    double count = Arrays.stream(counts).sum();
    return new Histogram(Histogram.ResetHint.UNKNOWN, schema, 0.001, 0, count, 1, spans, counts, List.of(), new double[0], new double[0], true);
  }

  @Test
  void mergesPairsOfNeighbouringBuckets() {
    // Buckets 1 and 2 become 1, 3 and 4 become 2; bucket -1 and 0 become 0; 9 becomes 5.
    Histogram fine = histogram(1, List.of(new Histogram.Span(-1, 6), new Histogram.Span(4, 1)), 1, 2, 3, 4, 5, 6, 7);
    Histogram coarse = HistogramReduction.reduced(fine, 0);
    assertThat(coarse.schema()).isZero();
    assertThat(coarse.positiveBuckets()).containsExactly(3, 7, 11, 7);
    assertThat(coarse.positiveSpans()).containsExactly(new Histogram.Span(0, 3), new Histogram.Span(2, 1));
  }

  @Test
  void keepsWithinTheLimitOfBuckets() {
    Histogram fine = histogram(3, List.of(new Histogram.Span(1, 8)), 1, 1, 1, 1, 1, 1, 1, 1);
    assertThat(HistogramReduction.within(fine, 4, 0).positiveBuckets()).containsExactly(2, 2, 2, 2);
    assertThat(HistogramReduction.within(fine, 8, 0)).isSameAs(fine);
    assertThat(HistogramReduction.within(fine, 1, 0).positiveBuckets()).containsExactly(8);
  }

  @Test
  void knowsTheSchemaOfAFactor() {
    assertThat(HistogramReduction.schemaOf(2)).isZero();
    assertThat(HistogramReduction.schemaOf(1.1)).isEqualTo(3);
    assertThat(HistogramReduction.schemaOf(1.001)).isEqualTo(8);
    assertThat(HistogramReduction.schemaOf(1e9)).isEqualTo(-4);
  }

  @Test
  void leavesHistogramsWithCustomBucketsAsTheyAre() {
    Histogram custom = new Histogram(Histogram.ResetHint.UNKNOWN, Histogram.CUSTOM_BUCKETS_SCHEMA, 0, 0, 2, 1, List.of(new Histogram.Span(0, 2)),
        new double[] {1, 1}, List.of(), new double[0], new double[] {1}, true);
    assertThat(HistogramReduction.within(custom, 1, 2)).isSameAs(custom);
  }
}
