package io.meshwatch.model;

/**
 * Walks the samples of one series in the order of time. Before the first {@link #next} or {@link #seek} there is no current
 * sample. Confined to one thread. Corrupt data throws an unchecked {@code CorruptionException} of the store.
 */
public interface SampleIterator {
  /** What the current position holds. */
  enum Kind {
    /** The end. */
    NONE,
    FLOAT,
    HISTOGRAM
  }

  /** Moves to the next sample. */
  Kind next();

  /** Moves forward to the first sample at or after a time; stays where it is if the current sample already is. */
  Kind seek(long timestampMillis);

  long timestamp();

  /** The value of the current float sample. */
  double value();

  /** The current histogram. */
  Histogram histogram();
}
