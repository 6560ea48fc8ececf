package io.meshwatch.environment;

/** Time. Safe for all threads. */
public interface Clock {
  /** Milliseconds since 1970-01-01T00:00:00Z; may jump when the machine's clock is set. */
  long wallMillis();

  /** Nanoseconds since an arbitrary start; never goes back. For measuring only. */
  long monotonicNanos();

  /** Blocks the calling (virtual) thread. Throws if interrupted, with the interrupt flag set again. */
  void sleep(long millis) throws InterruptedException;
}
