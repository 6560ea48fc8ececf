package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.Intervals;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.index.MemoryIndex;
import io.meshwatch.tsdb.index.Postings;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.wal.LogWriter;
import io.meshwatch.tsdb.wal.Records;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.ConcurrentHashMap;
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
  /** Series whose full chunks are written to files under one hold of the writer lock, so that appends hardly wait. */
  private static final int SERIES_PER_LOCK = 256;
  private static final int IDLE_COLUMNS_MAX = 8;
  /** A larger record buffer is not kept for the next batch. */
  private static final int KEPT_RECORD_BYTES_MAX = 1 << 20;

  private final Clock clock;
  private final HeadOptions options;
  private final HeadMetrics metrics;
  private final HeadChunkFiles files;
  private final ReaderEpochs readers = new ReaderEpochs();
  private final ExemplarRing exemplars;
  private final ReentrantLock writerLock = new ReentrantLock();
  private final Object creationLock = new Object();
  private final ConcurrentHashMap<Labels, HeadSeries> byLabels = new ConcurrentHashMap<>();
  private volatile MemoryIndex<HeadSeries> index = new MemoryIndex<>();
  private volatile Map<HeadSeries, Intervals> deleted = Map.of();
  /** Series with sealed chunks in memory. Guarded by the writer lock. */
  private final ArrayDeque<HeadSeries> sealedSeries = new ArrayDeque<>();
  /** References of dropped series that the log still knows, with the last segment that may name them. */
  private final Map<Long, Integer> droppedReferences = new HashMap<>();
  /** Further references of series: the log names them too if a series was dropped and made again before a restart. */
  private final Map<Long, HeadSeries> aliases = new HashMap<>();
  /** Newest sample in each segment of the log that this process wrote. Guarded by the writer lock. */
  private final Map<Integer, Long> newestInSegment = new HashMap<>();
  /** Buffers of batches that ended, for the next ones. */
  private final ArrayBlockingQueue<SampleColumns> idleColumns = new ArrayBlockingQueue<>(IDLE_COLUMNS_MAX);
  /** Where the records of a batch are written: series, samples, late samples. Guarded by the writer lock. */
  private final ByteWriter[] recordBuffers = {new ByteWriter(256), new ByteWriter(4096), new ByteWriter(256)};
  private @Nullable LogWriter log;
  private @Nullable LogWriter lateLog;
  private long lastReference;
  private long batches;
  private volatile long publishedBatch;
  private volatile long minTime = Long.MAX_VALUE;
  private volatile long maxTime = Long.MIN_VALUE;
  private volatile long minValidTime = Long.MIN_VALUE;
  private volatile long lateMinTime = Long.MAX_VALUE;
  private volatile long lateMaxTime = Long.MIN_VALUE;
  private volatile long unknownReferencesUntil = Long.MIN_VALUE;
  private long chunks;
  private volatile boolean compacting;
  private volatile @Nullable String refusal;
  private volatile @Nullable String lastSeriesRefusal;
  private volatile @Nullable String lastWriteFailure;

  /** An empty head over the chunk files of a folder; {@link HeadReplay} fills it, {@link #startLogging} lets it take samples. */
  public Head(Clock clock, HeadOptions options, HeadMetrics metrics, Disk disk, Path chunkFolder) throws IOException {
    this.clock = clock;
    this.options = options;
    this.metrics = metrics;
    this.files = new HeadChunkFiles(disk, chunkFolder);
    this.exemplars = new ExemplarRing(options.exemplarsMax());
  }

  /** From now on batches go to these logs. */
  public void startLogging(LogWriter samples, LogWriter lateSamples) {
    this.log = samples;
    this.lateLog = lateSamples;
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

  SampleColumns borrowColumns() {
    SampleColumns idle = idleColumns.poll();
    return idle == null ? new SampleColumns() : idle;
  }

  void returnColumns(SampleColumns columns) {
    if (columns.clear()) {
      var _ = idleColumns.offer(columns);
    }
  }

  /** An empty buffer for one record of the batch that is being committed. */
  ByteWriter recordBuffer(int number) {
    if (recordBuffers[number].bytes().length > KEPT_RECORD_BYTES_MAX) {
      recordBuffers[number] = new ByteWriter(4096);
    }
    recordBuffers[number].clear();
    return recordBuffers[number];
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
    HeadSeries known = byLabels.get(labels);
    return known != null ? known : create(labels);
  }

  private SeriesHandle create(Labels labels) {
    synchronized (creationLock) {
      HeadSeries known = byLabels.get(labels);
      if (known != null) {
        return known;
      }
      Optional<String> reason = refusalOf(labels);
      if (reason.isPresent()) {
        metrics.seriesRefused.inc();
        String refused = "new series " + labels.metricName() + " of " + target(labels) + " is refused: " + reason.get();
        lastSeriesRefusal = refused;
        return new RefusedSeries(labels, refused);
      }
      return add(labels, ++lastReference);
    }
  }

  private Optional<String> refusalOf(Labels labels) {
    if (options.seriesMax() == 0 || byLabels.size() < options.seriesMax()) {
      return options.labels().refusal(labels);
    }
    String widest = "";
    int values = 0;
    for (int i = 0; i < labels.size(); i++) {
      int count = index.valueCount(labels.name(i));
      if (count > values) {
        widest = labels.name(i);
        values = count;
      }
    }
    return Optional.of("the limit of " + options.seriesMax() + " series is reached; of its labels, " + widest + " has the most values, " + values);
  }

  private static String target(Labels labels) {
    return labels.has(Labels.JOB) || labels.has(Labels.INSTANCE)
        ? "job " + Names.quote(labels.get(Labels.JOB)) + ", instance " + Names.quote(labels.get(Labels.INSTANCE))
        : "no target";
  }

  /** Which series was refused last and why; null if none was since the question was asked before. */
  public @Nullable String takeLastSeriesRefusal() {
    String last = lastSeriesRefusal;
    lastSeriesRefusal = null;
    return last;
  }

  private HeadSeries add(Labels labels, long reference) {
    HeadSeries made = index.add(labels, shared -> new HeadSeries(shared, reference));
    byLabels.put(made.labels(), made);
    metrics.seriesCreated.inc();
    return made;
  }

  /** The series that the log names with this reference; made if there is none with these labels. */
  HeadSeries restore(long reference, Labels labels) {
    synchronized (creationLock) {
      lastReference = Math.max(lastReference, reference);
      HeadSeries known = byLabels.get(labels);
      if (known != null) {
        aliases.put(reference, known);
        return known;
      }
      HeadSeries made = add(labels, reference);
      made.markLogged();
      return made;
    }
  }

  /** The live series behind a handle, whatever became of it; null if the limit keeps it out. */
  @Nullable HeadSeries resolve(SeriesHandle handle) {
    if (!(handle instanceof HeadSeries series)) {
      return series(handle.labels()) instanceof HeadSeries made ? made : null;
    }
    HeadSeries live = series;
    while (live.isDropped()) {
      HeadSeries next = live.successor();
      if (next == null) {
        if (!(series(live.labels()) instanceof HeadSeries made)) {
          return null;
        }
        live.setSuccessor(made);
        next = made;
      }
      live = next;
    }
    return live;
  }

  /** How many series there are. */
  public int seriesCount() {
    return byLabels.size();
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
    if (series.sealedChunks().length == 1) {
      // With more, the series waits already.
      sealedSeries.add(series);
    }
  }

  void keepExemplar(Labels series, Exemplar exemplar) {
    exemplars.add(series, exemplar);
    metrics.exemplarsAppended.inc();
  }

  void sawLateSample(long time) {
    lateMinTime = Math.min(lateMinTime, time);
    lateMaxTime = Math.max(lateMaxTime, time);
    sawSample(time);
  }

  /** Writes records to the logs, late samples first; if one fails, nothing of the batch counts. */
  void writeToLog(List<ByteWriter> records, List<ByteWriter> lateRecords, long newestTime) throws IOException {
    if (!lateRecords.isEmpty() && lateLog != null) {
      lateLog.append(lateRecords);
    }
    if (!records.isEmpty() && log != null) {
      try {
        log.append(records);
        newestInSegment.merge(log.segment(), newestTime, Math::max);
      } catch (IOException e) {
        if (!lateRecords.isEmpty() && lateLog != null) {
          lateLog.takeBackLastBatch();
        }
        throw e;
      }
    }
  }

  // Reading.

  /** Opens a view of the samples in a range of time. */
  public HeadReader reader(long fromMillis, long toMillis) {
    return new HeadReader(this, fromMillis, toMillis, readers.enter(), publishedBatch, index);
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
    return deleted.getOrDefault(series, Intervals.NONE);
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
      HeadSeries series = byLabels.get(entry.series());
      if (series != null) {
        all.add(new SeriesExemplar(series, entry.exemplar()));
      }
    }
    return all;
  }

  Collection<HeadSeries> allSeries() {
    return byLabels.values();
  }

  Map<HeadSeries, Intervals> deletions() {
    return deleted;
  }

  /**
   * Writes what is only in memory to a snapshot in the data folder. The head must take no more batches, and the log must be complete.
   */
  public void writeSnapshot(Disk disk, Path dataFolder) throws IOException {
    LogWriter samples = log;
    if (samples == null) {
      return;
    }
    writeFullChunks();
    files.flush();
    files.sync();
    int segment = samples.segment();
    long offset = samples.position();
    writeMetadata(samples);
    samples.sync();
    HeadSnapshot.write(disk, dataFolder, this, segment, offset);
  }

  /** Snapshots have no place for metadata: it follows in the log, behind the place that the snapshot names. */
  private void writeMetadata(LogWriter into) throws IOException {
    ByteWriter known = new ByteWriter(256);
    for (HeadSeries series : byLabels.values()) {
      MetricMetadata metadata = series.metadata();
      if (metadata != null && series.isLogged()) {
        if (known.size() == 0) {
          Records.startMetadata(known);
        }
        Records.addMetadata(known, series.reference(), metadata);
      }
    }
    if (known.size() > 0) {
      into.append(List.of(known));
    }
  }

  /** The log may name series that a snapshot does not; what it has of them up to a time stays in checkpoints. */
  public void keepUnknownReferencesUntil(long timeMillis) {
    unknownReferencesUntil = timeMillis;
  }

  /** What is known about the metric families of series, by metric name. */
  public Map<String, List<MetricMetadata>> metadata() {
    Map<String, List<MetricMetadata>> found = new java.util.TreeMap<>();
    for (HeadSeries series : byLabels.values()) {
      MetricMetadata known = series.metadata();
      if (known != null) {
        List<MetricMetadata> list = found.computeIfAbsent(series.labels().metricName(), n -> new ArrayList<>(1));
        if (!list.contains(known)) {
          list.add(known);
        }
      }
    }
    return found;
  }

  /** The labels of all series, for counting. */
  public LabelSource labelSource() {
    return index;
  }

  // Life cycle of chunks and series.

  /** Writes full chunks to head chunk files and lets them go from memory. Confined to one maintenance thread. */
  public void writeFullChunks() throws IOException {
    boolean more = true;
    while (more) {
      writerLock.lock();
      try {
        more = writeSomeFullChunks();
      } finally {
        writerLock.unlock();
      }
    }
  }

  private boolean writeSomeFullChunks() throws IOException {
    List<HeadSeries> written = new ArrayList<>();
    List<long[]> references = new ArrayList<>();
    try {
      while (written.size() < SERIES_PER_LOCK && !sealedSeries.isEmpty()) {
        HeadSeries series = sealedSeries.remove();
        written.add(series);
        references.add(writeChunksOf(series));
      }
      files.flush();
    } catch (IOException e) {
      sealedSeries.addAll(written);
      throw e;
    }
    for (int i = 0; i < written.size(); i++) {
      written.get(i).sealedWereWritten(references.get(i));
    }
    return !sealedSeries.isEmpty();
  }

  private long[] writeChunksOf(HeadSeries series) throws IOException {
    SealedChunk[] sealed = series.sealedChunks();
    long[] places = new long[sealed.length];
    for (int i = 0; i < sealed.length; i++) {
      places[i] = files.write(series.reference(), sealed[i]);
    }
    return places;
  }

  /**
   * Lets go of samples before a time, which are in a block now, and of series that have no others.
   *
   * @param segment the segment of the log that is written now: later ones will not name the dropped series
   */
  public void truncate(long time, int segment) throws IOException {
    setMinValidTime(time);
    List<HeadSeries> all = new ArrayList<>(byLabels.values());
    long oldest = Long.MAX_VALUE;
    long firstFile = Long.MAX_VALUE;
    long chunksLeft = 0;
    List<HeadSeries> empty = new ArrayList<>();
    for (int start = 0; start < all.size(); start += SERIES_PER_LOCK) {
      writerLock.lock();
      try {
        for (HeadSeries series : all.subList(start, Math.min(all.size(), start + SERIES_PER_LOCK))) {
          if (!series.truncateBefore(time)) {
            empty.add(series);
          }
          oldest = Math.min(oldest, series.minTime());
          firstFile = Math.min(firstFile, series.firstFile());
          chunksLeft += series.chunkCount();
        }
      } finally {
        writerLock.unlock();
      }
    }
    dropEmpty(empty, segment);
    writerLock.lock();
    try {
      metrics.chunksRemoved.inc(Math.max(0, chunks - chunksLeft));
      chunks = chunksLeft;
      minTime = Math.max(time, Math.min(oldest, maxTime));
    } finally {
      writerLock.unlock();
    }
    long neededFrom = firstFile;
    readers.retire(() -> files.truncate(neededFrom));
  }

  private void dropEmpty(List<HeadSeries> candidates, int segment) {
    writerLock.lock();
    try {
      synchronized (creationLock) {
        int dropped = 0;
        for (HeadSeries series : candidates) {
          if (series.chunkCount() == 0 && series.outOfOrder().isEmpty()) {
            series.drop();
            byLabels.remove(series.labels(), series);
            if (series.isLogged()) {
              droppedReferences.put(series.reference(), segment);
            }
            dropped++;
          }
        }
        metrics.seriesRemoved.inc(dropped);
        if (dropped > 0) {
          rebuildIndex();
        }
      }
    } finally {
      writerLock.unlock();
    }
  }

  private void rebuildIndex() {
    MemoryIndex<HeadSeries> old = index;
    MemoryIndex<HeadSeries> rebuilt = new MemoryIndex<>();
    Map<HeadSeries, Intervals> stillDeleted = new HashMap<>();
    for (int i = 0; i < old.size(); i++) {
      HeadSeries series = old.series(i);
      if (!series.isDropped()) {
        rebuilt.add(series.labels(), shared -> series);
        Intervals gone = deleted.get(series);
        if (gone != null) {
          stillDeleted.put(series, gone);
        }
      }
    }
    index = rebuilt;
    deleted = Map.copyOf(stillDeleted);
  }

  /** Whether a checkpoint up to a segment must keep the record of a series. */
  public boolean isNeededInLog(long reference, int upToSegment, LiveReferences live) {
    if (live.contains(reference) || minValidTime <= unknownReferencesUntil) {
      return true;
    }
    Integer lastSegment = droppedReferences.get(reference);
    return lastSegment != null && lastSegment > upToSegment;
  }

  /** Forgets dropped series that only segments up to this one name. */
  public void logWasTruncated(int upToSegment) {
    droppedReferences.values().removeIf(segment -> segment <= upToSegment);
    writerLock.lock();
    try {
      newestInSegment.keySet().removeIf(segment -> segment <= upToSegment);
    } finally {
      writerLock.unlock();
    }
  }

  /** Whether this process wrote samples to a segment of the log. */
  public boolean isSegmentKnown(int segment) {
    writerLock.lock();
    try {
      return newestInSegment.containsKey(segment);
    } finally {
      writerLock.unlock();
    }
  }

  /** Whether all samples of a segment of the log are surely older than a time. */
  public boolean isSegmentOlderThan(int segment, long time) {
    writerLock.lock();
    try {
      return newestInSegment.getOrDefault(segment, Long.MAX_VALUE) < time;
    } finally {
      writerLock.unlock();
    }
  }

  /** The references of all series that are there now. */
  public LiveReferences liveReferences() {
    return new LiveReferences(byLabels.values(), aliases);
  }

  /** Hides the samples of these series in a range of time, and says so in the log. Returns how many series had any. */
  public int delete(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    writerLock.lock();
    try {
      MemoryIndex<HeadSeries> current = index;
      Postings found = Selection.select(current, matchers);
      ByteWriter record = new ByteWriter(64);
      Records.startTombstones(record);
      Map<HeadSeries, Intervals> grown = new HashMap<>(deleted);
      int count = 0;
      for (int i = 0; i < found.size(); i++) {
        HeadSeries series = current.series(found.get(i));
        long from = Math.max(fromMillis, series.minTime());
        long to = Math.min(toMillis, series.lastTime());
        if (from <= to) {
          Records.addTombstone(record, series.reference(), from, to);
          grown.merge(series, Intervals.NONE.with(from, to), Intervals::with);
          count++;
        }
      }
      if (count > 0) {
        writeToLog(List.of(record), List.of(), Long.MIN_VALUE);
        deleted = Map.copyOf(grown);
      }
      return count;
    } finally {
      writerLock.unlock();
    }
  }

  void restoreDeletion(HeadSeries series, long fromMillis, long toMillis) {
    Map<HeadSeries, Intervals> grown = new HashMap<>(deleted);
    grown.merge(series, Intervals.NONE.with(fromMillis, toMillis), Intervals::with);
    deleted = Map.copyOf(grown);
  }

  // Late samples.

  /** Time of the oldest late sample that is not in a block, {@link Long#MAX_VALUE} if there is none. */
  public long lateMinTime() {
    return lateMinTime;
  }

  /** Time of the newest late sample that is not in a block. */
  public long lateMaxTime() {
    return lateMaxTime;
  }

  /**
   * All late samples as they are now, sorted by labels; those that come later go to a new segment of their log.
   *
   * @throws IOException if that segment cannot be made
   */
  public LateSamples takeLateSamples() throws IOException {
    writerLock.lock();
    try {
      if (lateLog != null) {
        lateLog.startSegment();
      }
      List<LateSamples.Entry> entries = new ArrayList<>();
      for (HeadSeries series : byLabels.values()) {
        if (!series.outOfOrder().isEmpty()) {
          entries.add(new LateSamples.Entry(series, series.outOfOrder()));
        }
      }
      entries.sort(Comparator.comparing(e -> e.series().labels()));
      return new LateSamples(entries, lateMinTime, lateMaxTime);
    } finally {
      writerLock.unlock();
    }
  }

  /** Forgets late samples that are in blocks now. */
  @SuppressWarnings("ReferenceEquality") // Adding makes a new object: the same object means that nothing was added.
  public void forget(LateSamples written) {
    writerLock.lock();
    try {
      lateMinTime = Long.MAX_VALUE;
      lateMaxTime = Long.MIN_VALUE;
      for (LateSamples.Entry entry : written.entries()) {
        HeadSeries series = entry.series();
        if (series.outOfOrder() == entry.samples()) {
          series.forgetOutOfOrder();
        } else {
          // More came in the meantime: all are kept, and those that are in a block are simply there twice until the next time.
          lateMinTime = Math.min(lateMinTime, written.minTime());
          lateMaxTime = Math.max(lateMaxTime, written.maxTime());
        }
      }
    } finally {
      writerLock.unlock();
    }
  }

  /** All series whose chunks reach into a range of time, sorted by labels, with the chunks that do; late samples left out. */
  public List<ChunkedSeries> seriesForBlock(long fromMillis, long toMillis) {
    List<ChunkedSeries> found = new ArrayList<>();
    long batch = publishedBatch;
    for (HeadSeries series : byLabels.values()) {
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
  List<CorruptionException> loadFiles(HeadChunkFiles.FoundChunk sink) throws IOException {
    return files.load(sink);
  }

  /** Bytes of the head chunk files. */
  public long fileBytes() {
    return files.sizeBytes();
  }

  /** Ends the current segment of the log. */
  public void startLogSegment() throws IOException {
    LogWriter current = log;
    if (current == null) {
      return;
    }
    // The slow part, forcing the old segment to the disk, happens mostly here, while appends go on.
    current.sync();
    writerLock.lock();
    try {
      current.startSegment();
    } finally {
      writerLock.unlock();
    }
  }

  /** Counts chunks again after the replay. */
  void countChunks() {
    sealedSeries.clear();
    chunks = 0;
    for (HeadSeries series : byLabels.values()) {
      chunks += series.chunkCount();
      if (series.hasSealedChunks()) {
        sealedSeries.add(series);
      }
    }
  }

  @Override
  public void close() throws IOException {
    files.close();
  }
}
