package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.promql.Expr.Aggregate;
import io.meshwatch.promql.Expr.Binary;
import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.NumberLiteral;
import io.meshwatch.promql.Expr.Paren;
import io.meshwatch.promql.Expr.StringLiteral;
import io.meshwatch.promql.Expr.Subquery;
import io.meshwatch.promql.Expr.Unary;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.List;

/**
 * Evaluates an expression series by series over all steps at once.
 *
 * <p>An instant vector is a stream of {@link Row}s pushed into a {@link RowSink}: a selector reads one series after the other
 * (several in parallel), functions of samples change the row in place, aggregations add it to their groups, and only what must
 * see many series at once (matching, sorting, top-k) keeps copies. Parts that do not depend on the step are evaluated once.
 * Confined to one thread, except for the reading of series.
 */
final class Evaluator {
  private final QueryContext context;
  private final Plan plan;
  private final SeriesReader reader;
  private final SharedRows shared;
  private final Scalars scalars;
  private final Calls calls;

  Evaluator(QueryContext context, Plan plan) {
    this.context = context;
    this.plan = plan;
    this.reader = new SeriesReader(context, plan);
    this.shared = new SharedRows(context);
    this.scalars = new Scalars(this);
    this.calls = new Calls(this);
  }

  QueryContext context() {
    return context;
  }

  Plan plan() {
    return plan;
  }

  SeriesReader reader() {
    return reader;
  }

  // Instant vectors

  /** Pushes the series of an instant vector expression into a sink. */
  void vector(Expr expr, Steps steps, RowSink sink) {
    context.check();
    if (steps.count() == 0) {
      return;
    }
    String repeated = plan.repeatedText(expr);
    if (repeated != null) {
      shared.push(repeated, steps, rows -> vectorWhereItStands(expr, steps, rows), sink);
    } else {
      vectorWhereItStands(expr, steps, sink);
    }
  }

  private void vectorWhereItStands(Expr expr, Steps steps, RowSink sink) {
    if (steps.count() > 1 && plan.isStepInvariant(expr)) {
      context.countingOnce(() -> vectorAtEachStep(expr, steps.first(), row -> sink.accept(row.broadcast(steps.count()))));
    } else {
      vectorAtEachStep(expr, steps, sink);
    }
  }

  private void vectorAtEachStep(Expr expr, Steps steps, RowSink sink) {
    switch (expr) {
      case VectorSelector selector -> reader.instant(selector, steps, SeriesReader.Reading.VALUES, sink);
      case Paren paren -> vector(paren.expr(), steps, sink);
      case Unary unary -> negate(unary, steps, sink);
      case Binary binary -> binary(binary, steps, sink);
      case Aggregate aggregate -> new Aggregation(this, aggregate, steps).run(sink);
      case Call call -> calls.run(call, steps, sink);
      case MatrixSelector m -> throw unexpected(m);
      case Subquery q -> throw unexpected(q);
      case NumberLiteral n -> throw unexpected(n);
      case StringLiteral s -> throw unexpected(s);
    }
  }

  private static IllegalStateException unexpected(Expr expr) {
    return new IllegalStateException("the parser let through a " + expr.type().text() + " in place of an instant vector");
  }

  /** All rows of an instant vector, copied. */
  List<Row> rows(Expr expr, Steps steps) {
    List<Row> rows = new ArrayList<>();
    vector(expr, steps, row -> {
      context.hold(row.size(), expr);
      rows.add(row.copy());
    });
    return rows;
  }

  private void negate(Unary unary, Steps steps, RowSink sink) {
    if (!unary.negative()) {
      vector(unary.expr(), steps, sink);
      return;
    }
    withoutNames(unary.expr(), unary, steps, row -> {
      for (int i = 0; i < row.size(); i++) {
        Histogram histogram = row.histogram(i);
        if (histogram != null) {
          row.set(i, 0, HistogramArithmetic.multiply(histogram, -1));
        } else if (!Row.isAbsent(row.floats[i])) {
          row.floats[i] = -row.floats[i];
        }
      }
      return true;
    }, sink);
  }

