package io.meshwatch.tsdb.chunk;

/** Reads float chunks as {@link XorEncoder} writes them, one by one; {@link XorBulkDecoder} reads them faster. Confined to one thread. */
final class XorDecoder {
  private final BitReader in;
  private final int count;
  private int read;
  private long time;
  private long delta;
  private long bits;

  /** Reads all samples of a finished chunk. */
  XorDecoder(byte[] bytes, int from, int to) {
    this.in = new BitReader(bytes, from + 2, to);
    this.count = sampleCount(bytes, from);
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
}
