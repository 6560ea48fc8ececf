package io.meshwatch.rules;

import io.meshwatch.promql.BinaryOp;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ValueType;
import org.jspecify.annotations.Nullable;

/** Finds in {@code a / b > 0.9 and c} the part {@code a / b}: its value is what a resolved alert shows. */
final class ComparedExpression {
  private ComparedExpression() {}

  /** The text of the part that is compared, or null if the expression is not of this kind. */
  static @Nullable String of(Expr expr, String text) {
    return switch (expr) {
      case Expr.Paren paren -> of(paren.expr(), text);
      case Expr.Binary binary when binary.op() == BinaryOp.AND || binary.op() == BinaryOp.UNLESS -> of(binary.left(), text);
      case Expr.Binary binary when binary.op().isComparison() && !binary.returnBool() -> {
        Expr compared = binary.left().type() == ValueType.SCALAR ? binary.right() : binary.left();
        yield compared.type() == ValueType.VECTOR ? text.substring(compared.position().start(), compared.position().end()) : null;
      }
      default -> null;
    };
  }
}
