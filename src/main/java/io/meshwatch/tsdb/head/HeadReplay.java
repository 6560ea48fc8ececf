package io.meshwatch.tsdb.head;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.index.LongMap;
import io.meshwatch.tsdb.wal.RecordSink;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Fills an empty head from head chunk files and the records of the log. Samples that lie in a head chunk file, or in a block, are
 * passed over. Confined to one thread, before the head takes samples; samples may go on to others by {@link ReplayQueues}.
 */
public final class HeadReplay implements RecordSink {
  /** Numbers for each chunk that was found: reference, minimum time, maximum time, 1 if out of order. */
  private static final int FOUND_STRIDE = 4;

  private final Head head;
  private final LongMap<long[]> foundChunks = new LongMap<>();
  private final LongMap<HeadSeries> byReference = new LongMap<>();
  private final @Nullable ReplayQueues queues;
  private long samples;
  private long unknownReferences;

  /** Samples are appended on this thread if there are no queues. */
  public HeadReplay(Head head, @Nullable ReplayQueues queues) {
    this.head = head;
    this.queues = queues;
  }

  /** Opens the head chunk files; says what had to be cut there. */
  public List<CorruptionException> loadChunks() throws IOException {
    return head.loadFiles(this::found);
  }

  private void found(long series, long chunkReference, long minTime, long maxTime, boolean outOfOrder) {
    long[] before = foundChunks.get(series);
    long[] grown = before == null ? new long[FOUND_STRIDE] : Arrays.copyOf(before, before.length + FOUND_STRIDE);
    int at = grown.length - FOUND_STRIDE;
    grown[at] = chunkReference;
    grown[at + 1] = minTime;
    grown[at + 2] = maxTime;
    grown[at + 3] = outOfOrder ? 1 : 0;
    foundChunks.put(series, grown);
  }

  @Override
  public void series(long reference, Labels labels) {
    if (byReference.get(reference) != null) {
      return;
    }
    HeadSeries series = head.restore(reference, labels);
    byReference.put(reference, series);
    long[] found = foundChunks.get(reference);
    if (found != null) {
      if (series.reference() != reference) {
        // The series was made again under another reference: what it had before has to be there first.
        settle();
      }
      attach(series, found);
    }
  }

  private void attach(HeadSeries series, long[] found) {
    for (int at = 0; at < found.length; at += FOUND_STRIDE) {
      long chunk = found[at];
      long minTime = found[at + 1];
      long maxTime = found[at + 2];
      if (found[at + 3] == 1) {
        series.addOutOfOrder(new MappedChunk(head.files(), chunk, minTime, maxTime));
        head.sawLateSample(minTime);
        head.sawLateSample(maxTime);
      } else if (minTime > series.lastTime() && maxTime >= head.minValidTime()) {
        // A chunk that overlaps with what is there was written twice, before and after a failure.
        series.addMapped(chunk, minTime, maxTime);
        head.sawSample(minTime);
        head.sawSample(maxTime);
      }
    }
  }

  /** An open chunk of a snapshot; it is passed over if a head chunk file or a block has its samples already. */
  void openChunk(long reference, long minTime, ChunkBytes chunk) {
    HeadSeries series = known(reference);
    if (series == null || minTime <= series.lastTime()) {
      return;
    }
    SampleBuffer samplesOfChunk = new SampleBuffer();
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
    HeadSeries series = known(reference);
    if (series == null || timeMillis < head.minValidTime()) {
      return;
    }
    if (queues != null) {
      queues.add(series, timeMillis, value, null);
    } else if (timeMillis > series.lastTime()) {
      HeadAppender.appendFloat(series, timeMillis, value, 0, head.options().chunkRangeMillis());
      head.sawSample(timeMillis);
      samples++;
    }
  }

  @Override
  public void histogram(long reference, long timeMillis, Histogram histogram) {
    HeadSeries series = known(reference);
    if (series == null || timeMillis < head.minValidTime()) {
      return;
    }
    if (queues != null) {
      queues.add(series, timeMillis, 0, histogram);
    } else if (timeMillis > series.lastTime()) {
      series.append(timeMillis, histogram, 0, head.options().chunkRangeMillis());
      head.sawSample(timeMillis);
      samples++;
    }
  }

  /** Waits until all samples are in their series. */
  private void settle() {
    if (queues != null) {
      queues.settle();
      if (queues.maxTime() != Long.MIN_VALUE) {
        head.sawSample(queues.minTime());
        head.sawSample(queues.maxTime());
      }
    }
  }

  private @Nullable HeadSeries known(long reference) {
    HeadSeries series = byReference.get(reference);
    if (series == null) {
      unknownReferences++;
    }
    return series;
  }

  @Override
  public void tombstone(long reference, long fromMillis, long toMillis) {
    HeadSeries series = known(reference);
    if (series != null && toMillis >= head.minValidTime()) {
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
    head.countChunks();
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
}
