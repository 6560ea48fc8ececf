package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.Clock;
import java.util.concurrent.atomic.AtomicInteger;

/**
 * Lets so many requests out at once, over all runs. Only requests are counted, not runs: a run that waits for a replication for half
 * an hour keeps nobody else out. Waiting is by the clock, so that it also works in simulated time. Safe for all threads.
 */
public final class ExchangeGate {
  private static final long LOOK_AGAIN_MILLIS = 10;

  private final int openAtOnceMax;
  private final Clock clock;
  private final AtomicInteger open = new AtomicInteger();

  public ExchangeGate(int openAtOnceMax, Clock clock) {
    this.openAtOnceMax = openAtOnceMax;
    this.clock = clock;
  }

  /** Waits for a place; returns the nanoseconds that took. */
  long enter() throws InterruptedException {
    long start = clock.monotonicNanos();
    while (!tryEnter()) {
      clock.sleep(LOOK_AGAIN_MILLIS);
    }
    return clock.monotonicNanos() - start;
  }

  private boolean tryEnter() {
    if (open.incrementAndGet() <= openAtOnceMax) {
      return true;
    }
    open.decrementAndGet();
    return false;
  }

  void leave() {
    open.decrementAndGet();
  }

  /** Requests that are out now. */
  public int open() {
    return Math.min(open.get(), openAtOnceMax);
  }
}
