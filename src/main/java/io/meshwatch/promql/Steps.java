package io.meshwatch.promql;

/**
 * The times at which an expression is evaluated: {@code start, start + step, …}.
 *
 * @param stepMillis distance; at least 1
 * @param count how many; 0 = never
 */
record Steps(long startMillis, long stepMillis, int count) {
  static Steps once(long atMillis) {
    return new Steps(atMillis, 1, 1);
  }

  static Steps range(long startMillis, long endMillis, long stepMillis) {
    return new Steps(startMillis, stepMillis, endMillis < startMillis ? 0 : Math.toIntExact((endMillis - startMillis) / stepMillis + 1));
  }

  long at(int index) {
    return startMillis + index * stepMillis;
  }

  long endMillis() {
    return at(Math.max(0, count - 1));
  }

  Steps first() {
    return new Steps(startMillis, stepMillis, Math.min(1, count));
  }
}
