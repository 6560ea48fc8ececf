package io.meshwatch.model;

/** Something that holds series. Safe for all threads. */
public interface Queryable {
  /** A view of the samples with {@code fromMillis <= t <= toMillis}, to be closed after use. */
  Querier querier(long fromMillis, long toMillis);
}
