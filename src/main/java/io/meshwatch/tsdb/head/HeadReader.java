package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.index.MemoryIndex;
import io.meshwatch.tsdb.index.Postings;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.index.SeriesSource;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/** A view of the head in a range of time: the batches that were complete when it was opened. To be closed after use. */
public final class HeadReader implements SeriesSource {
  private final Head head;
  private final long fromMillis;
  private final long toMillis;
  private final long epoch;
  private final long visibleBatch;
  private final MemoryIndex<HeadSeries> index;

  HeadReader(Head head, long fromMillis, long toMillis, long epoch, long visibleBatch, MemoryIndex<HeadSeries> index) {
    this.head = head;
    this.fromMillis = fromMillis;
    this.toMillis = toMillis;
    this.epoch = epoch;
    this.visibleBatch = visibleBatch;
    this.index = index;
  }

  @Override
  public List<ChunkedSeries> select(List<Matcher> matchers) {
    Postings postings = Selection.select(index, matchers);
    List<ChunkedSeries> found = new ArrayList<>(postings.size());
    List<Chunk> chunks = new ArrayList<>();
    for (int i = 0; i < postings.size(); i++) {
      HeadSeries series = index.series(postings.get(i));
      chunks.clear();
      long visibleTo = series.collect(head.files(), fromMillis, toMillis, visibleBatch, chunks);
      if (!chunks.isEmpty() && visibleTo != Long.MIN_VALUE) {
        found.add(
            new ChunkedSeries(series.labels(), chunks, head.deletedOf(series), fromMillis, Math.min(toMillis, visibleTo)));
      }
    }
    found.sort(Comparator.comparing(ChunkedSeries::labels));
    return found;
  }

  @Override
  public LabelSource labels() {
    return index;
  }

  @Override
  public Labels labelsOf(int reference) {
    return index.series(reference).labels();
  }

  @Override
  public void close() {
    head.closeReader(epoch);
  }
}
