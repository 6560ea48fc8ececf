package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.HashSet;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What is known about an expression before it runs: durations in milliseconds, which parts are the same at every step, which
 * selectors need only counts and sums of histograms, and which time the query reaches.
 */
final class Plan {
  /** In longer queries nobody looks for repeated parts, which takes the square of the length. */
  private static final int SHARING_QUERY_CHARACTERS_MAX = 4_096;
  private static final Set<String> DEPEND_ON_TIME = Set.of("days_in_month", "day_of_month", "day_of_week", "day_of_year", "hour",
      "minute", "month", "year", "predict_linear", "time", "timestamp", "start_timestamp");
  private static final Set<String> NEED_ONLY_COUNT_AND_SUM = Set.of("histogram_count", "histogram_sum", "histogram_avg");
  private static final Set<String> NEED_BUCKETS =
      Set.of("histogram_quantile", "histogram_quantiles", "histogram_fraction", "histogram_stddev", "histogram_stdvar");

  /**
   * Where a selector or subquery looks, in milliseconds.
   *
   * @param at the fixed time of {@code @}, or null for the time of the step
   */
  record Range(@Nullable Long at, long offset, long length) {
    /** The end of the range for a step. */
    long end(Steps steps, int step) {
      return (at == null ? steps.at(step) : at) - offset;
    }
  }

  private final String query;
  private final Steps steps;
  private final long endMillis;
  private final boolean isRange;
  private final QueryOptions options;
  private final long lookbackMillis;
  private final IdentityHashMap<Expr, Range> ranges;
  private final IdentityHashMap<Subquery, Long> subquerySteps;
  private final IdentityHashMap<Expr, Boolean> invariant;
  private final IdentityHashMap<VectorSelector, Boolean> countsOnly;
  private final IdentityHashMap<Expr, String> repeated;
  private final IdentityHashMap<Expr, Set<String>> groupings;
  /** Whether a range depends on the times of the query other than by moving along with them. */
  private boolean boundToTimes;
  private long fromMillis = Long.MAX_VALUE;
  private long toMillis = Long.MIN_VALUE;

  /** Plans; throws {@link ParseException} if a computed duration makes no sense. */
  Plan(String query, Expr root, Steps steps, long endMillis, boolean isRange, QueryOptions options, long lookbackMillis) {
    this.query = query;
    this.steps = steps;
    this.endMillis = endMillis;
    this.isRange = isRange;
    this.options = options;
    this.lookbackMillis = lookbackMillis;
    this.ranges = new IdentityHashMap<>();
    this.subquerySteps = new IdentityHashMap<>();
    this.invariant = new IdentityHashMap<>();
    this.countsOnly = new IdentityHashMap<>();
    this.groupings = new IdentityHashMap<>();
    measure(root, steps.startMillis(), endMillis, false);
    findInvariants(root);
    // A selector that is read for counts alone gives other histograms than the same one read whole.
    boolean shares = query.length() <= SHARING_QUERY_CHARACTERS_MAX && !countsOnly.containsValue(true);
    this.repeated = shares ? RepeatedParts.of(root) : new IdentityHashMap<>();
  }

  /** The same plan for other times. */
  private Plan(Plan known, Steps steps, long endMillis) {
    this.query = known.query;
    this.steps = steps;
    this.endMillis = endMillis;
    this.isRange = known.isRange;
    this.options = known.options;
    this.lookbackMillis = known.lookbackMillis;
    this.ranges = known.ranges;
    this.subquerySteps = known.subquerySteps;
    this.invariant = known.invariant;
    this.countsOnly = known.countsOnly;
    this.repeated = known.repeated;
    this.groupings = known.groupings;
    boolean reads = known.fromMillis != Long.MAX_VALUE;
    this.fromMillis = reads ? known.fromMillis - known.steps.startMillis() + steps.startMillis() : Long.MAX_VALUE;
    this.toMillis = reads ? known.toMillis - known.endMillis + endMillis : Long.MIN_VALUE;
  }

