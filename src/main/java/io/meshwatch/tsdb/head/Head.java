package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.Intervals;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.wal.LogWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The newest hours of all series in memory.
 *
 * <p>A batch is committed under the writer lock: first to the log, then to the chunks, then its number is published; readers see
 * batches up to the number that was published when they were opened, and take no lock. Series are made under the creation lock,
 * which may be taken while the writer lock is held, never the other way round. A series gets its record in the log with the
 * first batch that has a sample of it.
 */
public final class Head implements AutoCloseable {
  private final Clock clock;
  private final HeadOptions options;
  private final HeadMetrics metrics;
  private final HeadChunkFiles files;
  private final ReaderEpochs readers = new ReaderEpochs();
  private final ExemplarRing exemplars;
  private final ReentrantLock writerLock = new ReentrantLock();
  private final SeriesRegistry registry;
  private final FullChunks fullChunks;
  private final HeadLog log = new HeadLog(writerLock);
  private final Deletions deletions;
  private final LateBounds late = new LateBounds();
  private final BatchBuffers buffers = new BatchBuffers();
  private long batches;
  private volatile long publishedBatch;
  private volatile long minTime = Long.MAX_VALUE;
  private volatile long maxTime = Long.MIN_VALUE;
  private volatile long minValidTime = Long.MIN_VALUE;
  private long chunks;
  private volatile boolean compacting;
  private volatile @Nullable String refusal;
  private volatile @Nullable String lastWriteFailure;

  /** An empty head over the chunk files of a folder; {@link HeadReplay} fills it, {@link #startLogging} lets it take samples. */
  public Head(Clock clock, HeadOptions options, HeadMetrics metrics, Disk disk, Path chunkFolder) throws IOException {
    this.clock = clock;
    this.options = options;
    this.metrics = metrics;
    this.files = new HeadChunkFiles(disk, chunkFolder);
    this.registry = new SeriesRegistry(options, metrics);
    this.fullChunks = new FullChunks(writerLock, files, registry::chunksGrew);
    this.deletions = new Deletions(registry, log, writerLock);
    this.exemplars = new ExemplarRing(options.exemplarsMax());
  }

  /** From now on batches go to these logs. */
  public void startLogging(LogWriter samples, LogWriter lateSamples) {
    log.start(samples, lateSamples);
  }

  /** From now on no batch is taken, for this reason; null takes them again. */
  public void refuseBatches(@Nullable String reason) {
    refusal = reason;
  }

  @Nullable String refusal() {
    return refusal;
  }

  /** Why samples are not taken now: the reason of {@link #refuseBatches}, or why the last batch could not be written. */
  public @Nullable String trouble() {
    String reason = refusal;
    return reason != null ? reason : lastWriteFailure;
  }

  void batchWasWritten() {
    if (lastWriteFailure != null) {
      lastWriteFailure = null;
    }
  }

  void batchFailed(String reason) {
    metrics.writesFailed.inc();
    lastWriteFailure = reason;
  }

  /** Whether blocks are being written or merged: the time that batches take is counted apart meanwhile. */
  public void setCompacting(boolean now) {
    compacting = now;
  }

  long nowNanos() {
    return clock.monotonicNanos();
  }

  void observeCommit(long startNanos) {
    double seconds = (clock.monotonicNanos() - startNanos) / 1e9;
    (compacting ? metrics.commitSecondsInCompaction : metrics.commitSecondsOtherwise).observe(seconds);
  }

  HeadChunkFiles files() {
    return files;
  }

  public HeadOptions options() {
    return options;
  }

  HeadMetrics metrics() {
    return metrics;
  }

  ReentrantLock writerLock() {
    return writerLock;
  }

  /** A new batch. */
  public Appender appender() {
    return new HeadAppender(this);
  }

  BatchBuffers buffers() {
    return buffers;
  }

  // Bounds in time.

  /** Time of the oldest sample, {@link Long#MAX_VALUE} if there is none. */
  public long minTime() {
    return minTime;
  }

