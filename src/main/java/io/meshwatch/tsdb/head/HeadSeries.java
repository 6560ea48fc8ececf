package io.meshwatch.tsdb.head;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.FloatHistogramEncoder;
import io.meshwatch.tsdb.chunk.HistogramAppender;
import io.meshwatch.tsdb.chunk.HistogramEncoder;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One series in the head.
 *
 * <p>Its samples lie, from old to new, in chunks of head chunk files (a reference and a start time each), in sealed chunks that
 * wait to be written there, and in the open chunk. Chunks end at multiples of the chunk range, so that blocks can be cut
 * between them, and otherwise near 120 samples.
 *
 * <p>Guarded by the head's writer lock, for writing. Readers take no lock: {@link #version} is odd while fields change, and a
 * reader that sees it change copies the fields again. Bytes of chunks never change once a sample count covers them. A reader
 * only sees batches that were complete when its querier was opened: the newest batch of each series is told by its number, and
 * samples that came with it are hidden by their time. (If two batches reach a series between opening the querier and selecting
 * the series, the older of the two is seen already.)
 */
final class HeadSeries implements SeriesHandle {
  /** Samples that a chunk should have; it is cut into equal parts near this number. */
  static final int CHUNK_SAMPLES = 120;
  /** What a chunk begins with, whatever the one before took: all series may begin one at the same time. */
  private static final int FIRST_CAPACITY_BYTES = 64;
  /** What the first chunk of a new series takes. */
  static final int FIRST_CHUNK_BYTES = new XorEncoder(FIRST_CAPACITY_BYTES).bytes().length;
  private static final VarHandle VERSION = versionHandle();
  private static final SealedChunk[] NO_CHUNKS = {};
  private static final long[] NO_FILES = {};

  private final Labels labels;
  private final long reference;
  @SuppressWarnings("UnusedVariable") // Written through VERSION.
  private int version;
  private @Nullable OpenChunk open;
  private SealedChunk[] sealed = NO_CHUNKS;
  /** Chunks in head chunk files: reference and minimum time in turn. */
  private long[] mapped = NO_FILES;
  /** End of the newest chunk in a head chunk file. */
  private long mappedMaxTime = Long.MIN_VALUE;
  private volatile OutOfOrder outOfOrder = OutOfOrder.NONE;
  /** The open chunk ends before this time. */
  private long cutTime;
  private long lastTime = Long.MIN_VALUE;
  /** Number of the newest batch with samples of this series, and the newest sample before it. */
  private long lastBatch;
  private long timeBeforeBatch = Long.MIN_VALUE;
  private boolean logged;
  private volatile boolean dropped;
  /** The series that took this one's place after it was dropped. */
  private @Nullable HeadSeries successor;
  private @Nullable MetricMetadata metadata;

  HeadSeries(Labels labels, long reference) {
    this.labels = labels;
    this.reference = reference;
  }

  @Override
  public Labels labels() {
    return labels;
  }

  @Override
  public boolean isCurrent() {
    return !dropped;
  }

  long reference() {
    return reference;
  }

  /** Time of the newest sample in order; {@link Long#MIN_VALUE} if there is none. A racing reader may get an older one. */
  long lastTime() {
    return lastTime;
  }

  /** Whether a float sample equals the newest one. */
  boolean lastIs(double value) {
    return open instanceof XorEncoder floats
        && Double.doubleToRawLongBits(floats.lastValue()) == Double.doubleToRawLongBits(value);
  }

  /** Whether a histogram sample equals the newest one. */
  boolean lastIs(Histogram value) {
    return switch (open) {
      case HistogramEncoder integers -> integers.last().equals(value);
      case FloatHistogramEncoder floats -> floats.last().equals(value);
      case XorEncoder floats -> false;
      case null -> false;
    };
  }

  boolean holdsHistograms() {
    OpenChunk chunk = open;
    return chunk != null && !(chunk instanceof XorEncoder);
  }

  boolean isLogged() {
    return logged;
  }

  void markLogged() {
    logged = true;
  }

  /** The batch with the series' record could not be written. */
  void wasNotLogged() {
    logged = false;
  }

  boolean isDropped() {
    return dropped;
  }

  void drop() {
    dropped = true;
  }

  @Nullable HeadSeries successor() {
    return successor;
  }

  void setSuccessor(HeadSeries next) {
    successor = next;
  }

  @Nullable MetricMetadata metadata() {
    return metadata;
  }

  void setMetadata(MetricMetadata newMetadata) {
    metadata = newMetadata;
  }

  /** Whether there is exactly one full chunk in memory. */
  boolean hasFirstFullChunk() {
    return sealed.length == 1;
  }

  /** Adds a float sample that is newer than the last. Returns whether a chunk was sealed. */
  boolean append(long time, double value, long batch, long chunkRange) {
    beginWrite(batch);
    try {
      boolean cut = isFull(time) || !(open instanceof XorEncoder);
      if (cut) {
        seal();
        start(new XorEncoder(FIRST_CAPACITY_BYTES), time, chunkRange);
      }
      if (open instanceof XorEncoder floats) {
        floats.append(time, value);
        wasAppended(time, floats);
      }
      return cut;
    } finally {
      changeVersion();
    }
  }

