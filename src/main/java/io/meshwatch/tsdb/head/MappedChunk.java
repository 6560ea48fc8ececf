package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;

/** A chunk in a head chunk file. */
record MappedChunk(HeadChunkFiles files, long reference, long minTime, long maxTime) implements Chunk {
  /** In memory it is only known that it ends before the next chunk starts; the file tells exactly. */
  @Override
  public Chunk exact() {
    return new MappedChunk(files, reference, minTime, files.maxTime(reference));
  }

  @Override
  public ChunkBytes bytes() {
    return files.read(reference);
  }
}
