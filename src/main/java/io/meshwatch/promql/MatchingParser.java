package io.meshwatch.promql;

import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.VectorMatching;
import io.meshwatch.promql.Token.Kind;
import java.util.List;

/** Reads how two sides of an operator are matched: {@code on (job) group_left (version) fill (0)}. Confined to its parser. */
final class MatchingParser {
  private final TokenReader in;
  private final SelectorParser selectors;
  private final ParserOptions options;

  MatchingParser(TokenReader in, SelectorParser selectors, ParserOptions options) {
    this.in = in;
    this.selectors = selectors;
    this.options = options;
  }

  /** What stands between a binary operator and its right side. */
  VectorMatching vectorMatching(BinaryOp op) {
    boolean on = in.peek().is(Kind.KEYWORD, "on");
    List<String> labels = List.of();
    Cardinality cardinality = op.isSetOperator() ? Cardinality.MANY_TO_MANY : Cardinality.ONE_TO_ONE;
    List<String> include = List.of();
    if (on || in.peek().is(Kind.KEYWORD, "ignoring")) {
      in.next();
      labels = selectors.groupingLabels();
      if (in.peek().is(Kind.KEYWORD, "group_left") || in.peek().is(Kind.KEYWORD, "group_right")) {
        cardinality = in.next().text().equalsIgnoreCase("group_left") ? Cardinality.MANY_TO_ONE : Cardinality.ONE_TO_MANY;
        include = in.peek().kind() == Kind.LEFT_PAREN ? selectors.groupingLabels() : List.of();
      }
    }
    Double fillLeft = null;
    Double fillRight = null;
    while (isFill(in.peek()) && in.peek(1).kind() == Kind.LEFT_PAREN) {
      Token word = in.next();
      if (!options.fillModifiers()) {
        throw in.error(word.position(), "fill modifiers are experimental and not enabled");
      }
      in.next();
      double value = signedNumber();
      in.expect(Kind.RIGHT_PAREN, "fill modifier", "\")\"");
      fillLeft = word.is(Kind.KEYWORD, "fill_right") ? fillLeft : Double.valueOf(value);
      fillRight = word.is(Kind.KEYWORD, "fill_left") ? fillRight : Double.valueOf(value);
    }
    return new VectorMatching(cardinality, on, labels, include, fillLeft, fillRight);
  }

  private static boolean isFill(Token token) {
    return token.is(Kind.KEYWORD, "fill") || token.is(Kind.KEYWORD, "fill_left") || token.is(Kind.KEYWORD, "fill_right");
  }

  private double signedNumber() {
    boolean negative = in.peek().isSign() && in.next().text().equals("-");
    Token number = in.expect(Kind.NUMBER, "fill modifier", "number");
    double value = in.number(number);
    return negative ? -value : value;
  }
}
