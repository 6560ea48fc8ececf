package io.meshwatch.model;

import org.jspecify.annotations.Nullable;

/**
 * Writes one batch: collect, then {@link #commit}. All samples of a batch become visible at once or, after {@link #rollback} or
 * a failed commit, none. Confined to one thread, which must end it with commit or rollback.
 */
public interface Appender {
  /** The handle of a series, made if it is new. */
  SeriesHandle series(Labels labels);

  /** Adds a float sample. */
  AppendOutcome append(SeriesHandle series, long timestampMillis, double value);

  /** Adds a native histogram sample. */
  AppendOutcome append(SeriesHandle series, long timestampMillis, Histogram histogram);

  /**
   * Adds a zero at the time at which a counter began, so that its increase up to the next sample is seen. It is left out, silently, if the
   * series has something that new already. Stores that do not show the time before a first sample may ignore it.
   *
   * @param like a histogram whose layout the zero has, or null for a float
   */
  default void appendStart(SeriesHandle series, long startMillis, @Nullable Histogram like) {}

  /** Adds an exemplar; one that is older than the newest of its series is dropped silently. */
  void exemplar(SeriesHandle series, Exemplar exemplar);

  /** Says what a metric family of this series is. */
  void metadata(SeriesHandle series, MetricMetadata metadata);

  /**
   * Writes the batch to the log and makes it visible. Returns only when the log has it, by the store's stated fsync policy.
   *
   * @throws StoreUnavailableException if the store cannot take samples now, for example because the disk is full; nothing of
   *     the batch is stored then
   */
  void commit();

  /** Throws the batch away. */
  void rollback();
}
