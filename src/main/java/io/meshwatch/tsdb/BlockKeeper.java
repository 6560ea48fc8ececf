package io.meshwatch.tsdb;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.block.Block;
import io.meshwatch.tsdb.block.BlockMeta;
import io.meshwatch.tsdb.block.BlockWriter;
import io.meshwatch.tsdb.block.Blocks;
import io.meshwatch.tsdb.block.CompactionPlan;
import io.meshwatch.tsdb.block.Ulid;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.SeriesMerge;
import io.meshwatch.tsdb.head.Head;
import io.meshwatch.tsdb.head.HeadSnapshot;
import io.meshwatch.tsdb.head.LateSamples;
import io.meshwatch.tsdb.head.LiveReferences;
import io.meshwatch.tsdb.wal.Checkpoint;
import io.meshwatch.tsdb.wal.LogFormat;
import io.meshwatch.tsdb.wal.LogWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Cuts blocks from the head, merges them, deletes them when their time is over, and shortens the log. One task at a time, under
 * its own lock; appends and queries go on meanwhile.
 */
final class BlockKeeper {
  private static final Logger LOG = LoggerFactory.getLogger(BlockKeeper.class);
  private static final long MILLIS = 1000;
  /** A failed task is tried again after this, and after twice as long each time up to the maximum. */
  private static final long RETRY_MILLIS_FIRST = 60_000;
  private static final long RETRY_MILLIS_MAX = 900_000;
  /** A query may hold back the head for so long. */
  private static final long READER_MILLIS_MAX = 300_000;
  /** Blocks cut or merged in one go, so that a task ends. */
  private static final int TASKS_MAX = 100;

  private final Path folder;
  private final StoreSettings settings;
  private final Clock clock;
  private final Disk disk;
  private final StoreMetrics metrics;
  private final Head head;
  private final LogWriter log;
  private final Blocks blocks;
  private final DamageLog damages;
  private final BlockWriter writer;
  private final long rangeMillis;
  private final ReentrantLock lock = new ReentrantLock();
  private @Nullable PendingTruncation pendingTruncation;
  private long retryAtMillis = Long.MIN_VALUE;
  private long retryMillis = RETRY_MILLIS_FIRST;

  BlockKeeper(
      Path folder, StoreSettings settings, Clock clock, Disk disk, StoreMetrics metrics, Head head, LogWriter log, Blocks blocks,
      DamageLog damages) {
    this.folder = folder;
    this.settings = settings;
    this.clock = clock;
    this.disk = disk;
    this.metrics = metrics;
    this.head = head;
    this.log = log;
    this.blocks = blocks;
    this.damages = damages;
    this.writer = new BlockWriter(disk, folder);
    this.rangeMillis = settings.blockSeconds() * MILLIS;
  }

  /** The end of what blocks hold of samples in order; late samples may lie in blocks while those in order are still in the head. */
  static long inOrderEnd(List<Block> blocks) {
    return blocks.stream().map(Block::meta).filter(m -> !m.outOfOrder()).mapToLong(BlockMeta::maxTime).max().orElse(Long.MIN_VALUE);
  }

  /** Does what is due. A failure is logged and counted, and tried again later. */
  void maintain(Disk.Space space) {
    lock.lock();
    try {
      putDamagedAside();
      deleteExpired(space);
      if (clock.wallMillis() < retryAtMillis) {
        return;
      }
      head.setCompacting(true);
      cutHead();
      cutLateSamples();
      merge();
      retryMillis = RETRY_MILLIS_FIRST;
      retryAtMillis = Long.MIN_VALUE;
    } catch (IOException | UncheckedIOException | CorruptionException e) {
      metrics.compactionsFailed.inc();
      retryAtMillis = clock.wallMillis() + retryMillis;
      retryMillis = Math.min(RETRY_MILLIS_MAX, retryMillis * 2);
      LOG.error("Blocks could not be written; tried again in {} s: {}", (retryAtMillis - clock.wallMillis()) / MILLIS, e.getMessage());
    } finally {
      head.setCompacting(false);
      lock.unlock();
    }
  }

