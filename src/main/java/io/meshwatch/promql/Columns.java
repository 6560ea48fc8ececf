package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The samples of one series for range functions: floats and histograms apart, stale markers gone. Loaded again for every series;
 * confined to one thread. Arrays may be longer than the counts say.
 */
final class Columns {
  long[] floatTimes = new long[0];
  double[] floats = new double[0];
  long @Nullable [] floatStarts;
  int floatCount;
  long[] histogramTimes = new long[0];
  Histogram[] histograms = new Histogram[0];
  long @Nullable [] histogramStarts;
  int histogramCount;
  /** Sums of the histograms' weights up to each; null until somebody asks. */
  private long @Nullable [] histogramWeights;

  /** Takes the samples of a buffer; shares its arrays if there is nothing to leave out. */
  void load(SampleBuffer buffer) {
    histogramCount = 0;
    histogramStarts = null;
    histogramWeights = null;
    floatStarts = buffer.startTimestamps();
    int size = buffer.size();
    if (!buffer.hasHistograms() && !hasStaleMarker(buffer.values(), size)) {
      floatTimes = buffer.timestamps();
      floats = buffer.values();
      floatCount = size;
      return;
    }
    split(buffer, size);
  }

  private static boolean hasStaleMarker(double[] values, int size) {
    for (int i = 0; i < size; i++) {
      if (StaleMarker.is(values[i])) {
        return true;
      }
    }
    return false;
  }

  private void split(SampleBuffer buffer, int size) {
    long[] times = buffer.timestamps();
    double[] values = buffer.values();
    long[] starts = buffer.startTimestamps();
    reserve(size, starts != null, buffer.hasHistograms());
    for (int i = 0; i < size; i++) {
      Histogram histogram = buffer.histogram(i);
      long start = starts == null ? 0 : starts[i];
      if (histogram != null && !histogram.isStale()) {
        addHistogram(times[i], histogram, start);
      } else if (histogram == null && !StaleMarker.is(values[i])) {
        addFloat(times[i], values[i], start);
      }
    }
  }

  /** Takes the samples of a row at its steps. */
  void load(Row row, Steps steps) {
    reserve(row.size(), false, row.histograms != null);
    for (int i = 0; i < row.size(); i++) {
      Histogram histogram = row.histogram(i);
      if (histogram != null) {
        addHistogram(steps.at(i), histogram, 0);
      } else if (!Row.isAbsent(row.floats[i])) {
        addFloat(steps.at(i), row.floats[i], 0);
      }
    }
  }

  /** Between the steps of a subquery samples are left out, so that what is known about neighbours no longer holds. */
  void forgetResetHints() {
    for (int i = 0; i < histogramCount; i++) {
      if (histograms[i].resetHint() != Histogram.ResetHint.GAUGE) {
        histograms[i] = HistogramArithmetic.withHint(histograms[i], Histogram.ResetHint.UNKNOWN);
      }
    }
  }

  private void reserve(int size, boolean starts, boolean hasHistograms) {
    floatCount = 0;
    histogramCount = 0;
    histogramWeights = null;
    floatTimes = new long[size];
    floats = new double[size];
    floatStarts = starts ? new long[size] : null;
    histogramTimes = hasHistograms ? new long[size] : new long[0];
    histograms = hasHistograms ? new Histogram[size] : new Histogram[0];
    histogramStarts = starts && hasHistograms ? new long[size] : null;
  }

  private void addFloat(long time, double value, long start) {
    floatTimes[floatCount] = time;
    floats[floatCount] = value;
    if (floatStarts != null) {
      floatStarts[floatCount] = start;
    }
    floatCount++;
  }

  private void addHistogram(long time, Histogram histogram, long start) {
    histogramTimes[histogramCount] = time;
    histograms[histogramCount] = histogram;
    if (histogramStarts != null) {
      histogramStarts[histogramCount] = start;
    }
    histogramCount++;
  }

  /** How many samples some histograms count for. */
  long histogramWeight(int from, int to) {
    long[] sums = histogramWeights;
    if (sums == null) {
      sums = new long[histogramCount + 1];
      for (int i = 0; i < histogramCount; i++) {
        sums[i + 1] = sums[i] + HistogramWeight.of(histograms[i]);
      }
      histogramWeights = sums;
    }
    return sums[to] - sums[from];
  }

  /**
   * Tells from the samples before which histograms follow a counter reset, where the series does not say. Prometheus does so when
   * it decodes only counts and sums.
   */
  void deriveResetHints() {
    Histogram previous = null;
    Histogram[] hinted = Arrays.copyOf(histograms, histogramCount);
    for (int i = 0; i < histogramCount; i++) {
      Histogram current = histograms[i];
      if (previous != null && current.resetHint() == Histogram.ResetHint.UNKNOWN) {
        boolean reset = HistogramArithmetic.isReset(current, previous);
        hinted[i] = HistogramArithmetic.withHint(current, reset ? Histogram.ResetHint.RESET : Histogram.ResetHint.NOT_RESET);
      }
      previous = current;
    }
    histograms = hinted;
  }
}
