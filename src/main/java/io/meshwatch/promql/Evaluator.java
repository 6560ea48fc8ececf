package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
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
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleBinaryOperator;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

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

  Evaluator(QueryContext context, Plan plan) {
    this.context = context;
    this.plan = plan;
    this.reader = new SeriesReader(context, plan);
    this.shared = new SharedRows(context);
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
      case Call call -> call(call, steps, sink);
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

  // Calls

  private void call(Call call, Steps steps, RowSink sink) {
    String name = call.function().name();
    List<Expr> arguments = call.arguments();
    if (!arguments.isEmpty() && call.function().argumentTypes().contains(ValueType.MATRIX)) {
      rangeCall(call, steps, sink);
      return;
    }
    DoubleUnaryOperator ofFloats = PointFunctions.ofFloats(name);
    if (ofFloats != null) {
      floatCall(call, ofFloats, steps, sink);
      return;
    }
    ToDoubleFunction<Histogram> ofHistograms = PointFunctions.ofHistograms(name);
    if (ofHistograms != null) {
      withoutNames(arguments.getFirst(), call, steps, row -> mapHistograms(row, ofHistograms), sink);
      return;
    }
    switch (name) {
      case "vector" -> vectorOf(scalar(arguments.getFirst(), steps), sink);
      case "absent" -> absent(call, steps, sink);
      case "timestamp" -> timestamp(call, steps, sink);
      case "start_timestamp" -> startTimestamp(call, steps, sink);
      case "clamp", "clamp_min", "clamp_max", "round" -> limitedCall(call, steps, sink);
      case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc" -> new Sorting(this, call).run(steps, sink);
      case "label_replace", "label_join" -> new LabelFunctions(this, call).run(steps, sink);
      case "histogram_quantile", "histogram_quantiles", "histogram_fraction" -> new ClassicHistograms(this, call, steps).run(sink);
      case "info" -> new InfoFunction(this, call, steps).run(sink);
      default -> throw new IllegalStateException("function without evaluation: " + name);
    }
  }

  private void floatCall(Call call, DoubleUnaryOperator function, Steps steps, RowSink sink) {
    if (call.arguments().isEmpty()) {
      // hour() and its like look at the evaluation time.
      double[] times = new double[steps.count()];
      for (int i = 0; i < times.length; i++) {
        times[i] = function.applyAsDouble(steps.at(i) / 1000.0);
      }
      vectorOf(times, sink);
      return;
    }
    withoutNames(call.arguments().getFirst(), call, steps, row -> mapFloats(row, function), sink);
  }

  private static boolean mapFloats(Row row, DoubleUnaryOperator function) {
    double[] floats = row.floats;
    boolean any = false;
    for (int i = 0; i < floats.length; i++) {
      if (row.isFloat(i)) {
        floats[i] = function.applyAsDouble(floats[i]);
        any = true;
      } else {
        floats[i] = Row.ABSENT;
      }
    }
    row.histograms = null;
    return any;
  }

  private static boolean mapHistograms(Row row, ToDoubleFunction<Histogram> function) {
    boolean any = false;
    for (int i = 0; i < row.size(); i++) {
      Histogram histogram = row.histogram(i);
      row.floats[i] = histogram == null ? Row.ABSENT : function.applyAsDouble(histogram);
      any |= histogram != null;
    }
    row.histograms = null;
    return any;
  }

  private void limitedCall(Call call, Steps steps, RowSink sink) {
    List<Expr> arguments = call.arguments();
    String name = call.function().name();
    double[] first = arguments.size() > 1 ? scalar(arguments.get(1), steps) : filled(1, steps);
    double[] second = arguments.size() > 2 ? scalar(arguments.get(2), steps) : first;
    withoutNames(arguments.getFirst(), call, steps, row -> {
      boolean any = false;
      for (int i = 0; i < row.size(); i++) {
        boolean keep = row.isFloat(i) && !(name.equals("clamp") && second[i] < first[i]);
        row.floats[i] = keep ? limited(name, row.floats[i], first[i], second[i]) : Row.ABSENT;
        any |= keep;
      }
      row.histograms = null;
      return any;
    }, sink);
  }

  private static double limited(String name, double value, double first, double second) {
    return switch (name) {
      case "clamp" -> PointFunctions.clamp(value, first, second);
      case "clamp_min" -> Elementary.max(first, value);
      case "clamp_max" -> Elementary.min(first, value);
      default -> PointFunctions.round(value, first);
    };
  }

  private void vectorOf(double[] values, RowSink sink) {
    Row row = new Row(Labels.EMPTY, values.length);
    System.arraycopy(values, 0, row.floats, 0, values.length);
    sink.accept(row);
  }

  private void absent(Call call, Steps steps, RowSink sink) {
    Expr argument = call.arguments().getFirst();
    boolean[] present = new boolean[steps.count()];
    vector(argument, steps, row -> markPresent(row, present));
    absence(argument, present, sink);
  }

  private static void markPresent(Row row, boolean[] present) {
    for (int i = 0; i < present.length; i++) {
      present[i] |= row.isPresent(i);
    }
  }

  /** A series that is 1 where nothing is present, with the labels that the selector's equality conditions name. */
  private static void absence(Expr argument, boolean[] present, RowSink sink) {
    Row row = Row.empty(labelsOfAbsent(argument), present.length);
    for (int i = 0; i < present.length; i++) {
      if (!present[i]) {
        row.floats[i] = 1;
      }
    }
    if (!row.isEmpty()) {
      sink.accept(row);
    }
  }

  private static Labels labelsOfAbsent(Expr argument) {
    Expr inner = Plan.unwrap(argument);
    List<Matcher> matchers = inner instanceof VectorSelector selector ? selector.matchers()
        : inner instanceof MatrixSelector matrix ? matrix.selector().matchers() : List.of();
    Set<String> equal = new HashSet<>();
    Labels.Builder labels = Labels.builder();
    for (Matcher matcher : matchers) {
      if (matcher.name().equals(Labels.METRIC_NAME)) {
        continue;
      }
      // A second condition on a label makes it uncertain; only an equality that comes after other kinds names it again.
      boolean certain = matcher.op() == Matcher.Op.EQUAL && equal.add(matcher.name());
      labels.set(matcher.name(), certain ? matcher.value() : "");
    }
    return labels.build();
  }

  private void timestamp(Call call, Steps steps, RowSink sink) {
    Expr argument = call.arguments().getFirst();
    if (Plan.unwrap(argument) instanceof VectorSelector selector) {
      namelessSelector(selector, call, steps, SeriesReader.Reading.TIMESTAMPS, sink);
      return;
    }
    withoutNames(argument, call, steps, row -> {
      for (int i = 0; i < row.size(); i++) {
        row.floats[i] = row.isPresent(i) ? steps.at(i) / 1000.0 : Row.ABSENT;
      }
      row.histograms = null;
      return true;
    }, sink);
  }

  private void startTimestamp(Call call, Steps steps, RowSink sink) {
    if (Plan.unwrap(call.arguments().getFirst()) instanceof VectorSelector selector) {
      namelessSelector(selector, call, steps, SeriesReader.Reading.START_TIMESTAMPS, sink);
    }
  }

  private void namelessSelector(VectorSelector selector, Call call, Steps steps, SeriesReader.Reading reading, RowSink sink) {
    boolean unique = context.options.delayedNameRemoval() || Plan.hasOneName(selector);
    Merging merging = unique ? null : new Merging(context, call, sink);
    RowSink target = merging == null ? sink : merging;
    reader.instant(selector, steps, reading, row -> {
      dropName(row);
      target.accept(row);
    });
    if (merging != null) {
      merging.finish();
    }
  }

  // Range functions

  private void rangeCall(Call call, Steps steps, RowSink sink) {
    String name = call.function().name();
    int rangeAt = call.function().argumentTypes().indexOf(ValueType.MATRIX);
    Expr range = call.arguments().get(rangeAt);
    List<double[]> parameters = new ArrayList<>();
    for (int i = 0; i < call.arguments().size(); i++) {
      if (i != rangeAt) {
        parameters.add(scalar(call.arguments().get(i), steps));
      }
    }
    if (name.equals("quantile_over_time")) {
      warnAboutQuantiles(parameters.getFirst(), call.arguments().getFirst());
    }
    RangeFunctions.Factory function = RangeFunctions.of(call, range, parameters.toArray(double[][]::new), context);
    if (name.equals("absent_over_time")) {
      boolean[] present = new boolean[steps.count()];
      range(range, steps, function, row -> markPresent(row, present));
      absence(range, present, sink);
      return;
    }
    if (name.equals("last_over_time") || name.equals("first_over_time")) {
      range(range, steps, function, sink);
      return;
    }
    boolean unique = context.options.delayedNameRemoval() || Plan.hasOneName(range);
    Merging merging = unique ? null : new Merging(context, call, sink);
    RowSink target = merging == null ? sink : merging;
    range(range, steps, function, row -> {
      dropName(row);
      target.accept(row);
    });
    if (merging != null) {
      merging.finish();
    }
  }

  void warnAboutQuantiles(double[] quantiles, Expr parameter) {
    for (double quantile : quantiles) {
      if (Quantile.isInvalid(quantile)) {
        context.annotations.invalidQuantile(quantile, parameter.position());
      }
    }
  }

  /** Applies a range function to each series of a range vector expression. */
  private void range(Expr range, Steps steps, RangeFunctions.Factory function, RowSink sink) {
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
      if (reader.walk(window, row.labels, steps, range, apply, counts, out)) {
        sink.accept(out);
      }
    }));
  }

  // Scalars and strings

  /** The values of a scalar expression at each step. */
  double[] scalar(Expr expr, Steps steps) {
    if (steps.count() > 1 && plan.isStepInvariant(expr)) {
      double[] once = new double[1];
      context.countingOnce(() -> once[0] = scalarAtEachStep(expr, steps.first())[0]);
      return filled(once[0], steps);
    }
    return scalarAtEachStep(expr, steps);
  }

  private double[] scalarAtEachStep(Expr expr, Steps steps) {
    return switch (expr) {
      case NumberLiteral number -> filled(number.value(), steps);
      case Paren paren -> scalar(paren.expr(), steps);
      case Unary unary -> {
        double[] values = scalar(unary.expr(), steps);
        for (int i = 0; i < values.length && unary.negative(); i++) {
          values[i] = -values[i];
        }
        yield values;
      }
      case Binary binary -> scalarBinary(binary, steps);
      case Call call -> scalarCall(call, steps);
      case VectorSelector s -> throw unexpected(s);
      case MatrixSelector m -> throw unexpected(m);
      case Subquery q -> throw unexpected(q);
      case Aggregate a -> throw unexpected(a);
      case StringLiteral s -> throw unexpected(s);
    };
  }

  private double[] scalarBinary(Binary binary, Steps steps) {
    double[] left = scalar(binary.left(), steps);
    double[] right = scalar(binary.right(), steps);
    for (int i = 0; i < left.length; i++) {
      left[i] = binary.op().isComparison() ? (ElementOperation.compare(binary.op(), left[i], right[i]) ? 1 : 0)
          : ElementOperation.arithmetic(binary.op(), left[i], right[i]);
    }
    return left;
  }

  private double[] scalarCall(Call call, Steps steps) {
    Steps whole = context.steps;
    return switch (call.function().name()) {
      case "pi" -> filled(Math.PI, steps);
      case "time" -> times(steps);
      case "start" -> filled(whole.startMillis() / 1000.0, steps);
      case "end" -> filled(plan.endMillis() / 1000.0, steps);
      case "range" -> filled((plan.endMillis() - whole.startMillis()) / 1000.0, steps);
      case "step" -> filled(context.isRange ? whole.stepMillis() / 1000.0 : 0, steps);
      case "min_of" -> pairwise(call, steps, Elementary::min);
      case "max_of" -> pairwise(call, steps, Elementary::max);
      case "scalar" -> single(call.arguments().getFirst(), steps);
      default -> throw new IllegalStateException("function without evaluation: " + call.function().name());
    };
  }

  private double[] pairwise(Call call, Steps steps, DoubleBinaryOperator choose) {
    double[] left = scalar(call.arguments().get(0), steps);
    double[] right = scalar(call.arguments().get(1), steps);
    for (int i = 0; i < left.length; i++) {
      left[i] = choose.applyAsDouble(left[i], right[i]);
    }
    return left;
  }

  private static double[] times(Steps steps) {
    double[] times = new double[steps.count()];
    for (int i = 0; i < times.length; i++) {
      times[i] = steps.at(i) / 1000.0;
    }
    return times;
  }

  /** The value of the only float at each step, else NaN. */
  private double[] single(Expr vector, Steps steps) {
    double[] values = filled(Double.NaN, steps);
    int[] found = new int[steps.count()];
    vector(vector, steps, row -> {
      for (int i = 0; i < found.length; i++) {
        if (row.isFloat(i)) {
          values[i] = found[i]++ == 0 ? row.floats[i] : Double.NaN;
        }
      }
    });
    return values;
  }

  private static double[] filled(double value, Steps steps) {
    double[] values = new double[steps.count()];
    Arrays.fill(values, value);
    return values;
  }

  /** The value of a string expression. */
  static String string(Expr expr) {
    return Plan.unwrap(expr) instanceof StringLiteral literal ? literal.value() : "";
  }
}
