package io.meshwatch.promql;

/**
 * Sums over windows in constant time, where that gives the very same bits as adding up each window with compensation: if all values
 * of a series are whole numbers whose running sum stays exact. Then a window's sum is the difference of two running sums. States,
 * counters and byte counts are such series. Confined to one thread.
 */
final class RunningSum {
  /** Up to here every whole number is a double. */
  private static final double EXACT_MAX = 0x1p53;

  /** {@code sums[i]} is the sum of the first {@code i} values. */
  private double[] sums = new double[0];
  private boolean exact;

  /** Looks at the floats of a new series. */
  void begin(Columns columns) {
    int count = columns.floatCount;
    if (sums.length <= count) {
      sums = new double[Math.max(count + 1, 2 * sums.length)];
    }
    double sum = 0;
    double size = 0;
    for (int i = 0; i < count; i++) {
      double value = columns.floats[i];
      size += Math.abs(value);
      // Minus zero is not kept by adding it to zero.
      if (value != Math.rint(value) || !(size < EXACT_MAX) || (value == 0 && 1 / value < 0)) {
        exact = false;
        return;
      }
      sum += value;
      sums[i + 1] = sum;
    }
    exact = true;
  }

  /** Whether {@link #of} may be asked about the series. */
  boolean isExact() {
    return exact;
  }

  /** The sum of the values from one index up to another. */
  double of(int from, int to) {
    return sums[to] - sums[from];
  }
}
