package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.Expr.At;
import io.meshwatch.promql.Expr.Cardinality;
import io.meshwatch.promql.Expr.DurationExpr;
import io.meshwatch.promql.Expr.RangeModifier;
import io.meshwatch.promql.Expr.TimeShift;
import io.meshwatch.promql.Expr.VectorMatching;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Writes expressions: on one line in the canonical form that rules and alerts show, or broken into lines for people. */
public final class Printer {
  /** The widest line {@link #format(Expr)} leaves unbroken. */
  public static final int LINE_CHARACTERS_MAX = 100;

  private final int lineCharactersMax;

  private Printer(int lineCharactersMax) {
    this.lineCharactersMax = lineCharactersMax;
  }

  /** The canonical form on one line. */
  public static String print(Expr expr) {
    return switch (expr) {
      case Expr.NumberLiteral number -> number(number);
      case Expr.StringLiteral string -> Names.quote(string.value());
      case VectorSelector selector -> series(selector) + modifier(selector.modifier()) + time(selector.time());
      case Expr.MatrixSelector matrix -> series(matrix.selector()) + "[" + range(matrix.range()) + "]"
          + modifier(matrix.selector().modifier()) + time(matrix.selector().time());
      case Expr.Subquery subquery -> print(subquery.expr()) + subqueryTail(subquery);
      case Expr.Call call ->
        call.function().name() + "(" + call.arguments().stream().map(Printer::print).collect(Collectors.joining(", ")) + ")";
      case Expr.Aggregate aggregate -> {
        Expr parameter = aggregate.parameter();
        yield operator(aggregate) + "(" + (parameter == null ? "" : print(parameter) + ", ") + print(aggregate.expr()) + ")";
      }
      case Expr.Binary binary -> print(binary.left()) + " " + operator(binary) + " " + print(binary.right());
      case Expr.Unary unary -> (unary.negative() ? "-" : "+") + print(unary.expr());
      case Expr.Paren paren -> "(" + print(paren.expr()) + ")";
    };
  }

  /** The form for people: what does not fit into a line of {@value #LINE_CHARACTERS_MAX} characters is broken and indented. */
  public static String format(Expr expr) {
    return format(expr, LINE_CHARACTERS_MAX);
  }

  /** {@link #format(Expr)} for another width. */
  static String format(Expr expr, int lineCharactersMax) {
    return new Printer(lineCharactersMax).format(expr, "");
  }

  private String format(Expr expr, String indent) {
    String deeper = indent + "  ";
    boolean splits = print(expr).length() > lineCharactersMax;
    return switch (expr) {
      case Expr.NumberLiteral n -> indent + print(n);
      case Expr.StringLiteral s -> indent + print(s);
      case VectorSelector s -> indent + print(s);
      case Expr.MatrixSelector m -> indent + print(m);
      case Expr.Unary unary -> indent + (unary.negative() ? "-" : "+") + format(unary.expr(), indent).strip();
      case Expr.Subquery subquery -> splits ? format(subquery.expr(), indent) + subqueryTail(subquery) : indent + print(subquery);
      case Expr.Paren paren -> splits ? indent + "(\n" + format(paren.expr(), deeper) + "\n" + indent + ")" : indent + print(paren);
      case Expr.Call call -> splits ? indent + call.function().name() + "(\n" + call.arguments().stream()
          .map(argument -> format(argument, deeper)).collect(Collectors.joining(",\n")) + "\n" + indent + ")" : indent + print(call);
      case Expr.Aggregate aggregate -> splits ? formatAggregate(aggregate, indent, deeper) : indent + print(aggregate);
      case Expr.Binary binary -> splits
          ? format(binary.left(), deeper) + "\n" + indent + operator(binary) + "\n" + format(binary.right(), deeper)
          : indent + print(binary);
    };
  }

  private String formatAggregate(Expr.Aggregate aggregate, String indent, String deeper) {
    Expr parameter = aggregate.parameter();
    return indent + operator(aggregate) + "(\n" + (parameter == null ? "" : format(parameter, deeper) + ",\n")
        + format(aggregate.expr(), deeper) + "\n" + indent + ")";
  }

  private static String number(Expr.NumberLiteral number) {
    return number.writtenAsDuration() ? duration(number.value()) : NumberText.value(number.value());
  }

  private static String duration(double seconds) {
    return PromDuration.format(Math.round(seconds * 1000));
  }

