package io.meshwatch.promql;

/**
 * Which parts of the language are switched on, named as Prometheus' feature flags name them.
 *
 * @param experimentalFunctions {@code promql-experimental-functions}: functions and aggregations that may still change
 * @param extendedRangeSelectors {@code promql-extended-range-selectors}: {@code anchored} and {@code smoothed}
 * @param fillModifiers {@code promql-binop-fill-modifiers}: {@code fill}, {@code fill_left}, {@code fill_right}
 */
public record ParserOptions(boolean experimentalFunctions, boolean extendedRangeSelectors, boolean fillModifiers) {
  /** What Prometheus accepts without any flag. */
  public static final ParserOptions STABLE = new ParserOptions(false, false, false);

  /** Everything. */
  public static final ParserOptions ALL = new ParserOptions(true, true, true);
}
