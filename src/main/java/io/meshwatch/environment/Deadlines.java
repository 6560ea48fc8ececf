package io.meshwatch.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.locks.LockSupport;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Ends what takes too long. Nearly everything is done long before its deadline, so a deadline that is met costs no more than a place in a set: the one
 * thread that watches sleeps until the earliest deadline it has seen, whether that is still of interest or not, and only an earlier one wakes it. An
 * executor with delays would be woken whenever something starts while nothing else is under way. Safe for all threads.
 */
final class Deadlines implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Deadlines.class);
  private static final long NEVER = Long.MAX_VALUE;

  private final Clock clock;
  private final Set<Deadline> pending = ConcurrentHashMap.newKeySet();
  private final Thread watch;
  /** When the watching thread looks next; {@link #NEVER} while it looks, so that it looks again if something comes meanwhile. */
  private volatile long nextLookNanos = NEVER;
  private volatile boolean closed;

  Deadlines(Clock clock) {
    this.clock = clock;
    watch = Thread.ofPlatform().name("deadlines").daemon().start(this::watch);
  }

  /** Runs an action, on the watching thread, if the deadline is not closed before a monotonic time. */
  Deadline set(long atNanos, Runnable missed) {
    Deadline deadline = new Deadline(atNanos, missed);
    pending.add(deadline);
    if (atNanos < nextLookNanos) {
      LockSupport.unpark(watch);
    }
    return deadline;
  }

  private void watch() {
    while (!closed) {
      nextLookNanos = NEVER;
      long earliest = look();
      nextLookNanos = earliest;
      if (earliest == NEVER) {
        LockSupport.park(this);
      } else {
        LockSupport.parkNanos(this, Math.max(1, earliest - clock.monotonicNanos()));
      }
    }
  }

  /** Ends what is overdue; returns the earliest deadline of the rest. */
  private long look() {
    long now = clock.monotonicNanos();
    long earliest = NEVER;
    List<Deadline> overdue = new ArrayList<>(0);
    for (Deadline deadline : pending) {
      if (deadline.atNanos > now) {
        earliest = Math.min(earliest, deadline.atNanos);
      } else {
        overdue.add(deadline);
      }
    }
    overdue.forEach(Deadline::miss);
    return earliest;
  }

  @Override
  public void close() {
    closed = true;
    LockSupport.unpark(watch);
  }

  /** Closed by who was in time. */
  final class Deadline implements AutoCloseable {
    private final long atNanos;
    private final Runnable missed;

    private Deadline(long atNanos, Runnable missed) {
      this.atNanos = atNanos;
      this.missed = missed;
    }

    private void miss() {
      if (!pending.remove(this)) {
        return;
      }
      try {
        missed.run();
      } catch (RuntimeException | Error e) {
        // The thread goes on: without it nothing would ever be ended again.
        LOG.error("what was to end at its deadline did not end", e);
      }
    }

    @Override
    public void close() {
      pending.remove(this);
    }
  }
}
