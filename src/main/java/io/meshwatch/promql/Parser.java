package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.NumberLiteral;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorMatching;
import io.meshwatch.promql.Expr.VectorSelector;
import io.meshwatch.promql.Token.Kind;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Reads PromQL: precedence climbing over the lexer's tokens, one method for each form of the language. Syntax errors are thrown
 * where they stand. Type errors are remembered and thrown at the end, because a syntax error further on is reported before
 * them, as Prometheus does.
 *
 * <p>Parentheses and calls nest at most {@value #NESTING_MAX} levels, and the tree (where a chain of binary operators counts one
 * level for each operator) is at most {@value #HEIGHT_MAX} levels high, so that neither this parser nor anything that walks the
 * tree can run out of stack.
 */
public final class Parser {
  /** Most expressions that may be open at once while reading. */
  public static final int NESTING_MAX = 200;

  /** Most levels of the tree; a chain of binary operators counts one level for each operator. */
  public static final int HEIGHT_MAX = 500;

  /** Longest expression, in characters. */
  public static final int CHARACTERS_MAX = 1 << 20;

  private final String input;
  private final ParserOptions options;
  private final TokenReader in;
  private final TypeCheck types;
  private final SelectorParser selectors;
  private final DurationParser durations;
  private final MatchingParser matchings;

  /** Levels of the expression that was read last. */
  private int height;

  private Parser(String input, ParserOptions options) {
    this.input = input;
    this.options = options;
    this.in = new TokenReader(input);
    this.types = new TypeCheck(input);
    this.selectors = new SelectorParser(in, types);
    this.durations = new DurationParser(in);
    this.matchings = new MatchingParser(in, selectors, options);
  }

  /** Reads an expression with every part of the language switched on. */
  public static Expr parse(String input) {
    return parse(input, ParserOptions.ALL);
  }

  /**
   * Reads an expression.
   *
   * @throws ParseException with the first mistake
   */
  public static Expr parse(String input, ParserOptions options) {
    if (input.length() > CHARACTERS_MAX) {
      throw ParseException.at(input, new Position(0, 0),
          "expression has " + input.length() + " characters, at most " + CHARACTERS_MAX + " are allowed");
    }
    return new Parser(input, options).whole();
  }

  /** Reads a lone selector such as {@code up{job="a"}}, also one that matches everything: what the HTTP API takes as {@code match[]}. */
  public static List<Matcher> parseSelector(String input) {
    Parser parser = new Parser(input, ParserOptions.ALL);
    boolean begins = switch (parser.in.peek().kind()) {
      case LEFT_BRACE, METRIC_IDENTIFIER, IDENTIFIER, AGGREGATE -> true;
      default -> SelectorParser.mayNameMetric(parser.in.peek());
    };
    if (!begins) {
      throw parser.in.unexpected("", "");
    }
    List<Matcher> matchers = parser.selectors.vectorSelector().matchers();
    if (parser.in.peek().kind() != Kind.END) {
      throw parser.in.unexpected("", "");
    }
    return matchers;
  }

  /** Reads the labels of one series, {@code name{a="b"}}, for notations that list series. */
  static Labels parseMetric(String input) {
    Parser parser = new Parser(input, ParserOptions.ALL);
    Labels.Builder labels = Labels.builder();
    Token first = parser.in.peek();
    if (first.kind() != Kind.LEFT_BRACE) {
      labels.set(Labels.METRIC_NAME, parser.in.next().text());
    }
    if (parser.in.peek().kind() == Kind.LEFT_BRACE) {
      for (Matcher matcher : parser.selectors.braces()) {
        if (matcher.op() != Matcher.Op.EQUAL) {
          throw ParseException.at(input, first.position(), "a series has only labels with \"=\", got " + matcher);
        }
        labels.set(matcher.name(), matcher.value());
      }
      String name = parser.selectors.loneName();
      if (name != null) {
        labels.set(Labels.METRIC_NAME, name);
      }
    }
    if (parser.in.peek().kind() != Kind.END) {
      throw parser.in.unexpected("series description", "end of input");
    }
    return labels.build();
  }

  private Expr whole() {
    if (in.peek().kind() == Kind.END) {
      throw in.error(new Position(0, 0), "no expression found in input");
    }
    Expr expr = expression(0);
    if (in.peek().kind() != Kind.END) {
      throw in.unexpected("", "");
    }
    types.throwFirst();
    return expr;
  }

  // Operators

  private Expr expression(int precedenceMin) {
    in.enter(in.peek().position());
    Expr left = unary();
    int leftHeight = height;
    while (true) {
      BinaryOp op = in.peek().kind() == Kind.OPERATOR ? BinaryOp.find(in.peek().text()) : null;
      if (op == null || op.precedence() < precedenceMin) {
        break;
      }
      Token operator = in.next();
      boolean returnBool = in.acceptKeyword("bool");
      VectorMatching matching = matchings.vectorMatching(op);
      Expr right = expression(op == BinaryOp.POWER ? op.precedence() : op.precedence() + 1);
      leftHeight = in.deeper(Math.max(leftHeight, height), operator.position());
      left = types.binary(op, left, right, matching, returnBool, operatorPosition(left, right));
    }
    height = leftHeight;
    in.leave(1);
    return left;
  }

  /** From the operator to the end of its modifiers. */
  private Position operatorPosition(Expr left, Expr right) {
    int start = left.position().end();
    int end = right.position().start();
    while (start < end && Character.isWhitespace(input.charAt(start))) {
      start++;
    }
    while (end > start && Character.isWhitespace(input.charAt(end - 1))) {
      end--;
    }
    return new Position(start, end);
  }

  private Expr unary() {
    if (!in.peek().isSign()) {
      return postfix(primary());
    }
    Token sign = in.next();
    boolean negative = sign.text().equals("-");
    Expr operand = expression(BinaryOp.POWER.precedence());
    Position position = new Position(sign.start(), operand.position().end());
    if (operand instanceof NumberLiteral number) {
      return new NumberLiteral(negative ? -number.value() : number.value(), number.writtenAsDuration(), position);
    }
    height = in.deeper(height, position);
    return types.unary(negative, operand, position);
  }

  // Operands

  private Expr primary() {
    Token token = in.peek();
    return switch (token.kind()) {
      case NUMBER -> leaf(new NumberLiteral(in.number(in.next()), false, token.position()));
      case DURATION -> leaf(new NumberLiteral(in.seconds(in.next()), true, token.position()));
      case STRING -> leaf(new Expr.StringLiteral(StringLiterals.unquote(in.next().text()), token.position()));
      case LEFT_PAREN -> paren();
      case LEFT_BRACE, METRIC_IDENTIFIER -> leaf(selectors.vectorSelector());
      case IDENTIFIER -> in.peek(1).kind() == Kind.LEFT_PAREN ? call() : leaf(selectors.vectorSelector());
      case AGGREGATE -> isAggregation() ? aggregation() : leaf(selectors.vectorSelector());
      case KEYWORD, OPERATOR -> {
        if (!SelectorParser.mayNameMetric(token)) {
          throw in.unexpected("", "");
        }
        yield leaf(selectors.vectorSelector());
      }
      case END, ERROR, MATCH_OPERATOR, RIGHT_PAREN, RIGHT_BRACE, LEFT_BRACKET, RIGHT_BRACKET, COMMA, COLON -> throw in.unexpected("", "");
    };
  }

  private Expr leaf(Expr expr) {
    height = 1;
    return expr;
  }

  private Expr paren() {
    Token left = in.next();
    Expr inner = expression(0);
    Token right = in.expect(Kind.RIGHT_PAREN, "", "");
    height = in.deeper(height, left.position());
    return new Expr.Paren(inner, new Position(left.start(), right.end()));
  }

  private Expr call() {
    Token name = in.next();
    Function function = Functions.find(name.text());
    if (function != null && function.name().equals("info")) {
      types.enterInfo();
    }
    List<Expr> arguments = arguments();
    // What is wrong within the parentheses is said before what is wrong with the name.
    if (function == null) {
      throw in.error(name.position(), "unknown function with name " + Names.quote(name.text()));
    }
    if (function.experimental() && !options.experimentalFunctions()) {
      throw in.error(name.position(), "function " + Names.quote(name.text()) + " is not enabled");
    }
    Position position = new Position(name.start(), in.previous().end());
    height = in.deeper(height, position);
    return types.call(function, arguments, position);
  }

  /** {@code (a, b, …)}; leaves the greatest height of the arguments. */
  private List<Expr> arguments() {
    in.expect(Kind.LEFT_PAREN, "", "");
    List<Expr> arguments = new ArrayList<>();
    int heightMax = 0;
    while (in.peek().kind() != Kind.RIGHT_PAREN) {
      arguments.add(expression(0));
      heightMax = Math.max(heightMax, height);
      if (in.peek().kind() == Kind.RIGHT_PAREN) {
        break;
      }
      Token comma = in.expect(Kind.COMMA, "", "");
      if (in.peek().kind() == Kind.RIGHT_PAREN) {
        throw in.error(comma.position(), "trailing commas not allowed in function call args");
      }
    }
    in.next();
    height = heightMax;
    return arguments;
  }

  private boolean isAggregation() {
    Token after = in.peek(1);
    return after.kind() == Kind.LEFT_PAREN || after.is(Kind.KEYWORD, "by") || after.is(Kind.KEYWORD, "without")
        || (after.kind() == Kind.IDENTIFIER);
  }

  private Expr aggregation() {
    Token name = in.next();
    AggregateOp op = AggregateOp.find(name.text());
    if (op == null) {
      throw in.unexpected("", "");
    }
    if (op.experimental() && !options.experimentalFunctions()) {
      throw in.error(name.position(), op.text() + "() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
    }
    boolean without = false;
    List<String> grouping = List.of();
    boolean modified = isGrouping(in.peek());
    if (modified) {
      without = in.next().is(Kind.KEYWORD, "without");
      grouping = selectors.groupingLabels();
    }
    if (in.peek().kind() != Kind.LEFT_PAREN) {
      throw in.unexpected("", "");
    }
    List<Expr> arguments = arguments();
    int argumentsHeight = height;
    if (!modified && isGrouping(in.peek())) {
      without = in.next().is(Kind.KEYWORD, "without");
      grouping = selectors.groupingLabels();
    }
    Position position = new Position(name.start(), in.previous().end());
    height = in.deeper(argumentsHeight, position);
    int expected = op.takesParameter() ? 2 : 1;
    if (arguments.isEmpty()) {
      throw in.error(position, "no arguments for aggregate expression provided");
    }
    if (arguments.size() != expected) {
      throw in.error(position, "wrong number of arguments for aggregate expression provided, expected " + expected + ", got " + arguments.size());
    }
    return types.aggregate(op, arguments, grouping, without, position);
  }

  private static boolean isGrouping(Token token) {
    return token.is(Kind.KEYWORD, "by") || token.is(Kind.KEYWORD, "without");
  }

  /** Ranges, subqueries, offset, @, anchored and smoothed behind an operand; they bind stronger than any operator. */
  private Expr postfix(Expr operand) {
    Expr expr = operand;
    while (true) {
      Token token = in.peek();
      if (token.kind() == Kind.LEFT_BRACKET) {
        expr = brackets(expr);
      } else if (token.is(Kind.KEYWORD, "offset")) {
        in.next();
        expr = TimeShifts.offset(in, expr, durations.offset());
      } else if (token.is(Kind.OPERATOR, "@")) {
        in.next();
        expr = TimeShifts.at(in, expr, atTime(expr));
      } else if (token.is(Kind.KEYWORD, "anchored") || token.is(Kind.KEYWORD, "smoothed")) {
        in.next();
        expr = extended(expr, token);
      } else {
        return expr;
      }
    }
  }

  private Expr extended(Expr expr, Token word) {
    if (!options.extendedRangeSelectors()) {
      throw in.error(word.position(), word.text() + " modifier is experimental and not enabled");
    }
    return TimeShifts.extend(in, expr,
        word.is(Kind.KEYWORD, "anchored") ? RangeModifier.ANCHORED : RangeModifier.SMOOTHED, word.end());
  }

  private Expr brackets(Expr operand) {
    Token left = in.next();
    DurationExpr range = durations.duration("subquery or range selector");
    durations.checkRange(range);
    if (in.peek().kind() == Kind.COLON) {
      in.next();
      DurationExpr step = in.peek().kind() == Kind.RIGHT_BRACKET ? null : durations.duration("subquery selector");
      if (step != null) {
        durations.checkRange(step);
      }
      Token right = in.expect(Kind.RIGHT_BRACKET, "subquery selector", "\"]\"");
      Position position = new Position(operand.position().start(), right.end());
      height = in.deeper(height, position);
      types.subquery(operand, position);
      return new Subquery(operand, range, step, TimeShift.NONE, position);
    }
    Token right = in.expect(Kind.RIGHT_BRACKET, "subquery or range", "\":\" or \"]\"");
    Position brackets = new Position(left.start(), right.end());
    if (!(operand instanceof VectorSelector selector)) {
      throw in.error(brackets, "ranges only allowed for vector selectors");
    }
    if (selector.time().offset() != null) {
      throw in.error(brackets, "no offset modifiers allowed before range");
    }
    if (selector.time().at() != null) {
      throw in.error(brackets, "no @ modifiers allowed before range");
    }
    return leaf(new MatrixSelector(selector, range, new Position(operand.position().start(), right.end())));
  }

  private At atTime(Expr operand) {
    Token token = in.peek();
    if ((token.is(Kind.IDENTIFIER, "start") || token.is(Kind.IDENTIFIER, "end")) && in.peek(1).kind() == Kind.LEFT_PAREN) {
      in.next();
      in.next();
      in.expect(Kind.RIGHT_PAREN, "@", "\")\"");
      return token.is(Kind.IDENTIFIER, "start") ? new At.Start() : new At.End();
    }
    boolean negative = token.isSign() && in.next().text().equals("-");
    Token value = in.peek();
    if (value.kind() != Kind.NUMBER && value.kind() != Kind.DURATION) {
      throw in.unexpected("@", "timestamp");
    }
    in.next();
    double seconds = (negative ? -1 : 1) * (value.kind() == Kind.NUMBER ? in.number(value) : in.seconds(value));
    if (!(Math.abs(seconds) * 1000 < Long.MAX_VALUE)) {
      throw in.error(operand.position(), "timestamp out of bounds for @ modifier: " + NumberText.plain(seconds));
    }
    return new At.Timestamp(Math.round(seconds * 1000));
  }
}
