package io.meshwatch.promql;

import io.meshwatch.model.Matcher;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A PromQL expression: a closed family of immutable nodes, as parsed and type-checked.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/basics/">Querying basics</a>
 */
public sealed interface Expr {
  /** Where it stands in the text. */
  Position position();

  /** The type of its value. */
  ValueType type();

  /** A number, or a duration in seconds used as one ({@code writtenAsDuration}). */
  record NumberLiteral(double value, boolean writtenAsDuration, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.SCALAR;
    }
  }

  record StringLiteral(String value, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.STRING;
    }
  }

  /**
   * {@code name{matchers} offset … @ …}.
   *
   * @param name the metric name if it was written before or as a lone string in the braces; empty otherwise
   * @param matchers all conditions, the one on the name included
   * @param time where in time it looks
   */
  record VectorSelector(String name, List<Matcher> matchers, TimeShift time, RangeModifier modifier, Position position)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }
  }

  /** {@code selector[range]}; offset, @, anchored and smoothed stand in the selector. */
  record MatrixSelector(VectorSelector selector, DurationExpr range, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }
  }

  /** {@code expr[range:step]}. A null step means the engine's default. */
  record Subquery(Expr expr, DurationExpr range, @Nullable DurationExpr step, TimeShift time, Position position) implements Expr {
    @Override
    public ValueType type() {
      return ValueType.MATRIX;
    }
  }

  record Call(Function function, List<Expr> arguments, Position position) implements Expr {
    @Override
    public ValueType type() {
      return function.returnType();
    }
  }

  /** {@code op by (grouping) (parameter, expr)}; {@code parameter} is null where the operator takes none. */
  record Aggregate(
      AggregateOp op, Expr expr, @Nullable Expr parameter, List<String> grouping, boolean without, Position position)
      implements Expr {
    @Override
    public ValueType type() {
      return ValueType.VECTOR;
    }
  }

  /** {@code left op right}; {@code matching} is null unless both sides are vectors. */
  record Binary(
      BinaryOp op, Expr left, Expr right, @Nullable VectorMatching matching, boolean returnBool, Position position)
      implements Expr {
    @Override
    public ValueType type() {
      return left.type() == ValueType.SCALAR && right.type() == ValueType.SCALAR ? ValueType.SCALAR : ValueType.VECTOR;
    }
  }

  /** {@code +expr} or {@code -expr}. */
  record Unary(boolean negative, Expr expr, Position position) implements Expr {
    @Override
    public ValueType type() {
      return expr.type();
    }
  }

  record Paren(Expr expr, Position position) implements Expr {
    @Override
    public ValueType type() {
      return expr.type();
    }
  }

  /** {@code anchored} and {@code smoothed} of the extended range selectors. */
  enum RangeModifier {
    NONE,
    ANCHORED,
    SMOOTHED
  }

  /**
   * {@code offset} and {@code @}.
   *
   * @param offset null = none; may be negative
   * @param at null = none
   */
  record TimeShift(@Nullable DurationExpr offset, @Nullable At at) {
    public static final TimeShift NONE = new TimeShift(null, null);
  }

  /** What stands behind {@code @}. */
  sealed interface At {
    record Timestamp(long millis) implements At {}

    /** Start of the query's range. */
    record Start() implements At {}

    /** End of the query's range. */
    record End() implements At {}
  }

  /** A duration, possibly computed: {@code 5m * 2 + step()}. Known only when the query's range and step are. */
  sealed interface DurationExpr {
    Position position();

    /** Seconds are kept as written ({@code [5]} or {@code [5m]}), so that printing gives the same text. */
    record Literal(double seconds, boolean writtenAsNumber, Position position) implements DurationExpr {}

    record Negate(DurationExpr operand, boolean plus, Position position) implements DurationExpr {}

    record Arithmetic(BinaryOp op, DurationExpr left, DurationExpr right, Position position) implements DurationExpr {}

    /** {@code step()} of the query. */
    record Step(Position position) implements DurationExpr {}

    /** {@code range()} of the query. */
    record Range(Position position) implements DurationExpr {}

    /** {@code min_of(a, b)} or {@code max_of(a, b)}. */
    record Extreme(boolean max, DurationExpr left, DurationExpr right, Position position) implements DurationExpr {}

    record Parenthesised(DurationExpr inner, Position position) implements DurationExpr {}
  }

  /** How series of two vectors are paired. */
  record VectorMatching(
      Cardinality cardinality,
      boolean on,
      List<String> labels,
      List<String> include,
      @Nullable Double fillLeft,
      @Nullable Double fillRight) {}

  enum Cardinality {
    ONE_TO_ONE,
    MANY_TO_ONE,
    ONE_TO_MANY,
    MANY_TO_MANY
  }
}
