package io.meshwatch.model;

/** What became of one sample. Everything but {@link #APPENDED} means that the sample is not stored; the batch goes on. */
public enum AppendOutcome {
  APPENDED,
  /** The series already has this very sample; harmless. */
  DUPLICATE_SAME_VALUE,
  /** The series has another value at this time. */
  DUPLICATE_TIMESTAMP,
  /** Older than the series' newest sample, and out-of-order samples are not accepted. */
  OUT_OF_ORDER,
  /** Older than the out-of-order window. */
  TOO_OLD,
  /** Outside of what the head holds: before its start, or too far in the future. */
  OUT_OF_BOUNDS,
  /** The series is new and a limit of the store keeps it out; {@link SeriesHandle#refusal} says which. */
  SERIES_LIMIT
}
