package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.Expr.Aggregate;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.DoubleUnaryOperator;

/**
 * An aggregation over all steps. Sums and their like keep one column for each group and see each series once, top-k keeps the best of
 * each step; only {@code quantile}, which needs all values at once, keeps rows. Confined to one thread.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/operators/#aggregation-operators">Aggregation operators</a>
 */
final class Aggregation {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Aggregate aggregate;
  private final Steps steps;
  private final Set<String> grouping;

  Aggregation(Evaluator evaluator, Aggregate aggregate, Steps steps) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.aggregate = aggregate;
    this.steps = steps;
    this.grouping = evaluator.plan().grouping(aggregate);
  }

  void run(RowSink sink) {
    switch (aggregate.op()) {
      case SUM, AVG, COUNT, GROUP, MIN, MAX, STDDEV, STDVAR -> columns(sink);
      case QUANTILE -> quantiles(sink);
      case COUNT_VALUES -> countValues(sink);
      case TOPK, BOTTOMK -> new Ranking(evaluator, aggregate, steps, grouping).run(parameters(this::limit), sink);
      case LIMITK -> new Sampling(evaluator, aggregate, steps, grouping).run(parameters(this::limit), sink);
      case LIMIT_RATIO -> new Sampling(evaluator, aggregate, steps, grouping).run(parameters(this::ratio), sink);
    }
  }

  /** The labels of the group a series belongs to. */
  private Labels key(Labels series) {
    if (aggregate.without()) {
      return series.without(grouping);
    }
    return grouping.isEmpty() ? Labels.EMPTY : series.keep(grouping);
  }

  /** Whether a group's labels hold a metric name that is still to go. */
  private boolean keepsDroppedName(Row row) {
    return row.dropName && !aggregate.without() && grouping.contains(Labels.METRIC_NAME);
  }

  private void columns(RowSink sink) {
    LabelGroups<GroupColumn> groups = new LabelGroups<>(grouping, aggregate.without(), labels -> {
      context.hold(steps.count(), aggregate);
      return GroupColumn.of(aggregate.op(), labels, steps.count(), context.annotations, aggregate.expr().position());
    });
    evaluator.vector(aggregate.expr(), steps, row -> {
      GroupColumn group = groups.of(row.labels);
      group.add(row);
      group.dropName |= keepsDroppedName(row);
    });
    for (GroupColumn group : groups.all()) {
      Row row = group.result();
      if (!row.isEmpty()) {
        row.dropName = group.dropName;
        sink.accept(row);
      }
    }
    context.release((long) groups.all().size() * steps.count());
  }

  private void quantiles(RowSink sink) {
    Expr parameter = parameter();
    double[] quantiles = evaluator.scalar(parameter, steps);
    evaluator.warnAboutQuantiles(quantiles, parameter);
    Map<Labels, List<Row>> groups = groupedRows();
    for (Map.Entry<Labels, List<Row>> group : groups.entrySet()) {
      List<Row> rows = group.getValue();
      Row result = Row.empty(group.getKey(), steps.count());
      double[] values = new double[rows.size()];
      for (int i = 0; i < steps.count(); i++) {
        int count = floatsAt(rows, i, values);
        if (count > 0) {
          result.floats[i] = Quantile.of(quantiles[i], values, count);
        }
      }
      result.dropName = keepsDroppedName(rows.getFirst());
      if (!result.isEmpty()) {
        sink.accept(result);
      }
    }
  }

  private Expr parameter() {
    Expr parameter = aggregate.parameter();
    if (parameter == null) {
      throw new IllegalStateException(aggregate.op().text() + " without parameter");
    }
    return parameter;
  }

  private double[] parameters(DoubleUnaryOperator checked) {
    double[] parameters = evaluator.scalar(parameter(), steps);
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = checked.applyAsDouble(parameters[i]);
    }
    return parameters;
  }

  /** How many series are wanted. */
  private double limit(double parameter) {
    if (Double.isNaN(parameter)) {
      throw context.failure("Parameter value is NaN");
    }
    if (parameter >= 0x1p63) {
      throw context.failure("Scalar value " + NumberText.value(parameter) + " overflows int64");
    }
    if (parameter < -0x1p63) {
      throw context.failure("Scalar value " + NumberText.value(parameter) + " underflows int64");
    }
    return Math.floor(parameter);
  }

  /** Which part of the series is wanted. */
  private double ratio(double parameter) {
    if (Double.isNaN(parameter)) {
      throw context.failure("Ratio value is NaN");
    }
    double capped = Math.clamp(parameter, -1, 1);
    if (capped != parameter) {
      context.annotations.invalidRatio(parameter, capped, parameter().position());
    }
    return capped;
  }

  private Map<Labels, List<Row>> groupedRows() {
    Map<Labels, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : evaluator.rows(aggregate.expr(), steps)) {
      groups.computeIfAbsent(key(row.labels), k -> new ArrayList<>()).add(row);
    }
    return groups;
  }

  private int floatsAt(List<Row> rows, int step, double[] into) {
    int count = 0;
    for (Row row : rows) {
      if (row.isFloat(step)) {
        into[count++] = row.floats[step];
      } else if (row.isPresent(step)) {
        context.annotations.histogramIgnoredInAggregation("quantile", aggregate.expr().position());
      }
    }
    return count;
  }

  private void countValues(RowSink sink) {
    String label = Evaluator.string(parameter());
    if (!Names.isValid(label)) {
      throw context.failure("invalid label name " + Names.quote(label));
    }
    // The label is there before the series are grouped, so grouping without it takes it away again.
    boolean hidden = aggregate.without() && aggregate.grouping().contains(label);
    Map<Labels, Row> counts = new LinkedHashMap<>();
    evaluator.vector(aggregate.expr(), steps, row -> {
      Labels key = key(row.labels);
      Map<String, Row> known = new HashMap<>();
      for (int i = 0; i < steps.count(); i++) {
        if (!row.isPresent(i)) {
          continue;
        }
        Histogram histogram = row.histogram(i);
        String value = histogram == null ? NumberText.plain(row.floats[i]) : HistogramBuckets.print(histogram);
        Row count = known.computeIfAbsent(value, v -> counts.computeIfAbsent(hidden ? key : key.toBuilder().set(label, v).build(), labels -> {
          context.hold(steps.count(), aggregate);
          return Row.empty(labels, steps.count());
        }));
        count.floats[i] = Row.isAbsent(count.floats[i]) ? 1 : count.floats[i] + 1;
        count.dropName |= keepsDroppedName(row) && !label.equals(Labels.METRIC_NAME);
      }
    });
    counts.values().forEach(sink::accept);
  }
}
