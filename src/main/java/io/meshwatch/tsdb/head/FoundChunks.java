package io.meshwatch.tsdb.head;

import java.util.Arrays;

/**
 * The chunks that head chunk files hold, by series, in the order in which they were found. The log names series in much the same order
 * as the files, so the entry after the last one that was asked for is tried before the table. Confined to one thread.
 */
final class FoundChunks {
  static final int NONE = -1;

  private long[] series = new long[1024];
  private long[] chunks = new long[series.length];
  private long[] minTimes = new long[series.length];
  private long[] maxTimes = new long[series.length];
  private boolean[] outOfOrder = new boolean[series.length];
  /** The next chunk of the same series; of its last chunk {@link #NONE}. */
  private int[] next = new int[series.length];
  /** Of the first chunk of a series, its last; of all others {@link #NONE}. */
  private int[] last = new int[series.length];
  /** Number + 1 of the first chunk of a series; 0 where there is none. Open-addressed. */
  private int[] slots = new int[2 * series.length];
  private int size;
  private int guess;

  void add(long ofSeries, long chunk, long minTime, long maxTime, boolean isOutOfOrder) {
    if (size == series.length) {
      grow();
    }
    series[size] = ofSeries;
    chunks[size] = chunk;
    minTimes[size] = minTime;
    maxTimes[size] = maxTime;
    outOfOrder[size] = isOutOfOrder;
    next[size] = NONE;
    last[size] = NONE;
    int slot = slot(ofSeries);
    int first = slots[slot] - 1;
    if (first == NONE) {
      slots[slot] = size + 1;
      last[size] = size;
    } else {
      next[last[first]] = size;
      last[first] = size;
    }
    size++;
  }

  /** The first chunk of a series, or {@link #NONE}. */
  int first(long ofSeries) {
    int found = isFirst(guess, ofSeries) ? guess : slots[slot(ofSeries)] - 1;
    if (found != NONE) {
      guess = found + 1;
    }
    return found;
  }

  private boolean isFirst(int number, long ofSeries) {
    return number < size && series[number] == ofSeries && last[number] != NONE;
  }

  /** The chunk of the same series that was found after another, or {@link #NONE}. */
  int next(int number) {
    return next[number];
  }

  long chunk(int number) {
    return chunks[number];
  }

  long minTime(int number) {
    return minTimes[number];
  }

  long maxTime(int number) {
    return maxTimes[number];
  }

  boolean isOutOfOrder(int number) {
    return outOfOrder[number];
  }

  private int slot(long ofSeries) {
    int mask = slots.length - 1;
    int at = (int) ((ofSeries * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (slots[at] != 0 && series[slots[at] - 1] != ofSeries) {
      at = (at + 1) & mask;
    }
    return at;
  }

  private void grow() {
    int length = 2 * size;
    series = Arrays.copyOf(series, length);
    chunks = Arrays.copyOf(chunks, length);
    minTimes = Arrays.copyOf(minTimes, length);
    maxTimes = Arrays.copyOf(maxTimes, length);
    outOfOrder = Arrays.copyOf(outOfOrder, length);
    next = Arrays.copyOf(next, length);
    last = Arrays.copyOf(last, length);
    slots = new int[2 * length];
    for (int i = 0; i < size; i++) {
      if (last[i] != NONE) {
        slots[slot(series[i])] = i + 1;
      }
    }
  }
}
