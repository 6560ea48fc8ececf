package io.meshwatch.model;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series as columns, ascending in time: what a query reads into, one buffer per worker, used again for every
 * series. Stale markers are in it. Confined to one thread; the arrays may be longer than {@link #size}.
 */
public final class SampleBuffer {
  private long[] timestamps = new long[256];
  private double[] values = new double[256];
  /** Null as long as no histogram was added since the last {@link #clear}; else null at float samples. */
  private @Nullable Histogram @Nullable [] histograms;
  /** Null as long as no sample with a start timestamp was added since the last {@link #clear}; 0 where it is unknown. */
  private long @Nullable [] startTimestamps;
  private int size;

  public void clear() {
    size = 0;
    histograms = null;
    startTimestamps = null;
  }

  public int size() {
    return size;
  }

  public void add(long timestampMillis, double value) {
    if (size == timestamps.length) {
      grow(size + 1);
    }
    timestamps[size] = timestampMillis;
    values[size++] = value;
  }

  public void add(long timestampMillis, Histogram histogram) {
    if (size == timestamps.length) {
      grow(size + 1);
    }
    @Nullable Histogram[] all = histograms;
    if (all == null) {
      all = new Histogram[timestamps.length];
      histograms = all;
    }
    all[size] = histogram;
    timestamps[size] = timestampMillis;
    values[size++] = 0;
  }

  /** Sets when the counting of the sample that was added last began; 0 = unknown. */
  public void startOfLast(long startTimestampMillis) {
    long[] all = startTimestamps;
    if (all == null) {
      all = new long[timestamps.length];
      startTimestamps = all;
    }
    all[size - 1] = startTimestampMillis;
  }

  /** Makes room for so many samples in all; decoders then write to the arrays and call {@link #resize}. */
  public void grow(int capacity) {
    if (capacity > timestamps.length) {
      int length = Math.max(capacity, timestamps.length * 2);
      timestamps = Arrays.copyOf(timestamps, length);
      values = Arrays.copyOf(values, length);
      @Nullable Histogram[] all = histograms;
      if (all != null) {
        histograms = Arrays.copyOf(all, length);
      }
      long[] starts = startTimestamps;
      if (starts != null) {
        startTimestamps = Arrays.copyOf(starts, length);
      }
    }
  }

  /** Sets how many samples the arrays hold. */
  public void resize(int newSize) {
    @Nullable Histogram[] all = histograms;
    if (all != null && newSize < size) {
      Arrays.fill(all, newSize, size, null);
    }
    size = newSize;
  }

  /** Times of the samples, in milliseconds; valid up to {@link #size} and until the buffer grows. */
  public long[] timestamps() {
    return timestamps;
  }

  /** Values of the float samples; valid up to {@link #size} and until the buffer grows. */
  public double[] values() {
    return values;
  }

  /** Start timestamps in milliseconds, 0 where unknown, or null if no sample has one; valid as {@link #timestamps} is. */
  public long @Nullable [] startTimestamps() {
    return startTimestamps;
  }

  public boolean hasHistograms() {
    return histograms != null;
  }

  /** The histogram at an index, or null if a float is there. */
  public @Nullable Histogram histogram(int index) {
    return histograms == null ? null : histograms[index];
  }
}
