package io.meshwatch.promql;

import org.jspecify.annotations.Nullable;

/** What the start timestamps of samples say about counter resets. */
final class StartTimestamps {
  private StartTimestamps() {}

  /**
   * Whether sample {@code i} began counting after the one before it. A start that equals the previous sample's time is a reset
   * only for a series of deltas, whose previous start is known and earlier; otherwise it means that the start is unknown.
   */
  static boolean isReset(long @Nullable [] starts, long[] times, int i) {
    if (starts == null || starts[i] == 0 || starts[i] >= times[i]) {
      return false;
    }
    long start = starts[i];
    long previousTime = times[i - 1];
    long previousStart = starts[i - 1];
    return start > previousTime || (start == previousTime && previousStart != 0 && previousStart < previousTime);
  }

  /** Whether the counting of sample {@code i} began within a range that starts (exclusively) at a time. */
  static boolean isWithin(long @Nullable [] starts, long[] times, int i, long rangeStart) {
    return starts != null && starts[i] > rangeStart && starts[i] != 0 && starts[i] < times[i];
  }
}
