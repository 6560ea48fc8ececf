package io.meshwatch.tsdb.head;

import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.index.MemoryIndex;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.concurrent.locks.Lock;
import org.jspecify.annotations.Nullable;

/**
 * The series of the head by their labels, with the limits that keep new ones out. Series are made and dropped under the creation
 * lock; who only looks for one takes no lock.
 */
final class SeriesRegistry {
  /** Series that are dropped under one hold of the lock. */
  private static final int DROPPED_PER_LOCK = 256;

  private final HeadOptions options;
  private final HeadMetrics metrics;
  private final Object creationLock = new Object();
  private final ConcurrentHashMap<Labels, HeadSeries> byLabels = new ConcurrentHashMap<>();
  private volatile MemoryIndex<HeadSeries> index = new MemoryIndex<>();
  /** What open and full chunks in memory take, and those that series without samples will begin. */
  private final LongAdder chunkBytes = new LongAdder();
  private volatile @Nullable String lastRefusal;
  private long lastReference;

  SeriesRegistry(HeadOptions options, HeadMetrics metrics) {
    this.options = options;
    this.metrics = metrics;
  }

  /** The index as it is now; it grows, and is replaced when series are dropped. */
  MemoryIndex<HeadSeries> index() {
    return index;
  }

  int count() {
    return byLabels.size();
  }

  Collection<HeadSeries> all() {
    return byLabels.values();
  }

  @Nullable HeadSeries find(Labels labels) {
    return byLabels.get(labels);
  }

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
        lastRefusal = refused;
        return new RefusedSeries(labels, refused);
      }
      chunkBytes.add(HeadSeries.FIRST_CHUNK_BYTES);
      return add(labels, ++lastReference);
    }
  }

  private Optional<String> refusalOf(Labels labels) {
    if (options.seriesMax() > 0 && byLabels.size() >= options.seriesMax()) {
      return Optional.of("the limit of " + options.seriesMax() + " series is reached; " + widest(labels));
    }
    if (options.chunkBytesMax() > 0 && chunkBytes() >= options.chunkBytesMax()) {
      return Optional.of(
          "the chunks in memory have " + chunkBytes() + " bytes, the limit of " + options.chunkBytesMax() + " is reached; " + widest(labels));
    }
    return options.labels().refusal(labels);
  }

  /** Which label of a series is most likely the reason that there are so many. */
  private String widest(Labels labels) {
    String widest = "";
    int values = 0;
    for (int i = 0; i < labels.size(); i++) {
      int count = index.valueCount(labels.name(i));
      if (count > values) {
        widest = labels.name(i);
        values = count;
      }
    }
    return "of its labels, " + widest + " has the most values, " + values;
  }

  private static String target(Labels labels) {
    return labels.has(Labels.JOB) || labels.has(Labels.INSTANCE)
        ? "job " + Names.quote(labels.get(Labels.JOB)) + ", instance " + Names.quote(labels.get(Labels.INSTANCE))
        : "no target";
  }

  /** Which series was refused last and why; null if none was since the question was asked before. */
  @Nullable String takeLastRefusal() {
    String last = lastRefusal;
    lastRefusal = null;
    return last;
  }

  private HeadSeries add(Labels labels, long reference) {
    HeadSeries made = index.add(labels, shared -> new HeadSeries(shared, reference));
    byLabels.put(made.labels(), made);
    metrics.seriesCreated.inc();
    return made;
  }

  /** A series that the log names; nobody finds it before {@link #restore}. Before the head takes samples, always by the same thread. */
  HeadSeries made(long reference, Labels labels) {
    lastReference = Math.max(lastReference, reference);
    HeadSeries made = new HeadSeries(labels, reference);
    made.markLogged();
    return made;
  }

  /**
   * Lets a series be found; gives the one that has its labels already, if there is one. Before the head takes samples, with labels whose
   * strings are shared among series, by one thread at a time.
   */
  HeadSeries restore(HeadSeries made) {
    HeadSeries known = byLabels.putIfAbsent(made.labels(), made);
    if (known != null) {
      return known;
    }
    metrics.seriesCreated.inc();
    chunkBytes.add(HeadSeries.FIRST_CHUNK_BYTES);
    index.addShared(made.labels(), made);
    return made;
  }

  /** The live series behind a handle, whatever became of it; null if a limit keeps it out. */
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

  /** Bytes of the chunks in memory, and of those that series without samples will begin. */
  long chunkBytes() {
    return chunkBytes.sum();
  }

  /** Chunks take so many bytes more than before, or less. */
  void chunksGrew(long bytes) {
    chunkBytes.add(bytes);
  }

  /** Tells what becomes of dropped series. */
  interface DropSink {
    /** Called with the creation lock held. */
    void dropped(HeadSeries series);
  }

  /**
   * Drops those of the candidates that are still empty. The writer lock is held for a few series at a time, and not while the
   * index is made anew: a reader of the old one finds dropped series without samples.
   */
  void drop(List<HeadSeries> candidates, Lock writerLock, DropSink sink) {
    int dropped = 0;
    for (int start = 0; start < candidates.size(); start += DROPPED_PER_LOCK) {
      writerLock.lock();
      try {
        dropped += dropEmpty(candidates.subList(start, Math.min(candidates.size(), start + DROPPED_PER_LOCK)), sink);
      } finally {
        writerLock.unlock();
      }
    }
    metrics.seriesRemoved.inc(dropped);
    if (dropped > 0) {
      rebuildIndex();
    }
  }

  private int dropEmpty(List<HeadSeries> candidates, DropSink sink) {
    int dropped = 0;
    synchronized (creationLock) {
      for (HeadSeries series : candidates) {
        if (series.chunkCount() == 0 && series.outOfOrder().isEmpty()) {
          series.drop();
          chunkBytes.add(-series.chunkBytes());
          byLabels.remove(series.labels(), series);
          sink.dropped(series);
          dropped++;
        }
      }
    }
    return dropped;
  }

  /** Most series are put into the new index while others are still made in the old one; these follow under the lock. */
  private void rebuildIndex() {
    MemoryIndex<HeadSeries> old = index;
    MemoryIndex<HeadSeries> rebuilt = new MemoryIndex<>();
    int count = old.size();
    addLive(old, 0, count, rebuilt);
    synchronized (creationLock) {
      addLive(old, count, old.size(), rebuilt);
      index = rebuilt;
    }
  }

  private static void addLive(MemoryIndex<HeadSeries> from, int first, int end, MemoryIndex<HeadSeries> into) {
    for (int number = first; number < end; number++) {
      HeadSeries series = from.series(number);
      if (!series.isDropped()) {
        into.addShared(series.labels(), series);
      }
    }
  }

  /** What is known about the metric families of series, by metric name. */
  Map<String, List<MetricMetadata>> metadata() {
    Map<String, List<MetricMetadata>> found = new TreeMap<>();
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

  /** All series now, for work that goes through them in pieces. */
  List<HeadSeries> list() {
    return new ArrayList<>(byLabels.values());
  }
}
