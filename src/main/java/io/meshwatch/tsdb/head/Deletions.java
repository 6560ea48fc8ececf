package io.meshwatch.tsdb.head;

import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.Intervals;
import io.meshwatch.tsdb.index.MemoryIndex;
import io.meshwatch.tsdb.index.Postings;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.wal.Records;
import java.io.IOException;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;

/** Samples of the head that were deleted and are still in its chunks. Changed under the writer lock; readers need none. */
final class Deletions {
  private final SeriesRegistry registry;
  private final HeadLog log;
  private final ReentrantLock writerLock;
  private final ConcurrentHashMap<HeadSeries, Intervals> deleted = new ConcurrentHashMap<>();

  Deletions(SeriesRegistry registry, HeadLog log, ReentrantLock writerLock) {
    this.registry = registry;
    this.log = log;
    this.writerLock = writerLock;
  }

  Intervals of(HeadSeries series) {
    return deleted.getOrDefault(series, Intervals.NONE);
  }

  Map<HeadSeries, Intervals> all() {
    return deleted;
  }

  /** A series was dropped. */
  void forget(HeadSeries series) {
    deleted.remove(series);
  }

  /** Takes over what the log says. */
  void restore(HeadSeries series, long fromMillis, long toMillis) {
    deleted.merge(series, Intervals.NONE.with(fromMillis, toMillis), Intervals::with);
  }

  /** Hides the samples of these series in a range of time, and says so in the log. Returns how many series had any. */
  int delete(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    writerLock.lock();
    try {
      MemoryIndex<HeadSeries> index = registry.index();
      Postings found = Selection.select(index, matchers);
      ByteWriter record = new ByteWriter(64);
      Records.startTombstones(record);
      Map<HeadSeries, Intervals> gone = new HashMap<>();
      for (int i = 0; i < found.size(); i++) {
        HeadSeries series = index.series(found.get(i));
        long from = Math.max(fromMillis, series.minTime());
        long to = Math.min(toMillis, series.lastTime());
        if (from <= to) {
          Records.addTombstone(record, series.reference(), from, to);
          gone.put(series, Intervals.NONE.with(from, to));
        }
      }
      if (!gone.isEmpty()) {
        log.write(List.of(record), List.of(), Long.MIN_VALUE);
        gone.forEach((series, interval) -> deleted.merge(series, interval, Intervals::with));
      }
      return gone.size();
    } finally {
      writerLock.unlock();
    }
  }
}
