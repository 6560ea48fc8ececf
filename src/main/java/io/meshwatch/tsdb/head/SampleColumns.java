package io.meshwatch.tsdb.head;

import java.util.Arrays;

/** The float samples of one batch in columns; used again for later batches, so that they cost no memory. Confined to one thread. */
final class SampleColumns {
  private static final int FIRST_CAPACITY = 64;
  /** Larger columns are not kept for the next batch. */
  private static final int KEPT_CAPACITY_MAX = 32 * 1024;

  private HeadSeries[] series = new HeadSeries[FIRST_CAPACITY];
  private long[] times = new long[FIRST_CAPACITY];
  private double[] values = new double[FIRST_CAPACITY];
  private int size;

  void add(HeadSeries to, long time, double value) {
    if (size == times.length) {
      int capacity = size * 2;
      series = Arrays.copyOf(series, capacity);
      times = Arrays.copyOf(times, capacity);
      values = Arrays.copyOf(values, capacity);
    }
    series[size] = to;
    times[size] = time;
    values[size++] = value;
  }

  int size() {
    return size;
  }

  HeadSeries series(int index) {
    return series[index];
  }

  void setSeries(int index, HeadSeries to) {
    series[index] = to;
  }

  long time(int index) {
    return times[index];
  }

  double value(int index) {
    return values[index];
  }

  /** Forgets the samples; false if the columns grew too large to be kept. */
  boolean clear() {
    Arrays.fill(series, 0, size, null);
    size = 0;
    return times.length <= KEPT_CAPACITY_MAX;
  }
}
