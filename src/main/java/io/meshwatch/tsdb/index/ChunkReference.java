package io.meshwatch.tsdb.index;

/** Where a chunk of a block lies and what time it covers: segment file (from 0) in the upper, offset in the lower four bytes. */
public record ChunkReference(long reference, long minTime, long maxTime) {}
