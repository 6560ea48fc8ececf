package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.SampleBuffer;
import java.util.Arrays;

/** Ranges of time that were deleted: inclusive, ascending, apart from each other. Immutable. */
public final class Intervals {
  public static final Intervals NONE = new Intervals(new long[0]);

  /** From, to, from, to… */
  private final long[] bounds;

  private Intervals(long[] bounds) {
    this.bounds = bounds;
  }

  public boolean isEmpty() {
    return bounds.length == 0;
  }

  public int size() {
    return bounds.length / 2;
  }

  public long from(int index) {
    return bounds[2 * index];
  }

  public long to(int index) {
    return bounds[2 * index + 1];
  }

  /** With one more range, joined with those it touches. */
  public Intervals with(long from, long to) {
    long[] out = new long[bounds.length + 2];
    int size = 0;
    long start = from;
    long end = to;
    int i = 0;
    for (; i < bounds.length && bounds[i + 1] < start && bounds[i + 1] + 1 != start; i += 2) {
      out[size++] = bounds[i];
      out[size++] = bounds[i + 1];
    }
    for (; i < bounds.length && (end == Long.MAX_VALUE || bounds[i] <= end + 1); i += 2) {
      start = Math.min(start, bounds[i]);
      end = Math.max(end, bounds[i + 1]);
    }
    out[size++] = start;
    out[size++] = end;
    for (; i < bounds.length; i++) {
      out[size++] = bounds[i];
    }
    return new Intervals(Arrays.copyOf(out, size));
  }

  /** The ranges of both. */
  public Intervals with(Intervals other) {
    Intervals all = this;
    for (int i = 0; i < other.size(); i++) {
      all = all.with(other.from(i), other.to(i));
    }
    return all;
  }

  public boolean contains(long time) {
    for (int i = 0; i < bounds.length && bounds[i] <= time; i += 2) {
      if (time <= bounds[i + 1]) {
        return true;
      }
    }
    return false;
  }

  /** Whether any range reaches into this one. */
  public boolean overlaps(long from, long to) {
    for (int i = 0; i < bounds.length && bounds[i] <= to; i += 2) {
      if (bounds[i + 1] >= from) {
        return true;
      }
    }
    return false;
  }

  /** Whether one range covers all of this one. */
  public boolean covers(long from, long to) {
    for (int i = 0; i < bounds.length && bounds[i] <= from; i += 2) {
      if (bounds[i + 1] >= to) {
        return true;
      }
    }
    return false;
  }

  /** Takes the samples in these ranges out of the buffer, from an index on. */
  void removeFrom(SampleBuffer samples, int firstIndex) {
    SampleBuffer kept = new SampleBuffer();
    for (int i = firstIndex; i < samples.size(); i++) {
      if (!contains(samples.timestamps()[i])) {
        SampleMerge.copy(samples, i, kept);
      }
    }
    samples.resize(firstIndex);
    for (int i = 0; i < kept.size(); i++) {
      SampleMerge.copy(kept, i, samples);
    }
  }
}