  private void binary(Binary binary, Steps steps, RowSink sink) {
    boolean leftScalar = binary.left().type() == ValueType.SCALAR;
    if (!leftScalar && binary.right().type() != ValueType.SCALAR) {
      new VectorMatcher(this, binary, steps).run(sink);
      return;
    }
    double[] scalars = scalar(leftScalar ? binary.left() : binary.right(), steps);
    RowChange change = row -> {
      ElementOperation.withScalars(binary, row, scalars, leftScalar, context.annotations);
      return true;
    };
    Expr vector = leftScalar ? binary.right() : binary.left();
    if (ElementOperation.dropsName(binary)) {
      withoutNames(vector, binary, steps, change, sink);
    } else {
      vector(vector, steps, row -> {
        change.apply(row);
        sink.accept(row);
      });
    }
  }

  /** Changes a row in place; false leaves it out. */
  @FunctionalInterface
  interface RowChange {
    boolean apply(Row row);
  }

  /** Changes each row of an argument and drops its metric name, now or when the query ends. */
  void withoutNames(Expr argument, Expr whole, Steps steps, RowChange change, RowSink sink) {
    RowSink changed = row -> {
      if (change.apply(row)) {
        dropName(row);
        sink.accept(row);
      }
    };
    if (context.options.delayedNameRemoval() || Plan.hasOneName(argument)) {
      vector(argument, steps, changed);
      return;
    }
    Merging merging = new Merging(context, whole, sink);
    vector(argument, steps, row -> {
      if (change.apply(row)) {
        dropName(row);
        merging.accept(row);
      }
    });
    merging.finish();
  }

  void dropName(Row row) {
    if (context.options.delayedNameRemoval()) {
      row.dropName = true;
    } else {
      row.labels = SeriesNames.without(row.labels);
    }
  }

  // Range vectors, scalars and strings

  /** Applies a range function to each series of a range vector expression. */
  void range(Expr range, Steps steps, RangeFunctions.Factory function, RowSink sink) {
    switch (Plan.unwrap(range)) {
      case MatrixSelector matrix -> reader.range(matrix, steps, function, sink);
      case Subquery subquery -> subquery(subquery, steps, function, sink);
      case Expr other -> throw new IllegalStateException("no range vector: " + other.type());
    }
  }

  private void subquery(Subquery subquery, Steps steps, RangeFunctions.Factory function, RowSink sink) {
    Plan.Range range = plan.range(subquery);
    Steps inner = plan.innerSteps(subquery, steps);
    Columns columns = new Columns();
    Window window = new Window(columns);
    RangeFunction apply = function.create();
    SampleCounts counts = context.counts();
    // What the inner expression looks at does not count, only what lies in the ranges over its results.
    context.countingIn(counts.fresh(inner.count()), () -> vector(subquery.expr(), inner, row -> {
      columns.load(row, inner);
      columns.forgetResetHints();
      Row out = Row.empty(row.labels, steps.count());
      out.dropName = row.dropName;
      boolean any = reader.walk(window, row.labels, steps, range, apply, counts, out);
      counts.add(out.samplesSeen);
      if (any) {
        sink.accept(out);
      }
    }));
  }

  /** The values of a scalar expression at each step. */
  double[] scalar(Expr expr, Steps steps) {
    return scalars.values(expr, steps);
  }

  void warnAboutQuantiles(double[] quantiles, Expr parameter) {
    for (double quantile : quantiles) {
      if (Quantile.isInvalid(quantile)) {
        context.annotations.invalidQuantile(quantile, parameter.position());
      }
    }
  }

  /** The value of a string expression. */
  static String string(Expr expr) {
    return Plan.unwrap(expr) instanceof StringLiteral literal ? literal.value() : "";
  }
}