  private void putDamagedAside() throws IOException {
    for (Block block : blocks.list()) {
      CorruptionException damage = block.damage();
      if (damage != null) {
        report(blocks.putAside(block, damage), metrics, damages);
      }
    }
  }

  /** Counts, logs and keeps for the operators that a block was put aside. */
  static void report(Blocks.Quarantined block, StoreMetrics metrics, DamageLog damages) {
    metrics.blocksQuarantined.inc();
    metrics.reloadsFailed.inc();
    damages.add(block.sentence());
    LOG.error(block.sentence());
  }

  // From head to block.

  private void cutHead() throws IOException {
    for (int i = 0; i < TASKS_MAX && finishTruncation() && head.maxTime() != Long.MIN_VALUE && head.maxTime() - head.minTime() > rangeMillis * 3 / 2; i++) {
      long from = Math.floorDiv(head.minTime(), rangeMillis) * rangeMillis;
      long to = from + rangeMillis;
      long start = clock.monotonicNanos();
      List<ChunkedSeries> series = head.seriesForBlock(from, to - 1);
      BlockMeta written = writer.write(newBlock(from, to, false), series);
      if (written != null) {
        blocks.add(written.ulid(), List.of());
        metrics.compactions.inc();
        metrics.compactionSeconds.observe((clock.monotonicNanos() - start) / 1e9);
        LOG.info("Wrote block {} with {} samples of {} series", written.ulid(), written.samples(), written.series());
      }
      pendingTruncation = new PendingTruncation(to, head.markReaders(), clock.wallMillis() + READER_MILLIS_MAX);
    }
    finishTruncation();
  }

  /** The head may let go of samples before a time when no view is open that does not have the new block. */
  private record PendingTruncation(long beforeMillis, long readerMark, long deadlineMillis) {}

  /** Lets the head go of what the last cut wrote; false if a query that still needs it is open. */
  private boolean finishTruncation() throws IOException {
    PendingTruncation pending = pendingTruncation;
    if (pending != null) {
      if (head.hasReadersBefore(pending.readerMark) && clock.wallMillis() < pending.deadlineMillis) {
        return false;
      }
      truncateHead(pending.beforeMillis);
      pendingTruncation = null;
    }
    return true;
  }

  private void truncateHead(long to) throws IOException {
    metrics.headTruncations.inc();
    try {
      // A snapshot of the head stands for the log as it was, together with the head chunk files that there were: both get shorter now.
      HeadSnapshot.deleteAll(disk, folder);
      head.truncate(to, log.segment());
    } catch (IOException e) {
      metrics.headTruncationsFailed.inc();
      throw e;
    }
    truncateLog(to);
  }

  /**
   * Replaces segments of the log by a checkpoint: those whose samples are all in blocks, so that no sample has to be copied; of those
   * that an earlier process wrote, whose times are not known, the older two thirds.
   */
  private void truncateLog(long fromMillis) throws IOException {
    Path directory = folder.resolve("wal");
    head.startLogSegment();
    List<Integer> segments = LogFormat.segments(disk, directory);
    int first = segments.getFirst();
    int last = log.segment() - 1;
    int upTo = first - 1;
    while (upTo < last
        && (head.isSegmentOlderThan(upTo + 1, fromMillis) || (!head.isSegmentKnown(upTo + 1) && upTo + 1 <= first + (last - first) * 2 / 3))) {
      upTo++;
    }
    if (upTo <= first) {
      return;
    }
    checkpoint(directory, upTo, fromMillis);
  }

