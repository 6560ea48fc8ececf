package io.meshwatch.tsdb;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Querier;
import io.meshwatch.model.Queryable;
import io.meshwatch.tsdb.block.Block;
import io.meshwatch.tsdb.block.BlockMeta;
import io.meshwatch.tsdb.block.Blocks;
import io.meshwatch.tsdb.head.Head;
import io.meshwatch.tsdb.head.HeadMetrics;
import io.meshwatch.tsdb.head.HeadOptions;
import io.meshwatch.tsdb.index.SeriesSource;
import io.meshwatch.tsdb.wal.LogWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The store of samples: one folder, which is a Prometheus data folder.
 *
 * <pre>
 * wal/           write-ahead log: every batch is here before it is acknowledged
 * wbl/           the same for samples that came late
 * chunks_head/   full chunks of the newest hours, memory-mapped
 * 01…/           blocks: immutable, two hours and more
 * quarantine/    damaged blocks and log segments, as they were found
 * </pre>
 *
 * Safe for all threads. What has to be done from time to time is in {@link StoreMaintenance}.
 */
public final class Store implements Queryable, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Store.class);
  private static final long MILLIS = 1000;
  static final String QUARANTINE = "quarantine";

  private final Path folder;
  private final StoreSettings settings;
  private final Clock clock;
  private final Disk disk;
  private final StoreMetrics metrics;
  private final Head head;
  private final LogWriter log;
  private final LogWriter lateLog;
  private final Blocks blocks;
  private final BlockKeeper keeper;
  private final Recovery recovery;
  private final DamageLog damages = new DamageLog();
  private volatile Disk.Space space = new Disk.Space(0, 0);

  private Store(
      Path folder, StoreSettings settings, Clock clock, Disk disk, Workers workers, Telemetry telemetry, ReplayProgress progress)
      throws IOException {
    this.folder = folder;
    this.settings = settings;
    this.clock = clock;
    this.disk = disk;
    this.metrics = new StoreMetrics(telemetry);
    HeadOptions options =
        new HeadOptions(
            settings.blockSeconds() * MILLIS, settings.seriesMax(), settings.chunkBytesMax(), settings.outOfOrderSeconds() * MILLIS,
            settings.futureSecondsMax() * MILLIS, settings.exemplarsMax(), settings.labels());
    disk.createDirectories(folder);
    this.blocks = new Blocks(disk, folder, folder.resolve(QUARANTINE));
    loadBlocks();
    this.head = new Head(clock, options, new HeadMetrics(telemetry), disk, folder.resolve("chunks_head"));
    head.setMinValidTime(BlockKeeper.inOrderEnd(blocks.list()));
    this.recovery = new HeadLoader(folder, clock, disk, workers, metrics, head, progress).load();
    recovery.sentences().forEach(damages::add);
    this.log = openLog("wal");
    this.lateLog = openLog("wbl");
    head.startLogging(log, lateLog);
    this.keeper = new BlockKeeper(folder, settings, clock, disk, metrics, head, log, blocks, damages);
    measureSpace();
    StoreMetrics.registerGauges(telemetry, this, head);
  }

  /**
   * Opens the store of a folder, which is made if it is missing; replays the log and mends what is damaged, see {@link #recovery}.
   *
   * @throws IOException if the folder cannot be read or written
   */
  public static Store open(Path folder, StoreSettings settings, Clock clock, Disk disk, Workers workers, Telemetry telemetry)
      throws IOException {
    return open(folder, settings, clock, disk, workers, telemetry, new ReplayProgress());
  }

  /** As the other, telling meanwhile how far it is. */
  public static Store open(
      Path folder, StoreSettings settings, Clock clock, Disk disk, Workers workers, Telemetry telemetry, ReplayProgress progress)
      throws IOException {
    return new Store(folder, settings, clock, disk, workers, telemetry, progress);
  }

  private LogWriter openLog(String name) throws IOException {
    return LogWriter.open(
        disk, folder.resolve(name), settings.compression(), settings.segmentBytes(), settings.fsync() == FsyncPolicy.ALWAYS);
  }

  private void loadBlocks() throws IOException {
    metrics.reloads.inc();
    for (Blocks.Quarantined block : blocks.load()) {
      BlockKeeper.report(block, metrics, damages);
    }
  }

  StoreSettings settings() {
    return settings;
  }

  /** What was found when the store was opened. */
  public Recovery recovery() {
    return recovery;
  }

  /** What was found damaged since the store was opened, the newest last. */
  public List<String> damages() {
    return damages.entries();
  }

  /** A new batch. */
  public Appender appender() {
    return head.appender();
  }

  @Override
  public Querier querier(long fromMillis, long toMillis) {
    List<SeriesSource> sources = new ArrayList<>();
    // The head first: what moves from it into a block meanwhile is then seen twice, which merging undoes, and never missed.
    if (toMillis >= head.minTime()) {
      sources.add(head.reader(fromMillis, toMillis));
    }
    for (Block block : blocks.list()) {
      SeriesSource view = block.overlaps(fromMillis, toMillis) ? block.view(fromMillis, toMillis) : null;
      if (view != null) {
        sources.add(view);
      }
    }
    return new StoreQuerier(sources, fromMillis, toMillis);
  }

  /** Exemplars of series that meet all matchers of any of the lists, by series, ascending in time. */
  public Map<Labels, List<Exemplar>> exemplars(long fromMillis, long toMillis, List<List<Matcher>> selectors) {
    return head.exemplars(fromMillis, toMillis, selectors);
  }

  /** What targets said about metric families, by metric name. */
  public Map<String, List<MetricMetadata>> metadata() {
    return head.metadata();
  }

  /** Time of the oldest sample, {@link Long#MAX_VALUE} if there is none. */
  public long minTime() {
    return blocks.list().stream().mapToLong(block -> block.meta().minTime()).reduce(head.minTime(), Math::min);
  }

  /** Time of the newest sample, {@link Long#MIN_VALUE} if there is none. */
  public long maxTime() {
    return blocks.list().stream().mapToLong(block -> block.meta().maxTime() - 1).reduce(head.maxTime(), Math::max);
  }

  /** What the blocks say about themselves, by start time. */
  public List<BlockMeta> blocks() {
    return blocks.list().stream().map(Block::meta).toList();
  }

  /** How the series of the head are spread over labels; each list has at most so many entries. */
  public Cardinality cardinality(int limit) {
    return Cardinality.of(head.labelSource(), limit);
  }

  /** Hides samples with {@code fromMillis <= t <= toMillis} of series that meet all matchers; compaction frees their space. */
  public void delete(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    head.delete(fromMillis, toMillis, matchers);
    for (Block block : blocks.list()) {
      if (block.overlaps(fromMillis, toMillis)) {
        block.delete(fromMillis, toMillis, matchers);
      }
    }
  }

  /** Writes blocks with deleted samples anew, without them. */
  public void cleanTombstones() throws IOException {
    keeper.cleanTombstones();
  }

  /** Copies all blocks, and the head as a block if asked to, into a new folder; returns it. It is a data folder of its own. */
  public Path snapshot(boolean withHead) throws IOException {
    return keeper.snapshot(withHead);
  }

  /** Cuts, merges and deletes blocks as far as it is time to. */
  void maintain() {
    measureSpace();
    reportRefusedSeries();
    writeFullChunks();
    keeper.maintain(space);
  }

  /** One line however many were refused since the last time. */
  private void reportRefusedSeries() {
    String refused = head.takeLastSeriesRefusal();
    if (refused != null) {
      LOG.warn("Samples of new series are left out, those of known series are stored. The last: {}", refused);
    }
  }

  /** Series in the head. */
  public long seriesCount() {
    return head.seriesCount();
  }

  /** Chunks of the series in the head. */
  public long chunkCount() {
    return head.chunkCount();
  }

  /** Time of the oldest sample in the head, {@link Long#MAX_VALUE} if there is none. */
  public long headMinTime() {
    return head.minTime();
  }

  /** Time of the newest sample in the head, {@link Long#MIN_VALUE} if there is none. */
  public long headMaxTime() {
    return head.maxTime();
  }

  int blockCount() {
    return blocks.list().size();
  }

  long blockBytes() {
    return blocks.sizeBytes();
  }

  int currentSegment() {
    return log.segment();
  }

  /** Bytes left on the data folder's volume. */
  public long volumeAvailableBytes() {
    return space.availableBytes();
  }

  /** Bytes of that volume. */
  public long volumeBytes() {
    return space.totalBytes();
  }

  /** Forces the log to the disk. */
  void syncLog() {
    long start = clock.monotonicNanos();
    try {
      log.sync();
      lateLog.sync();
    } catch (IOException e) {
      metrics.syncsFailed.inc();
      LOG.warn("The write-ahead log could not be forced to the disk: {}", e.getMessage());
    }
    metrics.syncSeconds.observe((clock.monotonicNanos() - start) / 1e9);
  }

  /** Looks how much space the volume has; refuses batches while the reserve is touched. */
  void measureSpace() {
    try {
      space = disk.space(folder);
      long left = space.availableBytes();
      head.refuseBatches(
          left >= settings.reserveBytes()
              ? null
              : "The data folder's volume has only " + left + " bytes left and " + settings.reserveBytes()
                  + " are kept in reserve. Samples are refused until there is more; queries go on.");
    } catch (IOException e) {
      LOG.warn("The space on the data folder's volume cannot be read: {}", e.getMessage());
    }
  }

  /** Moves full chunks to files. */
  void writeFullChunks() {
    try {
      head.writeFullChunks();
    } catch (IOException e) {
      LOG.warn("Full chunks stay in memory, as they cannot be written to files: {}", e.getMessage());
    }
  }

  /** Without it the next start reads the log, which takes longer and finds the same. */
  private void writeHeadSnapshot() {
    try {
      head.writeSnapshot(disk, folder);
    } catch (IOException e) {
      LOG.warn("No snapshot of the head could be written; the next start reads the log instead: {}", e.getMessage());
    }
  }

  /** Why samples are not taken now, for people; null if they are. */
  public @Nullable String trouble() {
    return head.trouble();
  }

  @Override
  public void close() throws IOException {
    head.refuseBatches("The store is closed.");
    if (settings.headSnapshot()) {
      writeHeadSnapshot();
    }
    try (Blocks ofBlocks = blocks;
        Head ofHead = head;
        LogWriter ofLateLog = lateLog;
        LogWriter ofLog = log) {
      // Each is closed, in reverse order, whatever becomes of the others.
      LOG.debug("Closing {}, {}, {}, {}", ofLog, ofLateLog, ofHead, ofBlocks);
    }
  }
}
