package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.SampleIterator;
import io.meshwatch.model.Series;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;

/**
 * A series as a list of chunks, wherever they lie. Chunks that overlap in time, because samples came late, are merged; others are
 * decoded one after the other straight into the buffer. Safe for all threads.
 */
public final class ChunkedSeries implements Series {
  static final ChunkedSeries NONE = new ChunkedSeries(Labels.EMPTY, List.of(), Intervals.NONE, 0, 0);

  private final Labels labels;
  private final Chunk[] chunks;
  private final Intervals deleted;
  private final long fromMillis;
  private final long toMillis;
  /** Whether chunks share times, because samples came late. */
  private final boolean overlaps;

  /**
   * A series of some chunks in any order.
   *
   * @param deleted samples that are not to be seen
   * @param fromMillis the first time that may be seen
   * @param toMillis the last time that may be seen
   */
  public ChunkedSeries(Labels labels, List<Chunk> chunks, Intervals deleted, long fromMillis, long toMillis) {
    this.labels = labels;
    this.chunks = chunks.toArray(Chunk[]::new);
    this.deleted = deleted;
    this.fromMillis = fromMillis;
    this.toMillis = toMillis;
    sortByStart(this.chunks);
    this.overlaps = overlaps(this.chunks);
  }

  /** Nearly always they are sorted already. */
  private static void sortByStart(Chunk[] chunks) {
    for (int i = 1; i < chunks.length; i++) {
      if (chunks[i].minTime() < chunks[i - 1].minTime()) {
        Arrays.sort(chunks, Comparator.comparingLong(Chunk::minTime));
        return;
      }
    }
  }

  private static boolean overlaps(Chunk[] sorted) {
    for (int i = 1; i < sorted.length; i++) {
      if (sorted[i].minTime() <= sorted[i - 1].maxTime()) {
        return true;
      }
    }
    return false;
  }

  @Override
  public Labels labels() {
    return labels;
  }

  /** The chunks by start time. */
  public List<Chunk> chunks() {
    return List.of(chunks);
  }

  /** The last time that may be seen. */
  public long toMillis() {
    return toMillis;
  }

  /** Samples that are not to be seen. */
  public Intervals deleted() {
    return deleted;
  }

  @Override
  public void read(long from, long to, SampleBuffer into) {
    long first = Math.max(from, fromMillis);
    long last = Math.min(to, toMillis);
    int at = 0;
    while (at < chunks.length) {
      at = readGroup(at, first, last, into);
    }
  }

  @Override
  public void readNewest(long from, long to, SampleBuffer into) {
    if (overlaps || !deleted.isEmpty()) {
      read(from, to, into);
      return;
    }
    long first = Math.max(from, fromMillis);
    long last = Math.min(to, toMillis);
    int sizeBefore = into.size();
    for (int i = chunks.length - 1; i >= 0 && chunks[i].maxTime() >= first && into.size() == sizeBefore; i--) {
      if (chunks[i].minTime() <= last && !chunks[i].readNewest(first, last, into)) {
        readChunk(chunks[i], first, last, into);
      }
    }
  }

  /** Reads a chunk and all that overlap with it; returns the index of the first one after them. */
  private int readGroup(int start, long from, long to, SampleBuffer into) {
    long end = chunks[start].maxTime();
    int next = start + 1;
    while (next < chunks.length && chunks[next].minTime() <= end) {
      end = Math.max(end, chunks[next].maxTime());
      next++;
    }
    if (chunks[start].minTime() > to || end < from) {
      return next;
    }
    int sizeBefore = into.size();
    if (next == start + 1) {
      readChunk(chunks[start], from, to, into);
    } else {
      readMerged(start, next, from, to, into);
    }
    if (!deleted.isEmpty() && deleted.overlaps(chunks[start].minTime(), end)) {
      deleted.removeFrom(into, sizeBefore);
    }
    return next;
  }

  private void readMerged(int start, int end, long from, long to, SampleBuffer into) {
    SampleBuffer merged = new SampleBuffer();
    for (int i = start; i < end; i++) {
      SampleBuffer one = new SampleBuffer();
      readChunk(chunks[i], from, to, one);
      merged = SampleMerge.merge(merged, one);
    }
    for (int i = 0; i < merged.size(); i++) {
      SampleMerge.copy(merged, i, into);
    }
  }

  private void readChunk(Chunk chunk, long from, long to, SampleBuffer into) {
    try {
      chunk.bytes().read(from, to, into);
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptionException(chunk.toString(), 0, "samples of " + labels, String.valueOf(e.getMessage()));
    }
  }

  @Override
  public SampleIterator iterator() {
    return new GroupIterator();
  }

  /** Decodes one group of chunks at a time. */
  private final class GroupIterator implements SampleIterator {
    private final SampleBuffer buffer = new SampleBuffer();
    private int nextChunk;
    private int at = -1;
    private long seekMillis = fromMillis;

    @Override
    public Kind next() {
      at++;
      while (at >= buffer.size()) {
        if (nextChunk == chunks.length) {
          at = buffer.size();
          return Kind.NONE;
        }
        buffer.clear();
        at = 0;
        nextChunk = readGroup(nextChunk, seekMillis, toMillis, buffer);
      }
      return kind();
    }

    private Kind kind() {
      return buffer.histogram(at) == null ? Kind.FLOAT : Kind.HISTOGRAM;
    }

    @Override
    public Kind seek(long timestampMillis) {
      if (at >= 0 && at < buffer.size() && buffer.timestamps()[at] >= timestampMillis) {
        return kind();
      }
      seekMillis = Math.max(seekMillis, timestampMillis);
      Kind kind = next();
      while (kind != Kind.NONE && buffer.timestamps()[at] < timestampMillis) {
        kind = next();
      }
      return kind;
    }

    @Override
    public long timestamp() {
      return buffer.timestamps()[at];
    }

    @Override
    public double value() {
      return buffer.values()[at];
    }

    @Override
    public Histogram histogram() {
      Histogram histogram = buffer.histogram(at);
      if (histogram == null) {
        throw new IllegalStateException("the current sample is a float");
      }
      return histogram;
    }
  }
}
