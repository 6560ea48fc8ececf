package io.meshwatch.promql;

import static io.meshwatch.promql.ValueType.MATRIX;
import static io.meshwatch.promql.ValueType.SCALAR;
import static io.meshwatch.promql.ValueType.STRING;
import static io.meshwatch.promql.ValueType.VECTOR;

import java.util.Collection;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The signatures of all functions.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/functions/">Functions</a>
 */
public final class Functions {
  private static final int LAST_REPEATS = -1;
  private static final Map<String, Function> ALL = new TreeMap<>();

  static {
    stable(VECTOR, 0, List.of(VECTOR), "abs", "acos", "acosh", "asin", "asinh", "atan", "atanh", "ceil", "cos", "cosh", "deg",
        "exp", "floor", "histogram_avg", "histogram_count", "histogram_stddev", "histogram_stdvar", "histogram_sum", "ln",
        "log10", "log2", "rad", "sgn", "sin", "sinh", "sort", "sort_desc", "sqrt", "tan", "tanh", "timestamp", "absent");
    stable(VECTOR, 0, List.of(MATRIX), "absent_over_time", "avg_over_time", "changes", "count_over_time", "delta", "deriv",
        "first_over_time", "idelta", "increase", "irate", "last_over_time", "max_over_time", "min_over_time",
        "present_over_time", "rate", "resets", "stddev_over_time", "stdvar_over_time", "sum_over_time");
    stable(VECTOR, 1, List.of(VECTOR), "day_of_month", "day_of_week", "day_of_year", "days_in_month", "hour", "minute", "month", "year");
    stable(VECTOR, 0, List.of(VECTOR, SCALAR, SCALAR), "clamp");
    stable(VECTOR, 0, List.of(VECTOR, SCALAR), "clamp_max", "clamp_min");
    stable(VECTOR, 1, List.of(VECTOR, SCALAR), "round");
    stable(VECTOR, 0, List.of(SCALAR, SCALAR, VECTOR), "histogram_fraction");
    stable(VECTOR, 0, List.of(SCALAR, VECTOR), "histogram_quantile");
    stable(VECTOR, 0, List.of(SCALAR, MATRIX), "quantile_over_time");
    stable(VECTOR, 0, List.of(MATRIX, SCALAR), "predict_linear");
    stable(VECTOR, LAST_REPEATS, List.of(VECTOR, STRING, STRING, STRING), "label_join");
    stable(VECTOR, 0, List.of(VECTOR, STRING, STRING, STRING, STRING), "label_replace");
    stable(VECTOR, 0, List.of(SCALAR), "vector");
    stable(SCALAR, 0, List.of(VECTOR), "scalar");
    stable(SCALAR, 0, List.of(), "pi", "time");
    experimental(VECTOR, 0, List.of(MATRIX, SCALAR, SCALAR), "double_exponential_smoothing");
    experimental(VECTOR, 0, List.of(MATRIX), "mad_over_time", "ts_of_first_over_time", "ts_of_last_over_time",
        "ts_of_max_over_time", "ts_of_min_over_time");
    experimental(VECTOR, 1, List.of(VECTOR, VECTOR), "info");
    experimental(VECTOR, LAST_REPEATS, List.of(VECTOR, STRING), "sort_by_label", "sort_by_label_desc");
    experimental(VECTOR, LAST_REPEATS, List.of(VECTOR, STRING, SCALAR, SCALAR), "histogram_quantiles");
    experimental(VECTOR, 0, List.of(VECTOR), "start_timestamp");
    experimental(SCALAR, 0, List.of(), "start", "end", "range", "step");
    experimental(SCALAR, 0, List.of(SCALAR, SCALAR), "max_of", "min_of");
  }

  private Functions() {}

  private static void stable(ValueType returnType, int variadic, List<ValueType> arguments, String... names) {
    for (String name : names) {
      ALL.put(name, new Function(name, arguments, variadic, returnType, false));
    }
  }

  private static void experimental(ValueType returnType, int variadic, List<ValueType> arguments, String... names) {
    for (String name : names) {
      ALL.put(name, new Function(name, arguments, variadic, returnType, true));
    }
  }

  /** The function of this name, or null. */
  public static @Nullable Function find(String name) {
    return ALL.get(name);
  }

  /** All functions, sorted by name. */
  public static Collection<Function> all() {
    return Collections.unmodifiableCollection(ALL.values());
  }
}
