package io.meshwatch.promql;

import io.meshwatch.model.Histogram.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One side of a native histogram while it is computed with: bucket indexes, ascending, with counts, and with the compensations of
 * a Kahan sum. Confined to one thread.
 */
final class Buckets {
  int[] indexes;
  double[] counts;
  double[] compensations;
  int size;

  private Buckets(int capacity) {
    indexes = new int[capacity];
    counts = new double[capacity];
    compensations = new double[capacity];
  }

  static Buckets of(List<Span> spans, double[] absoluteCounts) {
    Buckets buckets = new Buckets(absoluteCounts.length);
    int index = 0;
    int at = 0;
    for (Span span : spans) {
      index += span.offset();
      for (int i = 0; i < span.length() && at < absoluteCounts.length; i++) {
        buckets.append(index++, absoluteCounts[at++], 0);
      }
    }
    return buckets;
  }

  private void append(int index, double count, double compensation) {
    indexes[size] = index;
    counts[size] = count;
    compensations[size++] = compensation;
  }

  /** Appends, or adds to the last bucket if it is the same. */
  private void merge(int index, double count, double compensation) {
    if (size > 0 && indexes[size - 1] == index) {
      counts[size - 1] += count;
      compensations[size - 1] += compensation;
    } else {
      append(index, count, compensation);
    }
  }

  /** The same counts at a lower resolution. */
  Buckets toSchema(int from, int to) {
    if (from == to) {
      return this;
    }
    Buckets coarse = new Buckets(size);
    for (int i = 0; i < size; i++) {
      coarse.merge(((indexes[i] - 1) >> (from - to)) + 1, counts[i], compensations[i]);
    }
    return coarse;
  }

  /** The same counts in buckets with fewer bounds; {@code target[i]} is where the custom bucket {@code i} goes. */
  Buckets mapped(int[] target) {
    Buckets mapped = new Buckets(size);
    for (int i = 0; i < size; i++) {
      mapped.merge(target[Math.min(Math.max(indexes[i], 0), target.length - 1)], counts[i], compensations[i]);
    }
    return mapped;
  }

  /** Adds the other's counts, times a factor, keeping compensations. */
  Buckets plus(Buckets other, double factor) {
    Buckets sum = new Buckets(size + other.size);
    int i = 0;
    int j = 0;
    while (i < size || j < other.size) {
      int left = i < size ? indexes[i] : Integer.MAX_VALUE;
      int right = j < other.size ? other.indexes[j] : Integer.MAX_VALUE;
      if (left < right) {
        sum.append(left, counts[i], compensations[i]);
        i++;
      } else if (right < left) {
        sum.append(right, factor * other.counts[j], 0);
        j++;
      } else {
        double added = factor * other.counts[j];
        double total = counts[i] + added;
        sum.append(left, total, Kahan.compensation(counts[i], compensations[i], added, total));
        i++;
        j++;
      }
    }
    return sum;
  }

  void divide(double divisor) {
    for (int i = 0; i < size; i++) {
      counts[i] /= divisor;
      compensations[i] /= divisor;
    }
  }

  void multiply(double factor) {
    for (int i = 0; i < size; i++) {
      counts[i] *= factor;
      compensations[i] *= factor;
    }
  }

  /** The count of a bucket, 0 if it is not there. */
  double count(int index) {
    int at = Arrays.binarySearch(indexes, 0, size, index);
    return at < 0 ? 0 : counts[at];
  }

  /** Only buckets above an index, their order kept. */
  Buckets from(int first) {
    Buckets rest = new Buckets(size);
    for (int i = first; i < size; i++) {
      rest.append(indexes[i], counts[i], compensations[i]);
    }
    return rest;
  }

  /** A copy without empty buckets. */
  Buckets compact(boolean compensated) {
    Buckets compact = new Buckets(size);
    for (int i = 0; i < size; i++) {
      double count = compensated && Double.isFinite(compensations[i]) ? counts[i] + compensations[i] : counts[i];
      if (count != 0) {
        compact.append(indexes[i], count, 0);
      }
    }
    return compact;
  }

  List<Span> spans() {
    List<Span> spans = new ArrayList<>();
    int at = 0;
    int next = 0;
    while (at < size) {
      int from = at;
      while (at < size && indexes[at] == indexes[from] + (at - from)) {
        at++;
      }
      spans.add(new Span(indexes[from] - next, at - from));
      next = indexes[at - 1] + 1;
    }
    return List.copyOf(spans);
  }

  double[] absoluteCounts() {
    return Arrays.copyOf(counts, size);
  }
}
