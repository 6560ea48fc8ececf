package io.meshwatch.tsdb.head;

import io.meshwatch.model.Histogram;
import io.meshwatch.tsdb.wal.HandOver;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * The way of replayed samples from the thread that reads the log to those that append them to the series' chunks, and of new series
 * to one that lets them be found. All samples of a series go the same way, so their order stays. Memory is bounded: a reader that is
 * faster waits for an empty batch.
 *
 * <p>{@link #add}, {@link #settle} and {@link #end} belong to the reader, {@link #work} to one other thread for each lane.
 */
public final class ReplayQueues {
  private static final int BATCH_SAMPLES = 4096;
  private static final int BATCHES_PER_LANE = 8;
  private static final int SERIES_PER_BATCH = 256;
  private static final HeadSeries[] NO_SERIES = {};

  private final long chunkRangeMillis;
  private final Consumer<HeadSeries> restore;
  private HeadSeries[] newSeries = new HeadSeries[SERIES_PER_BATCH];
  private int newSeriesCount;
  private final List<Lane> lanes = new ArrayList<>();
  private volatile @Nullable RuntimeException failure;

  /** Samples on their way; without any, a mark that is handed back when all before it are done. */
  private static final class Batch {
    /** Series by the numbers that stand in the batch: numbers, unlike references to objects, cost the collector nothing. */
    HeadSeries[] table = NO_SERIES;
    final int[] numbers = new int[BATCH_SAMPLES];
    final long[] times = new long[BATCH_SAMPLES];
    final double[] values = new double[BATCH_SAMPLES];
    @Nullable Histogram @Nullable [] histograms;
    int size;
  }

  /** What goes through a lane: samples, a mark, or the end. */
  private sealed interface Item {
    record Samples(Batch batch) implements Item {}

    /** New series that are to be found. */
    record Series(HeadSeries[] batch, int size) implements Item {}

    record Mark(HandOver<Lane> reached) implements Item {}

    record End() implements Item {}
  }

  private static final class Lane {
    final HandOver<Item> full = new HandOver<>(BATCHES_PER_LANE + 2);
    final HandOver<Batch> empty = new HandOver<>(BATCHES_PER_LANE);
    @Nullable Batch open;
    /** Series that got their first full chunk since {@link #takeFull}. */
    final List<HeadSeries> withFullChunks = new ArrayList<>();
    long chunks;
    long chunkBytes;
    long samples;
    long minTime = Long.MAX_VALUE;
    long maxTime = Long.MIN_VALUE;

    Lane() {
      for (int i = 0; i < BATCHES_PER_LANE; i++) {
        empty.put(new Batch());
      }
    }
  }

  /** Queues to so many workers for the series of a head. */
  public ReplayQueues(int laneCount, Head head) {
    this.chunkRangeMillis = head.options().chunkRangeMillis();
    this.restore = head::restore;
    for (int i = 0; i < laneCount; i++) {
      lanes.add(new Lane());
    }
  }

  /** Adds a sample of the series with a number; the table has all series with numbers up to this one. */
  void add(HeadSeries[] table, int number, long time, double value, @Nullable Histogram histogram) {
    // A series that was made again has several numbers, but one reference.
    Lane lane = lanes.size() == 1 ? lanes.getFirst() : lanes.get((int) Long.remainderUnsigned(table[number].reference(), lanes.size()));
    Batch batch = lane.open;
    if (batch == null) {
      batch = lane.empty.take();
      lane.open = batch;
    }
    int at = batch.size++;
    batch.numbers[at] = number;
    batch.times[at] = time;
    batch.values[at] = value;
    if (histogram != null) {
      if (batch.histograms == null) {
        batch.histograms = new Histogram[BATCH_SAMPLES];
      }
      batch.histograms[at] = histogram;
    }
    if (number >= batch.table.length) {
      // A shorter one is full: it has all series up to its length.
      batch.table = table;
    }
    if (batch.size == BATCH_SAMPLES) {
      hand(lane);
    }
  }

  /** Lets a series be found whose labels no other has; always by the same worker, because the index takes one after the other. */
  void add(HeadSeries made) {
    newSeries[newSeriesCount++] = made;
    if (newSeriesCount == SERIES_PER_BATCH) {
      handNewSeries();
    }
  }

  private void handNewSeries() {
    if (newSeriesCount > 0) {
      lanes.getFirst().full.put(new Item.Series(newSeries, newSeriesCount));
      newSeries = new HeadSeries[SERIES_PER_BATCH];
      newSeriesCount = 0;
    }
  }

  private void hand(Lane lane) {
    Batch batch = lane.open;
    if (batch != null) {
      lane.open = null;
      lane.full.put(new Item.Samples(batch));
    }
  }

  /** Waits until everything added so far is in its series. */
  void settle() {
    HandOver<Lane> reached = new HandOver<>(lanes.size());
    handNewSeries();
    for (Lane lane : lanes) {
      hand(lane);
      lane.full.put(new Item.Mark(reached));
    }
    lanes.forEach(lane -> reached.take());
    RuntimeException failed = failure;
    if (failed != null) {
      throw new IllegalStateException("the log could not be replayed", failed);
    }
  }

  /** Lets the workers go; to be called in any case. */
  public void end() {
    for (Lane lane : lanes) {
      hand(lane);
      lane.full.put(new Item.End());
    }
  }

  /** Appends the samples of one lane until {@link #end}; after a failure it only keeps the reader from waiting for ever. */
  public void work(int laneNumber) {
    Lane lane = lanes.get(laneNumber);
    while (true) {
      switch (lane.full.take()) {
        case Item.Samples samples -> {
          unlessFailed(() -> append(lane, samples.batch));
          samples.batch.size = 0;
          lane.empty.put(samples.batch);
        }
        case Item.Series series -> unlessFailed(() -> Arrays.stream(series.batch, 0, series.size).forEach(restore));
        case Item.Mark mark -> mark.reached.put(lane);
        case Item.End end -> {
          return;
        }
      }
    }
  }

  private void unlessFailed(Runnable task) {
    try {
      if (failure == null) {
        task.run();
      }
    } catch (RuntimeException e) {
      failure = e;
    }
  }

  private void append(Lane lane, Batch batch) {
    @Nullable Histogram[] histograms = batch.histograms;
    for (int i = 0; i < batch.size; i++) {
      HeadSeries series = batch.table[batch.numbers[i]];
      long time = batch.times[i];
      if (time > series.lastTime()) {
        Histogram histogram = histograms == null ? null : histograms[i];
        lane.chunkBytes -= series.chunkBytes();
        boolean isCut =
            histogram == null
                ? HeadAppender.appendFloat(series, time, batch.values[i], 0, chunkRangeMillis)
                : series.append(time, histogram, 0, chunkRangeMillis);
        lane.chunkBytes += series.chunkBytes();
        lane.chunks += isCut ? 1 : 0;
        if (isCut && series.hasFirstFullChunk()) {
          lane.withFullChunks.add(series);
        }
        lane.samples++;
        lane.minTime = Math.min(lane.minTime, time);
        lane.maxTime = Math.max(lane.maxTime, time);
      }
    }
    batch.histograms = null;
  }

  /** Gives the series that got their first full chunk since it was called before. Only after {@link #settle}, like the next ones. */
  void takeFull(Consumer<HeadSeries> sink) {
    for (Lane lane : lanes) {
      lane.withFullChunks.forEach(sink);
      lane.withFullChunks.clear();
    }
  }

  /** Chunks that were started. */
  long chunks() {
    return lanes.stream().mapToLong(lane -> lane.chunks).sum();
  }

  /** By how many bytes the chunks in memory grew since it was called before. Only after {@link #settle}. */
  long takeChunkBytes() {
    long sum = lanes.stream().mapToLong(lane -> lane.chunkBytes).sum();
    lanes.forEach(lane -> lane.chunkBytes = 0);
    return sum;
  }

  /** Samples that were appended. */
  long samples() {
    return lanes.stream().mapToLong(lane -> lane.samples).sum();
  }

  long minTime() {
    return lanes.stream().mapToLong(lane -> lane.minTime).min().orElse(Long.MAX_VALUE);
  }

  long maxTime() {
    return lanes.stream().mapToLong(lane -> lane.maxTime).max().orElse(Long.MIN_VALUE);
  }
}