  /** Time of the newest sample, {@link Long#MIN_VALUE} if there is none. */
  public long maxTime() {
    return maxTime;
  }

  /** Samples before this time are in blocks and refused here. */
  public long minValidTime() {
    return minValidTime;
  }

  /** Samples before this time are in blocks. */
  public void setMinValidTime(long time) {
    minValidTime = Math.max(minValidTime, time);
  }

  /** The oldest time at which a sample in order is taken: not before what blocks hold, and not half a chunk range late. */
  long appendableFrom() {
    long newest = maxTime;
    return newest == Long.MIN_VALUE ? minValidTime : Math.max(minValidTime, newest - options.chunkRangeMillis() / 2);
  }

  /** The newest time that a sample may have now. */
  long newestAllowed() {
    return options.futureMillisMax() > 0 ? clock.wallMillis() + options.futureMillisMax() : Long.MAX_VALUE;
  }

  /** Whether a late sample is within the out-of-order window. */
  boolean isWithinWindow(long time) {
    return options.outOfOrderMillis() > 0 && time >= maxTime - options.outOfOrderMillis();
  }

  void sawSample(long time) {
    if (time > maxTime) {
      maxTime = time;
    }
    if (time < minTime) {
      minTime = time;
    }
  }

  // Series.

  /** The series of these labels, made if it is new; a {@link RefusedSeries} if there is no room. */
  SeriesHandle series(Labels labels) {
    return registry.series(labels);
  }

  /** The live series behind a handle, whatever became of it; null if a limit keeps it out. */
  @Nullable HeadSeries resolve(SeriesHandle handle) {
    return registry.resolve(handle);
  }

  /** Which series was refused last and why; null if none was since the question was asked before. */
  public @Nullable String takeLastSeriesRefusal() {
    return registry.takeLastRefusal();
  }

  /** A new series that the log names; nobody finds it before {@link #restore}. */
  HeadSeries made(long reference, Labels labels) {
    return registry.made(reference, labels);
  }

  /**
   * Lets a series that the log names be found, or gives the one that has its labels already and stands for its reference too. By one
   * thread at a time.
   */
  HeadSeries restore(HeadSeries made) {
    HeadSeries series = registry.restore(made);
    if (series.reference() != made.reference()) {
      log.alias(made.reference(), series);
    }
    return series;
  }

  /** How many series there are. */
  public int seriesCount() {
    return registry.count();
  }

  /** Bytes of the chunks in memory, and of those that series without samples will begin. */
  public long chunkBytes() {
    return registry.chunkBytes();
  }

  void chunksGrew(long bytes) {
    registry.chunksGrew(bytes);
  }

  /** How many chunks there are. */
  public long chunkCount() {
    return chunks;
  }

  // Committing. Called by the appender with the writer lock held.

  long startBatch() {
    return ++batches;
  }

  void publish(long batch) {
    publishedBatch = batch;
  }

  void wasCut(HeadSeries series) {
    chunks++;
    metrics.chunksCreated.inc();
    if (series.hasFirstFullChunk()) {
      fullChunks.add(series);
    }
  }

  void keepExemplar(Labels series, Exemplar exemplar) {
    exemplars.add(series, exemplar);
    metrics.exemplarsAppended.inc();
  }

  void sawLateSample(long time) {
    late.saw(time);
    sawSample(time);
  }

  /** Writes records to the logs, late samples first; if one fails, nothing of the batch counts. */
  void writeToLog(List<ByteWriter> records, List<ByteWriter> lateRecords, long newestTime) throws IOException {
    log.write(records, lateRecords, newestTime);
  }

  // Reading.

  /** Opens a view of the samples in a range of time. */
  public HeadReader reader(long fromMillis, long toMillis) {
    return new HeadReader(this, fromMillis, toMillis, readers.enter(), publishedBatch, registry.index());
  }

  /** Marks a moment; see {@link #hasReadersBefore}. */
  public long markReaders() {
    return readers.advance();
  }

