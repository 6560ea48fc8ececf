package io.meshwatch.promql;

import io.meshwatch.model.Names;
import io.meshwatch.promql.Expr.Aggregate;
import io.meshwatch.promql.Expr.Binary;
import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.VectorMatching;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Makes the nodes whose parts must fit together and remembers the first that do not. Confined to its parser. */
final class TypeCheck {
  private final String input;
  private @Nullable ParseException first;
  /** A selector within info() that matches every series; a mistake unless it is the second argument. */
  private @Nullable ParseException emptySelector;
  private @Nullable Position emptySelectorAt;
  private boolean infoOpen;

  TypeCheck(String input) {
    this.input = input;
  }

  void note(Position position, String message) {
    if (first == null) {
      first = ParseException.at(input, position, message);
    }
  }

  void throwFirst() {
    if (first != null) {
      throw first;
    }
    if (emptySelector != null) {
      throw emptySelector;
    }
  }

  /** From here to the end of this call, a selector that matches every series may turn out to be info's second argument. */
  void enterInfo() {
    infoOpen = true;
  }

  VectorSelector selector(VectorSelector selector) {
    boolean selective = selector.matchers().stream().anyMatch(m -> !m.matchesMissing());
    if (!selective && !infoOpen) {
      note(selector.position(), "vector selector must contain at least one non-empty matcher");
    } else if (!selective && emptySelector == null) {
      emptySelectorAt = selector.position();
      emptySelector = ParseException.at(input, selector.position(), "vector selector must contain at least one non-empty matcher");
    }
    return selector;
  }

  Expr unary(boolean negative, Expr operand, Position position) {
    if (operand.type() != ValueType.SCALAR && operand.type() != ValueType.VECTOR) {
      note(position, "unary expression only allowed on expressions of type scalar or instant vector, got "
          + Names.quote(operand.type().documentedName()));
    }
    return new Expr.Unary(negative, operand, position);
  }

  void subquery(Expr operand, Position position) {
    if (operand.type() != ValueType.VECTOR) {
      note(position, "subquery is only allowed on instant vector, got " + operand.type().text() + " instead");
    }
  }

  Expr binary(BinaryOp op, Expr left, Expr right, VectorMatching matching, boolean returnBool, Position operator) {
    ValueType l = left.type();
    ValueType r = right.type();
    Position whole = new Position(left.position().start(), right.position().end());
    boolean scalar = l == ValueType.SCALAR || r == ValueType.SCALAR;
    if (returnBool && !op.isComparison()) {
      note(operator, "bool modifier can only be used on comparison operators");
    }
    if (op.isComparison() && !returnBool && l == ValueType.SCALAR && r == ValueType.SCALAR) {
      note(operator, "comparisons between scalars must use BOOL modifier");
    }
    for (String label : matching.labels()) {
      if (matching.on() && matching.include().contains(label)) {
        note(operator, "label " + Names.quote(label) + " must not occur in ON and GROUP clause at once");
      }
    }
    requireOperand(l, left);
    requireOperand(r, right);
    boolean vectors = l == ValueType.VECTOR && r == ValueType.VECTOR;
    if (!vectors) {
      if (!matching.labels().isEmpty() || matching.cardinality() == Cardinality.MANY_TO_ONE || matching.cardinality() == Cardinality.ONE_TO_MANY) {
        note(whole, "vector matching only allowed between instant vectors");
      }
      if (matching.fillLeft() != null || matching.fillRight() != null) {
        note(whole, "filling in missing series only allowed between instant vectors");
      }
    } else if (op.isSetOperator()) {
      checkSetOperator(op, matching, whole);
    }
    if (scalar && op.isSetOperator()) {
      note(whole, "set operator " + Names.quote(op.text()) + " not allowed in binary scalar expression");
    }
    return new Binary(op, left, right, vectors ? matching : null, returnBool, whole);
  }

  private void requireOperand(ValueType type, Expr operand) {
    if (type != ValueType.SCALAR && type != ValueType.VECTOR) {
      note(operand.position(), "binary expression must contain only scalar and instant vector types");
    }
  }

  private void checkSetOperator(BinaryOp op, VectorMatching matching, Position whole) {
    if (matching.cardinality() != Cardinality.MANY_TO_MANY) {
      note(whole, "no grouping allowed for " + Names.quote(op.text()) + " operation");
    }
    if (matching.fillLeft() != null || matching.fillRight() != null) {
      note(whole, "filling in missing series not allowed for set operators");
    }
  }

  Expr aggregate(AggregateOp op, List<Expr> arguments, List<String> grouping, boolean without, Position position) {
    Expr expr = arguments.getLast();
    Expr parameter = op.takesParameter() ? arguments.getFirst() : null;
    expect(expr, ValueType.VECTOR, "aggregation expression");
    if (parameter != null) {
      expect(parameter, op == AggregateOp.COUNT_VALUES ? ValueType.STRING : ValueType.SCALAR, "aggregation parameter");
    }
    return new Aggregate(op, expr, parameter, grouping, without, position);
  }

  Expr call(Function function, List<Expr> arguments, Position position) {
    checkCount(function, arguments.size(), position);
    if (function.name().equals("info")) {
      checkInfo(arguments);
    }
    for (int i = 0; i < arguments.size(); i++) {
      List<ValueType> expected = function.argumentTypes();
      if (!expected.isEmpty()) {
        expect(arguments.get(i), expected.get(Math.min(i, expected.size() - 1)), "call to function " + Names.quote(function.name()));
      }
    }
    return new Call(function, List.copyOf(arguments), position);
  }

  private void checkCount(Function function, int got, Position position) {
    int expected = function.argumentTypes().size();
    String tail = " argument(s) in call to " + Names.quote(function.name()) + ", got " + got;
    if (function.variadic() == 0) {
      if (got != expected) {
        note(position, "expected " + expected + tail);
      }
      return;
    }
    int least = function.variadic() > 0 ? expected - function.variadic() : expected - 1;
    if (got < least) {
      note(position, "expected at least " + least + tail);
    }
    if (function.variadic() > 0 && got > expected) {
      note(position, "expected at most " + expected + tail);
    }
  }

  private void checkInfo(List<Expr> arguments) {
    infoOpen = false;
    if (arguments.size() < 2) {
      return;
    }
    if (!(arguments.get(1) instanceof VectorSelector selector)) {
      note(arguments.get(1).position(), "expected label selectors only");
      return;
    }
    if (!selector.name().isEmpty()) {
      note(selector.position(), "expected label selectors only, got vector selector instead");
    }
    if (selector.position().equals(emptySelectorAt)) {
      emptySelector = null;
      emptySelectorAt = null;
    }
  }

  private void expect(Expr expr, ValueType expected, String context) {
    if (expr.type() != expected) {
      note(expr.position(), "expected type " + expected.documentedName() + " in " + context + ", got " + expr.type().documentedName());
    }
  }
}
