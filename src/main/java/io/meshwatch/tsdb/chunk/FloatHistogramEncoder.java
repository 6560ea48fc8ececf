package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import java.util.Arrays;

/**
 * Encodes float histograms that share a layout: times as deltas of deltas, every count and bucket as XOR with its value before.
 *
 * <pre>
 * chunk  = count:uint16 layout [first [second {later}]] padding to a whole byte
 * first  = time:varbit count:float64 zeroCount:float64 sum:float64 {bucket:float64}
 * second = delta:unsignedVarbit count:xor zeroCount:xor sum:xor {bucket:xor}
 * later  = deltaOfDelta:varbit count:xor zeroCount:xor sum:xor {bucket:xor}
 * </pre>
 *
 * @see HistogramLayout
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/chunks.md">Chunks disk format</a>
 */
public final class FloatHistogramEncoder implements OpenChunk {
  /** Count, zero count and sum come before the buckets. */
  private static final int HEAD_VALUES = 3;

  private final BitWriter out = new BitWriter(256);
  private final HistogramLayout layout;
  private final long[] values;
  private final int[] windows;
  private Histogram last;
  private final long minTime;
  private long lastTime;
  private long timeDelta;
  private int count;

  /** A chunk with its first sample; the hint says what happened since the chunk before. */
  public FloatHistogramEncoder(long timeMillis, Histogram first, ResetHint hint) {
    layout = HistogramLayout.of(first, hint);
    out.writeBits(0, 16);
    layout.write(out);
    values = new long[HEAD_VALUES + layout.positiveBuckets() + layout.negativeBuckets()];
    windows = new int[values.length];
    Arrays.fill(windows, BitWriter.NO_WINDOW);
    last = first;
    minTime = timeMillis;
    lastTime = timeMillis;
    out.writeVarbit(timeMillis);
    fill(first, values);
    for (long bits : values) {
      out.writeBits(bits, 64);
    }
    count = 1;
  }

  /** Whether the sample can be appended here; if not, a new chunk is to be started. */
  public boolean accepts(Histogram next) {
    if (last.isStale() || (next.resetHint() == ResetHint.GAUGE) != (layout.resetHint() == ResetHint.GAUGE)) {
      return false;
    }
    if (next.isStale()) {
      return true;
    }
    return !next.integral()
        && next.resetHint() != ResetHint.RESET
        && layout.fits(next)
        && (layout.resetHint() == ResetHint.GAUGE || !CounterResets.happened(last, next));
  }

  /** What a chunk says that begins with this sample after the last one here. */
  public ResetHint hintFor(Histogram next) {
    return CounterResets.between(last, next);
  }

  /** Adds a sample that {@link #accepts} took. */
  public void append(long timeMillis, Histogram next) {
    long newDelta = timeMillis - lastTime;
    if (count == 1) {
      out.writeUnsignedVarbit(newDelta);
    } else {
      out.writeVarbit(newDelta - timeDelta);
    }
    long[] now = next.isStale() ? new long[HEAD_VALUES] : new long[values.length];
    fill(next, now);
    for (int i = 0; i < now.length; i++) {
      windows[i] = out.writeXor(now[i] ^ values[i], windows[i]);
      values[i] = now[i];
    }
    timeDelta = newDelta;
    lastTime = timeMillis;
    last = next;
    count++;
  }

  private static void fill(Histogram histogram, long[] into) {
    into[0] = Double.doubleToRawLongBits(histogram.count());
    into[1] = Double.doubleToRawLongBits(histogram.zeroCount());
    into[2] = Double.doubleToRawLongBits(histogram.sum());
    int at = HEAD_VALUES;
    if (histogram.isStale()) {
      return;
    }
    for (double bucket : histogram.positiveBuckets()) {
      into[at++] = Double.doubleToRawLongBits(bucket);
    }
    for (double bucket : histogram.negativeBuckets()) {
      into[at++] = Double.doubleToRawLongBits(bucket);
    }
  }

  /** The last sample. */
  public Histogram last() {
    return last;
  }

  @Override
  public ChunkEncoding encoding() {
    return ChunkEncoding.FLOAT_HISTOGRAM;
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
