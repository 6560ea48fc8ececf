package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.wal.LogWriter;
import java.io.IOException;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * The logs of the head, and what has to be known to shorten them: which series they name, and how new the samples of each segment
 * are. Writing is guarded by the writer lock; the rest says itself.
 */
final class HeadLog {
  private final ReentrantLock writerLock;
  /** References of dropped series that the log still knows, with the last segment that may name them. */
  private final Map<Long, Integer> droppedReferences = new ConcurrentHashMap<>();
  /** Further references of series: the log names them too if a series was dropped and made again before a restart. */
  private final Map<Long, HeadSeries> aliases = new HashMap<>();
  /** Newest sample in each segment of the log that this process wrote. Guarded by the writer lock. */
  private final Map<Integer, Long> newestInSegment = new HashMap<>();
  private volatile long unknownReferencesUntil = Long.MIN_VALUE;
  private @Nullable LogWriter samples;
  private @Nullable LogWriter lateSamples;

  HeadLog(ReentrantLock writerLock) {
    this.writerLock = writerLock;
  }

  /** From now on batches go to these logs. */
  void start(LogWriter log, LogWriter lateLog) {
    this.samples = log;
    this.lateSamples = lateLog;
  }

  /** The main log; null before {@link #start}. */
  @Nullable LogWriter samples() {
    return samples;
  }

  /** Writes records to the logs, late samples first; if one fails, nothing of the batch counts. */
  void write(List<ByteWriter> records, List<ByteWriter> lateRecords, long newestTime) throws IOException {
    if (!lateRecords.isEmpty() && lateSamples != null) {
      lateSamples.append(lateRecords);
    }
    if (!records.isEmpty() && samples != null) {
      try {
        samples.append(records);
        newestInSegment.merge(samples.segment(), newestTime, Math::max);
      } catch (IOException e) {
        if (!lateRecords.isEmpty() && lateSamples != null) {
          lateSamples.takeBackLastBatch();
        }
        throw e;
      }
    }
  }

  /** Ends the current segment of the main log. */
  void startSegment() throws IOException {
    LogWriter current = samples;
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

  /** Ends the current segment of the log of late samples. To be called with the writer lock held. */
  void startLateSegment() throws IOException {
    if (lateSamples != null) {
      lateSamples.startSegment();
    }
  }

  /** The log names a series with a further reference. Only while the log is read. */
  void alias(long reference, HeadSeries series) {
    aliases.put(reference, series);
  }

  /** A series was dropped while a segment was written; later segments will not name it. */
  void dropped(HeadSeries series, int segment) {
    if (series.isLogged()) {
      droppedReferences.put(series.reference(), segment);
    }
  }

  /** The log may name series that a snapshot does not; what it has of them up to a time stays in checkpoints. */
  void keepUnknownReferencesUntil(long timeMillis) {
    unknownReferencesUntil = timeMillis;
  }

  /** Whether a checkpoint up to a segment must keep the record of a series. */
  boolean needs(long reference, int upToSegment, LiveReferences live, long minValidTime) {
    if (live.contains(reference) || minValidTime <= unknownReferencesUntil) {
      return true;
    }
    Integer lastSegment = droppedReferences.get(reference);
    return lastSegment != null && lastSegment > upToSegment;
  }

  /** Forgets dropped series that only segments up to this one name. */
  void wasTruncated(int upToSegment) {
    droppedReferences.values().removeIf(segment -> segment <= upToSegment);
    writerLock.lock();
    try {
      newestInSegment.keySet().removeIf(segment -> segment <= upToSegment);
    } finally {
      writerLock.unlock();
    }
  }

  /** Whether this process wrote samples to a segment. */
  boolean isSegmentKnown(int segment) {
    writerLock.lock();
    try {
      return newestInSegment.containsKey(segment);
    } finally {
      writerLock.unlock();
    }
  }

  /** Whether all samples of a segment are surely older than a time. */
  boolean isSegmentOlderThan(int segment, long time) {
    writerLock.lock();
    try {
      return newestInSegment.getOrDefault(segment, Long.MAX_VALUE) < time;
    } finally {
      writerLock.unlock();
    }
  }

  /** The references of all these series. */
  LiveReferences liveReferences(Collection<HeadSeries> series) {
    return new LiveReferences(series, aliases);
  }
}
