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

  /** The bytes so far; the first two, the sample count, are only set by {@link #toBytes}. */
  byte[] bytes();

  /** Size of the finished chunk in bytes. */
  int sizeBytes();

  /** The finished chunk: a trimmed copy with the sample count in front. */
  default byte[] toBytes() {
    byte[] copy = java.util.Arrays.copyOf(bytes(), sizeBytes());
    copy[0] = (byte) (count() >>> 8);
    copy[1] = (byte) count();
    return copy;
  }
}
