package io.meshwatch.model;

/** One series found by a query: its labels and a way to its samples. Valid until the querier is closed. */
public interface Series {
  Labels labels();

  /** A new iterator over the samples in the querier's range. */
  SampleIterator iterator();

  /**
   * Appends all samples with {@code fromMillis <= t <= toMillis} to the buffer. The store overrides this with a decoder that
   * fills the columns chunk by chunk.
   */
  default void read(long fromMillis, long toMillis, SampleBuffer into) {
    SampleIterator samples = iterator();
    SampleIterator.Kind kind = samples.seek(fromMillis);
    while (kind != SampleIterator.Kind.NONE && samples.timestamp() <= toMillis) {
      if (kind == SampleIterator.Kind.FLOAT) {
        into.add(samples.timestamp(), samples.value());
      } else {
        into.add(samples.timestamp(), samples.histogram());
      }
      kind = samples.next();
    }
  }

  /**
   * As {@link #read}, for a reader that only looks at the newest sample: what comes before it may be left out. The store overrides
   * this, so that of most series nothing is decoded.
   */
  default void readNewest(long fromMillis, long toMillis, SampleBuffer into) {
    read(fromMillis, toMillis, into);
  }
}
