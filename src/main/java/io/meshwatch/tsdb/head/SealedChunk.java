package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.OpenChunk;

/**
 * A finished chunk in memory, until it lies in a head chunk file.
 *
 * @param data holds the chunk from its start on
 * @param length its size in bytes
 */
record SealedChunk(long minTime, long maxTime, ChunkEncoding encoding, byte[] data, int length) implements Chunk {
  /** A finished copy of a chunk that takes no more bytes than it needs. */
  static SealedChunk of(OpenChunk open) {
    return new SealedChunk(open.minTime(), open.maxTime(), open.encoding(), open.toBytes(), open.sizeBytes());
  }

  /** A chunk that nobody writes to any more, in its own array: it soon leaves the memory, and a copy would be garbage then. */
  static SealedChunk inPlace(OpenChunk open) {
    return new SealedChunk(open.minTime(), open.maxTime(), open.encoding(), open.finish(), open.sizeBytes());
  }

  @Override
  public ChunkBytes bytes() {
    return ChunkBytes.finished(encoding, data, 0, length);
  }
}
