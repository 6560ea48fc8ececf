package io.meshwatch.environment;

import java.util.Comparator;
import java.util.PriorityQueue;
import java.util.concurrent.Semaphore;
import org.jspecify.annotations.Nullable;

/**
 * A clock with timers that only moves in {@link #advance}. Ticks run on threads of their own so that they may sleep, but one at a
 * time and in a fixed order: whoever runs holds the baton, and sleeping or ending hands it back. Two events at the same time run
 * in the order in which they were planned.
 */
public final class SimulatedTime implements Clock, Timers {
  private record Event(long dueMillis, long number, Runnable action) {}

  private final PriorityQueue<Event> events =
      new PriorityQueue<>(Comparator.comparingLong(Event::dueMillis).thenComparingLong(Event::number));
  private final Semaphore baton = new Semaphore(0);
  private long nowMillis;
  private long eventNumber;
  private @Nullable Fiber running;
  private @Nullable Throwable failure;

  SimulatedTime(long startMillis) {
    nowMillis = startMillis;
  }

  @Override
  public long wallMillis() {
    return nowMillis;
  }

  @Override
  public long monotonicNanos() {
    return nowMillis * 1_000_000;
  }

  /** Moves time forward and runs everything that becomes due, in order. An unexpected exception of a tick is thrown here. */
  public void advance(long millis) {
    if (running != null) {
      throw new IllegalStateException("only the test moves time; ticks sleep");
    }
    long untilMillis = nowMillis + millis;
    // Virtual like the ticks: to hand the baton from one virtual thread to another costs a hundredth of what the caller's thread would.
    Thread conductor = Thread.ofVirtual().name("simulated-time").start(() -> conductTo(untilMillis));
    joinUninterruptibly(conductor);
    throwFailure();
  }

  private void conductTo(long untilMillis) {
    try {
      Event next = events.peek();
      while (next != null && next.dueMillis <= untilMillis) {
        events.remove();
        nowMillis = Math.max(nowMillis, next.dueMillis);
        next.action.run();
        if (failure != null) {
          return;
        }
        next = events.peek();
      }
      nowMillis = untilMillis;
    } catch (RuntimeException | Error e) {
      failure = e;
    }
  }

  private static void joinUninterruptibly(Thread thread) {
    boolean interrupted = false;
    while (thread.isAlive()) {
      try {
        thread.join();
      } catch (InterruptedException e) {
        interrupted = true;
      }
    }
    if (interrupted) {
      Thread.currentThread().interrupt();
    }
  }

  private void throwFailure() {
    Throwable thrown = failure;
    failure = null;
    if (thrown instanceof Error error) {
      throw error;
    }
    if (thrown != null) {
      throw new IllegalStateException("a tick failed at " + nowMillis, thrown);
    }
  }

  /** In a tick: lets others run until the time has come. On the test's thread: moves time. */
  @Override
  public void sleep(long millis) throws InterruptedException {
    Fiber fiber = running;
    if (fiber == null) {
      advance(millis);
      return;
    }
    Event wake = plan(nowMillis + millis, () -> resume(fiber));
    fiber.asleep = wake;
    running = null;
    baton.release();
    fiber.turn.acquireUninterruptibly();
    fiber.asleep = null;
    if (fiber.interrupted) {
      fiber.interrupted = false;
      throw new InterruptedException("a simulated sleep was interrupted");
    }
  }

  private Event plan(long dueMillis, Runnable action) {
    Event event = new Event(dueMillis, eventNumber++, action);
    events.add(event);
    return event;
  }

  private void resume(Fiber fiber) {
    running = fiber;
    fiber.turn.release();
    baton.acquireUninterruptibly();
  }

  private void begin(Fiber fiber) {
    running = fiber;
    fiber.thread.start();
    baton.acquireUninterruptibly();
  }

  @Override
  public Timer every(String name, long periodMillis, long phaseMillis, Tick tick) {
    if (periodMillis <= 0) {
      throw new IllegalArgumentException("period of timer " + name + " must be positive, got " + periodMillis + " ms");
    }
    SimulatedTimer timer = new SimulatedTimer(name, tick, periodMillis, Math.floorMod(phaseMillis, periodMillis));
    timer.planNext();
    return timer;
  }

  @Override
  public Timer once(String name, long dueMillis, Tick tick) {
    SimulatedTimer timer = new SimulatedTimer(name, tick, 0, 0);
    timer.planAt(Math.max(dueMillis, nowMillis), dueMillis);
    return timer;
  }

  /** A running tick. */
  private final class Fiber {
    private final Semaphore turn = new Semaphore(0);
    private final Thread thread;
    private @Nullable Event asleep;
    private boolean interrupted;

    Fiber(String name, Tick tick, long dueMillis, Runnable atEnd) {
      thread = Thread.ofVirtual().name(name).unstarted(() -> {
        try {
          tick.run(dueMillis);
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        } catch (RuntimeException | Error e) {
          failure = e;
        } finally {
          atEnd.run();
          running = null;
          baton.release();
        }
      });
    }

    void interrupt() {
      interrupted = true;
      Event wake = asleep;
      if (wake != null && events.remove(wake)) {
        plan(nowMillis, () -> resume(this));
      }
    }
  }

  private final class SimulatedTimer implements Timer {
    private final String name;
    private final Tick tick;
    private final long periodMillis;
    private final long phaseMillis;
    private @Nullable Event planned;
    private @Nullable Fiber active;
    private boolean cancelled;

    SimulatedTimer(String name, Tick tick, long periodMillis, long phaseMillis) {
      this.name = name;
      this.tick = tick;
      this.periodMillis = periodMillis;
      this.phaseMillis = phaseMillis;
    }

    private void planNext() {
      long due = (Math.floorDiv(nowMillis - phaseMillis, periodMillis) + 1) * periodMillis + phaseMillis;
      planAt(due, due);
    }

    private void planAt(long startMillis, long dueMillis) {
      planned = plan(startMillis, () -> fire(dueMillis));
    }

    private void fire(long dueMillis) {
      if (cancelled) {
        return;
      }
      if (periodMillis > 0) {
        planNext();
      }
      if (active == null) {
        Fiber fiber = new Fiber(name, tick, dueMillis, () -> active = null);
        active = fiber;
        begin(fiber);
      }
    }

    @Override
    public void cancel(boolean interruptRunning) {
      cancelled = true;
      Event next = planned;
      if (next != null) {
        events.remove(next);
      }
      Fiber fiber = active;
      if (interruptRunning && fiber != null) {
        fiber.interrupt();
      }
    }

    @Override
    public boolean awaitIdle(long timeoutMillis) throws InterruptedException {
      long deadline = nowMillis + timeoutMillis;
      while (active != null && !active.equals(running)) {
        Event next = events.peek();
        if (next == null || next.dueMillis > deadline) {
          return false;
        }
        sleep(Math.max(0, next.dueMillis - nowMillis));
      }
      return true;
    }
  }
}
