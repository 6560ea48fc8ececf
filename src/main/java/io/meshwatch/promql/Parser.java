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

  private static final String DURATION_EXPECTED = "number, duration, step(), or range()";
  private static final double SECONDS_MAX = Long.MAX_VALUE / 1e9;

  private final String input;
  private final ParserOptions options;
  private final List<Token> tokens;
  private final TypeCheck types;
  private int at;
  private int open;

  /** Levels of the expression that was read last. */
  private int height;

  /** The metric's name, if it stood as a lone string in the braces that were read last. */
  private @Nullable String loneName;

  private Parser(String input, ParserOptions options) {
    this.input = input;
    this.options = options;
    this.tokens = Lexer.tokens(input);
    this.types = new TypeCheck(input);
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
    boolean begins = switch (parser.peek().kind()) {
      case LEFT_BRACE, METRIC_IDENTIFIER, IDENTIFIER, AGGREGATE -> true;
      default -> mayNameMetric(parser.peek());
    };
    if (!begins) {
      throw parser.unexpected("", "");
    }
    List<Matcher> matchers = parser.vectorSelector().matchers();
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected("", "");
    }
    return matchers;
  }

  /** Reads the labels of one series, {@code name{a="b"}}, for notations that list series. */
  static Labels parseMetric(String input) {
    Parser parser = new Parser(input, ParserOptions.ALL);
    Labels.Builder labels = Labels.builder();
    Token first = parser.peek();
    if (first.kind() != Kind.LEFT_BRACE) {
      labels.set(Labels.METRIC_NAME, parser.next().text());
    }
    if (parser.peek().kind() == Kind.LEFT_BRACE) {
      for (Matcher matcher : parser.braces()) {
        if (matcher.op() != Matcher.Op.EQUAL) {
          throw ParseException.at(input, first.position(), "a series has only labels with \"=\", got " + matcher);
        }
        labels.set(matcher.name(), matcher.value());
      }
      String name = parser.loneName;
      if (name != null) {
        labels.set(Labels.METRIC_NAME, name);
      }
    }
    if (parser.peek().kind() != Kind.END) {
      throw parser.unexpected("series description", "end of input");
    }
    return labels.build();
  }

  private Expr whole() {
    if (peek().kind() == Kind.END) {
      throw error(new Position(0, 0), "no expression found in input");
    }
    Expr expr = expression(0);
    if (peek().kind() != Kind.END) {
      throw unexpected("", "");
    }
    types.throwFirst();
    return expr;
  }

  // Operators

  private Expr expression(int precedenceMin) {
    enter(peek().position());
    Expr left = unary();
    int leftHeight = height;
    while (true) {
      BinaryOp op = peek().kind() == Kind.OPERATOR ? BinaryOp.find(peek().text()) : null;
      if (op == null || op.precedence() < precedenceMin) {
        break;
      }
      Token operator = next();
      boolean returnBool = acceptKeyword("bool");
      VectorMatching matching = vectorMatching(op);
      Expr right = expression(op == BinaryOp.POWER ? op.precedence() : op.precedence() + 1);
      leftHeight = deeper(Math.max(leftHeight, height), operator.position());
      left = types.binary(op, left, right, matching, returnBool, operatorPosition(left, right));
    }
    height = leftHeight;
    open--;
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

  private VectorMatching vectorMatching(BinaryOp op) {
    boolean on = peek().is(Kind.KEYWORD, "on");
    List<String> labels = List.of();
    Cardinality cardinality = op.isSetOperator() ? Cardinality.MANY_TO_MANY : Cardinality.ONE_TO_ONE;
    List<String> include = List.of();
    if (on || peek().is(Kind.KEYWORD, "ignoring")) {
      next();
      labels = groupingLabels();
      if (peek().is(Kind.KEYWORD, "group_left") || peek().is(Kind.KEYWORD, "group_right")) {
        cardinality = next().text().equalsIgnoreCase("group_left") ? Cardinality.MANY_TO_ONE : Cardinality.ONE_TO_MANY;
        include = peek().kind() == Kind.LEFT_PAREN ? groupingLabels() : List.of();
      }
    }
    Double fillLeft = null;
    Double fillRight = null;
    while (isFill(peek()) && peek(1).kind() == Kind.LEFT_PAREN) {
      Token word = next();
      if (!options.fillModifiers()) {
        throw error(word.position(), "fill modifiers are experimental and not enabled");
      }
      next();
      double value = signedNumber();
      expect(Kind.RIGHT_PAREN, "fill modifier", "\")\"");
      fillLeft = word.is(Kind.KEYWORD, "fill_right") ? fillLeft : Double.valueOf(value);
      fillRight = word.is(Kind.KEYWORD, "fill_left") ? fillRight : Double.valueOf(value);
    }
    return new VectorMatching(cardinality, on, labels, include, fillLeft, fillRight);
  }

  private static boolean isFill(Token token) {
    return token.is(Kind.KEYWORD, "fill") || token.is(Kind.KEYWORD, "fill_left") || token.is(Kind.KEYWORD, "fill_right");
  }

  private double signedNumber() {
    boolean negative = isSign(peek()) && next().text().equals("-");
    Token number = expect(Kind.NUMBER, "fill modifier", "number");
    double value = number(number);
    return negative ? -value : value;
  }

  private Expr unary() {
    if (!isSign(peek())) {
      return postfix(primary());
    }
    Token sign = next();
    boolean negative = sign.text().equals("-");
    Expr operand = expression(BinaryOp.POWER.precedence());
    Position position = new Position(sign.start(), operand.position().end());
    if (operand instanceof NumberLiteral number) {
      return new NumberLiteral(negative ? -number.value() : number.value(), number.writtenAsDuration(), position);
    }
    height = deeper(height, position);
    return types.unary(negative, operand, position);
  }

  private static boolean isSign(Token token) {
    return token.kind() == Kind.OPERATOR && (token.text().equals("+") || token.text().equals("-"));
  }

  // Operands

  private Expr primary() {
    Token token = peek();
    return switch (token.kind()) {
      case NUMBER -> leaf(new NumberLiteral(number(next()), false, token.position()));
      case DURATION -> leaf(new NumberLiteral(duration(next()), true, token.position()));
      case STRING -> leaf(new Expr.StringLiteral(StringLiterals.unquote(next().text()), token.position()));
      case LEFT_PAREN -> paren();
      case LEFT_BRACE, METRIC_IDENTIFIER -> leaf(vectorSelector());
      case IDENTIFIER -> peek(1).kind() == Kind.LEFT_PAREN ? call() : leaf(vectorSelector());
      case AGGREGATE -> isAggregation() ? aggregation() : leaf(vectorSelector());
      case KEYWORD, OPERATOR -> {
        if (!mayNameMetric(token)) {
          throw unexpected("", "");
        }
        yield leaf(vectorSelector());
      }
      case END, ERROR, MATCH_OPERATOR, RIGHT_PAREN, RIGHT_BRACE, LEFT_BRACKET, RIGHT_BRACKET, COMMA, COLON -> throw unexpected("", "");
    };
  }

  private static boolean mayNameMetric(Token token) {
    return switch (token.text().toLowerCase(Locale.ROOT)) {
      case "and", "or", "unless", "by", "offset", "without", "anchored", "smoothed", "fill", "fill_left", "fill_right" -> true;
      default -> false;
    };
  }

  private Expr leaf(Expr expr) {
    height = 1;
    return expr;
  }

  private Expr paren() {
    Token left = next();
    Expr inner = expression(0);
    Token right = expect(Kind.RIGHT_PAREN, "", "");
    height = deeper(height, left.position());
    return new Expr.Paren(inner, new Position(left.start(), right.end()));
  }

  private Expr call() {
    Token name = next();
    Function function = Functions.find(name.text());
    if (function != null && function.name().equals("info")) {
      types.enterInfo();
    }
    List<Expr> arguments = arguments();
    // What is wrong within the parentheses is said before what is wrong with the name.
    if (function == null) {
      throw error(name.position(), "unknown function with name " + Names.quote(name.text()));
    }
    if (function.experimental() && !options.experimentalFunctions()) {
      throw error(name.position(), "function " + Names.quote(name.text()) + " is not enabled");
    }
    Position position = new Position(name.start(), previous().end());
    height = deeper(height, position);
    return types.call(function, arguments, position);
  }

  /** {@code (a, b, …)}; leaves the greatest height of the arguments. */
  private List<Expr> arguments() {
    expect(Kind.LEFT_PAREN, "", "");
    List<Expr> arguments = new ArrayList<>();
    int heightMax = 0;
    while (peek().kind() != Kind.RIGHT_PAREN) {
      arguments.add(expression(0));
      heightMax = Math.max(heightMax, height);
      if (peek().kind() == Kind.RIGHT_PAREN) {
        break;
      }
      Token comma = expect(Kind.COMMA, "", "");
      if (peek().kind() == Kind.RIGHT_PAREN) {
        throw error(comma.position(), "trailing commas not allowed in function call args");
      }
    }
    next();
    height = heightMax;
    return arguments;
  }

  private boolean isAggregation() {
    Token after = peek(1);
    return after.kind() == Kind.LEFT_PAREN || after.is(Kind.KEYWORD, "by") || after.is(Kind.KEYWORD, "without")
        || (after.kind() == Kind.IDENTIFIER);
  }

  private Expr aggregation() {
    Token name = next();
    AggregateOp op = AggregateOp.find(name.text());
    if (op == null) {
      throw unexpected("", "");
    }
    if (op.experimental() && !options.experimentalFunctions()) {
      throw error(name.position(), op.text() + "() is experimental and must be enabled with --enable-feature=promql-experimental-functions");
    }
    boolean without = false;
    List<String> grouping = List.of();
    boolean modified = isGrouping(peek());
    if (modified) {
      without = next().is(Kind.KEYWORD, "without");
      grouping = groupingLabels();
    }
    if (peek().kind() != Kind.LEFT_PAREN) {
      throw unexpected("", "");
    }
    List<Expr> arguments = arguments();
    int argumentsHeight = height;
    if (!modified && isGrouping(peek())) {
      without = next().is(Kind.KEYWORD, "without");
      grouping = groupingLabels();
    }
    Position position = new Position(name.start(), previous().end());
    height = deeper(argumentsHeight, position);
    int expected = op.takesParameter() ? 2 : 1;
    if (arguments.isEmpty()) {
      throw error(position, "no arguments for aggregate expression provided");
    }
    if (arguments.size() != expected) {
      throw error(position, "wrong number of arguments for aggregate expression provided, expected " + expected + ", got " + arguments.size());
    }
    return types.aggregate(op, arguments, grouping, without, position);
  }

  private static boolean isGrouping(Token token) {
    return token.is(Kind.KEYWORD, "by") || token.is(Kind.KEYWORD, "without");
  }

  private List<String> groupingLabels() {
    expect(Kind.LEFT_PAREN, "grouping opts", "\"(\"");
    List<String> labels = new ArrayList<>();
    while (peek().kind() != Kind.RIGHT_PAREN) {
      labels.add(groupingLabel());
      if (peek().kind() == Kind.COMMA) {
        next();
      } else if (peek().kind() != Kind.RIGHT_PAREN) {
        throw unexpected("grouping opts", "\",\" or \")\"");
      }
    }
    next();
    return List.copyOf(labels);
  }

  private String groupingLabel() {
    Token token = peek();
    if (token.kind() == Kind.STRING) {
      String label = StringLiterals.unquote(next().text());
      if (!Names.isValid(label)) {
        throw error(token.position(), "invalid label name for grouping: " + Names.quote(label));
      }
      return label;
    }
    boolean word = token.kind() == Kind.IDENTIFIER || token.kind() == Kind.KEYWORD || token.kind() == Kind.AGGREGATE
        || (token.kind() == Kind.OPERATOR && Character.isLetter(token.text().charAt(0)))
        || (token.kind() == Kind.NUMBER && Character.isLetter(token.text().charAt(0)));
    if (!word) {
      throw unexpected("grouping opts", "label");
    }
    return next().text();
  }

  // Selectors

  private VectorSelector vectorSelector() {
    Token first = peek();
    String name = "";
    List<Matcher> matchers = new ArrayList<>();
    if (first.kind() != Kind.LEFT_BRACE) {
      name = next().text();
    }
    if (peek().kind() == Kind.LEFT_BRACE) {
      matchers.addAll(braces());
      if (loneName != null && !name.isEmpty()) {
        throw error(first.position(), nameTwice(name, loneName));
      }
      name = loneName == null ? name : loneName;
    }
    Position position = new Position(first.start(), previous().end());
    if (!name.isEmpty()) {
      for (Matcher matcher : matchers) {
        if (matcher.name().equals(Labels.METRIC_NAME)) {
          types.note(position, nameTwice(name, matcher.value()));
        }
      }
      matchers.add(Matcher.equal(Labels.METRIC_NAME, name));
    }
    return types.selector(new VectorSelector(name, List.copyOf(matchers), TimeShift.NONE, RangeModifier.NONE, position));
  }

  private static String nameTwice(String one, String other) {
    return "metric name must not be set twice: " + Names.quote(one) + " or " + Names.quote(other);
  }

  /** All conditions in braces; a lone string in them is the metric's name and goes to {@link #loneName}. */
  private List<Matcher> braces() {
    next();
    loneName = null;
    List<Matcher> matchers = new ArrayList<>();
    while (peek().kind() != Kind.RIGHT_BRACE) {
      Matcher matcher = matcher();
      if (matcher != null) {
        matchers.add(matcher);
      }
      if (peek().kind() == Kind.COMMA) {
        next();
      } else if (peek().kind() != Kind.RIGHT_BRACE) {
        throw unexpected("label matching", "\",\" or \"}\"");
      }
    }
    next();
    return matchers;
  }

  /** A condition, or null if it is a lone name. */
  private @Nullable Matcher matcher() {
    Token nameToken = peek();
    if (nameToken.kind() != Kind.IDENTIFIER && nameToken.kind() != Kind.STRING) {
      throw unexpected("label matching", "identifier or \"}\"");
    }
    next();
    boolean quoted = nameToken.kind() == Kind.STRING;
    String name = quoted ? StringLiterals.unquote(nameToken.text()) : nameToken.text();
    if (quoted && (peek().kind() == Kind.COMMA || peek().kind() == Kind.RIGHT_BRACE)) {
      if (loneName != null) {
        throw error(nameToken.position(), nameTwice(loneName, name));
      }
      loneName = name;
      return null;
    }
    Token operator = peek();
    if (operator.kind() != Kind.MATCH_OPERATOR) {
      throw unexpected("label matching", "label matching operator");
    }
    next();
    Token value = expect(Kind.STRING, "label matching", "string");
    try {
      return new Matcher(name, matchOp(operator.text()), StringLiterals.unquote(value.text()));
    } catch (IllegalArgumentException e) {
      throw error(nameToken.position(), String.valueOf(e.getMessage()));
    }
  }

  private static Matcher.Op matchOp(String symbol) {
    return switch (symbol) {
      case "=~" -> Matcher.Op.MATCH;
      case "!~" -> Matcher.Op.NOT_MATCH;
      case "!=" -> Matcher.Op.NOT_EQUAL;
      default -> Matcher.Op.EQUAL;
    };
  }

  /** Ranges, subqueries, offset, @, anchored and smoothed behind an operand; they bind stronger than any operator. */
  private Expr postfix(Expr operand) {
    Expr expr = operand;
    while (true) {
      Token token = peek();
      if (token.kind() == Kind.LEFT_BRACKET) {
        expr = brackets(expr);
      } else if (token.is(Kind.KEYWORD, "offset")) {
        next();
        expr = TimeShifts.offset(this, expr, offset());
      } else if (token.is(Kind.OPERATOR, "@")) {
        next();
        expr = TimeShifts.at(this, expr, atTime(expr));
      } else if (token.is(Kind.KEYWORD, "anchored") || token.is(Kind.KEYWORD, "smoothed")) {
        next();
        expr = extended(expr, token);
      } else {
        return expr;
      }
    }
  }

  private Expr extended(Expr expr, Token word) {
    if (!options.extendedRangeSelectors()) {
      throw error(word.position(), word.text() + " modifier is experimental and not enabled");
    }
    return TimeShifts.extend(this, expr,
        word.is(Kind.KEYWORD, "anchored") ? RangeModifier.ANCHORED : RangeModifier.SMOOTHED, word.end());
  }

  private Expr brackets(Expr operand) {
    Token left = next();
    DurationExpr range = duration("subquery or range selector");
    checkRange(range);
    if (peek().kind() == Kind.COLON) {
      next();
      DurationExpr step = peek().kind() == Kind.RIGHT_BRACKET ? null : duration("subquery selector");
      if (step != null) {
        checkRange(step);
      }
      Token right = expect(Kind.RIGHT_BRACKET, "subquery selector", "\"]\"");
      Position position = new Position(operand.position().start(), right.end());
      height = deeper(height, position);
      types.subquery(operand, position);
      return new Subquery(operand, range, step, TimeShift.NONE, position);
    }
    Token right = expect(Kind.RIGHT_BRACKET, "subquery or range", "\":\" or \"]\"");
    Position brackets = new Position(left.start(), right.end());
    if (!(operand instanceof VectorSelector selector)) {
      throw error(brackets, "ranges only allowed for vector selectors");
    }
    if (selector.time().offset() != null) {
      throw error(brackets, "no offset modifiers allowed before range");
    }
    if (selector.time().at() != null) {
      throw error(brackets, "no @ modifiers allowed before range");
    }
    return leaf(new MatrixSelector(selector, range, new Position(operand.position().start(), right.end())));
  }

  private At atTime(Expr operand) {
    Token token = peek();
    if ((token.is(Kind.IDENTIFIER, "start") || token.is(Kind.IDENTIFIER, "end")) && peek(1).kind() == Kind.LEFT_PAREN) {
      next();
      next();
      expect(Kind.RIGHT_PAREN, "@", "\")\"");
      return token.is(Kind.IDENTIFIER, "start") ? new At.Start() : new At.End();
    }
    boolean negative = isSign(token) && next().text().equals("-");
    Token value = peek();
    if (value.kind() != Kind.NUMBER && value.kind() != Kind.DURATION) {
      throw unexpected("@", "timestamp");
    }
    next();
    double seconds = (negative ? -1 : 1) * (value.kind() == Kind.NUMBER ? number(value) : duration(value));
    if (!(Math.abs(seconds) * 1000 < Long.MAX_VALUE)) {
      throw error(operand.position(), "timestamp out of bounds for @ modifier: " + NumberText.plain(seconds));
    }
    return new At.Timestamp(Math.round(seconds * 1000));
  }

  // Durations

  /** What may follow {@code offset}: a signed literal, a function or something in parentheses. */
  private DurationExpr offset() {
    Token sign = peek();
    if (isSign(sign)) {
      next();
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

  private DurationExpr duration(String context) {
    return durationOf(context, 0);
  }

  private DurationExpr durationOf(String context, int precedenceMin) {
    enter(peek().position());
    int links = 1;
    DurationExpr left = signedDuration(context);
    while (peek().kind() == Kind.OPERATOR) {
      BinaryOp op = BinaryOp.find(peek().text());
      if (op == null || op.precedence() < BinaryOp.ADD.precedence() || op == BinaryOp.ATAN2 || op.precedence() < precedenceMin) {
        break;
      }
      Token operator = next();
      DurationExpr right = durationOf(context, op == BinaryOp.POWER ? op.precedence() : op.precedence() + 1);
      if ((op == BinaryOp.DIVIDE || op == BinaryOp.MODULO) && right instanceof DurationExpr.Literal zero && zero.seconds() == 0) {
        throw error(operator.position(), op == BinaryOp.DIVIDE ? "division by zero" : "modulo by zero");
      }
      left = new DurationExpr.Arithmetic(op, left, right, new Position(left.position().start(), right.position().end()));
      links++;
      enter(operator.position());
    }
    open -= links;
    return left;
  }

  private DurationExpr signedDuration(String context) {
    Token sign = peek();
    if (!isSign(sign)) {
      return durationOperand(context);
    }
    next();
    DurationExpr operand = durationOf(context, BinaryOp.POWER.precedence());
    boolean plus = sign.text().equals("+");
    return plus ? operand : new DurationExpr.Negate(operand, false, new Position(sign.start(), operand.position().end()));
  }

  private DurationExpr durationOperand(String context) {
    Token token = peek();
    if (token.kind() == Kind.NUMBER || token.kind() == Kind.DURATION) {
      next();
      double seconds = token.kind() == Kind.NUMBER ? number(token) : duration(token);
      if (!(Math.abs(seconds) <= SECONDS_MAX)) {
        throw error(token.position(), "duration out of range");
      }
      return new DurationExpr.Literal(seconds, token.kind() == Kind.NUMBER, token.position());
    }
    if (token.kind() == Kind.LEFT_PAREN) {
      next();
      DurationExpr inner = duration(context);
      Token right = expect(Kind.RIGHT_PAREN, context, "\")\"");
      return new DurationExpr.Parenthesised(inner, new Position(token.start(), right.end()));
    }
    if (token.kind() == Kind.IDENTIFIER && peek(1).kind() == Kind.LEFT_PAREN) {
      DurationExpr function = durationFunction(token, context);
      if (function != null) {
        return function;
      }
    }
    throw unexpected(context, DURATION_EXPECTED);
  }

  private @Nullable DurationExpr durationFunction(Token name, String context) {
    String word = name.text().toLowerCase(Locale.ROOT);
    if (word.equals("step") || word.equals("range")) {
      next();
      next();
      Token right = expect(Kind.RIGHT_PAREN, context, "\")\"");
      Position position = new Position(name.start(), right.end());
      return word.equals("step") ? new DurationExpr.Step(position) : new DurationExpr.Range(position);
    }
    if (!word.equals("min_of") && !word.equals("max_of")) {
      return null;
    }
    next();
    next();
    DurationExpr left = duration(context);
    expect(Kind.COMMA, context, "\",\"");
    DurationExpr right = duration(context);
    Token end = expect(Kind.RIGHT_PAREN, context, "\")\"");
    return new DurationExpr.Extreme(word.equals("max_of"), left, right, new Position(name.start(), end.end()));
  }

  /** A range that is known now must be positive; one that is computed is checked when the query runs. */
  private void checkRange(DurationExpr range) {
    if (range instanceof DurationExpr.Literal literal && Math.round(literal.seconds() * 1000) <= 0) {
      throw error(literal.position(), "duration must be greater than 0");
    }
  }

  private double duration(Token token) {
    try {
      return PromDuration.parseMillis(token.text()) / 1000.0;
    } catch (IllegalArgumentException e) {
      throw error(token.position(), String.valueOf(e.getMessage()));
    }
  }

  private double number(Token token) {
    try {
      return NumberText.parseLiteral(token.text());
    } catch (NumberFormatException e) {
      throw error(token.position(), "error parsing number: " + e.getMessage());
    }
  }

  // Tokens, depth and errors

  private Token peek() {
    return peek(0);
  }

  private Token peek(int ahead) {
    return tokens.get(Math.min(at + ahead, tokens.size() - 1));
  }

  private Token next() {
    Token token = peek();
    if (token.kind() == Kind.ERROR) {
      throw error(token.position(), token.text());
    }
    at++;
    return token;
  }

  private Token previous() {
    return tokens.get(at - 1);
  }

  private Token expect(Kind kind, String context, String expected) {
    if (peek().kind() != kind) {
      throw unexpected(context, expected);
    }
    return next();
  }

  private boolean acceptKeyword(String word) {
    boolean found = peek().is(Kind.KEYWORD, word);
    at += found ? 1 : 0;
    return found;
  }

  private void enter(Position position) {
    if (++open > NESTING_MAX) {
      throw tooDeep(position, NESTING_MAX);
    }
  }

  private int deeper(int heightBelow, Position position) {
    if (heightBelow >= HEIGHT_MAX) {
      throw tooDeep(position, HEIGHT_MAX);
    }
    return heightBelow + 1;
  }

  private ParseException tooDeep(Position position, int levelsMax) {
    return error(position, "expression is nested too deeply, at most " + levelsMax + " levels are allowed");
  }

  private ParseException unexpected(String context, String expected) {
    Token token = peek();
    if (token.kind() == Kind.ERROR) {
      return error(token.position(), token.text());
    }
    String message = "unexpected " + token.describe() + (context.isEmpty() ? "" : " in " + context)
        + (expected.isEmpty() ? "" : ", expected " + expected);
    return error(token.position(), message);
  }

  ParseException error(Position position, String message) {
    return ParseException.at(input, position, message);
  }
}
