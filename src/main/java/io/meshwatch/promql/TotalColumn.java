package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import org.jspecify.annotations.Nullable;

/** Sum or mean, of floats (compensated) or of histograms. Steps where both meet have no result. */
final class TotalColumn extends GroupColumn {
  private final boolean average;
  private final double[] sums;
  private final double[] compensations;
  private final double[] counts;
  private boolean @Nullable [] incremental;
  private @Nullable HistogramMean @Nullable [] histograms;
  private boolean @Nullable [] spoiled;

  TotalColumn(boolean average, Labels labels, int steps, Annotations annotations, Position position) {
    super(labels, steps, annotations, position);
    this.average = average;
    this.sums = new double[steps];
    this.compensations = new double[steps];
    this.counts = new double[steps];
  }

  @Override
  void add(Row row) {
    if (row.histograms != null || histograms != null) {
      addMixed(row);
      return;
    }
    double[] floats = row.floats;
    for (int i = 0; i < steps; i++) {
      if (!Row.isAbsent(floats[i])) {
        addFloat(i, floats[i]);
      }
    }
  }

  private void addFloat(int i, double value) {
    double count = ++counts[i];
    if (count == 1) {
      sums[i] = value;
      return;
    }
    boolean[] means = incremental;
    if (average && means != null && means[i]) {
      addToMean(i, value, count);
      return;
    }
    double total = sums[i] + value;
    if (average && Double.isInfinite(total)) {
      switchToMean(i, count - 1);
      addToMean(i, value, count);
      return;
    }
    compensations[i] = Kahan.compensation(sums[i], compensations[i], value, total);
    sums[i] = total;
  }

  /** The sum would overflow: from here on the mean itself is kept. */
  private void switchToMean(int i, double countSoFar) {
    boolean[] means = incremental;
    if (means == null) {
      means = new boolean[steps];
      incremental = means;
    }
    means[i] = true;
    sums[i] /= countSoFar;
    compensations[i] /= countSoFar;
  }

  private void addToMean(int i, double value, double count) {
    double kept = (count - 1) / count;
    double mean = kept * sums[i];
    double added = value / count;
    double total = mean + added;
    compensations[i] = Kahan.compensation(mean, kept * compensations[i], added, total);
    sums[i] = total;
  }

  private void addMixed(Row row) {
    @Nullable HistogramMean[] all = histograms;
    boolean[] bad = spoiled;
    if (all == null || bad == null) {
      all = new HistogramMean[steps];
      bad = new boolean[steps];
      histograms = all;
      spoiled = bad;
    }
    for (int i = 0; i < steps; i++) {
      Histogram histogram = row.histogram(i);
      if (histogram == null) {
        if (!Row.isAbsent(row.floats[i])) {
          addFloat(i, row.floats[i]);
        }
      } else if (!bad[i]) {
        HistogramMean mean = all[i];
        if (mean == null) {
          all[i] = new HistogramMean(histogram, average);
        } else if (!mean.add(histogram)) {
          annotations.mixedExponentialAndCustomBuckets(row.labels.metricName(), position);
          bad[i] = true;
        }
      }
    }
  }

  @Override
  Row result() {
    Row row = new Row(labels, steps);
    @Nullable HistogramMean[] all = histograms;
    boolean[] bad = spoiled;
    for (int i = 0; i < steps; i++) {
      HistogramMean mean = all == null ? null : all[i];
      row.floats[i] = Row.ABSENT;
      if (bad != null && bad[i]) {
        continue;
      }
      if (mean == null) {
        row.floats[i] = counts[i] == 0 ? Row.ABSENT : floatResult(i);
      } else if (counts[i] > 0) {
        annotations.mixedFloatsAndHistogramsInAggregation(position);
      } else {
        row.set(i, 0, histogramResult(mean));
      }
    }
    return row;
  }

  private double floatResult(int i) {
    boolean[] means = incremental;
    if (!average || (means != null && means[i])) {
      return Double.isInfinite(sums[i]) ? sums[i] : sums[i] + compensations[i];
    }
    return sums[i] / counts[i] + compensations[i] / counts[i];
  }

  private Histogram histogramResult(HistogramMean mean) {
    if (mean.sum().boundsReconciled()) {
      annotations.mismatchedCustomBuckets("aggregation", position);
    }
    if (mean.resetCollision()) {
      annotations.conflictingCounterResets("aggregation", position);
    }
    return mean.value();
  }
}