  private void checkpoint(Path directory, int upTo, long fromMillis) throws IOException {
    metrics.checkpoints.inc();
    try {
      LiveReferences live = head.liveReferences();
      Checkpoint.create(
          disk, directory, upTo, settings.compression(), reference -> head.isNeededInLog(reference, upTo, live), fromMillis,
          segment -> head.isSegmentOlderThan(segment, fromMillis));
      head.logWasTruncated(upTo);
    } catch (IOException e) {
      metrics.checkpointsFailed.inc();
      metrics.logTruncationsFailed.inc();
      throw e;
    }
  }

  private void cutLateSamples() throws IOException {
    boolean old = head.lateMinTime() < head.minValidTime();
    boolean span = head.lateMaxTime() != Long.MIN_VALUE && head.maxTime() - head.lateMinTime() > rangeMillis * 3 / 2;
    if (!old && !span) {
      return;
    }
    LateSamples late = head.takeLateSamples();
    TreeSet<Long> starts = new TreeSet<>();
    for (long start = Math.floorDiv(late.minTime(), rangeMillis) * rangeMillis; start <= late.maxTime(); start += rangeMillis) {
      starts.add(start);
    }
    for (long start : starts) {
      BlockMeta written =
          writer.write(newBlock(start, start + rangeMillis, true), late.seriesForBlock(start, start + rangeMillis - 1));
      if (written != null) {
        blocks.add(written.ulid(), List.of());
        metrics.compactions.inc();
      }
    }
    head.forget(late);
    deleteOldLateSegments();
  }

  private void deleteOldLateSegments() throws IOException {
    Path directory = folder.resolve("wbl");
    List<Integer> segments = LogFormat.segments(disk, directory);
    for (int segment : segments.subList(0, segments.size() - 1)) {
      disk.delete(directory.resolve(LogFormat.segmentName(segment)));
    }
  }

  private BlockMeta newBlock(long from, long to, boolean late) {
    String ulid = newName();
    return new BlockMeta(ulid, from, to, 0, 0, 0, 0, 1, List.of(ulid), List.of(), late);
  }

  private String newName() {
    return Ulid.of(clock.wallMillis(), clock.monotonicNanos() * 0x9E3779B97F4A7C15L + ++names);
  }

  private long names;

  // Merging.

  private void merge() throws IOException {
    List<Long> ranges = CompactionPlan.ranges(rangeMillis, settings.retentionSeconds() * MILLIS);
    for (int i = 0; i < TASKS_MAX; i++) {
      List<BlockMeta> plan = CompactionPlan.next(blocks.list().stream().map(Block::meta).toList(), ranges);
      if (plan.isEmpty()) {
        return;
      }
      Set<String> names = new TreeSet<>(plan.stream().map(BlockMeta::ulid).toList());
      replace(blocks.list().stream().filter(b -> names.contains(b.meta().ulid())).toList());
    }
  }

  /** Writes some blocks anew as one. */
  private void replace(List<Block> parents) throws IOException {
    long start = clock.monotonicNanos();
    BlockMeta plan = merged(parents.stream().map(Block::meta).toList());
    List<Iterable<ChunkedSeries>> sources = new ArrayList<>();
    parents.forEach(parent -> sources.add(parent.allSeries()));
    BlockMeta written = writer.write(plan, () -> new SeriesMerge(sources, Long.MIN_VALUE, Long.MAX_VALUE));
    if (written == null) {
      for (Block parent : parents) {
        blocks.delete(parent);
      }
    } else {
      blocks.add(written.ulid(), parents);
      LOG.info("Merged {} blocks into {}", parents.size(), written.ulid());
    }
    metrics.compactions.inc();
    metrics.compactionSeconds.observe((clock.monotonicNanos() - start) / 1e9);
  }

