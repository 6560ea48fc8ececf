package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.VectorSelector;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;

/** Evaluates functions that give instant vectors. Confined to one thread. */
final class Calls {
  private final Evaluator evaluator;
  private final QueryContext context;

  Calls(Evaluator evaluator) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
  }

  /** Pushes the series that a function gives. */
  void run(Call call, Steps steps, RowSink sink) {
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
      evaluator.withoutNames(arguments.getFirst(), call, steps, row -> mapHistograms(row, ofHistograms), sink);
      return;
    }
    switch (name) {
      case "vector" -> vectorOf(evaluator.scalar(arguments.getFirst(), steps), sink);
      case "absent" -> absent(call, steps, sink);
      case "timestamp" -> timestamp(call, steps, sink);
      case "start_timestamp" -> startTimestamp(call, steps, sink);
      case "clamp", "clamp_min", "clamp_max", "round" -> limitedCall(call, steps, sink);
      case "sort", "sort_desc", "sort_by_label", "sort_by_label_desc" -> new Sorting(evaluator, call).run(steps, sink);
      case "label_replace", "label_join" -> new LabelFunctions(evaluator, call).run(steps, sink);
      case "histogram_quantile", "histogram_quantiles", "histogram_fraction" -> new ClassicHistograms(evaluator, call, steps).run(sink);
      case "info" -> new InfoFunction(evaluator, call, steps).run(sink);
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
    evaluator.withoutNames(call.arguments().getFirst(), call, steps, row -> mapFloats(row, function), sink);
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
    double[] first = arguments.size() > 1 ? evaluator.scalar(arguments.get(1), steps) : Scalars.filled(1, steps);
    double[] second = arguments.size() > 2 ? evaluator.scalar(arguments.get(2), steps) : first;
    evaluator.withoutNames(arguments.getFirst(), call, steps, row -> {
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
    evaluator.vector(argument, steps, row -> markPresent(row, present));
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
    evaluator.withoutNames(argument, call, steps, row -> {
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
    evaluator.reader().instant(selector, steps, reading, row -> {
      evaluator.dropName(row);
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
        parameters.add(evaluator.scalar(call.arguments().get(i), steps));
      }
    }
    if (name.equals("quantile_over_time")) {
      evaluator.warnAboutQuantiles(parameters.getFirst(), call.arguments().getFirst());
    }
    RangeFunctions.Factory function = RangeFunctions.of(call, range, parameters.toArray(double[][]::new), context);
    if (name.equals("absent_over_time")) {
      boolean[] present = new boolean[steps.count()];
      evaluator.range(range, steps, function, row -> markPresent(row, present));
      absence(range, present, sink);
      return;
    }
    if (name.equals("last_over_time") || name.equals("first_over_time")) {
      evaluator.range(range, steps, function, sink);
      return;
    }
    boolean unique = context.options.delayedNameRemoval() || Plan.hasOneName(range);
    Merging merging = unique ? null : new Merging(context, call, sink);
    RowSink target = merging == null ? sink : merging;
    evaluator.range(range, steps, function, row -> {
      evaluator.dropName(row);
      target.accept(row);
    });
    if (merging != null) {
      merging.finish();
    }
  }
}
