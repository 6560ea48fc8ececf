package io.meshwatch.tsdb.head;

import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.LongConsumer;

/**
 * The way of full chunks out of memory: series that have some wait in a queue until their chunks are written to head chunk files.
 * Guarded by the writer lock.
 */
final class FullChunks {
  /** Series whose chunks are written under one hold of the writer lock, so that appends hardly wait. */
  static final int SERIES_PER_LOCK = 256;

  private final ReentrantLock writerLock;
  private final HeadChunkFiles files;
  private final LongConsumer grew;
  private final ArrayDeque<HeadSeries> waiting = new ArrayDeque<>();

  /** The consumer is told by how many bytes the chunks in memory grew, which is a negative number. */
  FullChunks(ReentrantLock writerLock, HeadChunkFiles files, LongConsumer grew) {
    this.writerLock = writerLock;
    this.files = files;
    this.grew = grew;
  }

  /** A series got its first full chunk; with more, it waits already. */
  void add(HeadSeries series) {
    waiting.add(series);
  }

  /** Writes all that wait. Confined to one maintenance thread. */
  void write() throws IOException {
    boolean more = true;
    while (more) {
      writerLock.lock();
      try {
        more = writeSome();
      } finally {
        writerLock.unlock();
      }
    }
  }

  private boolean writeSome() throws IOException {
    List<HeadSeries> written = new ArrayList<>();
    List<long[]> references = new ArrayList<>();
    try {
      while (written.size() < SERIES_PER_LOCK && !waiting.isEmpty()) {
        HeadSeries series = waiting.remove();
        written.add(series);
        references.add(write(series));
      }
      files.flush();
    } catch (IOException e) {
      waiting.addAll(written);
      throw e;
    }
    long bytesGrown = 0;
    for (int i = 0; i < written.size(); i++) {
      HeadSeries series = written.get(i);
      bytesGrown -= series.chunkBytes();
      series.sealedWereWritten(references.get(i));
      bytesGrown += series.chunkBytes();
    }
    grew.accept(bytesGrown);
    return !waiting.isEmpty();
  }

  private long[] write(HeadSeries series) throws IOException {
    SealedChunk[] sealed = series.sealedChunks();
    long[] places = new long[sealed.length];
    for (int i = 0; i < sealed.length; i++) {
      places[i] = files.write(series.reference(), sealed[i]);
    }
    return places;
  }
}