  /** This plan for the same expression at other times, or null if it has to be planned anew. */
  @Nullable Plan movedTo(Steps newSteps, long newEndMillis, boolean forRange, long lookback) {
    boolean fits = !boundToTimes && forRange == isRange && lookback == lookbackMillis;
    return fits ? new Plan(this, newSteps, newEndMillis) : null;
  }

  private static Set<String> groupingLabels(Expr.Aggregate aggregate) {
    Set<String> labels = new HashSet<>(aggregate.grouping());
    if (aggregate.without()) {
      labels.addAll(List.of(Labels.METRIC_NAME, SeriesNames.TYPE, SeriesNames.UNIT));
    }
    return Set.copyOf(labels);
  }

  /** The labels that an aggregation groups by; those that it leaves away if it is one {@code without}. */
  Set<String> grouping(Expr.Aggregate aggregate) {
    return Objects.requireNonNull(groupings.get(aggregate));
  }

  /** The end of the query, which need not be a step. */
  long endMillis() {
    return endMillis;
  }

  /** The earliest time whose samples the query may read. */
  long fromMillis() {
    return Math.min(fromMillis, toMillis);
  }

  /** The latest time whose samples the query may read. */
  long toMillis() {
    return toMillis;
  }

  long lookbackMillis() {
    return lookbackMillis;
  }

  boolean isStepInvariant(Expr expr) {
    return Boolean.TRUE.equals(invariant.get(expr));
  }

  /** The text of a part that stands in the expression more than once, else null. */
  @Nullable String repeatedText(Expr expr) {
    return repeated.get(expr);
  }

  /** Whether only counts and sums of a selector's histograms are used, so that reset hints are derived while reading. */
  boolean needsOnlyCounts(VectorSelector selector) {
    return Boolean.TRUE.equals(countsOnly.get(selector));
  }

  /** Where a vector selector (its length is the lookback), a range selector or a subquery looks. */
  Range range(Expr expr) {
    Range range = ranges.get(expr);
    if (range == null) {
      throw new IllegalStateException("not planned: " + Printer.print(expr));
    }
    return range;
  }

  /** The steps of a subquery's inner expression: multiples of its step within the union of its ranges. */
  Steps innerSteps(Subquery subquery, Steps outer) {
    Range range = range(subquery);
    return innerSteps(subquery, range.end(outer, 0) - range.length(), range.end(outer, outer.count() - 1));
  }

  private Steps innerSteps(Subquery subquery, long afterMillis, long untilMillis) {
    long step = subquerySteps.getOrDefault(subquery, options.subqueryStepMillis());
    long first = step * (afterMillis / step);
    if (first <= afterMillis) {
      first += step;
    }
    return Steps.range(first, untilMillis, step);
  }

  // Time

  private void measure(Expr expr, long start, long end, boolean counts) {
    switch (expr) {
      case VectorSelector selector -> {
        Range range = shifted(selector.time(), lookbackMillis);
        ranges.put(selector, range);
        countsOnly.put(selector, counts);
        reach(range, start, end, lookbackMillis, selector.modifier() == RangeModifier.NONE ? 0 : lookbackMillis);
      }
      case MatrixSelector matrix -> {
        VectorSelector selector = matrix.selector();
        Range range = shifted(selector.time(), positive(matrix.range()));
        ranges.put(matrix, range);
        countsOnly.put(selector, counts);
        long extra = selector.modifier() == RangeModifier.NONE ? 0 : lookbackMillis;
        reach(range, start, end, range.length() + extra, extra);
      }
      case Subquery subquery -> {
        Range range = shifted(subquery.time(), positive(subquery.range()));
        ranges.put(subquery, range);
        DurationExpr step = subquery.step();
        if (step != null) {
          subquerySteps.put(subquery, positive(step));
        }
        long from = (range.at() == null ? start : range.at()) - range.offset() - range.length();
        long to = (range.at() == null ? end : range.at()) - range.offset();
        measure(subquery.expr(), from, to, counts);
      }
      case Expr.Call call -> {
        String name = call.function().name();
        boolean deeper = NEED_ONLY_COUNT_AND_SUM.contains(name) || (counts && !NEED_BUCKETS.contains(name));
        if (name.equals("info")) {
          measure(call.arguments().getFirst(), start, end, deeper);
          Range range = infoRange(call.arguments().getFirst(), new Range(null, 0, lookbackMillis));
          ranges.put(call, range);
          reach(range, start, end, lookbackMillis, 0);
        } else {
          call.arguments().forEach(argument -> measure(argument, start, end, deeper));
        }
      }
      case Expr.Binary binary -> {
        boolean trims = binary.op() == BinaryOp.TRIM_LOWER || binary.op() == BinaryOp.TRIM_UPPER;
        Selectors.children(binary).forEach(child -> measure(child, start, end, counts && !trims));
      }
      case Expr.Aggregate aggregate -> {
        groupings.put(aggregate, groupingLabels(aggregate));
        Selectors.children(aggregate).forEach(child -> measure(child, start, end, counts));
      }
      case Expr.Unary unary -> measure(unary.expr(), start, end, counts);
      case Expr.Paren paren -> measure(paren.expr(), start, end, counts);
      case Expr.NumberLiteral n -> {}
      case Expr.StringLiteral s -> {}
    }
  }

