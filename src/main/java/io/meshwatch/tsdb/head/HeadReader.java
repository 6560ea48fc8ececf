package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.index.MemoryIndex;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.index.SeriesSource;
import java.util.ArrayList;
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
    int[] numbers = index.inLabelOrder(Selection.select(index, matchers), HeadSeries::labels);
    List<ChunkedSeries> found = new ArrayList<>(numbers.length);
    List<Chunk> chunks = new ArrayList<>();
    for (int number : numbers) {
      HeadSeries series = index.series(number);
      chunks.clear();
      long visibleTo = series.collect(head.files(), fromMillis, toMillis, visibleBatch, chunks);
      if (!chunks.isEmpty() && visibleTo != Long.MIN_VALUE) {
        found.add(
            new ChunkedSeries(series.labels(), chunks, head.deletedOf(series), fromMillis, Math.min(toMillis, visibleTo)));
      }
    }
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
