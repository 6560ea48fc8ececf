package io.meshwatch.environment;

/** Simulated time whose wall clock can be set back while timers wait on, as the machine's do. */
public final class SetBackTime implements Clock, Timers {
  private final SimulatedTime time;
  private long backMillis;

  public SetBackTime(SimulatedTime time) {
    this.time = time;
  }

  /** Sets the wall clock back; give a multiple of all periods, so that periodic timers keep their phase. */
  public void setBack(long millis) {
    backMillis += millis;
  }

  @Override
  public long wallMillis() {
    return time.wallMillis() - backMillis;
  }

  @Override
  public long monotonicNanos() {
    return time.monotonicNanos();
  }

  @Override
  public void sleep(long millis) throws InterruptedException {
    time.sleep(millis);
  }

  @Override
  public Timer every(String name, long periodMillis, long phaseMillis, Tick tick) {
    return time.every(name, periodMillis, phaseMillis, due -> tick.run(due - backMillis));
  }

  @Override
  public Timer once(String name, long dueMillis, Tick tick) {
    return time.once(name, dueMillis + backMillis, due -> tick.run(dueMillis));
  }
}
