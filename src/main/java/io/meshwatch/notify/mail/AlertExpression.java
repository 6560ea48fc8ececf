package io.meshwatch.notify.mail;

import io.meshwatch.model.Alert;
import io.meshwatch.promql.BinaryOp;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.ValueType;
import java.net.URI;
import java.net.URISyntaxException;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.OptionalDouble;

/**
 * What an alert's expression compares: in {@code a / b > 0.9 and c} the part {@code a / b} with 0.9. It is read from the link to the
 * expression, so alerts of other Prometheus-compatible servers have it too.
 *
 * @param compared PromQL of the part whose value is compared
 * @param operator such as {@code >}
 * @param threshold the number it is compared with; empty if that is no number
 */
public record AlertExpression(String compared, String operator, OptionalDouble threshold) {
  /** The comparison that decides, or empty if the link has no expression or nothing is compared. */
  public static Optional<AlertExpression> of(Alert alert) {
    return query(alert.generatorUrl()).flatMap(text -> {
      try {
        return comparison(Parser.parse(text), text);
      } catch (ParseException e) {
        return Optional.empty();
      }
    });
  }

  private static Optional<String> query(String url) {
    try {
      String query = new URI(url).getRawQuery();
      for (String part : query == null ? new String[0] : query.split("&", -1)) {
        if (part.startsWith("g0.expr=") || part.startsWith("expr=")) {
          return Optional.of(URLDecoder.decode(part.substring(part.indexOf('=') + 1), StandardCharsets.UTF_8));
        }
      }
      return Optional.empty();
    } catch (URISyntaxException | IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private static Optional<AlertExpression> comparison(Expr expr, String text) {
    return switch (expr) {
      case Expr.Paren paren -> comparison(paren.expr(), text);
      case Expr.Binary binary when binary.op() == BinaryOp.AND || binary.op() == BinaryOp.UNLESS -> comparison(binary.left(), text);
      case Expr.Binary binary when binary.op().isComparison() && !binary.returnBool() && binary.type() == ValueType.VECTOR -> {
        boolean turned = binary.left().type() == ValueType.SCALAR;
        Expr compared = turned ? binary.right() : binary.left();
        OptionalDouble number = number(turned ? binary.left() : binary.right());
        yield Optional.of(new AlertExpression(
            text.substring(compared.position().start(), compared.position().end()), turned ? turned(binary.op()) : binary.op().text(), number));
      }
      default -> Optional.empty();
    };
  }

  private static OptionalDouble number(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral literal -> OptionalDouble.of(literal.value());
      case Expr.Paren paren -> number(paren.expr());
      case Expr.Unary unary -> {
        OptionalDouble inner = number(unary.expr());
        yield inner.isPresent() && unary.negative() ? OptionalDouble.of(-inner.getAsDouble()) : inner;
      }
      default -> OptionalDouble.empty();
    };
  }

  /** {@code 5 < x} reads as {@code x > 5}. */
  private static String turned(BinaryOp operator) {
    return switch (operator) {
      case LESS -> ">";
      case LESS_OR_EQUAL -> ">=";
      case GREATER -> "<";
      case GREATER_OR_EQUAL -> "<=";
      default -> operator.text();
    };
  }
}
