package io.meshwatch.sonar;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Environment;
import io.meshwatch.sonar.meshstack.Json;
import io.prometheus.metrics.core.metrics.Counter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;

/**
 * All runs, on disk, bounded by age and size.
 *
 * <p>Layout: files {@code runs-MILLIS.jsonl}, one run per line, in the order in which they ended; MILLIS is the wall time of the first.
 * A file is never changed once another one follows, and every start of meshwatch begins a new one, so a torn last line stays what it is
 * and is skipped. The oldest file goes when it is too old or all of them are too large. Plain files instead of a database: runs are only
 * ever appended, read from the newest and dropped from the oldest, a person can read them with {@code less}, and the simulated disk can
 * break them.
 *
 * <p>In memory lie the newest runs of each target in short, and the {@link Tallies} of all, which are kept much longer than runs. Cost: an append is one write; a failed run
 * is forced to disk before it is reported. Guarded by its lock.
 */
public final class RunLog implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(RunLog.class);
  private static final long SEGMENT_BYTES_MAX = 8L << 20;
  private static final int RUN_BYTES_MAX = 256 << 10;
  /** Runs of one target that are held in memory. */
  static final int NEWEST_MAX = 300;
  private static final String PREFIX = "runs-";
  private static final String SUFFIX = ".jsonl";
  private static final String TALLIES = "tallies.jsonl";
  /** What was counted since is in the runs, unless these are more than the log can hold. */
  private static final long TALLIES_MILLIS = TimeUnit.MINUTES.toMillis(10);

  private final Disk disk;
  private final Path directory;
  private final HistorySettings limits;
  private final Counter failures;
  private final Counter skipped;
  private final ReentrantLock lock = new ReentrantLock();
  private final TreeMap<Long, Long> segmentBytes = new TreeMap<>();
  private final Map<TargetKey, Deque<RunSummary>> newest = new HashMap<>();
  private final Tallies tallies;
  private final Map<TargetKey, Evidence> lastFailures = new HashMap<>();
  private final Map<TargetKey, RunSummary> lastGood = new HashMap<>();
  private Disk.@Nullable File open;
  private boolean failing;
  private long talliesSavedMillis;

  private RunLog(Environment environment, Path directory, HistorySettings limits) {
    this.disk = environment.disk();
    this.directory = directory;
    this.limits = limits;
    this.tallies = new Tallies(disk, directory.resolve(TALLIES));
    this.failures = environment.telemetry().counter("meshwatch_sonar_run_log_failures", "Runs that could not be written to disk.");
    this.skipped = environment.telemetry().counter("meshwatch_sonar_run_log_skipped_lines", "Lines of the run log that could not be read.");
  }

  /** Opens the log in a directory, which is made if missing, and reads what is there. */
  public static RunLog open(Environment environment, Path directory, HistorySettings limits) throws IOException {
    RunLog log = new RunLog(environment, directory, limits);
    environment.disk().createDirectories(directory);
    log.readAll(environment.clock().wallMillis());
    return log;
  }

  private void readAll(long nowMillis) throws IOException {
    for (String name : disk.list(directory)) {
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
        long first = Long.parseLong(name.substring(PREFIX.length(), name.length() - SUFFIX.length()));
        segmentBytes.put(first, disk.size(directory.resolve(name)));
      }
    }
    prune(nowMillis);
    skipped.inc(tallies.load());
    talliesSavedMillis = nowMillis;
    for (long first : segmentBytes.keySet()) {
      for (String line : lines(first)) {
        parse(line).ifPresent(this::index);
      }
    }
  }

  private List<String> lines(long segment) throws IOException {
    return new String(disk.readAll(file(segment)), StandardCharsets.UTF_8).lines().toList();
  }

  private Optional<SonarRun> parse(String line) {
    try {
      return Optional.of(RunJson.read(Json.MAPPER.readTree(line)));
    } catch (JacksonException | IllegalArgumentException torn) {
      skipped.inc();
      return Optional.empty();
    }
  }

  private Path file(long segment) {
    return directory.resolve(PREFIX + String.format(java.util.Locale.ROOT, "%013d", segment) + SUFFIX);
  }

  // ---- writing

  /** Adds a run. A disk that fails loses the run's detail, not Sonar: it stays in memory, and the failure is counted. */
  public void append(SonarRun run) {
    lock.lock();
    try {
      index(run);
      write(run);
    } finally {
      lock.unlock();
    }
  }

  private void write(SonarRun run) {
    long endMillis = run.startedMillis() + run.durationNanos() / 1_000_000;
    try {
      byte[] line = line(run);
      Disk.File file = segmentFor(endMillis, line.length);
      long position = segmentBytes.lastEntry().getValue();
      file.write(position, ByteBuffer.wrap(line));
      segmentBytes.put(segmentBytes.lastKey(), position + line.length);
      if (run.verdict() instanceof Verdict.Failed) {
        file.force();
      }
      prune(endMillis);
      saveTallies(endMillis);
      failing = false;
    } catch (IOException e) {
      failures.inc();
      closeSegment();
      if (!failing) {
        LOG.warn("the run log in {} cannot be written: {}", directory, e.getMessage());
      }
      failing = true;
    }
  }

  private void saveTallies(long nowMillis) throws IOException {
    if (nowMillis - talliesSavedMillis >= TALLIES_MILLIS) {
      talliesSavedMillis = nowMillis;
      tallies.save();
    }
  }

  private static byte[] line(SonarRun run) {
    byte[] line = bytes(run);
    if (line.length <= RUN_BYTES_MAX) {
      return line;
    }
    List<StepRun> bare = run.steps().stream()
        .map(s -> new StepRun(s.name(), s.attempt(), s.outcome(), s.startedMillis(), s.durationNanos(), s.note(), List.of()))
        .toList();
    return bytes(new SonarRun(run.id(), run.target(), run.trigger(), run.dueMillis(), run.startedMillis(), run.durationNanos(), run.verdict(),
        run.maintenance(), run.replication(), run.replicationNanos(), run.certificateExpiryMillis(), run.leftovers(), bare));
  }

  private static byte[] bytes(SonarRun run) {
    return (RunJson.write(run) + "\n").getBytes(StandardCharsets.UTF_8);
  }

  private Disk.File segmentFor(long endMillis, int bytes) throws IOException {
    long segmentMax = Math.min(SEGMENT_BYTES_MAX, (limits.megabytes() << 20) / 8);
    if (open != null && segmentBytes.lastEntry().getValue() + bytes > segmentMax) {
      closeSegment();
    }
    Disk.File current = open;
    if (current == null) {
      long first = segmentBytes.isEmpty() ? endMillis : Math.max(endMillis, segmentBytes.lastKey() + 1);
      current = disk.open(file(first), Disk.Mode.CREATE);
      segmentBytes.put(first, 0L);
      open = current;
      disk.forceDirectory(directory);
    }
    return current;
  }

  private void closeSegment() {
    Disk.File file = open;
    open = null;
    if (file != null) {
      try {
        file.close();
      } catch (IOException e) {
        LOG.warn("a file of the run log could not be closed: {}", e.getMessage());
      }
    }
  }

  /** Drops the oldest files; never the one that is written. */
  private void prune(long nowMillis) throws IOException {
    long oldestMillis = nowMillis - TimeUnit.DAYS.toMillis(limits.days());
    while (segmentBytes.size() > 1) {
      long first = segmentBytes.firstKey();
      boolean tooOld = segmentBytes.higherKey(first) < oldestMillis;
      boolean tooLarge = segmentBytes.values().stream().mapToLong(Long::longValue).sum() > limits.megabytes() << 20;
      if (!tooOld && !tooLarge) {
        return;
      }
      disk.delete(file(first));
      segmentBytes.remove(first);
    }
  }

  // ---- memory

  private void index(SonarRun run) {
    RunSummary summary = RunSummary.of(run);
    Deque<RunSummary> runs = newest.computeIfAbsent(run.target(), k -> new ArrayDeque<>());
    runs.addFirst(summary);
    if (runs.size() > NEWEST_MAX) {
      runs.removeLast();
    }
    if (run.verdict() instanceof Verdict.Failed failed) {
      lastFailures.put(run.target(), failed.evidence());
    }
    if (summary.isGood()) {
      lastGood.put(run.target(), summary);
    }
    tallies.count(run, summary);
  }

  // ---- reading

  /** The newest runs of a target in short, newest first. */
  public List<RunSummary> newest(TargetKey target, int count) {
    lock.lock();
    try {
      return newest.getOrDefault(target, new ArrayDeque<>()).stream().limit(count).toList();
    } finally {
      lock.unlock();
    }
  }

  /** Targets of which runs are known. */
  public List<TargetKey> targets() {
    lock.lock();
    try {
      return List.copyOf(newest.keySet());
    } finally {
      lock.unlock();
    }
  }

  /** The evidence of the target's last failed run. */
  public Optional<Evidence> lastFailure(TargetKey target) {
    lock.lock();
    try {
      return Optional.ofNullable(lastFailures.get(target));
    } finally {
      lock.unlock();
    }
  }

  /** The target's last good run. */
  public Optional<RunSummary> lastGood(TargetKey target) {
    lock.lock();
    try {
      return Optional.ofNullable(lastGood.get(target));
    } finally {
      lock.unlock();
    }
  }

  /** What became of the target's runs in a span that ends now. */
  Tally tally(TargetKey target, Span span, long nowMillis) {
    lock.lock();
    try {
      return tallies.over(target, span, nowMillis);
    } finally {
      lock.unlock();
    }
  }

  /** A whole run, from disk. */
  public Optional<SonarRun> run(String id) throws IOException {
    lock.lock();
    try {
      for (long segment : segmentsSince(id)) {
        Iterator<String> lines = lines(segment).stream().filter(line -> line.startsWith("{\"id\":\"" + id + "\"")).iterator();
        if (lines.hasNext()) {
          return parse(lines.next());
        }
      }
      return Optional.empty();
    } finally {
      lock.unlock();
    }
  }

  /** Files in which the run can lie: it was written when it ended, so not before the moment that its id begins with. */
  private List<Long> segmentsSince(String id) {
    int dash = id.indexOf('-');
    if (dash <= 0 || !id.matches("[0-9a-z]{1,11}-[0-9a-f]{1,8}")) {
      return List.of();
    }
    Long from = segmentBytes.floorKey(Long.parseLong(id.substring(0, dash), 36));
    return new ArrayList<>(from == null ? segmentBytes.keySet() : segmentBytes.tailMap(from).keySet());
  }

  @Override
  public void close() {
    lock.lock();
    try {
      closeSegment();
      tallies.save();
    } catch (IOException e) {
      LOG.warn("the counts of runs in {} cannot be written: {}", directory, e.getMessage());
    } finally {
      lock.unlock();
    }
  }
}
