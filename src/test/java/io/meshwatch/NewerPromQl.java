package io.meshwatch;

import io.meshwatch.PromDiffReport.Mismatch;
import java.util.Arrays;
import java.util.Optional;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** What Prometheus itself changed between 2.42 and 3.14, so that meshwatch answers otherwise than 2.42. The table in docs/promql.md has the same rows. */
enum NewerPromQl {
  /** prometheus/prometheus#12595: {@code atan2} drops the metric name; where names were all that told series apart it fails. */
  ATAN2_DROPS_NAMES(m -> m.hasAny("atan2") && (m.kind().equals("SERIES") || m.kind().equals("ONLY_B_FAILS"))),

  /** #14941: the deviation of a single infinite or undefined value is NaN, not 0. */
  DEVIATION_OF_UNDEFINED(m -> m.hasAny("stddev", "stdvar") && m.kind().equals("VALUE") && m.detail().endsWith(": 0 vs NaN")),

  /** #14413: compensated sums of infinite values stay infinite, so the deviation over time of values with infinities is +Inf, not NaN. */
  DEVIATION_OVER_TIME_OF_INFINITY(m -> m.hasAny("stddev_over_time", "stdvar_over_time")
      && (m.detail().endsWith(": NaN vs +Inf") || (compares(m) && m.expression().contains("wild")))),

  /** #13725: a counter is not extrapolated below zero even if its first sample follows a gap; rates can only be smaller, quotients also greater. */
  EXTRAPOLATION_STOPS_AT_ZERO(m -> (m.hasAny("rate", "increase") || m.expression().contains("rate("))
      && (m.kind().equals("VALUE") ? quotient(m) < 2 && quotient(m) > (m.expression().contains(" / ") ? 0.5 : 1) : m.hasAny("count_values"))),

  /** #13559: a range that {@code @} fixes no longer moves with the steps of a range query. */
  FIXED_RANGES_STAY(m -> m.hasAny("predict_linear", "quantile_over_time") && m.hasAny("@") && (m.range() || m.hasAny("subquery"))),

  /**
   * #14074 and #14413: sums and means are compensated; seen where a value becomes a label, is compared, rounded or should be zero, and where
   * huge numbers cancel out.
   */
  COMPENSATED_SUMS(m -> m.hasAny("sum", "avg", "rate", "sum_over_time", "avg_over_time", "histogram_quantile", "stddev", "stdvar")
      && (m.kind().equals("VALUE") ? showsLastDigits(m) : m.hasAny("count_values") || compares(m))
      && !m.kind().startsWith("ONLY")),

  /** #14413 and #16773: means of numbers around 1e300 and 1e-320 keep what a running mean loses. */
  MEANS_OF_EXTREMES(m -> m.hasAny("avg_over_time") && m.kind().equals("VALUE") && m.expression().contains("wild")),

  /** #13153: buckets that are equal up to rounding are taken as equal, so a quantile may fall into a neighbouring bucket. */
  EQUAL_BUCKETS(m -> m.hasAny("histogram_quantile") && m.kind().equals("VALUE")
      && (isFromBoundToBound(m) || m.hasAny("stddev", "stdvar"))),

  /** #17668: several partners for one series are a mistake also where the comparison leaves at most one. */
  MANY_TO_ONE_IN_FILTERS(m -> compares(m) && m.kind().equals("ONLY_B_FAILS")
      && m.detail().contains("many-to-one matching must be explicit")),

  /** The rewrite of aggregations (2.52): 2.42 loses one of three grouping labels from the second step on. */
  COUNT_VALUES_BY_THREE(m -> m.range() && m.hasAny("count_values") && m.kind().equals("SERIES")
      && m.expression().matches(".*by ?\\([^,()]+,[^,()]+,[^,()]+\\).*")),

  /** Which of equal values {@code topk} keeps is a matter of chance in every Prometheus. */
  TIES(m -> m.hasAny("topk", "bottomk") || m.expression().equals("bottomk(3, wild_const)")),

  /** Numbers may have underscores since 2.54 (#12821). */
  UNDERSCORES(m -> m.expression().equals("1_000") && m.kind().equals("ONLY_A_FAILS"));

  private static final Pattern NUMBERS = Pattern.compile(": ([-+0-9.e]+) vs ([-+0-9.e]+)$");
  private static final double[] BOUNDS = {0, 0.1, 0.5, 1, 2.5, 10};

  @SuppressWarnings("ImmutableEnumChecker") // the conditions above keep nothing
  private final Predicate<Mismatch> covers;

  NewerPromQl(Predicate<Mismatch> covers) {
    this.covers = covers;
  }

  static Optional<NewerPromQl> of(Mismatch mismatch) {
    return Arrays.stream(values()).filter(change -> change.covers.test(mismatch)).findFirst();
  }

  private static boolean showsLastDigits(Mismatch mismatch) {
    return mismatch.hasAny("changes", "resets", "irate", "%", "round", "ceil", "floor", "sgn", "sin", "cos", "tan")
        || mismatch.expression().contains("wild") || difference(mismatch) < 1e-12;
  }

  private static boolean compares(Mismatch mismatch) {
    return mismatch.hasAny("==", "!=", "<", ">", "<=", ">=");
  }

  /** What the reference says by what we say; NaN if there are no two numbers. */
  private static double quotient(Mismatch mismatch) {
    Matcher numbers = NUMBERS.matcher(mismatch.detail());
    return numbers.find() ? Double.parseDouble(numbers.group(1)) / Double.parseDouble(numbers.group(2)) : Double.NaN;
  }

  private static double difference(Mismatch mismatch) {
    Matcher numbers = NUMBERS.matcher(mismatch.detail());
    return numbers.find() ? Math.abs(Double.parseDouble(numbers.group(1)) - Double.parseDouble(numbers.group(2))) : Double.NaN;
  }

  private static boolean isFromBoundToBound(Mismatch mismatch) {
    Matcher numbers = NUMBERS.matcher(mismatch.detail());
    return numbers.find() && isBound(Double.parseDouble(numbers.group(1))) && isBound(Double.parseDouble(numbers.group(2)));
  }

  private static boolean isBound(double value) {
    return Arrays.stream(BOUNDS).anyMatch(bound -> Math.abs(value - bound) <= 1e-9);
  }
}
