package io.meshwatch.promql;

/** Makes one value of a window of samples. May keep state between the steps of one series; confined to one thread. */
@FunctionalInterface
interface RangeFunction {
  /** A new series was loaded into the window's columns. */
  default void begin(Window window) {}

  /** The value at the window's step, {@link Row#ABSENT} for none; a histogram goes to {@link Window#histogramResult}. */
  double apply(Window window);
}