  private BlockMeta merged(List<BlockMeta> parents) {
    TreeSet<String> sources = new TreeSet<>();
    List<BlockMeta.Parent> parentNames = new ArrayList<>();
    long from = Long.MAX_VALUE;
    long to = Long.MIN_VALUE;
    int level = 1;
    boolean late = true;
    for (BlockMeta parent : parents) {
      sources.addAll(parent.sources());
      parentNames.add(new BlockMeta.Parent(parent.ulid(), parent.minTime(), parent.maxTime()));
      from = Math.min(from, parent.minTime());
      to = Math.max(to, parent.maxTime());
      level = Math.max(level, parent.level());
      late &= parent.outOfOrder();
    }
    return new BlockMeta(newName(), from, to, 0, 0, 0, 0, level + 1, List.copyOf(sources), parentNames, late);
  }

  void cleanTombstones() throws IOException {
    lock.lock();
    try {
      for (Block block : blocks.list()) {
        if (block.meta().tombstones() > 0) {
          replace(List.of(block));
        }
      }
    } finally {
      lock.unlock();
    }
  }

  // Retention.

  private void deleteExpired(Disk.Space space) throws IOException {
    List<Block> all = blocks.list();
    if (all.isEmpty()) {
      return;
    }
    long newest = all.stream().mapToLong(block -> block.meta().maxTime()).max().orElse(Long.MIN_VALUE);
    long keepFrom = settings.retentionSeconds() == 0 ? Long.MIN_VALUE : newest - settings.retentionSeconds() * MILLIS;
    for (Block block : all) {
      if (block.meta().maxTime() <= keepFrom) {
        blocks.delete(block);
        metrics.timeRetentions.inc();
      }
    }
    long limit = sizeLimit(space);
    while (limit > 0 && !blocks.list().isEmpty() && blocks.sizeBytes() + otherBytes() > limit) {
      blocks.delete(blocks.list().getFirst());
      metrics.sizeRetentions.inc();
    }
  }

  /** The smaller of the two limits in bytes, 0 if there is none. */
  private long sizeLimit(Disk.Space space) {
    long share = (long) (space.totalBytes() * settings.retentionPercent() / 100);
    if (settings.retentionBytes() == 0 || share == 0) {
      return Math.max(settings.retentionBytes(), share);
    }
    return Math.min(settings.retentionBytes(), share);
  }

  private long otherBytes() throws IOException {
    long bytes = head.fileBytes();
    for (String name : List.of("wal", "wbl")) {
      for (int segment : LogFormat.segments(disk, folder.resolve(name))) {
        bytes += disk.size(folder.resolve(name).resolve(LogFormat.segmentName(segment)));
      }
    }
    return bytes;
  }

  // Snapshots.

  Path snapshot(boolean withHead) throws IOException {
    lock.lock();
    try {
      String name = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").format(Instant.ofEpochMilli(clock.wallMillis()).atOffset(ZoneOffset.UTC))
          + "-" + Long.toHexString(clock.monotonicNanos() & 0xFFFFFFFFL);
      Path target = folder.resolve("snapshots").resolve(name);
      disk.createDirectories(target);
      for (Block block : blocks.list()) {
        block.copyTo(target.resolve(block.meta().ulid()));
      }
      if (withHead && head.maxTime() != Long.MIN_VALUE) {
        snapshotHead(target);
      }
      disk.forceDirectory(target);
      return target;
    } finally {
      lock.unlock();
    }
  }

  private @Nullable BlockMeta snapshotHead(Path target) throws IOException {
    long from = head.minTime();
    long to = head.maxTime();
    List<List<ChunkedSeries>> sources = new ArrayList<>();
    sources.add(head.seriesForBlock(from, to));
    if (head.lateMaxTime() != Long.MIN_VALUE) {
      LateSamples late = head.takeLateSamples();
      from = Math.min(from, late.minTime());
      sources.add(late.seriesForBlock(late.minTime(), late.maxTime()));
    }
    return new BlockWriter(disk, target).write(newBlock(from, to + 1, false), () -> new SeriesMerge(sources, Long.MIN_VALUE, Long.MAX_VALUE));
  }
}
