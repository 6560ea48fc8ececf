package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.SampleBuffer;

/** Reads float chunks as {@link XorEncoder} writes them, one by one or in bulk. Confined to one thread. */
final class XorDecoder {
  private final BitReader in;
  private final int count;
  private int read;
  private long time;
  private long delta;
  private long bits;

  /** Reads all samples of a finished chunk. */
  XorDecoder(byte[] bytes, int from, int to) {
    this(bytes, from, to, sampleCount(bytes, from));
  }

  /** Reads the first samples of a chunk that may still be open. */
  XorDecoder(byte[] bytes, int from, int to, int count) {
    this.in = new BitReader(bytes, from + 2, to);
    this.count = count;
  }

  static int sampleCount(byte[] bytes, int from) {
    return (bytes[from] & 0xFF) << 8 | (bytes[from + 1] & 0xFF);
  }

  boolean next() {
    if (read == count) {
      return false;
    }
    if (read == 0) {
      time = in.readVarint();
      bits = in.readBits(64);
    } else {
      delta = read == 1 ? in.readUvarint() : delta + in.readTimestamp();
      time += delta;
      bits = in.readXor(bits, in.window());
    }
    read++;
    return true;
  }

  long time() {
    return time;
  }

  double value() {
    return Double.longBitsToDouble(bits);
  }

  /** Appends the samples within a range of time to the buffer's columns. */
  void readAll(long fromMillis, long toMillis, SampleBuffer into) {
    int size = into.size();
    into.grow(size + count);
    long[] times = into.timestamps();
    double[] values = into.values();
    while (next() && time <= toMillis) {
      if (time >= fromMillis) {
        times[size] = time;
        values[size++] = Double.longBitsToDouble(bits);
      }
    }
    into.resize(size);
  }
}
