package io.meshwatch.promql;

import io.meshwatch.model.Histogram;

/** Sum or mean of native histograms. A mean whose sum would overflow goes on incrementally. Confined to one thread. */
final class HistogramMean {
  private final HistogramSum sum;
  private final boolean average;
  private boolean incremental;
  private double count = 1;
  private boolean resetSeen;
  private boolean noResetSeen;

  HistogramMean(Histogram first, boolean average) {
    this.sum = new HistogramSum(first);
    this.average = average;
    noteHint(first);
  }

  /** Adds one; false if exponential and custom buckets meet. */
  boolean add(Histogram histogram) {
    if (!sum.fits(histogram)) {
      return false;
    }
    count++;
    noteHint(histogram);
    if (average && !incremental && sum.overflowsWith(histogram)) {
      incremental = true;
      sum.divide(count - 1);
    }
    if (incremental) {
      sum.multiply((count - 1) / count);
      sum.add(HistogramArithmetic.divide(histogram, count), 1);
    } else {
      sum.add(histogram, 1);
    }
    return true;
  }

  private void noteHint(Histogram histogram) {
    resetSeen |= histogram.resetHint() == Histogram.ResetHint.RESET;
    noResetSeen |= histogram.resetHint() == Histogram.ResetHint.NOT_RESET;
  }

  /** Whether some of the histograms follow a counter reset and others are known not to. */
  boolean resetCollision() {
    return resetSeen && noResetSeen;
  }

  HistogramSum sum() {
    return sum;
  }

  Histogram value() {
    Histogram value = sum.value(true);
    return average && !incremental ? HistogramArithmetic.divide(value, count) : value;
  }
}
