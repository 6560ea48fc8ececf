package io.meshwatch.notify;

/** How many messages a destination may get: some at once, then one per so much time. Guarded by the notifier's lock. */
final class Allowance {
  private final int burst;
  private final long refillMillis;
  private double left;
  private long lastMillis;

  Allowance(int burst, long refillMillis, long nowMillis) {
    this.burst = burst;
    this.refillMillis = refillMillis;
    this.left = burst;
    this.lastMillis = nowMillis;
  }

  private void refill(long nowMillis) {
    long passed = Math.max(0, nowMillis - lastMillis);
    left = Math.min(burst, left + (double) passed / refillMillis);
    lastMillis = nowMillis;
  }

  /** When the next message may leave; now or earlier if it may at once. */
  long nextMillis(long nowMillis) {
    refill(nowMillis);
    return left >= 1 ? nowMillis : nowMillis + (long) Math.ceil((1 - left) * refillMillis);
  }

  /** Whether so many messages may leave now, one by one. */
  boolean isEnoughFor(int messages, long nowMillis) {
    refill(nowMillis);
    return left >= messages;
  }

  void take(long nowMillis) {
    refill(nowMillis);
    left = Math.max(0, left - 1);
  }
}
