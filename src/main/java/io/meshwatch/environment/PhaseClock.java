package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.environment.HttpResult.Phases;

/** Measures the parts of one exchange. Confined to the thread of the exchange. */
final class PhaseClock {
  private static final int PHASES = 6;

  private final Clock clock;
  private final long[] nanos = new long[PHASES];
  private Phase phase = Phase.CONNECT;
  private long since;
  private boolean connected;

  PhaseClock(Clock clock) {
    this.clock = clock;
    since = clock.monotonicNanos();
  }

  /** Ends the current part and begins another one. */
  void enter(Phase next) {
    long now = clock.monotonicNanos();
    nanos[index(phase)] += now - since;
    since = now;
    phase = next;
    connected |= next == Phase.RESOLVE || next == Phase.CONNECT || next == Phase.TLS;
  }

  Phase phase() {
    return phase;
  }

  /** Whether the exchange used a connection that was there already. */
  boolean reusedConnection() {
    return !connected;
  }

  Phases end() {
    enter(phase);
    return new Phases(nanos[0], nanos[1], nanos[2], nanos[3], nanos[4], nanos[5]);
  }

  private static int index(Phase phase) {
    return switch (phase) {
      case RESOLVE -> 0;
      case CONNECT -> 1;
      case TLS -> 2;
      case SEND -> 3;
      case FIRST_BYTE, TIMEOUT -> 4;
      case BODY, BODY_LIMIT -> 5;
    };
  }
}
