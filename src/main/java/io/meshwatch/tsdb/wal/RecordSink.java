package io.meshwatch.tsdb.wal;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;

/** Takes what the records of a log say, in their order. */
public interface RecordSink {
  void series(long reference, Labels labels);

  void sample(long reference, long timeMillis, double value);

  void histogram(long reference, long timeMillis, Histogram histogram);

  /** Samples with {@code fromMillis <= t <= toMillis} of this series were deleted. */
  void tombstone(long reference, long fromMillis, long toMillis);

  void exemplar(long reference, Exemplar exemplar);

  void metadata(long reference, MetricMetadata metadata);

  /** All out-of-order samples of this series up to here are in this head chunk. */
  void headChunk(long reference, long chunkReference);
}
