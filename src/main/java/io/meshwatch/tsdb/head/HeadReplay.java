package io.meshwatch.tsdb.head;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.wal.RecordSink;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty head from head chunk files and the records of the log. Samples that lie in a head chunk file, or in a block, are
 * passed over. Confined to one thread, before the head takes samples; samples may go on to others by {@link ReplayQueues}.
 */
public final class HeadReplay implements RecordSink {
  private final Head head;
  private final FoundChunks foundChunks = new FoundChunks();
  private final NumberedSeries numbered = new NumberedSeries();
  private final SeenHashes seenLabels = new SeenHashes();
  private final @Nullable ReplayQueues queues;
  private final SampleBuffer samplesOfChunk = new SampleBuffer();
  private final long chunkRangeMillis;
  private final long minValidTime;
  private long samples;
  private long chunks;
  private long unknownReferences;
  /** Chunks in files that are not older than the head, and for which no series has come yet. */
  private long orphanedChunks;

  /** Samples are appended on this thread if there are no queues. */
  public HeadReplay(Head head, @Nullable ReplayQueues queues) {
    this.head = head;
    this.queues = queues;
    this.chunkRangeMillis = head.options().chunkRangeMillis();
    this.minValidTime = head.minValidTime();
  }

  /** Opens the head chunk files; says what had to be cut there, or is missing. */
  public List<HeadChunkFiles.Cut> loadChunks(HeadChunkEnds ends) throws IOException {
    return head.loadFiles(ends, this::found);
  }

  private void found(long series, long chunkReference, long minTime, long maxTime, boolean outOfOrder) {
    foundChunks.add(series, chunkReference, minTime, maxTime, outOfOrder);
    orphanedChunks += maxTime >= minValidTime ? 1 : 0;
  }

  @Override
  public void series(long reference, Labels labels) {
    if (numbered.numberOf(reference) != NumberedSeries.UNKNOWN) {
      return;
    }
    HeadSeries series = restored(head.made(reference, labels));
    boolean isNew = series.reference() == reference;
    numbered.add(reference, series);
    int found = foundChunks.first(reference);
    if (found != FoundChunks.NONE) {
      if (!isNew) {
        // The series was made again under another reference: what it had before has to be there first.
        settle();
      }
      attach(series, found);
      numbered.setCoveredUntil(reference, series.lastTime());
    }
  }

  /** The series, or the one that has its labels already; only hashes that have been seen leave that open. */
  private HeadSeries restored(HeadSeries made) {
    boolean isSurelyNew = seenLabels.add(made.labels().hashCode());
    if (queues == null) {
      return head.restore(made);
    }
    if (isSurelyNew) {
      queues.add(made);
      return made;
    }
    settle();
    return head.restore(made);
  }

  private void attach(HeadSeries series, int firstFound) {
    head.chunksGrew(-series.chunkBytes());
    for (int found = firstFound; found != FoundChunks.NONE; found = foundChunks.next(found)) {
      long chunk = foundChunks.chunk(found);
      long minTime = foundChunks.minTime(found);
      long maxTime = foundChunks.maxTime(found);
      orphanedChunks -= maxTime >= minValidTime ? 1 : 0;
      if (foundChunks.isOutOfOrder(found)) {
        series.addOutOfOrder(new MappedChunk(head.files(), chunk, minTime, maxTime));
        head.sawLateSample(minTime);
        head.sawLateSample(maxTime);
      } else if (minTime > series.lastTime() && maxTime >= minValidTime) {
        // A chunk that overlaps with what is there was written twice, before and after a failure.
        series.addMapped(chunk, minTime, maxTime);
        chunks++;
        head.sawSample(minTime);
        head.sawSample(maxTime);
      }
    }
    head.chunksGrew(series.chunkBytes());
  }

  /** An open chunk of a snapshot; it is passed over if a head chunk file or a block has its samples already. */
  void openChunk(long reference, long minTime, ChunkBytes chunk) {
    HeadSeries series = known(reference);
    if (series == null || minTime <= series.lastTime()) {
      return;
    }
    samplesOfChunk.clear();
    chunk.read(Long.MIN_VALUE, Long.MAX_VALUE, samplesOfChunk);
    for (int i = 0; i < samplesOfChunk.size(); i++) {
      Histogram histogram = samplesOfChunk.histogram(i);
      if (histogram == null) {
        sample(reference, samplesOfChunk.timestamps()[i], samplesOfChunk.values()[i]);
      } else {
        histogram(reference, samplesOfChunk.timestamps()[i], histogram);
      }
    }
  }

  @Override
  public void sample(long reference, long timeMillis, double value) {
    int number = wanted(reference, timeMillis);
    if (number == NumberedSeries.UNKNOWN) {
      return;
    }
    if (queues != null) {
      queues.add(numbered.table(), number, timeMillis, value, null);
      return;
    }
    HeadSeries series = numbered.series(number);
    if (timeMillis > series.lastTime()) {
      long bytesBefore = series.chunkBytes();
      appended(series, timeMillis, HeadAppender.appendFloat(series, timeMillis, value, 0, chunkRangeMillis), bytesBefore);
    }
  }

