package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;

/**
 * Encodes integer histograms that share a layout: times and counts as deltas of deltas, buckets as differences to their left
 * neighbour and those again as deltas of deltas.
 *
 * <pre>
 * chunk  = count:uint16 layout [first [second {later}]] padding to a whole byte
 * first  = time:varbit count:unsignedVarbit zeroCount:unsignedVarbit sum:float64 {bucket:varbit}
 * second = delta:unsignedVarbit countDelta:varbit zeroCountDelta:varbit sum:xor {bucketDelta:varbit}
 * later  = deltaOfDelta:varbit countDeltaOfDelta:varbit zeroCountDeltaOfDelta:varbit sum:xor {bucketDeltaOfDelta:varbit}
 * </pre>
 *
 * A stale marker has no buckets, and nothing follows it in its chunk.
 *
 * @see HistogramLayout
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/chunks.md">Chunks disk format</a>
 */
public final class HistogramEncoder implements OpenChunk {
  private final BitWriter out = new BitWriter(128);
  private final HistogramLayout layout;
  private final long[] buckets;
  private final long[] bucketDeltas;
  private Histogram last;
  private long minTime;
  private long lastTime;
  private long timeDelta;
  private long countDelta;
  private long zeroCountDelta;
  private int window = BitWriter.NO_WINDOW;
  private int count;

  /** A chunk with its first sample; the hint says what happened since the chunk before. */
  public HistogramEncoder(long timeMillis, Histogram first, ResetHint hint) {
    layout = HistogramLayout.of(first, hint);
    out.writeBits(0, 16);
    layout.write(out);
    buckets = new long[layout.positiveBuckets() + layout.negativeBuckets()];
    bucketDeltas = new long[buckets.length];
    last = first;
    minTime = timeMillis;
    lastTime = timeMillis;
    out.writeVarbit(timeMillis);
    out.writeUnsignedVarbit(first.isStale() ? 0 : (long) first.count());
    out.writeUnsignedVarbit(first.isStale() ? 0 : (long) first.zeroCount());
    out.writeDouble(first.sum());
    if (!first.isStale()) {
      fillBuckets(first, buckets);
      for (long bucket : buckets) {
        out.writeVarbit(bucket);
      }
    }
    count = 1;
  }

  /** Whether the sample can be appended here; if not, a new chunk is to be started. */
  public boolean accepts(Histogram next) {
    if (last.isStale() || !next.integral() || (next.resetHint() == ResetHint.GAUGE) != (layout.resetHint() == ResetHint.GAUGE)) {
      return false;
    }
    if (next.isStale()) {
      return true;
    }
    return next.resetHint() != ResetHint.RESET
        && layout.fits(next)
        && (layout.resetHint() == ResetHint.GAUGE || !CounterResets.happened(last, next));
  }

  /** What a chunk says that begins with this sample after the last one here. */
  public ResetHint hintFor(Histogram next) {
    return CounterResets.between(last, next);
  }

  /** Adds a sample that {@link #accepts} took. */
  public void append(long timeMillis, Histogram next) {
    long newTimeDelta = timeMillis - lastTime;
    long newCountDelta = next.isStale() ? countDelta : (long) next.count() - (long) last.count();
    long newZeroCountDelta = next.isStale() ? zeroCountDelta : (long) next.zeroCount() - (long) last.zeroCount();
    if (count == 1) {
      out.writeUnsignedVarbit(newTimeDelta);
      out.writeVarbit(next.isStale() ? 0 : newCountDelta);
      out.writeVarbit(next.isStale() ? 0 : newZeroCountDelta);
    } else {
      out.writeVarbit(newTimeDelta - timeDelta);
      out.writeVarbit(newCountDelta - countDelta);
      out.writeVarbit(newZeroCountDelta - zeroCountDelta);
    }
    window = out.writeXor(Double.doubleToRawLongBits(next.sum()) ^ Double.doubleToRawLongBits(last.sum()), window);
    if (!next.isStale()) {
      writeBuckets(next);
    }
    timeDelta = newTimeDelta;
    countDelta = newCountDelta;
    zeroCountDelta = newZeroCountDelta;
    lastTime = timeMillis;
    last = next;
    count++;
  }

  private void writeBuckets(Histogram next) {
    long[] now = new long[buckets.length];
    fillBuckets(next, now);
    for (int i = 0; i < now.length; i++) {
      long delta = now[i] - buckets[i];
      out.writeVarbit(count == 1 ? delta : delta - bucketDeltas[i]);
      bucketDeltas[i] = delta;
      buckets[i] = now[i];
    }
  }

  private static void fillBuckets(Histogram histogram, long[] into) {
    int at = differences(histogram.positiveBuckets(), into, 0);
    differences(histogram.negativeBuckets(), into, at);
  }

  private static int differences(double[] counts, long[] into, int from) {
    int at = from;
    long before = 0;
    for (double bucket : counts) {
      into[at++] = (long) bucket - before;
      before = (long) bucket;
    }
    return at;
  }

  /** The last sample. */
  public Histogram last() {
    return last;
  }

  @Override
  public ChunkEncoding encoding() {
    return ChunkEncoding.HISTOGRAM;
  }

  @Override
  public int count() {
    return count;
  }

  @Override
  public long minTime() {
    return minTime;
  }

  @Override
  public long maxTime() {
    return lastTime;
  }

  @Override
  public byte[] bytes() {
    return out.bytes();
  }

  @Override
  public int sizeBytes() {
    return out.sizeBytes();
  }
}
