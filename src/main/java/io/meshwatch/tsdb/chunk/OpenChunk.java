package io.meshwatch.tsdb.chunk;

/**
 * A chunk that samples are appended to. Confined to one writer; others may read its bytes up to a sample count that was handed
 * to them safely, because what is written never changes.
 */
public sealed interface OpenChunk permits XorEncoder, HistogramEncoder, FloatHistogramEncoder {
  /** Most samples that the two-byte count can tell. */
  int SAMPLES_MAX = 0xFFFF;

  ChunkEncoding encoding();

  /** Samples so far. */
  int count();

  /** Time of the first sample. */
  long minTime();

  /** Time of the last sample. */
  long maxTime();

  /** The bytes so far; the first two, the sample count, are only set by {@link #toBytes} and {@link #finish}. */
  byte[] bytes();

  /** Size of the finished chunk in bytes. */
  int sizeBytes();

  /** The finished chunk: a trimmed copy with the sample count in front. */
  default byte[] toBytes() {
    return withCount(java.util.Arrays.copyOf(bytes(), sizeBytes()));
  }

  /** The array of {@link #bytes} with the sample count in front; nothing may be appended any more. */
  default byte[] finish() {
    return withCount(bytes());
  }

  private byte[] withCount(byte[] chunk) {
    chunk[0] = (byte) (count() >>> 8);
    chunk[1] = (byte) count();
    return chunk;
  }
}