  /** The number of the series that a sample belongs to; unknown if the sample need not be looked at. */
  private int wanted(long reference, long timeMillis) {
    int number = numbered.numberOf(reference);
    if (number == NumberedSeries.UNKNOWN) {
      unknownReferences++;
      return number;
    }
    return timeMillis < minValidTime || numbered.isCovered(number, timeMillis) ? NumberedSeries.UNKNOWN : number;
  }

  @Override
  public void histogram(long reference, long timeMillis, Histogram histogram) {
    int number = wanted(reference, timeMillis);
    if (number == NumberedSeries.UNKNOWN) {
      return;
    }
    if (queues != null) {
      queues.add(numbered.table(), number, timeMillis, 0, histogram);
      return;
    }
    HeadSeries series = numbered.series(number);
    if (timeMillis > series.lastTime()) {
      long bytesBefore = series.chunkBytes();
      appended(series, timeMillis, series.append(timeMillis, histogram, 0, chunkRangeMillis), bytesBefore);
    }
  }

  private void appended(HeadSeries series, long timeMillis, boolean isCut, long bytesBefore) {
    head.chunksGrew(series.chunkBytes() - bytesBefore);
    if (isCut) {
      chunks++;
    }
    if (isCut && series.hasFirstFullChunk()) {
      head.addFull(series);
    }
    head.sawSample(timeMillis);
    samples++;
  }

  /** Waits until all samples are in their series. */
  private void settle() {
    if (queues != null) {
      queues.settle();
      head.chunksGrew(queues.takeChunkBytes());
      if (queues.maxTime() != Long.MIN_VALUE) {
        head.sawSample(queues.minTime());
        head.sawSample(queues.maxTime());
      }
    }
  }

  private @Nullable HeadSeries known(long reference) {
    int number = numbered.numberOf(reference);
    if (number == NumberedSeries.UNKNOWN) {
      unknownReferences++;
      return null;
    }
    return numbered.series(number);
  }

  @Override
  public void tombstone(long reference, long fromMillis, long toMillis) {
    HeadSeries series = known(reference);
    if (series != null && toMillis >= minValidTime) {
      head.restoreDeletion(series, fromMillis, toMillis);
    }
  }

  @Override
  public void exemplar(long reference, Exemplar exemplar) {
    HeadSeries series = known(reference);
    if (series != null) {
      head.keepExemplar(series.labels(), exemplar);
    }
  }

  @Override
  public void metadata(long reference, MetricMetadata metadata) {
    HeadSeries series = known(reference);
    if (series != null) {
      series.setMetadata(metadata);
    }
  }

  @Override
  public void headChunk(long reference, long chunkReference) {
    // The chunk was found in its file; the samples of the log that it holds are merged with it.
  }

  /** Takes the records of the log of late samples, after those of the main log. */
  public RecordSink lateSamples() {
    return new LateReplay();
  }

  private final class LateReplay implements RecordSink {
    @Override
    public void series(long reference, Labels labels) {
      HeadReplay.this.series(reference, labels);
    }

    @Override
    public void sample(long reference, long timeMillis, double value) {
      HeadSeries series = known(reference);
      if (series != null && series.addOutOfOrder(timeMillis, value)) {
        head.sawLateSample(timeMillis);
        samples++;
      }
    }

    @Override
    public void histogram(long reference, long timeMillis, Histogram histogram) {
      HeadSeries series = known(reference);
      if (series != null && series.addOutOfOrder(timeMillis, histogram)) {
        head.sawLateSample(timeMillis);
        samples++;
      }
    }

    @Override
    public void tombstone(long reference, long fromMillis, long toMillis) {
      HeadReplay.this.tombstone(reference, fromMillis, toMillis);
    }

    @Override
    public void exemplar(long reference, Exemplar exemplar) {
      HeadReplay.this.exemplar(reference, exemplar);
    }

    @Override
    public void metadata(long reference, MetricMetadata metadata) {
      HeadReplay.this.metadata(reference, metadata);
    }

    @Override
    public void headChunk(long reference, long chunkReference) {
      HeadReplay.this.headChunk(reference, chunkReference);
    }
  }

  /** To be called after a segment: full chunks leave the heap. */
  public void afterSegment() throws IOException {
    settle();
    long chunksNow = chunks;
    if (queues != null) {
      queues.takeFull(head::addFull);
      chunksNow += queues.chunks();
    }
    head.setChunkCount(chunksNow);
    head.writeFullChunks();
  }

  /** Samples that were taken from the log. */
  public long samples() {
    return queues == null ? samples : samples + queues.samples();
  }

  /** Entries that name a series the log does not know. */
  public long unknownReferences() {
    return unknownReferences;
  }

  /** Chunks in head chunk files that belong to a series which the log does not know. */
  public long orphanedChunks() {
    return orphanedChunks;
  }
}
