package io.meshwatch.environment;

import org.jspecify.annotations.Nullable;

/**
 * A tick that runs when it was asked for: once at the earliest of the times that were asked for since it last began, and never
 * overlapping itself. Safe for all threads.
 */
public final class Alarm {
  private static final long NEVER = Long.MAX_VALUE;

  private final String name;
  private final Timers timers;
  private final Tick tick;
  // Guarded by this.
  private long dueMillis = NEVER;
  /** The one that is planned or runs, or ran last. */
  private Timers.@Nullable Timer timer;
  private boolean running;
  private boolean closed;

  public Alarm(String name, Timers timers, Tick tick) {
    this.name = name;
    this.timers = timers;
    this.tick = tick;
  }

  /** Asks for a run at this wall time, at once if it has passed; {@code Long.MAX_VALUE} asks for nothing. */
  public synchronized void ask(long atMillis) {
    if (!closed && atMillis < dueMillis) {
      dueMillis = atMillis;
      plan();
    }
  }

  /** While the tick runs, what is asked for waits until it has ended. */
  private void plan() {
    if (!running && !closed && dueMillis != NEVER) {
      if (timer != null) {
        timer.cancel(false);
      }
      timer = timers.once(name, dueMillis, this::run);
    }
  }

  private void run(long plannedMillis) throws InterruptedException {
    synchronized (this) {
      if (running || closed) {
        return;
      }
      running = true;
      dueMillis = NEVER;
    }
    try {
      tick.run(plannedMillis);
    } finally {
      synchronized (this) {
        running = false;
        plan();
      }
    }
  }

  /** Runs no more, and interrupts a run if asked to. Returns at once. */
  public synchronized void cancel(boolean interruptRunning) {
    closed = true;
    if (timer != null) {
      timer.cancel(interruptRunning);
    }
  }

  /** Waits until no run is under way, at most so long; false if one still is. */
  public boolean awaitIdle(long timeoutMillis) throws InterruptedException {
    Timers.Timer last;
    synchronized (this) {
      last = timer;
    }
    return last == null || last.awaitIdle(timeoutMillis);
  }
}
