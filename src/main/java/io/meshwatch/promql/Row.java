package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One series of an instant vector over all steps, as a column. Where there is no sample the float is {@link #ABSENT}; where there
 * is a histogram the float does not count. Confined to one thread at a time.
 */
final class Row {
  /** "No sample": the stale marker's bits, which no sample that is read can have. */
  static final double ABSENT = StaleMarker.VALUE;

  Labels labels;

  /** Whether the metric name is to go when the query ends; only with delayed name removal. */
  boolean dropName;

  /** How many samples were read from the store for it, and how many its steps looked at; for statistics. */
  int samplesRead;

  long samplesSeen;

  final double[] floats;

  /** Null as long as there is no histogram at all. */
  @Nullable Histogram @Nullable [] histograms;

  Row(Labels labels, int steps) {
    this.labels = labels;
    this.floats = new double[steps];
  }

  static Row empty(Labels labels, int steps) {
    Row row = new Row(labels, steps);
    row.reset(labels);
    return row;
  }

  static boolean isAbsent(double value) {
    return StaleMarker.is(value);
  }

  int size() {
    return floats.length;
  }

  @Nullable Histogram histogram(int step) {
    @Nullable Histogram[] all = histograms;
    return all == null ? null : all[step];
  }

  boolean isPresent(int step) {
    return !isAbsent(floats[step]) || histogram(step) != null;
  }

  /** Whether there is a float, not a histogram. */
  boolean isFloat(int step) {
    return !isAbsent(floats[step]) && histogram(step) == null;
  }

  void set(int step, double value, @Nullable Histogram histogram) {
    if (histogram == null) {
      floats[step] = value;
      if (histograms != null) {
        histograms[step] = null;
      }
      return;
    }
    @Nullable Histogram[] all = histograms;
    if (all == null) {
      all = new Histogram[floats.length];
      histograms = all;
    }
    all[step] = histogram;
    floats[step] = 0;
  }

  void clear(int step) {
    set(step, ABSENT, null);
  }

  /** Makes it an empty row for another series. */
  void reset(Labels newLabels) {
    labels = newLabels;
    dropName = false;
    histograms = null;
    samplesRead = 0;
    samplesSeen = 0;
    Arrays.fill(floats, ABSENT);
  }

  void copyStep(int step, Row from) {
    set(step, from.floats[step], from.histogram(step));
  }

  boolean isEmpty() {
    for (int i = 0; i < floats.length; i++) {
      if (isPresent(i)) {
        return false;
      }
    }
    return true;
  }

  /** How many steps have a sample. */
  int points() {
    int points = 0;
    for (int i = 0; i < floats.length; i++) {
      points += isPresent(i) ? 1 : 0;
    }
    return points;
  }

  /** A row of its own with the same content. */
  Row copy() {
    Row copy = new Row(labels, floats.length);
    copy.dropName = dropName;
    System.arraycopy(floats, 0, copy.floats, 0, floats.length);
    copy.histograms = histograms == null ? null : histograms.clone();
    return copy;
  }

  /** The first step repeated over all steps. */
  Row broadcast(int steps) {
    Row wide = new Row(labels, steps);
    wide.dropName = dropName;
    Arrays.fill(wide.floats, floats[0]);
    Histogram histogram = histogram(0);
    if (histogram != null) {
      @Nullable Histogram[] all = new Histogram[steps];
      Arrays.fill(all, histogram);
      wide.histograms = all;
    }
    return wide;
  }
}