  /** Widens the query's time: {@code before} and {@code after} say how far a selector looks beyond the times it is evaluated at. */
  private void reach(Range range, long start, long end, long before, long after) {
    Long at = range.at();
    fromMillis = Math.min(fromMillis, (at == null ? start : at) - range.offset() - before);
    toMillis = Math.max(toMillis, (at == null ? end : at) - range.offset() + after);
  }

  /** Info series are looked at where the first selector of the other series looks. */
  private Range infoRange(Expr expr, Range outer) {
    Range here = outer;
    if (expr instanceof VectorSelector || expr instanceof MatrixSelector || expr instanceof Subquery) {
      Range own = range(expr);
      boolean fixed = own.at() != null;
      here = new Range(fixed ? own.at() : outer.at(), fixed ? own.offset() : outer.offset() + own.offset(), lookbackMillis);
    }
    if (expr instanceof VectorSelector || expr instanceof MatrixSelector) {
      return here;
    }
    for (Expr child : Selectors.children(expr)) {
      if (hasSelector(child)) {
        return infoRange(child, here);
      }
    }
    return here;
  }

  private static boolean hasSelector(Expr expr) {
    return !Selectors.of(expr).isEmpty();
  }

  private Range shifted(TimeShift time, long length) {
    Long at = switch (time.at()) {
      case null -> null;
      case At.Timestamp t -> t.millis();
      case At.Start s -> steps.startMillis();
      case At.End e -> endMillis;
    };
    boundToTimes |= at != null;
    DurationExpr offset = time.offset();
    return new Range(at, offset == null ? 0 : millis(offset), length);
  }

  private long positive(DurationExpr duration) {
    long millis = millis(duration);
    if (millis <= 0) {
      throw ParseException.at(query, duration.position(), "duration must be greater than 0");
    }
    return millis;
  }

  private long millis(DurationExpr duration) {
    double seconds = seconds(duration);
    if (!(Math.abs(seconds) <= Long.MAX_VALUE / 1e9)) {
      throw ParseException.at(query, duration.position(), "duration out of range");
    }
    return Math.round(seconds * 1000);
  }

