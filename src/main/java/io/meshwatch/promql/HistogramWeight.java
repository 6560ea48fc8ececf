package io.meshwatch.promql;

import io.meshwatch.model.Histogram;

/** How many float samples a histogram counts for: its size in memory as Prometheus has it, by the 16 bytes of a float with its time. */
final class HistogramWeight {
  private static final int BYTES_WITHOUT_PARTS = 168;
  private static final int BYTES_OF_PART = 8;
  private static final int TIMESTAMP_BYTES = 8;
  private static final int SAMPLE_BYTES = 16;

  private HistogramWeight() {}

  static int of(Histogram h) {
    int parts = h.positiveSpans().size() + h.negativeSpans().size() + h.positiveBuckets().length + h.negativeBuckets().length
        + h.customValues().length;
    return (BYTES_WITHOUT_PARTS + parts * BYTES_OF_PART + TIMESTAMP_BYTES) / SAMPLE_BYTES;
  }
}
