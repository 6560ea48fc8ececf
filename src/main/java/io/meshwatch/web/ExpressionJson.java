package io.meshwatch.web;

import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorMatching;
import io.meshwatch.promql.Expr.VectorSelector;
import io.meshwatch.promql.Function;
import java.math.BigDecimal;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JsonGenerator;

/**
 * The tree of an expression in the JSON of {@code /api/v1/parse_query}: fields in alphabetical order, durations in milliseconds.
 * A duration that has to be computed is 0, as it is known only when the query runs.
 */
final class ExpressionJson {
  private ExpressionJson() {}

  static void write(JsonGenerator json, Expr expr) {
    json.writeStartObject();
    switch (expr) {
      case Expr.Aggregate aggregate -> aggregate(json, aggregate);
      case Expr.Binary binary -> binary(json, binary);
      case Expr.Call call -> call(json, call);
      case Expr.MatrixSelector matrix -> selector(json, "matrixSelector", matrix.selector(), matrix.range());
      case VectorSelector selector -> selector(json, "vectorSelector", selector, null);
      case Expr.Subquery subquery -> subquery(json, subquery);
      case Expr.NumberLiteral number -> {
        json.writeStringProperty("type", "numberLiteral");
        json.writeStringProperty("val", plain(number.value()));
      }
      case Expr.StringLiteral string -> {
        json.writeStringProperty("type", "stringLiteral");
        json.writeStringProperty("val", string.value());
      }
      case Expr.Paren paren -> {
        child(json, "expr", paren.expr());
        json.writeStringProperty("type", "parenExpr");
      }
      case Expr.Unary unary -> {
        child(json, "expr", unary.expr());
        json.writeStringProperty("op", unary.negative() ? "-" : "+");
        json.writeStringProperty("type", "unaryExpr");
      }
    }
    json.writeEndObject();
  }

  private static void child(JsonGenerator json, String name, Expr expr) {
    json.writeName(name);
    write(json, expr);
  }

  private static void aggregate(JsonGenerator json, Expr.Aggregate aggregate) {
    child(json, "expr", aggregate.expr());
    texts(json, "grouping", aggregate.grouping());
    json.writeStringProperty("op", aggregate.op().text());
    Expr parameter = aggregate.parameter();
    if (parameter == null) {
      json.writeNullProperty("param");
    } else {
      child(json, "param", parameter);
    }
    json.writeStringProperty("type", "aggregation");
    json.writeBooleanProperty("without", aggregate.without());
  }

  private static void binary(JsonGenerator json, Expr.Binary binary) {
    json.writeBooleanProperty("bool", binary.returnBool());
    child(json, "lhs", binary.left());
    VectorMatching matching = binary.matching();
    if (matching == null) {
      json.writeNullProperty("matching");
    } else {
      matching(json, matching);
    }
    json.writeStringProperty("op", binary.op().text());
    child(json, "rhs", binary.right());
    json.writeStringProperty("type", "binaryExpr");
  }

  private static void matching(JsonGenerator json, VectorMatching matching) {
    json.writeObjectPropertyStart("matching");
    json.writeStringProperty("card", cardinality(matching.cardinality()));
    json.writeObjectPropertyStart("fillValues");
    fill(json, "lhs", matching.fillLeft());
    fill(json, "rhs", matching.fillRight());
    json.writeEndObject();
    texts(json, "include", matching.include());
    texts(json, "labels", matching.labels());
    json.writeBooleanProperty("on", matching.on());
    json.writeEndObject();
  }

  private static void fill(JsonGenerator json, String name, @Nullable Double value) {
    // JSON has no infinities; they are as good as none for whoever draws the tree.
    if (value == null || !Double.isFinite(value)) {
      json.writeNullProperty(name);
    } else {
      json.writeName(name);
      json.writeRawValue(plain(value));
    }
  }

  private static String cardinality(Cardinality cardinality) {
    return switch (cardinality) {
      case ONE_TO_ONE -> "one-to-one";
      case MANY_TO_ONE -> "many-to-one";
      case ONE_TO_MANY -> "one-to-many";
      case MANY_TO_MANY -> "many-to-many";
    };
  }

  private static void call(JsonGenerator json, Expr.Call call) {
    json.writeArrayPropertyStart("args");
    call.arguments().forEach(argument -> write(json, argument));
    json.writeEndArray();
    Function function = call.function();
    json.writeObjectPropertyStart("func");
    texts(json, "argTypes", function.argumentTypes().stream().map(type -> type.text()).toList());
    json.writeStringProperty("name", function.name());
    json.writeStringProperty("returnType", function.returnType().text());
    json.writeNumberProperty("variadic", function.variadic());
    json.writeEndObject();
    json.writeStringProperty("type", "call");
  }

  private static void selector(JsonGenerator json, String type, VectorSelector selector, @Nullable DurationExpr range) {
    json.writeBooleanProperty("anchored", selector.modifier() == RangeModifier.ANCHORED);
    json.writeArrayPropertyStart("matchers");
    selector.matchers().forEach(matcher -> matcher(json, matcher));
    json.writeEndArray();
    json.writeStringProperty("name", selector.name());
    json.writeNumberProperty("offset", millis(selector.time().offset()));
    if (range != null) {
      json.writeNumberProperty("range", millis(range));
    }
    json.writeBooleanProperty("smoothed", selector.modifier() == RangeModifier.SMOOTHED);
    at(json, selector.time());
    json.writeStringProperty("type", type);
  }

  private static void matcher(JsonGenerator json, Matcher matcher) {
    json.writeStartObject();
    json.writeStringProperty("name", matcher.name());
    json.writeStringProperty("type", matcher.op().symbol());
    json.writeStringProperty("value", matcher.value());
    json.writeEndObject();
  }

  private static void subquery(JsonGenerator json, Expr.Subquery subquery) {
    json.writeBooleanProperty("alignEvalTime", true);
    child(json, "expr", subquery.expr());
    json.writeNumberProperty("offset", millis(subquery.time().offset()));
    json.writeNumberProperty("range", millis(subquery.range()));
    at(json, subquery.time());
    json.writeNumberProperty("step", millis(subquery.step()));
    json.writeStringProperty("type", "subquery");
  }

  /** {@code startOrEnd} and {@code timestamp}, of which at most one is there. */
  private static void at(JsonGenerator json, TimeShift time) {
    switch (time.at()) {
      case At.Start s -> json.writeStringProperty("startOrEnd", "start");
      case At.End e -> json.writeStringProperty("startOrEnd", "end");
      case null, default -> json.writeNullProperty("startOrEnd");
    }
    if (time.at() instanceof At.Timestamp timestamp) {
      json.writeNumberProperty("timestamp", timestamp.millis());
    } else {
      json.writeNullProperty("timestamp");
    }
  }

  private static long millis(@Nullable DurationExpr duration) {
    return switch (duration) {
      case DurationExpr.Literal literal -> Math.round(literal.seconds() * 1000);
      case DurationExpr.Negate negate when negate.operand() instanceof DurationExpr.Literal literal ->
        Math.round(literal.seconds() * (negate.plus() ? 1000 : -1000));
      case null, default -> 0;
    };
  }

  private static void texts(JsonGenerator json, String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** Without exponent, however long. */
  private static String plain(double value) {
    if (Double.isNaN(value)) {
      return "NaN";
    }
    if (Double.isInfinite(value)) {
      return value > 0 ? "+Inf" : "-Inf";
    }
    boolean negativeZero = value == 0 && 1 / value < 0;
    String digits = new BigDecimal(Double.toString(value)).stripTrailingZeros().toPlainString();
    return negativeZero ? "-0" : digits;
  }
}
