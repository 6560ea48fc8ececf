package io.meshwatch.tsdb.head;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.HistogramAppender;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;

/**
 * The first samples of a chunk that is still written to.
 *
 * @param data its array
 * @param count how many samples a reader may see in it
 * @param newest the value of the last of them; NaN for histograms
 */
record OpenChunkView(long minTime, long maxTime, ChunkEncoding encoding, byte[] data, int count, double newest) implements Chunk {
  /** A view of all samples that a chunk has now. */
  static OpenChunkView of(OpenChunk chunk) {
    double newest = chunk instanceof XorEncoder floats ? floats.lastValue() : Double.NaN;
    return new OpenChunkView(chunk.minTime(), chunk.maxTime(), chunk.encoding(), chunk.bytes(), chunk.count(), newest);
  }

  @Override
  public boolean readNewest(long fromMillis, long toMillis, SampleBuffer into) {
    boolean known = encoding == ChunkEncoding.XOR && count > 0 && maxTime >= fromMillis && maxTime <= toMillis;
    if (known) {
      into.add(maxTime, newest);
    }
    return known;
  }

  @Override
  public ChunkBytes bytes() {
    return new ChunkBytes(encoding, data, 0, data.length, count);
  }

  /** A finished chunk of these samples: the open one does not yet say in its bytes how many there are. */
  @Override
  public Chunk exact() {
    SampleBuffer samples = new SampleBuffer();
    bytes().read(Long.MIN_VALUE, Long.MAX_VALUE, samples);
    if (encoding == ChunkEncoding.XOR) {
      XorEncoder floats = new XorEncoder(2 * count);
      for (int i = 0; i < samples.size(); i++) {
        floats.append(samples.timestamps()[i], samples.values()[i]);
      }
      return SealedChunk.of(floats);
    }
    OpenChunk histograms = null;
    for (int i = 0; i < samples.size(); i++) {
      Histogram histogram = samples.histogram(i);
      if (histogram != null) {
        histograms = HistogramAppender.append(histograms, samples.timestamps()[i], histogram);
      }
    }
    return histograms == null ? this : SealedChunk.of(histograms);
  }
}