  /** Adds a histogram sample that is newer than the last. Returns whether a chunk was sealed. */
  boolean append(long time, Histogram value, long batch, long chunkRange) {
    beginWrite(batch);
    try {
      OpenChunk before = open;
      OpenChunk now =
          isFull(time)
              ? HistogramAppender.start(time, value, HistogramAppender.hintAfter(before, value))
              : HistogramAppender.append(before, time, value);
      boolean cut = now.count() == 1;
      if (cut) {
        seal();
        start(now, time, chunkRange);
      }
      wasAppended(time, now);
      return cut;
    } finally {
      changeVersion();
    }
  }

  private void start(OpenChunk chunk, long time, long chunkRange) {
    open = chunk;
    cutTime = rangeEnd(time, chunkRange);
  }

  private static VarHandle versionHandle() {
    try {
      return MethodHandles.lookup().findVarHandle(HeadSeries.class, "version", int.class);
    } catch (ReflectiveOperationException e) {
      throw new ExceptionInInitializerError(e);
    }
  }

  /**
   * Odd while fields change. Only the holder of the writer lock comes here, so reading and writing apart is safe. What was written
   * before is seen by whoever sees the new version; the fence keeps what is written next behind it. A full fence, as a volatile
   * write has, would cost more than the sample.
   */
  private void changeVersion() {
    VERSION.setRelease(this, version + 1);
    VarHandle.storeStoreFence();
  }

  private void beginWrite(long batch) {
    changeVersion();
    if (batch != lastBatch) {
      lastBatch = batch;
      timeBeforeBatch = lastTime;
    }
  }

  private void wasAppended(long time, OpenChunk chunk) {
    lastTime = time;
    if (chunk.count() == CHUNK_SAMPLES / 4) {
      cutTime = evenCut(chunk.minTime(), time, cutTime);
    }
  }

  private boolean isFull(long time) {
    OpenChunk chunk = open;
    return chunk != null && (time >= cutTime || chunk.count() >= 2 * CHUNK_SAMPLES);
  }

  private void seal() {
    OpenChunk chunk = open;
    if (chunk != null) {
      sealed = Arrays.copyOf(sealed, sealed.length + 1);
      sealed[sealed.length - 1] = SealedChunk.inPlace(chunk);
      open = null;
    }
  }

  /** The end of the range of time, a multiple of its length, that a time lies in. */
  static long rangeEnd(long time, long range) {
    return (Math.floorDiv(time, range) + 1) * range;
  }

  /** Where to cut so that the rest of the range is filled with chunks of equal length, given the pace of the first quarter. */
  private static long evenCut(long start, long now, long end) {
    long chunks = (end - start) / ((now - start + 1) * 4);
    return chunks <= 1 ? end : start + (end - start) / chunks;
  }

  /** Adds a sample that is older than the newest; false if there is one of that time among the newest late samples. */
  boolean addOutOfOrder(long time, double value) {
    return addOutOfOrder(time, value, null);
  }

  /** Adds a histogram that is older than the newest; false if there is a sample of that time among the newest late ones. */
  boolean addOutOfOrder(long time, Histogram histogram) {
    return addOutOfOrder(time, 0, histogram);
  }

  private boolean addOutOfOrder(long time, double value, @Nullable Histogram histogram) {
    OutOfOrder before = outOfOrder;
    if (before.has(time)) {
      return false;
    }
    outOfOrder = before.with(time, value, histogram);
    return true;
  }

  /** Adds a chunk of late samples that an earlier process wrote to a file. */
  void addOutOfOrder(Chunk chunk) {
    outOfOrder = outOfOrder.with(chunk);
  }

  OutOfOrder outOfOrder() {
    return outOfOrder;
  }

  /** Forgets late samples, which are in a block now. */
  void forgetOutOfOrder() {
    outOfOrder = OutOfOrder.NONE;
  }

  /** Adds a chunk that an earlier process wrote to a head chunk file; chunks come in order. */
  void addMapped(long chunkReference, long minTime, long maxTime) {
    mapped = Arrays.copyOf(mapped, mapped.length + 2);
    mapped[mapped.length - 2] = chunkReference;
    mapped[mapped.length - 1] = minTime;
    mappedMaxTime = maxTime;
    lastTime = Math.max(lastTime, maxTime);
  }

  long mappedMaxTime() {
    return mappedMaxTime;
  }

  /** The chunk that samples are appended to; guarded by the writer lock. */
  @Nullable OpenChunk openChunk() {
    return open;
  }

  SealedChunk[] sealedChunks() {
    return sealed;
  }

