package io.meshwatch.environment;

/** What a timer does. An unchecked exception is logged and counted, and the timer goes on. */
@FunctionalInterface
public interface Tick {
  /**
   * Runs once.
   *
   * @param dueMillis the wall time at which this tick was due; use this, not the clock, wherever a result depends on time
   */
  void run(long dueMillis) throws InterruptedException;
}
