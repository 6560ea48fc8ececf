package io.meshwatch.tsdb.wal;

import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads, checks and decompresses a segment while its earlier records are being replayed. {@link #work} belongs to one thread,
 * everything else to the one that replays. Memory is bounded: who is ahead waits for an empty batch. One segment at a time.
 */
public final class ReadAhead {
  private static final int BATCH_BYTES = 256 * 1024;
  private static final int BATCHES = 4;

  /** What the working thread is asked for. */
  private sealed interface Job {
    record Read(SegmentReader reader) implements Job {}

    record End() implements Job {}
  }

  private final HandOver<Job> jobs = new HandOver<>(1);
  private final HandOver<Batch> empty = new HandOver<>(BATCHES);
  private final HandOver<Batch> full = new HandOver<>(BATCHES);
  /** Whether nobody wants the rest of the segment. */
  private volatile boolean isAbandoned;

  public ReadAhead() {
    for (int i = 0; i < BATCHES; i++) {
      empty.put(new Batch());
    }
  }

  /** Records in a row, and what came after them: more, damage, the end or a failure. */
  private static final class Batch {
    ByteWriter bytes = new ByteWriter(BATCH_BYTES);
    /** Of each record: where it ends in {@link #bytes}, where it starts and ends in the segment. */
    int[] ends = new int[64];
    long[] starts = new long[ends.length];
    long[] segmentEnds = new long[ends.length];
    int count;
    boolean isLast;
    @Nullable CorruptionException damage;
    @Nullable IOException failure;

    /** What a single large record took is given back. */
    void clear() {
      if (bytes.bytes().length > 2 * BATCH_BYTES) {
        bytes = new ByteWriter(BATCH_BYTES);
      }
      bytes.clear();
      count = 0;
      isLast = false;
      damage = null;
      failure = null;
    }

    void add(SegmentReader reader) {
      if (count == ends.length) {
        ends = Arrays.copyOf(ends, 2 * count);
        starts = Arrays.copyOf(starts, 2 * count);
        segmentEnds = Arrays.copyOf(segmentEnds, 2 * count);
      }
      bytes.put(reader.record());
      ends[count] = bytes.size();
      starts[count] = reader.recordStart();
      segmentEnds[count] = reader.recordEnd();
      count++;
    }

    ByteReader record(int index) {
      int from = index == 0 ? 0 : ends[index - 1];
      return new ByteReader(bytes.bytes(), from, ends[index] - from);
    }
  }

  /** Reads segments as they are asked for, until {@link #end}. */
  public void work() {
    while (jobs.take() instanceof Job.Read read) {
      readAll(read.reader);
    }
  }

  /** Lets the working thread go; to be called in any case, when no segment is open. */
  public void end() {
    jobs.put(new Job.End());
  }

  private void readAll(SegmentReader reader) {
    boolean isLast = false;
    while (!isLast) {
      Batch batch = empty.take();
      batch.clear();
      fill(batch, reader);
      isLast = batch.isLast;
      full.put(batch);
    }
  }

  private void fill(Batch batch, SegmentReader reader) {
    try {
      while (batch.bytes.size() < BATCH_BYTES) {
        if (isAbandoned || !reader.next()) {
          batch.damage = reader.damage();
          batch.isLast = isAbandoned || batch.damage == null;
          reader.skipDamage();
          return;
        }
        batch.add(reader);
      }
    } catch (IOException e) {
      batch.failure = e;
      batch.isLast = true;
    } catch (RuntimeException e) {
      batch.failure = new IOException("the log could not be read ahead", e);
      batch.isLast = true;
    }
  }

  /** The records of a segment, which the reader has not begun with. Closing it closes the reader. */
  public RecordSource of(SegmentReader reader) {
    isAbandoned = false;
    jobs.put(new Job.Read(reader));
    return new Source(reader);
  }

  private final class Source implements RecordSource {
    private final SegmentReader reader;
    private Batch batch;
    private int at = -1;
    private long recordEnd;
    private @Nullable CorruptionException damage;

    Source(SegmentReader reader) {
      this.reader = reader;
      this.recordEnd = reader.startOffset();
      this.batch = full.take();
    }

    @Override
    public boolean next() throws IOException {
      while (damage == null) {
        if (++at < batch.count) {
          recordEnd = batch.segmentEnds[at];
          return true;
        }
        if (batch.failure != null) {
          throw batch.failure;
        }
        damage = batch.damage;
        if (batch.isLast) {
          return false;
        }
        nextBatch();
      }
      return false;
    }

    private void nextBatch() {
      empty.put(batch);
      batch = full.take();
      at = -1;
    }

    @Override
    public @Nullable CorruptionException damage() {
      return damage;
    }

    @Override
    public void skipDamage() {
      damage = null;
    }

    @Override
    public ByteReader record() {
      return batch.record(at);
    }

    @Override
    public long recordStart() {
      return batch.starts[at];
    }

    @Override
    public long recordEnd() {
      return recordEnd;
    }

    @Override
    public void close() throws IOException {
      isAbandoned = true;
      while (!batch.isLast) {
        nextBatch();
      }
      empty.put(batch);
      reader.close();
    }
  }
}