  /** Whether a view is still open that was opened before the mark was made. */
  public boolean hasReadersBefore(long mark) {
    return readers.isOccupied(mark);
  }

  void closeReader(long epoch) {
    readers.leave(epoch);
  }

  Intervals deletedOf(HeadSeries series) {
    return deletions.of(series);
  }

  /** Exemplars of series that meet any of the matcher lists. */
  public Map<Labels, List<Exemplar>> exemplars(long fromMillis, long toMillis, List<List<Matcher>> selectors) {
    return exemplars.find(
        fromMillis, toMillis, labels -> selectors.stream().anyMatch(all -> all.stream().allMatch(m -> m.matches(labels))));
  }

  /** An exemplar and the series it belongs to. */
  record SeriesExemplar(HeadSeries series, Exemplar exemplar) {}

  /** Exemplars of series that are there, from the oldest to the newest. */
  List<SeriesExemplar> exemplarsInOrder() {
    List<SeriesExemplar> all = new ArrayList<>();
    for (ExemplarRing.Entry entry : exemplars.all()) {
      HeadSeries series = registry.find(entry.series());
      if (series != null) {
        all.add(new SeriesExemplar(series, entry.exemplar()));
      }
    }
    return all;
  }

  Collection<HeadSeries> allSeries() {
    return registry.all();
  }

  Map<HeadSeries, Intervals> deletions() {
    return deletions.all();
  }

  /**
   * Writes what is only in memory to a snapshot in the data folder. The head must take no more batches, and the log must be complete.
   */
  public void writeSnapshot(Disk disk, Path dataFolder) throws IOException {
    LogWriter samples = log.samples();
    if (samples == null) {
      return;
    }
    writeFullChunks();
    files.flush();
    files.sync();
    HeadSnapshot.write(disk, dataFolder, this, samples);
  }

  /** The log may name series that a snapshot does not; what it has of them up to a time stays in checkpoints. */
  public void keepUnknownReferencesUntil(long timeMillis) {
    log.keepUnknownReferencesUntil(timeMillis);
  }

  /** What is known about the metric families of series, by metric name. */
  public Map<String, List<MetricMetadata>> metadata() {
    return registry.metadata();
  }

  /** The labels of all series, for counting. */
  public LabelSource labelSource() {
    return registry.index();
  }

  // Life cycle of chunks and series.

  /** Writes full chunks to head chunk files and lets them go from memory. Confined to one maintenance thread. */
  public void writeFullChunks() throws IOException {
    fullChunks.write();
  }

  /**
   * Lets go of samples before a time, which are in a block now, and of series that have no others.
   *
   * @param segment the segment of the log that is written now: later ones will not name the dropped series
   */
  public void truncate(long time, int segment) throws IOException {
    setMinValidTime(time);
    List<HeadSeries> all = registry.list();
    long oldest = Long.MAX_VALUE;
    // Chunks that are written meanwhile come into this file or later ones.
    long firstFile = files.newest();
    long chunksLeft = 0;
    List<HeadSeries> empty = new ArrayList<>();
    for (int start = 0; start < all.size(); start += FullChunks.SERIES_PER_LOCK) {
      writerLock.lock();
      try {
        for (HeadSeries series : all.subList(start, Math.min(all.size(), start + FullChunks.SERIES_PER_LOCK))) {
          long bytesBefore = series.chunkBytes();
          if (!series.truncateBefore(time)) {
            empty.add(series);
          }
          chunksGrew(series.chunkBytes() - bytesBefore);
          oldest = Math.min(oldest, series.minTime());
          firstFile = Math.min(firstFile, series.firstFile());
          chunksLeft += series.chunkCount();
        }
      } finally {
        writerLock.unlock();
      }
    }
    registry.drop(empty, writerLock, series -> {
      log.dropped(series, segment);
      deletions.forget(series);
    });
    writerLock.lock();
    try {
      metrics.chunksRemoved.inc(Math.max(0, chunks - chunksLeft));
      chunks = chunksLeft;
      minTime = Math.max(time, Math.min(oldest, maxTime));
    } finally {
      writerLock.unlock();
    }
    long neededFrom = firstFile;
    files.needFrom(neededFrom);
    readers.retire(() -> files.truncate(neededFrom));
  }

