package io.meshwatch.model;

/**
 * A short name for a series within one store, so that labels are looked up once and not with every sample. A handle never
 * expires: if the store dropped the series, appending to it makes it again.
 */
public interface SeriesHandle {
  Labels labels();
}
