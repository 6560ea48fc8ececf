package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.StaleMarker;

/** Reads what {@link HistogramEncoder} writes. Confined to one thread. */
final class HistogramDecoder {
  private final BitReader in;
  private final HistogramLayout layout;
  private final int count;
  private final long[] buckets;
  private final long[] bucketDeltas;
  private long time;
  private long timeDelta;
  private long observations;
  private long observationsDelta;
  private long zeroCount;
  private long zeroCountDelta;
  private long sum;
  private int window = BitWriter.NO_WINDOW;

  HistogramDecoder(byte[] bytes, int from, int to, int count) {
    this.in = new BitReader(bytes, from + 2, to);
    this.count = count;
    this.layout = HistogramLayout.read(in);
    this.buckets = new long[layout.positiveBuckets() + layout.negativeBuckets()];
    this.bucketDeltas = new long[buckets.length];
  }

  void readAll(long fromMillis, long toMillis, SampleBuffer into) {
    for (int i = 0; i < count; i++) {
      readSample(i);
      if (time > toMillis) {
        return;
      }
      if (time >= fromMillis) {
        into.add(time, histogram(i));
      }
    }
  }

  private void readSample(int index) {
    if (index == 0) {
      time = in.readVarbit();
      observations = in.readUnsignedVarbit();
      zeroCount = in.readUnsignedVarbit();
      sum = in.readBits(64);
    } else {
      timeDelta = index == 1 ? in.readUnsignedVarbit() : timeDelta + in.readVarbit();
      observationsDelta += in.readVarbit();
      zeroCountDelta += in.readVarbit();
      time += timeDelta;
      observations += observationsDelta;
      zeroCount += zeroCountDelta;
      sum = in.readXor(sum, window);
      window = in.window();
    }
    if (sum == StaleMarker.BITS) {
      return;
    }
    for (int b = 0; b < buckets.length; b++) {
      if (index == 0) {
        buckets[b] = in.readVarbit();
      } else {
        bucketDeltas[b] += in.readVarbit();
        buckets[b] += bucketDeltas[b];
      }
    }
  }

  private Histogram histogram(int index) {
    if (sum == StaleMarker.BITS) {
      return Histogram.stale();
    }
    int positive = layout.positiveBuckets();
    return layout.histogram(
        hint(layout, index), (double) zeroCount, (double) observations, Double.longBitsToDouble(sum), absolute(0, positive),
        absolute(positive, buckets.length), true);
  }

  private double[] absolute(int from, int to) {
    double[] counts = new double[to - from];
    long running = 0;
    for (int i = from; i < to; i++) {
      running += buckets[i];
      counts[i - from] = running;
    }
    return counts;
  }

  /** Within a chunk of counters nothing was reset; for its first sample only a reset is believed, as the chunk before may be gone. */
  static ResetHint hint(HistogramLayout layout, int index) {
    if (layout.resetHint() == ResetHint.GAUGE) {
      return ResetHint.GAUGE;
    }
    if (index > 0) {
      return ResetHint.NOT_RESET;
    }
    return layout.resetHint() == ResetHint.RESET ? ResetHint.RESET : ResetHint.UNKNOWN;
  }
}
