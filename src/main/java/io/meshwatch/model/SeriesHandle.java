package io.meshwatch.model;

/**
 * A short name for a series within one store, so that labels are looked up once and not with every sample. A handle never
 * expires: if the store dropped the series, appending to it makes it again.
 */
public interface SeriesHandle {
  Labels labels();

  /** Why the store keeps this series out, naming target, metric and label; empty if it does not. */
  default String refusal() {
    return "";
  }

  /** Whether the store still has this very series; if not, a cache of handles had better forget it, though it may be used. */
  default boolean isCurrent() {
    return true;
  }
}
