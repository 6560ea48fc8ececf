package io.meshwatch.environment;

/**
 * Starts ticks when they are due. Every timer has its own virtual thread while a tick runs, so ticks may block; a timer never
 * overlaps itself. Safe for all threads.
 */
public interface Timers {
  /** Runs a tick at {@code phaseMillis}, {@code phaseMillis + periodMillis}… of wall time since the epoch, start to start. A due
   * time that passed while the tick before was still running is skipped and counted. */
  Timer every(String name, long periodMillis, long phaseMillis, Tick tick);

  /** Runs a tick once, at a wall time; at once if that has passed. */
  Timer once(String name, long dueMillis, Tick tick);

  /** A planned tick. */
  interface Timer {
    /** Plans no more ticks; interrupts a running one if asked to. Returns at once. */
    void cancel(boolean interruptRunning);

    /** Waits until no tick of this timer runs, at most so long; false if one still does. */
    boolean awaitIdle(long timeoutMillis) throws InterruptedException;
  }
}
