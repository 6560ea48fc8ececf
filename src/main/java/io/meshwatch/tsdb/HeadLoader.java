package io.meshwatch.tsdb;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Workers;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.head.Head;
import io.meshwatch.tsdb.head.HeadChunkFiles;
import io.meshwatch.tsdb.head.HeadReplay;
import io.meshwatch.tsdb.head.HeadSnapshot;
import io.meshwatch.tsdb.head.ReplayQueues;
import io.meshwatch.tsdb.wal.Checkpoint;
import io.meshwatch.tsdb.wal.LogFormat;
import io.meshwatch.tsdb.wal.ReadAhead;
import io.meshwatch.tsdb.wal.Records;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Fills the head when the store is opened: from head chunk files, the snapshot of a clean end if there is one, and the log. One
 * thread reads and decompresses, one makes the series, the others append to them; segment by segment, so that memory does not grow with the log. Used once.
 */
final class HeadLoader {
  private static final Logger LOG = LoggerFactory.getLogger(HeadLoader.class);

  private final Path folder;
  private final Clock clock;
  private final Disk disk;
  private final Workers workers;
  private final StoreMetrics metrics;
  private final Head head;
  private final ReplayProgress progress;

  HeadLoader(Path folder, Clock clock, Disk disk, Workers workers, StoreMetrics metrics, Head head, ReplayProgress progress) {
    this.folder = folder;
    this.clock = clock;
    this.disk = disk;
    this.workers = workers;
    this.metrics = metrics;
    this.head = head;
    this.progress = progress;
  }

  Recovery load() throws IOException {
    int others = workers.companions();
    // One that reads ahead, and one at least that appends.
    Recovery recovery = others < 2 ? read(null, null) : readInParallel(new ReplayQueues(others - 1, head), others - 1);
    progress.done();
    return recovery;
  }

  private Recovery readInParallel(ReplayQueues queues, int lanes) throws IOException {
    ReadAhead ahead = new ReadAhead();
    List<Runnable> others = new ArrayList<>();
    others.add(ahead::work);
    for (int i = 0; i < lanes; i++) {
      int lane = i;
      others.add(() -> queues.work(lane));
    }
    try {
      return workers.alongside(
          others,
          () -> {
            try {
              return read(queues, ahead);
            } catch (IOException e) {
              throw new UncheckedIOException(e);
            } finally {
              queues.end();
              ahead.end();
            }
          });
    } catch (UncheckedIOException e) {
      throw e.getCause();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted while the store was opened", e);
    }
  }

  private Recovery read(@Nullable ReplayQueues queues, @Nullable ReadAhead ahead) throws IOException {
    Path wal = folder.resolve("wal");
    Checkpoint.deleteUnfinished(disk, wal);
    long start = clock.monotonicNanos();
    HeadReplay sink = new HeadReplay(head, queues);
    List<Recovery.Cut> cuts = new ArrayList<>(headChunks(sink));
    LogReplay replay = new LogReplay(disk, folder.resolve(Store.QUARANTINE), new Records(), ahead);
    // With damaged head chunk files only the whole log has all samples.
    HeadSnapshot snapshot = cuts.isEmpty() ? usableSnapshot(cuts) : null;
    LogReplay.Progress steps = steps(sink);
    if (snapshot == null) {
      replay.replay(wal, sink, steps);
    } else {
      snapshot.load(sink);
      moveFullChunks(sink);
      head.keepUnknownReferencesUntil(head.maxTime());
      LOG.info("Loaded the head from {}", snapshot.folder().getFileName());
      replay.replayFrom(wal, snapshot.segment(), snapshot.offset(), sink, steps);
      replay.check(wal, snapshot.segment(), snapshot.offset());
      if (replay.cuts().isEmpty()) {
        missingLog(wal, snapshot).ifPresent(cuts::add);
      }
    }
    moveFullChunks(sink);
    replay.replay(folder.resolve("wbl"), sink.lateSamples(), steps);
    moveFullChunks(sink);
    if (snapshot == null) {
      // What is there cannot be used, and will not be later.
      HeadSnapshot.deleteAll(disk, folder);
    }
    metrics.logCorruptions.inc(replay.cuts().size());
    cuts.addAll(replay.cuts());
    Recovery recovery =
        new Recovery(cuts, sink.samples(), sink.unknownReferences(), sink.orphanedChunks(), (clock.monotonicNanos() - start) / 1_000_000);
    recovery.sentences().forEach(sentence -> LOG.warn("Damage found while opening the store: {}", sentence));
    return recovery;
  }

  private List<Recovery.Cut> headChunks(HeadReplay sink) throws IOException {
    List<Recovery.Cut> cuts = new ArrayList<>();
    for (HeadChunkFiles.Cut cut : sink.loadChunks(HeadSnapshot.chunkEnds(disk, folder))) {
      metrics.headChunkCorruptions.inc();
      CorruptionException damage = cut.damage();
      cuts.add(
          new Recovery.Cut(
              damage.file(), damage.offset(), cut.bytes(), 0, 0, "expected " + damage.expected() + ", got " + damage.got()
                  + "; no sample is lost, they are in the log", ""));
    }
    return cuts;
  }

  private @Nullable HeadSnapshot usableSnapshot(List<Recovery.Cut> cuts) throws IOException {
    Optional<HeadSnapshot> newest = HeadSnapshot.newest(disk, folder);
    if (newest.isEmpty()) {
      return null;
    }
    Optional<CorruptionException> damage = newest.get().damage();
    if (damage.isEmpty()) {
      return newest.get();
    }
    metrics.snapshotsDamaged.inc();
    cuts.add(new Recovery.Cut(
        damage.get().file(), damage.get().offset(), 0, 0, 0, "expected " + damage.get().expected() + ", got " + damage.get().got()
            + "; the snapshot of the head is not used, no sample is lost, they are in the log", ""));
    return null;
  }

  /** The log may have lost its end since the snapshot was written, which stands for it. */
  private Optional<Recovery.Cut> missingLog(Path wal, HeadSnapshot snapshot) throws IOException {
    Path segment = wal.resolve(LogFormat.segmentName(snapshot.segment()));
    long size = disk.exists(segment) ? disk.size(segment) : 0;
    if (size >= snapshot.offset()) {
      return Optional.empty();
    }
    metrics.logCorruptions.inc();
    return Optional.of(new Recovery.Cut(
        segment.toString(), size, snapshot.offset() - size, 0, 0, "expected the log up to byte " + snapshot.offset()
            + ", got its end; no sample is lost, the snapshot of the head has them", ""));
  }

  /** A volume that is full is no reason not to start: what is there can be asked for. */
  private static void moveFullChunks(HeadReplay sink) {
    try {
      sink.afterSegment();
    } catch (IOException e) {
      LOG.warn("Full chunks stay in memory, as they cannot be written to files: {}", e.getMessage());
    }
  }

  private LogReplay.Progress steps(HeadReplay sink) {
    return new LogReplay.Progress() {
      @Override
      public void reading(int first, int last, int current) {
        progress.reading(first, last, current);
        if (last > first) {
          LOG.info("Reading segment {} of the log, up to {}", current, last);
        }
      }

      @Override
      public void segmentDone() {
        moveFullChunks(sink);
      }
    };
  }
}
