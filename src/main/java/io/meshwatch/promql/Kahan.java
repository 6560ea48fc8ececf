package io.meshwatch.promql;

/**
 * A sum of floats with Neumaier's compensation, so that the order and size of the summands hardly matter. Confined to one
 * thread.
 *
 * @see <a href="https://en.wikipedia.org/wiki/Kahan_summation_algorithm">Kahan–Babuška summation</a>
 */
final class Kahan {
  double sum;
  double compensation;

  void reset() {
    sum = 0;
    compensation = 0;
  }

  void add(double value) {
    double total = sum + value;
    compensation = compensation(sum, compensation, value, total);
    sum = total;
  }

  /** The compensation after {@code total = sum + value}. */
  static double compensation(double sum, double compensation, double value, double total) {
    if (Double.isInfinite(total)) {
      return 0;
    }
    return Math.abs(sum) >= Math.abs(value) ? compensation + ((sum - total) + value) : compensation + ((value - total) + sum);
  }

  double value() {
    return Double.isInfinite(sum) ? sum : sum + compensation;
  }
}
