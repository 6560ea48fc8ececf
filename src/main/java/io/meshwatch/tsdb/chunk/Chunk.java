package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.SampleBuffer;

/** A chunk of one series wherever it lies: in memory, in a head chunk file or in a block. Safe for all threads; opened lazily. */
public interface Chunk {
  /** Time of the first sample, or earlier. */
  long minTime();

  /** Time of the last sample, or later. */
  long maxTime();

  /** The same chunk with exact times. */
  default Chunk exact() {
    return this;
  }

  /**
   * The bytes.
   *
   * @throws CorruptionException if what lies there is not a chunk
   */
  ChunkBytes bytes();

  /** Appends the newest sample, if it is a float, lies within the range of time, and is at hand without decoding; else false. */
  default boolean readNewest(long fromMillis, long toMillis, SampleBuffer into) {
    return false;
  }
}
