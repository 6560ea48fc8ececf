package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.OpenChunk;

/** A finished chunk in memory, until it lies in a head chunk file. */
record SealedChunk(long minTime, long maxTime, ChunkEncoding encoding, byte[] data) implements Chunk {
  static SealedChunk of(OpenChunk open) {
    return new SealedChunk(open.minTime(), open.maxTime(), open.encoding(), open.toBytes());
  }

  @Override
  public ChunkBytes bytes() {
    return ChunkBytes.finished(encoding, data);
  }
}
