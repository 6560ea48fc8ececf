package io.meshwatch.promql;

/**
 * The least or greatest float of each window; any number beats NaN. Keeps only those values that can still become the extreme,
 * from best to worst, so that each value is looked at once however many windows it lies in. Confined to one thread.
 *
 * @see <a href="https://arxiv.org/abs/cs/0610046">Lemire: Streaming maximum-minimum filter</a>
 */
final class RunningExtreme implements RangeFunction {
  private final boolean greatest;
  private int[] candidates = new int[0];
  private int first;
  private int end;
  /** Index of the float that is looked at next. */
  private int next;

  RunningExtreme(boolean greatest) {
    this.greatest = greatest;
  }

  @Override
  public void begin(Window window) {
    if (candidates.length < window.columns.floatCount) {
      candidates = new int[Math.max(window.columns.floatCount, 2 * candidates.length)];
    }
    first = 0;
    end = 0;
    next = 0;
  }

  @Override
  public double apply(Window w) {
    double[] floats = w.columns.floats;
    for (next = Math.max(next, w.floatFrom); next < w.floatTo; next++) {
      double value = floats[next];
      if (Double.isNaN(value)) {
        continue;
      }
      // Of equal values the oldest stays in front.
      while (end > first && isBetter(value, floats[candidates[end - 1]])) {
        end--;
      }
      candidates[end++] = next;
    }
    while (first < end && candidates[first] < w.floatFrom) {
      first++;
    }
    return first < end ? floats[candidates[first]] : floats[w.floatTo - 1];
  }

  private boolean isBetter(double value, double other) {
    return greatest ? value > other : value < other;
  }
}
