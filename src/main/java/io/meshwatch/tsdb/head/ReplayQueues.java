package io.meshwatch.tsdb.head;

import io.meshwatch.model.Histogram;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;

/**
 * The way of replayed samples from the thread that reads the log to those that append them to the series' chunks. All samples of a
 * series go the same way, so their order stays. Memory is bounded: a reader that is faster waits for an empty batch.
 *
 * <p>{@link #add}, {@link #settle} and {@link #end} belong to the reader, {@link #work} to one other thread for each lane.
 */
public final class ReplayQueues {
  private static final int BATCH_SAMPLES = 4096;
  private static final int BATCHES_PER_LANE = 8;

  private final long chunkRangeMillis;
  private final List<Lane> lanes = new ArrayList<>();
  private volatile @Nullable RuntimeException failure;

  /** Samples on their way; without any, a mark that is counted down when all before it are done. */
  private static final class Batch {
    final HeadSeries[] series = new HeadSeries[BATCH_SAMPLES];
    final long[] times = new long[BATCH_SAMPLES];
    final double[] values = new double[BATCH_SAMPLES];
    @Nullable Histogram @Nullable [] histograms;
    int size;
  }

  /** What goes through a lane: samples, a mark, or the end. */
  private sealed interface Item {
    record Samples(Batch batch) implements Item {}

    record Mark(CountDownLatch reached) implements Item {}

    record End() implements Item {}
  }

  private static final class Lane {
    final BlockingQueue<Item> full = new ArrayBlockingQueue<>(BATCHES_PER_LANE + 2);
    final BlockingQueue<Batch> empty = new ArrayBlockingQueue<>(BATCHES_PER_LANE);
    @Nullable Batch open;
    long samples;
    long minTime = Long.MAX_VALUE;
    long maxTime = Long.MIN_VALUE;

    Lane() {
      for (int i = 0; i < BATCHES_PER_LANE; i++) {
        empty.add(new Batch());
      }
    }
  }

  public ReplayQueues(int laneCount, HeadOptions options) {
    this.chunkRangeMillis = options.chunkRangeMillis();
    for (int i = 0; i < laneCount; i++) {
      lanes.add(new Lane());
    }
  }

  void add(HeadSeries series, long time, double value, @Nullable Histogram histogram) {
    Lane lane = lanes.get((int) Long.remainderUnsigned(series.reference(), lanes.size()));
    Batch batch = lane.open;
    if (batch == null) {
      batch = taken(lane.empty);
      lane.open = batch;
    }
    int at = batch.size++;
    batch.series[at] = series;
    batch.times[at] = time;
    batch.values[at] = value;
    if (histogram != null) {
      if (batch.histograms == null) {
        batch.histograms = new Histogram[BATCH_SAMPLES];
      }
      batch.histograms[at] = histogram;
    }
    if (batch.size == BATCH_SAMPLES) {
      hand(lane);
    }
  }

  private void hand(Lane lane) {
    Batch batch = lane.open;
    if (batch != null) {
      lane.open = null;
      put(lane.full, new Item.Samples(batch));
    }
  }

  /** Waits until everything added so far is in its series. */
  void settle() {
    CountDownLatch reached = new CountDownLatch(lanes.size());
    for (Lane lane : lanes) {
      hand(lane);
      put(lane.full, new Item.Mark(reached));
    }
    try {
      reached.await();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
    RuntimeException failed = failure;
    if (failed != null) {
      throw new IllegalStateException("the log could not be replayed", failed);
    }
  }

  /** Lets the workers go; to be called in any case. */
  public void end() {
    for (Lane lane : lanes) {
      hand(lane);
      put(lane.full, new Item.End());
    }
  }

  /** Appends the samples of one lane until {@link #end}; after a failure it only keeps the reader from waiting for ever. */
  public void work(int laneNumber) {
    Lane lane = lanes.get(laneNumber);
    while (true) {
      switch (taken(lane.full)) {
        case Item.Samples samples -> {
          try {
            if (failure == null) {
              append(lane, samples.batch);
            }
          } catch (RuntimeException e) {
            failure = e;
          }
          samples.batch.size = 0;
          put(lane.empty, samples.batch);
        }
        case Item.Mark mark -> mark.reached.countDown();
        case Item.End end -> {
          return;
        }
      }
    }
  }

  private void append(Lane lane, Batch batch) {
    @Nullable Histogram[] histograms = batch.histograms;
    for (int i = 0; i < batch.size; i++) {
      HeadSeries series = batch.series[i];
      long time = batch.times[i];
      if (time > series.lastTime()) {
        Histogram histogram = histograms == null ? null : histograms[i];
        if (histogram == null) {
          HeadAppender.appendFloat(series, time, batch.values[i], 0, chunkRangeMillis);
        } else {
          series.append(time, histogram, 0, chunkRangeMillis);
        }
        lane.samples++;
        lane.minTime = Math.min(lane.minTime, time);
        lane.maxTime = Math.max(lane.maxTime, time);
      }
    }
    batch.histograms = null;
  }

  /** Samples that were appended. Like the next two only after {@link #settle}. */
  long samples() {
    return lanes.stream().mapToLong(lane -> lane.samples).sum();
  }

  long minTime() {
    return lanes.stream().mapToLong(lane -> lane.minTime).min().orElse(Long.MAX_VALUE);
  }

  long maxTime() {
    return lanes.stream().mapToLong(lane -> lane.maxTime).max().orElse(Long.MIN_VALUE);
  }

  private static <T> T taken(BlockingQueue<T> queue) {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static <T> void put(BlockingQueue<T> queue, T item) {
    try {
      queue.put(item);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while the log was replayed", e);
  }
}
