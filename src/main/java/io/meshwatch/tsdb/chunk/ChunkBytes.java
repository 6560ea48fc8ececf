package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.SampleBuffer;

/**
 * The bytes of a chunk in memory. The array is shared: nobody writes to the part that is described here.
 *
 * @param encoding how samples are encoded
 * @param bytes holds the chunk
 * @param offset where it starts
 * @param length its size in bytes; for an open chunk at least up to the last sample counted
 * @param count samples to read: all of a finished chunk, the published ones of an open chunk
 */
public record ChunkBytes(ChunkEncoding encoding, byte[] bytes, int offset, int length, int count) {
  private static final int COUNT_BYTES = 2;

  /** A finished chunk, which says its sample count in its first two bytes. */
  public static ChunkBytes finished(ChunkEncoding encoding, byte[] bytes, int offset, int length) {
    if (length < COUNT_BYTES) {
      throw new IndexOutOfBoundsException("chunk of " + length + " bytes");
    }
    return new ChunkBytes(encoding, bytes, offset, length, XorDecoder.sampleCount(bytes, offset));
  }

  public static ChunkBytes finished(ChunkEncoding encoding, byte[] bytes) {
    return finished(encoding, bytes, 0, bytes.length);
  }

  /**
   * Appends the samples with {@code fromMillis <= t <= toMillis} to the buffer.
   *
   * @throws IndexOutOfBoundsException if the bytes are not a chunk; who knows the place turns it into a {@link CorruptionException}
   */
  public void read(long fromMillis, long toMillis, SampleBuffer into) {
    int end = offset + length;
    switch (encoding) {
      case XOR -> new XorBulkDecoder(bytes, offset, end).read(count, fromMillis, toMillis, into);
      case HISTOGRAM -> new HistogramDecoder(bytes, offset, end, count).readAll(fromMillis, toMillis, into);
      case FLOAT_HISTOGRAM -> new FloatHistogramDecoder(bytes, offset, end, count).readAll(fromMillis, toMillis, into);
    }
  }
}
