package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import java.util.Arrays;
import java.util.List;

/**
 * Samples of one series that came late, sorted, until they go into a block. Immutable: adding makes a new one, so readers need
 * no lock. Full runs are compressed.
 *
 * @param full compressed runs and chunks of an earlier process; they may overlap
 * @param times the newest late samples, ascending
 * @param values as many as times
 */
record OutOfOrder(List<Chunk> full, long[] times, double[] values) {
  static final OutOfOrder NONE = new OutOfOrder(List.of(), new long[0], new double[0]);
  /** Samples in a run before it is compressed, as many as Prometheus has. */
  private static final int RUN_SAMPLES = 32;

  /** Whether there is a sample of this time in the open run. */
  boolean has(long time) {
    return Arrays.binarySearch(times, time) >= 0;
  }

  /** With one sample more, of a time that the open run does not have. */
  OutOfOrder with(long time, double value) {
    int slot = -Arrays.binarySearch(times, time) - 1;
    long[] newTimes = new long[times.length + 1];
    double[] newValues = new double[times.length + 1];
    System.arraycopy(times, 0, newTimes, 0, slot);
    System.arraycopy(values, 0, newValues, 0, slot);
    newTimes[slot] = time;
    newValues[slot] = value;
    System.arraycopy(times, slot, newTimes, slot + 1, times.length - slot);
    System.arraycopy(values, slot, newValues, slot + 1, times.length - slot);
    OutOfOrder grown = new OutOfOrder(full, newTimes, newValues);
    return newTimes.length < RUN_SAMPLES ? grown : grown.compressed();
  }

  /** With a chunk more. */
  OutOfOrder with(Chunk chunk) {
    Chunk[] chunks = full.toArray(new Chunk[full.size() + 1]);
    chunks[full.size()] = chunk;
    return new OutOfOrder(List.of(chunks), times, values);
  }

  private OutOfOrder compressed() {
    return new OutOfOrder(full, NONE.times, NONE.values).with(run());
  }

  private SealedChunk run() {
    XorEncoder encoder = new XorEncoder(2 * times.length);
    for (int i = 0; i < times.length; i++) {
      encoder.append(times[i], values[i]);
    }
    return SealedChunk.of(encoder);
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
      chunks.add(run());
    }
  }
}
