package io.meshwatch.promql;

/**
 * How often something happened between neighbouring samples of a window, for series of floats only: counted once for the whole
 * series, a window is then the difference of two counts. Confined to one thread.
 */
final class RunningCount implements RangeFunction {
  private final MixedRangeFunctions.Transition transition;

  /** {@code counts[i]} says how often it happened up to the float at {@code i}. */
  private int[] counts = new int[0];

  RunningCount(MixedRangeFunctions.Transition transition) {
    this.transition = transition;
  }

  @Override
  public void begin(Window window) {
    Columns columns = window.columns;
    if (columns.histogramCount > 0) {
      return;
    }
    if (counts.length < columns.floatCount) {
      counts = new int[Math.max(columns.floatCount, 2 * counts.length)];
    }
    for (int i = 1; i < columns.floatCount; i++) {
      counts[i] = counts[i - 1] + (transition.happened(columns, i - 1, -1, i, -1) ? 1 : 0);
    }
  }

  @Override
  public double apply(Window w) {
    if (w.columns.histogramCount > 0) {
      return MixedRangeFunctions.transitions(w, transition, 1);
    }
    return w.floatCount() == 0 ? Row.ABSENT : counts[w.floatTo - 1] - counts[w.floatFrom];
  }
}
