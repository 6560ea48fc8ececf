package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.SampleBuffer;

/** An instant selector that is {@code smoothed}: values between two samples are interpolated. */
final class Smoothing {
  private Smoothing() {}

  /** Fills a row; false if nothing was found. */
  static boolean fill(SampleBuffer buffer, Steps steps, Plan.Range range, Row row, Annotations annotations, Position position) {
    Columns c = new Columns();
    c.load(buffer);
    Window window = new Window(c);
    window.begin(row.labels);
    boolean any = false;
    for (int step = 0; step < steps.count(); step++) {
      long end = range.end(steps, step);
      window.moveTo(step, steps.at(step), end - range.length(), end);
      if (window.floatCount() > 0) {
        row.floats[step] = atFloat(c, window.floatTo - 1, end, range.length());
        any = true;
      } else if (window.histogramCount() > 0) {
        any |= atHistogram(c, window.histogramTo - 1, end, range.length(), step, row, annotations, position);
      }
    }
    return any;
  }

  private static double atFloat(Columns c, int i, long time, long lookback) {
    boolean between = c.floatTimes[i] < time && i + 1 < c.floatCount && c.floatTimes[i + 1] < time + lookback;
    return between ? ExtendedRange.interpolate(c.floatTimes[i], c.floats[i], c.floatTimes[i + 1], c.floats[i + 1], time, false) : c.floats[i];
  }

  private static boolean atHistogram(
      Columns c, int i, long time, long lookback, int step, Row row, Annotations annotations, Position position) {
    long[] times = c.histogramTimes;
    boolean between = times[i] < time && i + 1 < c.histogramCount && times[i + 1] < time + lookback;
    Histogram left = c.histograms[i];
    if (between && left.hasCustomBuckets() != c.histograms[i + 1].hasCustomBuckets()) {
      annotations.mixedExponentialAndCustomBuckets(row.labels.metricName(), position);
      return false;
    }
    double fraction = between ? (double) (time - times[i]) / (times[i + 1] - times[i]) : 0;
    row.set(step, 0, between ? HistogramArithmetic.interpolate(left, c.histograms[i + 1], fraction, false) : left);
    return true;
  }
}
