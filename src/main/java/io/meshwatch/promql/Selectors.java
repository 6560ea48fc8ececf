package io.meshwatch.promql;

import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Consumer;

/** Walks expressions. */
public final class Selectors {
  private Selectors() {}

  /** The conditions of all selectors in an expression, in the order of the text. */
  public static List<List<Matcher>> of(Expr expr) {
    List<List<Matcher>> selectors = new ArrayList<>();
    visit(expr, node -> {
      if (node instanceof VectorSelector selector) {
        selectors.add(selector.matchers());
      }
    });
    return selectors;
  }

  /** Calls the visitor for an expression and everything within, parents first, left before right. */
  public static void visit(Expr expr, Consumer<Expr> visitor) {
    visitor.accept(expr);
    children(expr).forEach(child -> visit(child, visitor));
  }

  /** The direct parts of an expression, left to right. */
  public static List<Expr> children(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral n -> List.of();
      case Expr.StringLiteral s -> List.of();
      case VectorSelector s -> List.of();
      case Expr.MatrixSelector matrix -> List.of(matrix.selector());
      case Expr.Subquery subquery -> List.of(subquery.expr());
      case Expr.Call call -> call.arguments();
      case Expr.Aggregate aggregate -> {
        Expr parameter = aggregate.parameter();
        yield parameter == null ? List.of(aggregate.expr()) : List.of(parameter, aggregate.expr());
      }
      case Expr.Binary binary -> List.of(binary.left(), binary.right());
      case Expr.Unary unary -> List.of(unary.expr());
      case Expr.Paren paren -> List.of(paren.expr());
    };
  }
}
