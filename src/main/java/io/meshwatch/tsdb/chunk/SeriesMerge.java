package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.NoSuchElementException;
import java.util.PriorityQueue;

/** Walks several sources of series, each sorted by labels, as one: series with equal labels become one with the chunks of all. */
public final class SeriesMerge implements Iterator<ChunkedSeries> {
  private final PriorityQueue<Cursor> queue = new PriorityQueue<>();
  private final List<ChunkedSeries> same = new ArrayList<>();
  private final long fromMillis;
  private final long toMillis;

  /** A walk over some sources in a range of time. */
  public SeriesMerge(List<? extends Iterable<ChunkedSeries>> sources, long fromMillis, long toMillis) {
    this.fromMillis = fromMillis;
    this.toMillis = toMillis;
    for (Iterable<ChunkedSeries> source : sources) {
      Cursor cursor = new Cursor(source.iterator());
      if (cursor.advance()) {
        queue.add(cursor);
      }
    }
  }

  /** The current series of one source. */
  private static final class Cursor implements Comparable<Cursor> {
    private final Iterator<ChunkedSeries> source;
    private ChunkedSeries current = ChunkedSeries.NONE;

    Cursor(Iterator<ChunkedSeries> source) {
      this.source = source;
    }

    boolean advance() {
      boolean more = source.hasNext();
      if (more) {
        current = source.next();
      }
      return more;
    }

    @Override
    public int compareTo(Cursor other) {
      return current.labels().compareTo(other.current.labels());
    }
  }

  @Override
  public boolean hasNext() {
    return !queue.isEmpty();
  }

  @Override
  public ChunkedSeries next() {
    Cursor first = queue.poll();
    if (first == null) {
      throw new NoSuchElementException();
    }
    Labels labels = first.current.labels();
    same.clear();
    for (Cursor cursor = first; cursor != null; ) {
      same.add(cursor.current);
      if (cursor.advance()) {
        queue.add(cursor);
      }
      Cursor next = queue.peek();
      cursor = next != null && next.current.labels().equals(labels) ? queue.poll() : null;
    }
    return same.size() == 1 ? same.getFirst() : joined(labels);
  }

  private ChunkedSeries joined(Labels labels) {
    List<Chunk> chunks = new ArrayList<>();
    Intervals deleted = Intervals.NONE;
    // Only the head shows less than was asked for, its newest batch being hidden; what blocks hold is older than that.
    long visibleTo = toMillis;
    for (ChunkedSeries part : same) {
      chunks.addAll(part.chunks());
      deleted = deleted.with(part.deleted());
      visibleTo = Math.min(visibleTo, part.toMillis());
    }
    return new ChunkedSeries(labels, chunks, deleted, fromMillis, visibleTo);
  }
}
