package io.meshwatch.tsdb.head;

import io.meshwatch.model.Histogram;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.HistogramAppender;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Samples of one series that came late, sorted, until they go into a block. Immutable: adding makes a new one, so readers need
 * no lock. Full runs are compressed.
 *
 * @param full compressed runs and chunks of an earlier process; they may overlap
 * @param times the newest late samples, ascending
 * @param values as many as times; of histograms 0
 * @param histograms as many as times, null where there is a float sample; empty if none of the run is a histogram
 */
record OutOfOrder(List<Chunk> full, long[] times, double[] values, @Nullable Histogram[] histograms) {
  private static final @Nullable Histogram[] NO_HISTOGRAMS = {};
  static final OutOfOrder NONE = new OutOfOrder(List.of(), new long[0], new double[0], NO_HISTOGRAMS);
  /** Samples in a run before it is compressed, as many as Prometheus has. */
  private static final int RUN_SAMPLES = 32;

  /** Whether there is a sample of this time in the open run. */
  boolean has(long time) {
    return Arrays.binarySearch(times, time) >= 0;
  }

  /** With one sample more, of a time that the open run does not have. */
  OutOfOrder with(long time, double value, @Nullable Histogram histogram) {
    int slot = -Arrays.binarySearch(times, time) - 1;
    long[] newTimes = new long[times.length + 1];
    double[] newValues = new double[times.length + 1];
    System.arraycopy(times, 0, newTimes, 0, slot);
    System.arraycopy(values, 0, newValues, 0, slot);
    newTimes[slot] = time;
    newValues[slot] = value;
    System.arraycopy(times, slot, newTimes, slot + 1, times.length - slot);
    System.arraycopy(values, slot, newValues, slot + 1, times.length - slot);
    OutOfOrder grown = new OutOfOrder(full, newTimes, newValues, grownHistograms(slot, histogram));
    return newTimes.length < RUN_SAMPLES ? grown : grown.compressed();
  }

  private @Nullable Histogram[] grownHistograms(int slot, @Nullable Histogram added) {
    if (added == null && histograms.length == 0) {
      return NO_HISTOGRAMS;
    }
    @Nullable Histogram[] grown = new Histogram[times.length + 1];
    if (histograms.length > 0) {
      System.arraycopy(histograms, 0, grown, 0, slot);
      System.arraycopy(histograms, slot, grown, slot + 1, times.length - slot);
    }
    grown[slot] = added;
    return grown;
  }

  /** With a chunk more. */
  OutOfOrder with(Chunk chunk) {
    return with(List.of(chunk), times, values, histograms);
  }

  private OutOfOrder with(List<? extends Chunk> more, long[] runTimes, double[] runValues, @Nullable Histogram[] runHistograms) {
    List<Chunk> chunks = new ArrayList<>(full.size() + more.size());
    chunks.addAll(full);
    chunks.addAll(more);
    return new OutOfOrder(List.copyOf(chunks), runTimes, runValues, runHistograms);
  }

  private OutOfOrder compressed() {
    return with(run(), NONE.times, NONE.values, NONE.histograms);
  }

  /** The open run as chunks: one, unless floats and histograms, or histograms that do not fit together, take turns. */
  private List<SealedChunk> run() {
    List<SealedChunk> chunks = new ArrayList<>(1);
    OpenChunk open = null;
    for (int i = 0; i < times.length; i++) {
      OpenChunk before = open;
      open = appended(before, i);
      if (before != null && before != open) {
        chunks.add(SealedChunk.of(before));
      }
    }
    if (open != null) {
      chunks.add(SealedChunk.of(open));
    }
    return chunks;
  }

  private OpenChunk appended(@Nullable OpenChunk open, int index) {
    Histogram histogram = histograms.length == 0 ? null : histograms[index];
    if (histogram != null) {
      return HistogramAppender.append(open, times[index], histogram);
    }
    XorEncoder floats = open instanceof XorEncoder same ? same : new XorEncoder(2 * times.length);
    floats.append(times[index], values[index]);
    return floats;
  }

  boolean isEmpty() {
    return full.isEmpty() && times.length == 0;
  }

  /** Adds all chunks that reach into a range of time. */
  void addTo(List<Chunk> chunks, long fromMillis, long toMillis) {
    for (Chunk chunk : full) {
      if (chunk.minTime() <= toMillis && chunk.maxTime() >= fromMillis) {
        chunks.add(chunk);
      }
    }
    if (times.length > 0 && times[0] <= toMillis && times[times.length - 1] >= fromMillis) {
      chunks.addAll(run());
    }
  }
}
