package io.meshwatch.promql;

import java.util.Arrays;

/** Quantiles of plain values, NaN counting as the smallest. */
final class Quantile {
  private Quantile() {}

  /** The quantile of the first {@code count} values, which get sorted; interpolates between neighbours. */
  static double of(double quantile, double[] values, int count) {
    if (count == 0 || Double.isNaN(quantile)) {
      return Double.NaN;
    }
    if (quantile < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    if (quantile > 1) {
      return Double.POSITIVE_INFINITY;
    }
    sortNaNFirst(values, count);
    double rank = quantile * (count - 1);
    int lower = Math.max(0, (int) Math.floor(rank));
    int upper = Math.min(count - 1, lower + 1);
    double weight = rank - Math.floor(rank);
    return values[lower] * (1 - weight) + values[upper] * weight;
  }

  static void sortNaNFirst(double[] values, int count) {
    Arrays.sort(values, 0, count);
    int nans = 0;
    while (nans < count && Double.isNaN(values[count - 1 - nans])) {
      nans++;
    }
    if (nans > 0 && nans < count) {
      System.arraycopy(values, 0, values, nans, count - nans);
      Arrays.fill(values, 0, nans, Double.NaN);
    }
  }

  static boolean isInvalid(double quantile) {
    return !(quantile >= 0 && quantile <= 1);
  }
}
