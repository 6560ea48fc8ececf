package io.meshwatch.promql;

import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorSelector;
import org.jspecify.annotations.Nullable;

/** Puts {@code offset}, {@code @}, {@code anchored} and {@code smoothed} into the selector or subquery they stand behind. */
final class TimeShifts {
  private TimeShifts() {}

  static Expr offset(TokenReader in, Expr expr, DurationExpr offset) {
    TimeShift old = timeOf(expr);
    if (old == null) {
      throw in.error(expr.position(),
          "offset modifier must be preceded by an instant vector selector or range vector selector or a subquery");
    }
    if (old.offset() != null) {
      throw in.error(expr.position(), "offset may not be set multiple times");
    }
    return with(expr, new TimeShift(offset, old.at()), offset.position().end());
  }

  static Expr at(TokenReader in, Expr expr, At at) {
    TimeShift old = timeOf(expr);
    if (old == null) {
      throw in.error(expr.position(),
          "@ modifier must be preceded by an instant vector selector or range vector selector or a subquery");
    }
    if (old.at() != null) {
      throw in.error(expr.position(), "@ <timestamp> may not be set multiple times");
    }
    return with(expr, new TimeShift(old.offset(), at), expr.position().end());
  }

  private static @Nullable TimeShift timeOf(Expr expr) {
    return switch (expr) {
      case VectorSelector selector -> selector.time();
      case MatrixSelector matrix -> matrix.selector().time();
      case Subquery subquery -> subquery.time();
      case Expr.NumberLiteral n -> null;
      case Expr.StringLiteral s -> null;
      case Expr.Call c -> null;
      case Expr.Aggregate a -> null;
      case Expr.Binary b -> null;
      case Expr.Unary u -> null;
      case Expr.Paren p -> null;
    };
  }

  private static Expr with(Expr expr, TimeShift time, int end) {
    Position position = new Position(expr.position().start(), end);
    if (expr instanceof VectorSelector s) {
      return new VectorSelector(s.name(), s.matchers(), time, s.modifier(), position);
    }
    if (expr instanceof MatrixSelector m) {
      VectorSelector s = m.selector();
      return new MatrixSelector(new VectorSelector(s.name(), s.matchers(), time, s.modifier(), s.position()), m.range(), position);
    }
    if (expr instanceof Subquery q) {
      return new Subquery(q.expr(), q.range(), q.step(), time, position);
    }
    return expr;
  }

  static Expr extend(TokenReader in, Expr expr, RangeModifier modifier, int end) {
    VectorSelector selector = expr instanceof MatrixSelector m ? m.selector() : expr instanceof VectorSelector s ? s : null;
    if (selector == null) {
      throw in.error(expr.position(), word(modifier) + " modifier must be preceded by an instant or range vector selector");
    }
    if (selector.modifier() != RangeModifier.NONE) {
      throw in.error(expr.position(), selector.modifier() == modifier
          ? word(modifier) + " modifier may not be set multiple times"
          : "anchored and smoothed modifiers cannot be used together");
    }
    VectorSelector extended = new VectorSelector(selector.name(), selector.matchers(), selector.time(), modifier, selector.position());
    Position position = new Position(expr.position().start(), end);
    if (expr instanceof MatrixSelector m) {
      return new MatrixSelector(extended, m.range(), position);
    }
    return new VectorSelector(selector.name(), selector.matchers(), selector.time(), modifier, position);
  }

  private static String word(RangeModifier modifier) {
    return modifier == RangeModifier.ANCHORED ? "anchored" : "smoothed";
  }
}
