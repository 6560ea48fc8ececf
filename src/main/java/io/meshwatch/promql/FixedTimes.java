package io.meshwatch.promql;

import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.List;

/**
 * Pins an expression to one moment by adding {@code @ TIME} to every selector that has none: what it then answers must not depend
 * on when it is asked. Within a subquery only the subquery is pinned.
 */
final class FixedTimes {
  private final At.Timestamp at;

  private FixedTimes(long millis) {
    this.at = new At.Timestamp(millis);
  }

  /** The pinned expression; ask {@link #isPossible} first. */
  static Expr pinned(Expr expr, long millis) {
    return new FixedTimes(millis).pin(expr);
  }

  /** Whether no function in the expression looks at the time of evaluation itself. */
  static boolean isPossible(Expr expr) {
    boolean free = !(expr instanceof Expr.Call call && Plan.dependsOnTime(call));
    return free && Selectors.children(expr).stream().allMatch(FixedTimes::isPossible);
  }

  private Expr pin(Expr expr) {
    return switch (expr) {
      case VectorSelector selector -> selector(selector);
      case MatrixSelector matrix -> new MatrixSelector(selector(matrix.selector()), matrix.range(), matrix.position());
      case Subquery subquery ->
        new Subquery(subquery.expr(), subquery.range(), subquery.step(), time(subquery.time()), subquery.position());
      case Expr.Call call -> new Expr.Call(call.function(), all(call.arguments()), call.position());
      case Expr.Aggregate aggregate -> {
        Expr parameter = aggregate.parameter();
        yield new Expr.Aggregate(aggregate.op(), pin(aggregate.expr()), parameter == null ? null : pin(parameter), aggregate.grouping(),
            aggregate.without(), aggregate.position());
      }
      case Expr.Binary binary -> new Expr.Binary(binary.op(), pin(binary.left()), pin(binary.right()), binary.matching(),
          binary.returnBool(), binary.position());
      case Expr.Unary unary -> new Expr.Unary(unary.negative(), pin(unary.expr()), unary.position());
      case Expr.Paren paren -> new Expr.Paren(pin(paren.expr()), paren.position());
      case Expr.NumberLiteral number -> number;
      case Expr.StringLiteral string -> string;
    };
  }

  private List<Expr> all(List<Expr> exprs) {
    return exprs.stream().map(this::pin).toList();
  }

  private VectorSelector selector(VectorSelector selector) {
    return new VectorSelector(selector.name(), selector.matchers(), time(selector.time()), selector.modifier(), selector.position());
  }

  private TimeShift time(TimeShift time) {
    return time.at() == null ? new TimeShift(time.offset(), at) : time;
  }
}
