package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.Intervals;
import java.util.ArrayList;
import java.util.List;

/**
 * Late samples as they were at one moment.
 *
 * @param entries by labels
 * @param minTime time of the oldest
 * @param maxTime time of the newest
 */
public record LateSamples(List<Entry> entries, long minTime, long maxTime) {
  /** The late samples of one series. */
  record Entry(HeadSeries series, OutOfOrder samples) {}

  /** The series that have some in a range of time, sorted by labels. */
  public List<ChunkedSeries> seriesForBlock(long fromMillis, long toMillis) {
    List<ChunkedSeries> found = new ArrayList<>();
    for (Entry entry : entries) {
      List<Chunk> chunks = new ArrayList<>();
      entry.samples.addTo(chunks, fromMillis, toMillis);
      if (!chunks.isEmpty()) {
        found.add(new ChunkedSeries(entry.series.labels(), chunks, Intervals.NONE, fromMillis, toMillis));
      }
    }
    return found;
  }
}
