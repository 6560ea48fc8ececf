package io.meshwatch.tsdb.chunk;

/**
 * Encodes float samples: times as deltas of deltas, values as XOR with the value before, as the Gorilla paper has it.
 *
 * <pre>
 * chunk    = count:uint16 [first [second {later}]] padding to a whole byte
 * first    = time:varint value:float64
 * second   = delta:uvarint xor
 * later    = deltaOfDelta:timestamp xor
 * timestamp = "0" | "10" 14 bits | "110" 17 bits | "1110" 20 bits | "1111" 64 bits
 * xor      = "0" | "10" bits in the window before | "11" leading:5 significant:6 bits
 * </pre>
 *
 * @see <a href="https://www.vldb.org/pvldb/vol8/p1816-teller.pdf">Gorilla</a>
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/chunks.md">Chunks disk format</a>
 */
public final class XorEncoder extends BitWriter implements OpenChunk {
  private long minTime;
  private long lastTime;
  private long lastDelta;
  private long lastBits;
  private int window = BitWriter.NO_WINDOW;
  private int count;

  /** An empty chunk with room for so many bytes; more is found as needed. */
  public XorEncoder(int capacityBytes) {
    super(capacityBytes);
    writeBits(0, 16);
  }

  /** Goes on with a finished chunk, for example after a restart. */
  public static XorEncoder resume(byte[] chunk) {
    XorEncoder encoder = new XorEncoder(chunk.length);
    XorDecoder decoder = new XorDecoder(chunk, 0, chunk.length);
    while (decoder.next()) {
      encoder.append(decoder.time(), decoder.value());
    }
    return encoder;
  }

  /** Adds a sample, which must be newer than the last. */
  public void append(long timeMillis, double value) {
    long bits = Double.doubleToRawLongBits(value);
    long delta = timeMillis - lastTime;
    switch (count) {
      case 0 -> {
        minTime = timeMillis;
        writeVarint(timeMillis);
        writeBits(bits, 64);
        delta = 0;
      }
      case 1 -> {
        writeUvarint(delta);
        window = writeXor(bits ^ lastBits, window);
      }
      default -> {
        writeTimestamp(delta - lastDelta);
        window = writeXor(bits ^ lastBits, window);
      }
    }
    lastTime = timeMillis;
    lastDelta = delta;
    lastBits = bits;
    count++;
  }

  public double lastValue() {
    return Double.longBitsToDouble(lastBits);
  }

  @Override
  public ChunkEncoding encoding() {
    return ChunkEncoding.XOR;
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
}
