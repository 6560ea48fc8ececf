package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.StaleMarker;
import java.util.Arrays;

/** Reads what {@link FloatHistogramEncoder} writes. Confined to one thread. */
final class FloatHistogramDecoder {
  private static final int HEAD_VALUES = 3;
  private static final int SUM = 2;

  private final BitReader in;
  private final HistogramLayout layout;
  private final int count;
  private final long[] values;
  private final int[] windows;
  private long time;
  private long timeDelta;

  FloatHistogramDecoder(byte[] bytes, int from, int to, int count) {
    this.in = new BitReader(bytes, from + 2, to);
    this.count = count;
    this.layout = HistogramLayout.read(in);
    this.values = new long[HEAD_VALUES + layout.positiveBuckets() + layout.negativeBuckets()];
    this.windows = new int[values.length];
    Arrays.fill(windows, BitWriter.NO_WINDOW);
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
    } else {
      timeDelta = index == 1 ? in.readUnsignedVarbit() : timeDelta + in.readVarbit();
      time += timeDelta;
    }
    for (int i = 0; i < values.length; i++) {
      if (i == HEAD_VALUES && values[SUM] == StaleMarker.BITS) {
        return;
      }
      if (index == 0) {
        values[i] = in.readBits(64);
      } else {
        values[i] = in.readXor(values[i], windows[i]);
        windows[i] = in.window();
      }
    }
  }

  private Histogram histogram(int index) {
    if (values[SUM] == StaleMarker.BITS) {
      return Histogram.stale();
    }
    int negativeFrom = HEAD_VALUES + layout.positiveBuckets();
    return layout.histogram(
        HistogramDecoder.hint(layout, index), Double.longBitsToDouble(values[1]), Double.longBitsToDouble(values[0]),
        Double.longBitsToDouble(values[SUM]), doubles(HEAD_VALUES, negativeFrom), doubles(negativeFrom, values.length), false);
  }

  private double[] doubles(int from, int to) {
    double[] counts = new double[to - from];
    for (int i = from; i < to; i++) {
      counts[i - from] = Double.longBitsToDouble(values[i]);
    }
    return counts;
  }
}
