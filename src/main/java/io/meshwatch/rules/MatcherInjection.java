package io.meshwatch.rules;

import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Adds conditions to every selector of an expression. */
final class MatcherInjection {
  private final List<Matcher> matchers;

  MatcherInjection(List<Matcher> matchers) {
    this.matchers = matchers;
  }

  Expr apply(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number -> number;
      case Expr.StringLiteral text -> text;
      case Expr.VectorSelector selector -> selector(selector);
      case Expr.MatrixSelector matrix -> new Expr.MatrixSelector(selector(matrix.selector()), matrix.range(), matrix.position());
      case Expr.Subquery subquery ->
          new Expr.Subquery(apply(subquery.expr()), subquery.range(), subquery.step(), subquery.time(), subquery.position());
      case Expr.Call call -> new Expr.Call(call.function(), call.arguments().stream().map(this::apply).toList(), call.position());
      case Expr.Aggregate aggregate -> new Expr.Aggregate(aggregate.op(), apply(aggregate.expr()), orNull(aggregate.parameter()),
          aggregate.grouping(), aggregate.without(), aggregate.position());
      case Expr.Binary binary -> new Expr.Binary(binary.op(), apply(binary.left()), apply(binary.right()), binary.matching(),
          binary.returnBool(), binary.position());
      case Expr.Unary unary -> new Expr.Unary(unary.negative(), apply(unary.expr()), unary.position());
      case Expr.Paren paren -> new Expr.Paren(apply(paren.expr()), paren.position());
    };
  }

  private @Nullable Expr orNull(@Nullable Expr expr) {
    return expr == null ? null : apply(expr);
  }

  private Expr.VectorSelector selector(Expr.VectorSelector selector) {
    List<Matcher> all = new ArrayList<>(selector.matchers());
    all.addAll(matchers);
    return new Expr.VectorSelector(selector.name(), all, selector.time(), selector.modifier(), selector.position());
  }
}
