package io.meshwatch.promql;

import java.util.Locale;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Binary operators; a higher precedence binds stronger. */
public enum BinaryOp {
  OR("or", 1),
  AND("and", 2),
  UNLESS("unless", 2),
  EQUAL("==", 3),
  NOT_EQUAL("!=", 3),
  GREATER(">", 3),
  LESS("<", 3),
  GREATER_OR_EQUAL(">=", 3),
  LESS_OR_EQUAL("<=", 3),
  /** Keeps a histogram's observations below a value. */
  TRIM_UPPER("</", 3),
  /** Keeps a histogram's observations above a value. */
  TRIM_LOWER(">/", 3),
  ADD("+", 4),
  SUBTRACT("-", 4),
  MULTIPLY("*", 5),
  DIVIDE("/", 5),
  MODULO("%", 5),
  ATAN2("atan2", 5),
  /** The only one that is right-associative. */
  POWER("^", 6);

  private static final Map<String, BinaryOp> BY_TEXT =
      Stream.of(values()).collect(Collectors.toUnmodifiableMap(BinaryOp::text, Function.identity()));

  private final String text;
  private final int precedence;

  BinaryOp(String text, int precedence) {
    this.text = text;
    this.precedence = precedence;
  }

  /** The operator of this name in any case, or null. */
  static @Nullable BinaryOp find(String name) {
    return BY_TEXT.get(name.toLowerCase(Locale.ROOT));
  }

  public String text() {
    return text;
  }

  public int precedence() {
    return precedence;
  }

  public boolean isSetOperator() {
    return this == OR || this == AND || this == UNLESS;
  }

  public boolean isComparison() {
    return precedence == 3 && this != TRIM_UPPER && this != TRIM_LOWER;
  }
}
