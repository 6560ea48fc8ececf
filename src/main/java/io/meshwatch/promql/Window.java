package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import org.jspecify.annotations.Nullable;

/**
 * What a range function sees at one step: the samples of a series with {@code start < t <= end}, as index ranges into its
 * columns. Moves forward over the steps of one series; confined to one thread.
 */
final class Window {
  final Columns columns;
  Labels labels = Labels.EMPTY;

  /** Index of the evaluation step, for parameters that change with it. */
  int step;

  /** The time of the evaluation step; {@link #end} minus this is the offset. */
  long evaluationTime;

  long start;
  long end;
  int floatFrom;
  int floatTo;
  int histogramFrom;
  int histogramTo;

  /** Where a function puts a histogram; its returned float does not count then. */
  @Nullable Histogram histogramResult;

  Window(Columns columns) {
    this.columns = columns;
  }

  void begin(Labels seriesLabels) {
    labels = seriesLabels;
    floatFrom = 0;
    floatTo = 0;
    histogramFrom = 0;
    histogramTo = 0;
  }

  void moveTo(int newStep, long newEvaluationTime, long newStart, long newEnd) {
    step = newStep;
    evaluationTime = newEvaluationTime;
    start = newStart;
    end = newEnd;
    long[] times = columns.floatTimes;
    int count = columns.floatCount;
    while (floatTo < count && times[floatTo] <= newEnd) {
      floatTo++;
    }
    while (floatFrom < floatTo && times[floatFrom] <= newStart) {
      floatFrom++;
    }
    while (histogramTo < columns.histogramCount && columns.histogramTimes[histogramTo] <= newEnd) {
      histogramTo++;
    }
    while (histogramFrom < histogramTo && columns.histogramTimes[histogramFrom] <= newStart) {
      histogramFrom++;
    }
    histogramResult = null;
  }

  int floatCount() {
    return floatTo - floatFrom;
  }

  int histogramCount() {
    return histogramTo - histogramFrom;
  }

  boolean isEmpty() {
    return floatTo == floatFrom && histogramTo == histogramFrom;
  }

  boolean isMixed() {
    return floatTo > floatFrom && histogramTo > histogramFrom;
  }

  double rangeSeconds() {
    return (end - start) / 1000.0;
  }

  String metricName() {
    return labels.metricName();
  }
}
