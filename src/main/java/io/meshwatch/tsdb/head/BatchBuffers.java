package io.meshwatch.tsdb.head;

import io.meshwatch.tsdb.chunk.ByteWriter;
import java.util.concurrent.ArrayBlockingQueue;

/** Memory of batches that ended, for the next ones. */
final class BatchBuffers {
  private static final int IDLE_COLUMNS_MAX = 8;
  /** A larger record buffer is not kept for the next batch. */
  private static final int KEPT_RECORD_BYTES_MAX = 1 << 20;

  private final ArrayBlockingQueue<SampleColumns> idleColumns = new ArrayBlockingQueue<>(IDLE_COLUMNS_MAX);
  /** Where the records of a batch are written: series, samples, late samples. Guarded by the writer lock. */
  private final ByteWriter[] records = {new ByteWriter(256), new ByteWriter(4096), new ByteWriter(256)};

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
  ByteWriter record(int number) {
    if (records[number].bytes().length > KEPT_RECORD_BYTES_MAX) {
      records[number] = new ByteWriter(4096);
    }
    records[number].clear();
    return records[number];
  }
}