  /** Whether a checkpoint up to a segment must keep the record of a series. */
  public boolean isNeededInLog(long reference, int upToSegment, LiveReferences live) {
    return log.needs(reference, upToSegment, live, minValidTime);
  }

  /** Forgets dropped series that only segments up to this one name. */
  public void logWasTruncated(int upToSegment) {
    log.wasTruncated(upToSegment);
  }

  /** Whether this process wrote samples to a segment of the log. */
  public boolean isSegmentKnown(int segment) {
    return log.isSegmentKnown(segment);
  }

  /** Whether all samples of a segment of the log are surely older than a time. */
  public boolean isSegmentOlderThan(int segment, long time) {
    return log.isSegmentOlderThan(segment, time);
  }

  /** The references of all series that are there now. */
  public LiveReferences liveReferences() {
    return log.liveReferences(registry.all());
  }

  /** Hides the samples of these series in a range of time, and says so in the log. Returns how many series had any. */
  public int delete(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    return deletions.delete(fromMillis, toMillis, matchers);
  }

  void restoreDeletion(HeadSeries series, long fromMillis, long toMillis) {
    deletions.restore(series, fromMillis, toMillis);
  }

  // Late samples.

  /** Time of the oldest late sample that is not in a block, {@link Long#MAX_VALUE} if there is none. */
  public long lateMinTime() {
    return late.minTime();
  }

  /** Time of the newest late sample that is not in a block. */
  public long lateMaxTime() {
    return late.maxTime();
  }

  /**
   * All late samples as they are now, sorted by labels; those that come later go to a new segment of their log.
   *
   * @throws IOException if that segment cannot be made
   */
  public LateSamples takeLateSamples() throws IOException {
    writerLock.lock();
    try {
      log.startLateSegment();
      return late.take(registry.all());
    } finally {
      writerLock.unlock();
    }
  }

  /** Forgets late samples that are in blocks now. */
  public void forget(LateSamples written) {
    writerLock.lock();
    try {
      late.forget(written);
    } finally {
      writerLock.unlock();
    }
  }

  /** All series whose chunks reach into a range of time, sorted by labels, with the chunks that do; late samples left out. */
  public List<ChunkedSeries> seriesForBlock(long fromMillis, long toMillis) {
    List<ChunkedSeries> found = new ArrayList<>();
    long batch = publishedBatch;
    for (HeadSeries series : registry.all()) {
      List<Chunk> list = new ArrayList<>();
      long visibleTo = series.collectInOrder(files, fromMillis, toMillis, batch, list);
      list.replaceAll(Chunk::exact);
      if (!list.isEmpty()) {
        found.add(new ChunkedSeries(series.labels(), list, deletedOf(series), fromMillis, Math.min(toMillis, visibleTo)));
      }
    }
    found.sort(Comparator.comparing(ChunkedSeries::labels));
    return found;
  }

  /** Opens the head chunk files and gives what an earlier process wrote to the sink; says what had to be cut. */
  List<HeadChunkFiles.Cut> loadFiles(HeadChunkEnds ends, HeadChunkScan.Sink sink) throws IOException {
    return files.load(ends, sink);
  }

  /** Bytes of the head chunk files. */
  public long fileBytes() {
    return files.sizeBytes();
  }

  /** Ends the current segment of the log. */
  public void startLogSegment() throws IOException {
    log.startSegment();
  }

  /** How many chunks the replay has made or found so far. */
  void setChunkCount(long count) {
    chunks = count;
  }

  /** A restored series got its first full chunk. */
  void addFull(HeadSeries series) {
    fullChunks.add(series);
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
