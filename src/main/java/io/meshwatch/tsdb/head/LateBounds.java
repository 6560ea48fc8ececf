package io.meshwatch.tsdb.head;

import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;

/** From when to when there are late samples in the head that are not in a block. Changed under the writer lock; anyone may read. */
final class LateBounds {
  private volatile long minTime = Long.MAX_VALUE;
  private volatile long maxTime = Long.MIN_VALUE;

  /** {@link Long#MAX_VALUE} if there is none. */
  long minTime() {
    return minTime;
  }

  /** {@link Long#MIN_VALUE} if there is none. */
  long maxTime() {
    return maxTime;
  }

  void saw(long time) {
    minTime = Math.min(minTime, time);
    maxTime = Math.max(maxTime, time);
  }

  /** All late samples of these series as they are now, sorted by labels. */
  LateSamples take(Collection<HeadSeries> all) {
    List<LateSamples.Entry> entries = new ArrayList<>();
    for (HeadSeries series : all) {
      if (!series.outOfOrder().isEmpty()) {
        entries.add(new LateSamples.Entry(series, series.outOfOrder()));
      }
    }
    entries.sort(Comparator.comparing(e -> e.series().labels()));
    return new LateSamples(entries, minTime, maxTime);
  }

  /** Forgets late samples that are in blocks now. */
  @SuppressWarnings("ReferenceEquality") // Adding makes a new object: the same object means that nothing was added.
  void forget(LateSamples written) {
    minTime = Long.MAX_VALUE;
    maxTime = Long.MIN_VALUE;
    for (LateSamples.Entry entry : written.entries()) {
      HeadSeries series = entry.series();
      if (series.outOfOrder() == entry.samples()) {
        series.forgetOutOfOrder();
      } else {
        // More came in the meantime: all are kept, and those that are in a block are simply there twice until the next time.
        minTime = Math.min(minTime, written.minTime());
        maxTime = Math.max(maxTime, written.maxTime());
      }
    }
  }
}
