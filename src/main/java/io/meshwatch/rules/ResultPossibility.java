package io.meshwatch.rules;

import io.meshwatch.model.Matcher;
import io.meshwatch.promql.BinaryOp;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ValueType;
import java.util.List;
import java.util.function.Predicate;

/** Whether an expression can have a result at all, knowing which selectors find series: {@code absent(x)} can when {@code x} finds nothing. */
final class ResultPossibility {
  private final Predicate<List<Matcher>> findsSeries;

  ResultPossibility(Predicate<List<Matcher>> findsSeries) {
    this.findsSeries = findsSeries;
  }

  boolean of(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number -> true;
      case Expr.StringLiteral text -> true;
      case Expr.VectorSelector selector -> findsSeries.test(selector.matchers());
      case Expr.MatrixSelector matrix -> of(matrix.selector());
      case Expr.Subquery subquery -> of(subquery.expr());
      case Expr.Call call -> ofCall(call);
      case Expr.Aggregate aggregate -> of(aggregate.expr());
      case Expr.Binary binary when binary.op() == BinaryOp.OR -> of(binary.left()) || of(binary.right());
      case Expr.Binary binary when binary.op() == BinaryOp.UNLESS -> of(binary.left());
      case Expr.Binary binary when fills(binary) -> of(binary.left()) || of(binary.right());
      case Expr.Binary binary -> of(binary.left()) && of(binary.right());
      case Expr.Unary unary -> of(unary.expr());
      case Expr.Paren paren -> of(paren.expr());
    };
  }

  /** Whether it takes a number where one side has no series. */
  private static boolean fills(Expr.Binary binary) {
    Expr.VectorMatching matching = binary.matching();
    return matching != null && (matching.fillLeft() != null || matching.fillRight() != null);
  }

  /** What gives a scalar always has a value, and absence is a result too. */
  private boolean ofCall(Expr.Call call) {
    boolean always = call.type() == ValueType.SCALAR || call.function().name().startsWith("absent");
    return always || call.arguments().stream().allMatch(this::of);
  }
}
