package io.meshwatch.sandbox;

import java.util.HashMap;
import java.util.Map;

/**
 * Counters of traffic that nobody really makes: each grows by its present rate between two looks. Guarded by this.
 */
final class Flows {
  private final long startMillis;
  private final Map<String, Flow> flows = new HashMap<>();

  Flows(long startMillis) {
    this.startMillis = startMillis;
  }

  private record Flow(double total, long atMillis) {}

  /** The counter's value now, having grown at this rate since it was last asked for. */
  synchronized double exact(String name, double perSecond, long nowMillis) {
    Flow before = flows.getOrDefault(name, new Flow(0, startMillis));
    double total = before.total() + perSecond * Math.max(0, nowMillis - before.atMillis()) / 1000;
    flows.put(name, new Flow(total, Math.max(nowMillis, before.atMillis())));
    return total;
  }

  /** As {@link #exact}, for things that come in whole numbers. */
  double whole(String name, double perSecond, long nowMillis) {
    return Math.floor(exact(name, perSecond, nowMillis));
  }
}
