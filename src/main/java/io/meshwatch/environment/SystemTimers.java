package io.meshwatch.environment;

import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import java.util.concurrent.ScheduledFuture;
import java.util.concurrent.ScheduledThreadPoolExecutor;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Timers on the machine's clock: one platform thread watches the due times and starts a virtual thread for every tick. Due times
 * are recomputed from the wall clock after each tick, so a clock that is set does no lasting harm.
 */
final class SystemTimers implements Timers, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(SystemTimers.class);

  private final Clock clock;
  private final ScheduledThreadPoolExecutor watch;
  private final CounterDataPoint missed;
  private final CounterDataPoint failed;

  SystemTimers(Clock clock, Telemetry telemetry) {
    this.clock = clock;
    watch = new ScheduledThreadPoolExecutor(1, Thread.ofPlatform().name("timers").daemon().factory());
    watch.setRemoveOnCancelPolicy(true);
    missed = telemetry
        .counter("meshwatch_timer_ticks_missed", "Ticks left out because the one before was still running.")
        .labelValues();
    failed = telemetry.counter("meshwatch_timer_ticks_failed", "Ticks that ended with an unexpected error.").labelValues();
  }

  @Override
  public Timer every(String name, long periodMillis, long phaseMillis, Tick tick) {
    if (periodMillis <= 0) {
      throw new IllegalArgumentException("period of timer " + name + " must be positive, got " + periodMillis + " ms");
    }
    SystemTimer timer = new SystemTimer(name, tick, periodMillis, Math.floorMod(phaseMillis, periodMillis));
    timer.plan(timer.nextDue(clock.wallMillis()));
    return timer;
  }

  @Override
  public Timer once(String name, long dueMillis, Tick tick) {
    SystemTimer timer = new SystemTimer(name, tick, 0, 0);
    timer.plan(dueMillis);
    return timer;
  }

  @Override
  public void close() {
    watch.shutdownNow();
  }

  /** Guarded by itself. */
  private final class SystemTimer implements Timer {
    private final String name;
    private final Tick tick;
    private final long periodMillis;
    private final long phaseMillis;
    private @Nullable ScheduledFuture<?> planned;
    private @Nullable Thread running;
    private boolean cancelled;

    SystemTimer(String name, Tick tick, long periodMillis, long phaseMillis) {
      this.name = name;
      this.tick = tick;
      this.periodMillis = periodMillis;
      this.phaseMillis = phaseMillis;
    }

    private long nextDue(long afterMillis) {
      return (Math.floorDiv(afterMillis - phaseMillis, periodMillis) + 1) * periodMillis + phaseMillis;
    }

    private synchronized void plan(long dueMillis) {
      if (!cancelled && !watch.isShutdown()) {
        planned = watch.schedule(
            () -> fire(dueMillis), Math.max(0, dueMillis - clock.wallMillis()), TimeUnit.MILLISECONDS);
      }
    }

    private synchronized void fire(long dueMillis) {
      if (cancelled) {
        return;
      }
      if (running != null) {
        missed.inc();
      } else {
        Thread thread = Thread.ofVirtual().name(name).unstarted(() -> runTick(dueMillis));
        running = thread;
        thread.start();
      }
      if (periodMillis > 0) {
        plan(nextDue(latest(dueMillis)));
      }
    }

    /** The due time, or now if that is later, or if the due time is so far ahead that the clock must have been set back. */
    private long latest(long dueMillis) {
      long now = clock.wallMillis();
      return now < dueMillis - periodMillis ? now : Math.max(dueMillis, now);
    }

    private void runTick(long dueMillis) {
      try {
        tick.run(dueMillis);
      } catch (InterruptedException e) {
        LOG.debug("{} was interrupted", name);
      } catch (RuntimeException | Error e) {
        failed.inc();
        LOG.error("{} failed; it runs again when it is next due", name, e);
      } finally {
        synchronized (this) {
          running = null;
          notifyAll();
        }
      }
    }

    @Override
    public synchronized void cancel(boolean interruptRunning) {
      cancelled = true;
      if (planned != null) {
        planned.cancel(false);
      }
      if (interruptRunning && running != null) {
        running.interrupt();
      }
    }

    @Override
    public synchronized boolean awaitIdle(long timeoutMillis) throws InterruptedException {
      long deadline = clock.monotonicNanos() + timeoutMillis * 1_000_000;
      while (running != null && !running.equals(Thread.currentThread())) {
        long leftMillis = (deadline - clock.monotonicNanos()) / 1_000_000;
        if (leftMillis <= 0) {
          return false;
        }
        wait(leftMillis);
      }
      return true;
    }
  }
}
