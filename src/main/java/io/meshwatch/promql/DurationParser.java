package io.meshwatch.promql;

import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Token.Kind;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads durations and the arithmetic with them, {@code 5m}, {@code 2 * 1h}, {@code max_of(step(), 1m)}. Confined to its parser. */
final class DurationParser {
  private static final String EXPECTED = "number, duration, step(), or range()";
  private static final double SECONDS_MAX = Long.MAX_VALUE / 1e9;

  private final TokenReader in;

  DurationParser(TokenReader in) {
    this.in = in;
  }

  /** What may follow {@code offset}: a signed literal, a function or something in parentheses. */
  DurationExpr offset() {
    Token sign = in.peek();
    if (sign.isSign()) {
      in.next();
      DurationExpr operand = durationOperand("offset");
      if (operand instanceof DurationExpr.Literal literal) {
        double seconds = sign.text().equals("-") ? -literal.seconds() : literal.seconds();
        return new DurationExpr.Literal(seconds, literal.writtenAsNumber(), new Position(sign.start(), literal.position().end()));
      }
      return sign.text().equals("+") ? operand
          : new DurationExpr.Negate(operand, false, new Position(sign.start(), operand.position().end()));
    }
    return durationOperand("offset");
  }

  /** A duration where a range or a step stands. */
  DurationExpr duration(String context) {
    return durationOf(context, 0);
  }

  private DurationExpr durationOf(String context, int precedenceMin) {
    in.enter(in.peek().position());
    int links = 1;
    DurationExpr left = signedDuration(context);
    while (in.peek().kind() == Kind.OPERATOR) {
      BinaryOp op = BinaryOp.find(in.peek().text());
      if (op == null || op.precedence() < BinaryOp.ADD.precedence() || op == BinaryOp.ATAN2 || op.precedence() < precedenceMin) {
        break;
      }
      Token operator = in.next();
      DurationExpr right = durationOf(context, op == BinaryOp.POWER ? op.precedence() : op.precedence() + 1);
      if ((op == BinaryOp.DIVIDE || op == BinaryOp.MODULO) && right instanceof DurationExpr.Literal zero && zero.seconds() == 0) {
        throw in.error(operator.position(), op == BinaryOp.DIVIDE ? "division by zero" : "modulo by zero");
      }
      left = new DurationExpr.Arithmetic(op, left, right, new Position(left.position().start(), right.position().end()));
      links++;
      in.enter(operator.position());
    }
    in.leave(links);
    return left;
  }

  private DurationExpr signedDuration(String context) {
    Token sign = in.peek();
    if (!sign.isSign()) {
      return durationOperand(context);
    }
    in.next();
    DurationExpr operand = durationOf(context, BinaryOp.POWER.precedence());
    boolean plus = sign.text().equals("+");
    return plus ? operand : new DurationExpr.Negate(operand, false, new Position(sign.start(), operand.position().end()));
  }

  private DurationExpr durationOperand(String context) {
    Token token = in.peek();
    if (token.kind() == Kind.NUMBER || token.kind() == Kind.DURATION) {
      in.next();
      double seconds = token.kind() == Kind.NUMBER ? in.number(token) : in.seconds(token);
      if (!(Math.abs(seconds) <= SECONDS_MAX)) {
        throw in.error(token.position(), "duration out of range");
      }
      return new DurationExpr.Literal(seconds, token.kind() == Kind.NUMBER, token.position());
    }
    if (token.kind() == Kind.LEFT_PAREN) {
      in.next();
      DurationExpr inner = duration(context);
      Token right = in.expect(Kind.RIGHT_PAREN, context, "\")\"");
      return new DurationExpr.Parenthesised(inner, new Position(token.start(), right.end()));
    }
    if (token.kind() == Kind.IDENTIFIER && in.peek(1).kind() == Kind.LEFT_PAREN) {
      DurationExpr function = durationFunction(token, context);
      if (function != null) {
        return function;
      }
    }
    throw in.unexpected(context, EXPECTED);
  }

  private @Nullable DurationExpr durationFunction(Token name, String context) {
    String word = name.text().toLowerCase(Locale.ROOT);
    if (word.equals("step") || word.equals("range")) {
      in.next();
      in.next();
      Token right = in.expect(Kind.RIGHT_PAREN, context, "\")\"");
      Position position = new Position(name.start(), right.end());
      return word.equals("step") ? new DurationExpr.Step(position) : new DurationExpr.Range(position);
    }
    if (!word.equals("min_of") && !word.equals("max_of")) {
      return null;
    }
    in.next();
    in.next();
    DurationExpr left = duration(context);
    in.expect(Kind.COMMA, context, "\",\"");
    DurationExpr right = duration(context);
    Token end = in.expect(Kind.RIGHT_PAREN, context, "\")\"");
    return new DurationExpr.Extreme(word.equals("max_of"), left, right, new Position(name.start(), end.end()));
  }

  /** A range that is known now must be positive; one that is computed is checked when the query runs. */
  void checkRange(DurationExpr range) {
    if (range instanceof DurationExpr.Literal literal && Math.round(literal.seconds() * 1000) <= 0) {
      throw in.error(literal.position(), "duration must be greater than 0");
    }
  }
}