  private double seconds(DurationExpr duration) {
    return switch (duration) {
      case DurationExpr.Literal literal -> literal.seconds();
      case DurationExpr.Negate negate -> negate.plus() ? seconds(negate.operand()) : -seconds(negate.operand());
      case DurationExpr.Parenthesised inner -> seconds(inner.inner());
      case DurationExpr.Step s -> {
        boundToTimes = true;
        yield isRange ? steps.stepMillis() / 1000.0 : 0;
      }
      case DurationExpr.Range r -> {
        boundToTimes = true;
        yield (endMillis - steps.startMillis()) / 1000.0;
      }
      case DurationExpr.Extreme extreme -> extreme.max() ? Math.max(seconds(extreme.left()), seconds(extreme.right()))
          : Math.min(seconds(extreme.left()), seconds(extreme.right()));
      case DurationExpr.Arithmetic arithmetic -> {
        double right = seconds(arithmetic.right());
        if (right == 0 && (arithmetic.op() == BinaryOp.DIVIDE || arithmetic.op() == BinaryOp.MODULO)) {
          throw ParseException.at(query, arithmetic.position(), arithmetic.op() == BinaryOp.DIVIDE ? "division by zero" : "modulo by zero");
        }
        yield ElementOperation.arithmetic(arithmetic.op(), seconds(arithmetic.left()), right);
      }
    };
  }

  // Parts that are the same at every step

  private boolean findInvariants(Expr expr) {
    boolean found = switch (expr) {
      case Expr.NumberLiteral n -> true;
      case Expr.StringLiteral s -> true;
      case VectorSelector selector -> selector.time().at() != null;
      case MatrixSelector matrix -> matrix.selector().time().at() != null;
      case Subquery subquery -> {
        findInvariants(subquery.expr());
        yield subquery.time().at() != null;
      }
      case Expr.Call call -> allInvariant(call) && !dependsOnTime(call);
      case Expr.Aggregate aggregate -> allInvariant(aggregate);
      case Expr.Binary binary -> allInvariant(binary);
      case Expr.Unary unary -> allInvariant(unary);
      case Expr.Paren paren -> allInvariant(paren);
    };
    invariant.put(expr, found);
    return found;
  }

  private boolean allInvariant(Expr parent) {
    boolean all = true;
    for (Expr child : Selectors.children(parent)) {
      all &= findInvariants(child);
    }
    return all;
  }

  // Facts about expressions that need no plan

  /** Whether a function looks at the time of evaluation itself. */
  static boolean dependsOnTime(Expr.Call call) {
    return DEPEND_ON_TIME.contains(call.function().name());
  }

  /** The expression within parentheses. */
  static Expr unwrap(Expr expr) {
    Expr inner = expr;
    while (inner instanceof Expr.Paren paren) {
      inner = paren.expr();
    }
    return inner;
  }

  /** Whether all series of an expression have the same metric name or none, so that dropping it cannot make two of them equal. */
  static boolean hasOneName(Expr expr) {
    return switch (expr) {
      case VectorSelector selector -> namesOneMetric(selector);
      case MatrixSelector matrix -> hasOneName(matrix.selector());
      case Subquery subquery -> hasOneName(subquery.expr());
      case Expr.Paren paren -> hasOneName(paren.expr());
      case Expr.Unary unary -> unary.negative() || hasOneName(unary.expr());
      case Expr.Aggregate aggregate -> !aggregate.op().takesParameter() && !aggregate.grouping().contains(Labels.METRIC_NAME);
      case Expr.Call call -> call.function().returnType() == ValueType.VECTOR && dropsName(call);
      case Expr.Binary binary -> !binary.op().isSetOperator() && ElementOperation.dropsName(binary);
      case Expr.NumberLiteral n -> true;
      case Expr.StringLiteral s -> true;
    };
  }

  private static boolean namesOneMetric(VectorSelector selector) {
    boolean named = false;
    for (Matcher matcher : selector.matchers()) {
      switch (matcher.name()) {
        // With type and unit as labels, one name may stand for several series.
        case SeriesNames.TYPE, SeriesNames.UNIT -> {
          return false;
        }
        case Labels.METRIC_NAME -> named |= matcher.op() == Matcher.Op.EQUAL && !matcher.value().isEmpty();
        default -> {}
      }
    }
    return named;
  }

  private static boolean dropsName(Expr.Call call) {
    return switch (call.function().name()) {
      case "last_over_time", "first_over_time", "label_replace", "label_join", "sort", "sort_desc", "sort_by_label",
          "sort_by_label_desc", "info", "absent", "absent_over_time" -> false;
      default -> true;
    };
  }
}