  /** The oldest sealed chunks, one for each reference, now lie in head chunk files. */
  void sealedWereWritten(long[] references) {
    changeVersion();
    int written = references.length;
    int at = mapped.length;
    long[] grown = Arrays.copyOf(mapped, at + 2 * written);
    for (int i = 0; i < written; i++) {
      grown[at++] = references[i];
      grown[at++] = sealed[i].minTime();
      mappedMaxTime = sealed[i].maxTime();
    }
    mapped = grown;
    sealed = written == sealed.length ? NO_CHUNKS : Arrays.copyOfRange(sealed, written, sealed.length);
    changeVersion();
  }

  /** Forgets chunks that end before a time. Returns whether anything is left. */
  boolean truncateBefore(long time) {
    changeVersion();
    int keepFrom = 0;
    while (keepFrom < mapped.length && mappedEnd(keepFrom) < time) {
      keepFrom += 2;
    }
    if (keepFrom > 0) {
      mapped = keepFrom == mapped.length ? NO_FILES : Arrays.copyOfRange(mapped, keepFrom, mapped.length);
    }
    int sealedFrom = 0;
    while (sealedFrom < sealed.length && sealed[sealedFrom].maxTime() < time) {
      sealedFrom++;
    }
    if (sealedFrom > 0) {
      sealed = sealedFrom == sealed.length ? NO_CHUNKS : Arrays.copyOfRange(sealed, sealedFrom, sealed.length);
    }
    OpenChunk chunk = open;
    if (chunk != null && chunk.maxTime() < time) {
      open = null;
    }
    changeVersion();
    return mapped.length > 0 || sealed.length > 0 || open != null || !outOfOrder.isEmpty();
  }

  /** A bound for the last sample of a mapped chunk: just before the next chunk. */
  private long mappedEnd(int at) {
    return at + 2 < mapped.length ? mapped[at + 3] - 1 : mappedMaxTime;
  }

  /** Time of the oldest sample in order that is still here; {@link Long#MAX_VALUE} if there is none. */
  long minTime() {
    if (mapped.length > 0) {
      return mapped[1];
    }
    if (sealed.length > 0) {
      return sealed[0].minTime();
    }
    OpenChunk chunk = open;
    return chunk != null ? chunk.minTime() : Long.MAX_VALUE;
  }

  /** Number of the first head chunk file that this series still needs; {@link Long#MAX_VALUE} if it needs none. */
  long firstFile() {
    return mapped.length > 0 ? mapped[0] >>> 32 : Long.MAX_VALUE;
  }

  /** Bytes of the chunks in memory; before the first sample, of the chunk that it will begin. Guarded by the writer lock. */
  long chunkBytes() {
    OpenChunk chunk = open;
    long bytes = chunk != null ? chunk.bytes().length : lastTime == Long.MIN_VALUE ? FIRST_CHUNK_BYTES : 0;
    for (SealedChunk full : sealed) {
      bytes += full.data().length;
    }
    return bytes;
  }

  int chunkCount() {
    return mapped.length / 2 + sealed.length + (open == null ? 0 : 1);
  }

  /**
   * Adds the chunks that reach into a range of time, in no order, and returns up to which time samples are
   * visible to a reader who may see batches up to a number.
   */
  long collect(HeadChunkFiles files, long fromMillis, long toMillis, long visibleBatch, List<Chunk> into) {
    outOfOrder.addTo(into, fromMillis, toMillis);
    return collectInOrder(files, fromMillis, toMillis, visibleBatch, into);
  }

  /** As {@link #collect}, without late samples. */
  long collectInOrder(HeadChunkFiles files, long fromMillis, long toMillis, long visibleBatch, List<Chunk> into) {
    int sizeBefore = into.size();
    while (true) {
      int before = (int) VERSION.getAcquire(this);
      if ((before & 1) == 0) {
        long visibleTo = copy(files, fromMillis, toMillis, visibleBatch, into);
        VarHandle.acquireFence();
        if ((int) VERSION.getOpaque(this) == before) {
          return visibleTo;
        }
        into.subList(sizeBefore, into.size()).clear();
      }
      Thread.onSpinWait();
    }
  }

  private long copy(HeadChunkFiles files, long fromMillis, long toMillis, long visibleBatch, List<Chunk> into) {
    long[] inFiles = mapped;
    for (int i = 0; i < inFiles.length; i += 2) {
      long end = i + 2 < inFiles.length ? inFiles[i + 3] - 1 : mappedMaxTime;
      if (inFiles[i + 1] <= toMillis && end >= fromMillis) {
        into.add(new MappedChunk(files, inFiles[i], inFiles[i + 1], end));
      }
    }
    for (SealedChunk chunk : sealed) {
      if (chunk.minTime() <= toMillis && chunk.maxTime() >= fromMillis) {
        into.add(chunk);
      }
    }
    OpenChunk chunk = open;
    if (chunk != null && chunk.minTime() <= toMillis && chunk.maxTime() >= fromMillis) {
      into.add(OpenChunkView.of(chunk));
    }
    return lastBatch > visibleBatch ? timeBeforeBatch : Long.MAX_VALUE;
  }
}