  /** The selector without its time: name first, the other conditions sorted. */
  private static String series(VectorSelector selector) {
    boolean nameInFront = Names.isLegacyMetricName(selector.name());
    List<String> conditions = selector.matchers().stream()
        .filter(m -> selector.name().isEmpty() || !isName(m, selector.name()))
        .map(Matcher::toString).sorted().collect(Collectors.toList());
    if (!selector.name().isEmpty() && !nameInFront) {
      conditions.addFirst(Names.quote(selector.name()));
    }
    String braces = conditions.isEmpty() && nameInFront ? "" : "{" + String.join(",", conditions) + "}";
    return (nameInFront ? selector.name() : "") + braces;
  }

  private static boolean isName(Matcher matcher, String name) {
    return matcher.name().equals(Labels.METRIC_NAME) && matcher.op() == Matcher.Op.EQUAL && matcher.value().equals(name);
  }

  private static String modifier(RangeModifier modifier) {
    return switch (modifier) {
      case NONE -> "";
      case ANCHORED -> " anchored";
      case SMOOTHED -> " smoothed";
    };
  }

  private static String time(TimeShift time) {
    String at = switch (time.at()) {
      case null -> "";
      case At.Timestamp t -> String.format(Locale.ROOT, " @ %.3f", t.millis() / 1000.0);
      case At.Start s -> " @ start()";
      case At.End e -> " @ end()";
    };
    DurationExpr offset = time.offset();
    return offset == null || isZero(offset) ? at : at + " offset " + range(offset);
  }

  private static boolean isZero(DurationExpr duration) {
    return duration instanceof DurationExpr.Literal literal && literal.seconds() == 0;
  }

  private static String subqueryTail(Expr.Subquery subquery) {
    DurationExpr step = subquery.step();
    return "[" + range(subquery.range()) + ":" + (step == null ? "" : range(step)) + "]" + time(subquery.time());
  }

  /** A literal alone is a duration however it was written; within an expression it stays as it is. */
  private static String range(DurationExpr duration) {
    return duration instanceof DurationExpr.Literal literal ? duration(literal.seconds()) : computed(duration);
  }

  private static String computed(DurationExpr duration) {
    return switch (duration) {
      case DurationExpr.Literal literal -> literal.writtenAsNumber() ? NumberText.value(literal.seconds()) : duration(literal.seconds());
      case DurationExpr.Negate negate -> (negate.plus() ? "+" : "-") + computed(negate.operand());
      case DurationExpr.Arithmetic a -> computed(a.left()) + " " + a.op().text() + " " + computed(a.right());
      case DurationExpr.Step s -> "step()";
      case DurationExpr.Range r -> "range()";
      case DurationExpr.Extreme e -> (e.max() ? "max_of(" : "min_of(") + computed(e.left()) + ", " + computed(e.right()) + ")";
      case DurationExpr.Parenthesised p -> "(" + computed(p.inner()) + ")";
    };
  }

  private static String operator(Expr.Aggregate aggregate) {
    String op = aggregate.op().text();
    if (aggregate.without()) {
      return op + " without " + labels(aggregate.grouping()) + " ";
    }
    return aggregate.grouping().isEmpty() ? op : op + " by " + labels(aggregate.grouping()) + " ";
  }

  private static String operator(Expr.Binary binary) {
    return binary.op().text() + (binary.returnBool() ? " bool" : "") + matching(binary.matching());
  }

  private static String matching(@Nullable VectorMatching matching) {
    if (matching == null) {
      return "";
    }
    StringBuilder text = new StringBuilder();
    boolean grouped = matching.cardinality() == Cardinality.MANY_TO_ONE || matching.cardinality() == Cardinality.ONE_TO_MANY;
    if (matching.on() || grouped || !matching.labels().isEmpty()) {
      text.append(matching.on() ? " on " : " ignoring ").append(labels(matching.labels()));
    }
    if (grouped) {
      text.append(matching.cardinality() == Cardinality.MANY_TO_ONE ? " group_left " : " group_right ").append(labels(matching.include()));
    }
    Double left = matching.fillLeft();
    Double right = matching.fillRight();
    if (left != null && left.equals(right)) {
      return text.append(" fill (").append(NumberText.value(left)).append(')').toString();
    }
    text.append(left == null ? "" : " fill_left (" + NumberText.value(left) + ")");
    return text.append(right == null ? "" : " fill_right (" + NumberText.value(right) + ")").toString();
  }

  private static String labels(List<String> labels) {
    return labels.stream().map(Names::quoteUnlessLegacy).collect(Collectors.joining(", ", "(", ")"));
  }
}
