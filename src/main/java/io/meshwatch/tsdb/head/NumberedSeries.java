package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.index.LongMap;
import java.util.Arrays;

/**
 * The series that a log names, numbered in the order in which they were met. Records of samples mostly name series in that order too,
 * so the number after the last one is tried first. References lie close to one another: numbers stand in small pages, and the last page
 * is remembered. Confined to the thread that reads the log; others may read {@link #table} up to the numbers they were given.
 */
final class NumberedSeries {
  static final int UNKNOWN = -1;
  private static final int PAGE_BITS = 5;
  private static final int PAGE_MASK = (1 << PAGE_BITS) - 1;

  /** Number + 1 for each reference of a page; 0 where there is none. */
  private final LongMap<int[]> pages = new LongMap<>();
  private int[] lastPage = new int[PAGE_MASK + 1];
  private long lastPageNumber = -1;
  private HeadSeries[] series = new HeadSeries[1024];
  private long[] references = new long[series.length];
  private int lastNumber;
  private long[] coveredUntil = new long[series.length];
  private int size;

  /** The number of a series, or {@link #UNKNOWN}. */
  int numberOf(long reference) {
    int last = lastNumber;
    if (last < size && references[last] == reference) {
      return last;
    }
    int next = last + 1;
    if (next < size && references[next] == reference) {
      lastNumber = next;
      return next;
    }
    int found = lookUp(reference);
    if (found != UNKNOWN) {
      lastNumber = found;
    }
    return found;
  }

  private int lookUp(long reference) {
    long page = reference >>> PAGE_BITS;
    if (page != lastPageNumber) {
      int[] found = pages.get(page);
      if (found == null) {
        return UNKNOWN;
      }
      lastPage = found;
      lastPageNumber = page;
    }
    return lastPage[(int) reference & PAGE_MASK] - 1;
  }

  /** Gives a series the next number; one that has several references gets as many. */
  void add(long reference, HeadSeries added) {
    if (size == series.length) {
      series = Arrays.copyOf(series, 2 * size);
      references = Arrays.copyOf(references, series.length);
      coveredUntil = Arrays.copyOf(coveredUntil, series.length);
    }
    series[size] = added;
    references[size] = reference;
    coveredUntil[size] = Long.MIN_VALUE;
    long page = reference >>> PAGE_BITS;
    int[] numbers = pages.get(page);
    if (numbers == null) {
      numbers = new int[PAGE_MASK + 1];
      pages.put(page, numbers);
    }
    numbers[(int) reference & PAGE_MASK] = ++size;
  }

  HeadSeries series(int number) {
    return series[number];
  }

  /** Series by number. When it has to grow, it is replaced; the old one stays as it is. */
  HeadSeries[] table() {
    return series;
  }

  /** Samples up to this time are there already, in a head chunk file or a block, and need not be looked at. */
  void setCoveredUntil(long reference, long timeMillis) {
    coveredUntil[numberOf(reference)] = timeMillis;
  }

  boolean isCovered(int number, long timeMillis) {
    return timeMillis <= coveredUntil[number];
  }
}
