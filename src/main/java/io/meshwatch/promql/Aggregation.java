package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.Expr.Aggregate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * An aggregation over all steps. Sums and their like keep one column for each group and see each series once; only what must
 * compare series (top-k, quantile…) keeps rows. Confined to one thread.
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
    this.grouping = groupingLabels(aggregate);
  }

  private static Set<String> groupingLabels(Aggregate aggregate) {
    Set<String> labels = new HashSet<>(aggregate.grouping());
    if (aggregate.without()) {
      labels.addAll(List.of(Labels.METRIC_NAME, SeriesNames.TYPE, SeriesNames.UNIT));
    }
    return Set.copyOf(labels);
  }

  void run(RowSink sink) {
    switch (aggregate.op()) {
      case SUM, AVG, COUNT, GROUP, MIN, MAX, STDDEV, STDVAR -> columns(sink);
      case QUANTILE -> quantiles(sink);
      case COUNT_VALUES -> countValues(sink);
      case TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> new Ranking(evaluator, aggregate, steps, this::key).run(sink);
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

  /** One group of a sum, mean, extreme…: a column for each number that is kept at each step. */
  abstract static sealed class GroupColumn {
    final Labels labels;
    final int steps;
    final Annotations annotations;
    final Position position;
    boolean dropName;

    private GroupColumn(Labels labels, int steps, Annotations annotations, Position position) {
      this.labels = labels;
      this.steps = steps;
      this.annotations = annotations;
      this.position = position;
    }

    static GroupColumn of(AggregateOp op, Labels labels, int steps, Annotations annotations, Position position) {
      return switch (op) {
        case SUM -> new Total(false, labels, steps, annotations, position);
        case AVG -> new Total(true, labels, steps, annotations, position);
        case MIN, MAX -> new Extreme(op == AggregateOp.MAX, labels, steps, annotations, position);
        case STDDEV, STDVAR -> new Spread(op == AggregateOp.STDDEV, labels, steps, annotations, position);
        case COUNT, GROUP -> new Count(op == AggregateOp.COUNT, labels, steps, annotations, position);
        case QUANTILE, COUNT_VALUES, TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> throw new IllegalArgumentException(op.text() + " keeps rows");
      };
    }

    abstract void add(Row row);

    abstract Row result();
  }

  /** How many series there are; for {@code group} only whether there are any. */
  private static final class Count extends GroupColumn {
    private final boolean counts;
    private final double[] totals;

    Count(boolean counts, Labels labels, int steps, Annotations annotations, Position position) {
      super(labels, steps, annotations, position);
      this.counts = counts;
      this.totals = new double[steps];
    }

    @Override
    void add(Row row) {
      for (int i = 0; i < steps; i++) {
        if (row.isPresent(i)) {
          totals[i] = counts ? totals[i] + 1 : 1;
        }
      }
    }

    @Override
    Row result() {
      Row row = new Row(labels, steps);
      for (int i = 0; i < steps; i++) {
        row.floats[i] = totals[i] == 0 ? Row.ABSENT : totals[i];
      }
      return row;
    }
  }

  /** The least or greatest float; any number beats NaN. */
  private static final class Extreme extends GroupColumn {
    private final boolean max;
    private final double[] best;

    Extreme(boolean max, Labels labels, int steps, Annotations annotations, Position position) {
      super(labels, steps, annotations, position);
      this.max = max;
      this.best = new double[steps];
      Arrays.fill(best, Row.ABSENT);
    }

    @Override
    void add(Row row) {
      for (int i = 0; i < steps; i++) {
        if (row.histogram(i) != null) {
          annotations.histogramIgnoredInAggregation(max ? "max" : "min", position);
          continue;
        }
        double value = row.floats[i];
        if (Row.isAbsent(value)) {
          continue;
        }
        // An absent best is a NaN too, so the first value always wins.
        if (Double.isNaN(best[i]) || (max ? value > best[i] : value < best[i])) {
          best[i] = value;
        }
      }
    }

    @Override
    Row result() {
      Row row = new Row(labels, steps);
      System.arraycopy(best, 0, row.floats, 0, steps);
      return row;
    }
  }

  /** Standard deviation or variance by Welford's algorithm. */
  private static final class Spread extends GroupColumn {
    private final boolean root;
    private final double[] counts;
    private final double[] means;
    private final double[] squares;

    Spread(boolean root, Labels labels, int steps, Annotations annotations, Position position) {
      super(labels, steps, annotations, position);
      this.root = root;
      this.counts = new double[steps];
      this.means = new double[steps];
      this.squares = new double[steps];
    }

    @Override
    void add(Row row) {
      for (int i = 0; i < steps; i++) {
        if (row.histogram(i) != null) {
          annotations.histogramIgnoredInAggregation(root ? "stddev" : "stdvar", position);
        } else if (!Row.isAbsent(row.floats[i])) {
          double value = row.floats[i];
          counts[i]++;
          double delta = value - means[i];
          means[i] += delta / counts[i];
          squares[i] += delta * (value - means[i]);
        }
      }
    }

    @Override
    Row result() {
      Row row = new Row(labels, steps);
      for (int i = 0; i < steps; i++) {
        double variance = squares[i] / counts[i];
        row.floats[i] = counts[i] == 0 ? Row.ABSENT : root ? Math.sqrt(variance) : variance;
      }
      return row;
    }
  }

  /** Sum or mean, of floats (compensated) or of histograms. Steps where both meet have no result. */
  private static final class Total extends GroupColumn {
    private final boolean average;
    private final double[] sums;
    private final double[] compensations;
    private final double[] counts;
    private boolean @Nullable [] incremental;
    private @Nullable HistogramMean @Nullable [] histograms;
    private boolean @Nullable [] spoiled;

    Total(boolean average, Labels labels, int steps, Annotations annotations, Position position) {
      super(labels, steps, annotations, position);
      this.average = average;
      this.sums = new double[steps];
      this.compensations = new double[steps];
      this.counts = new double[steps];
    }

    @Override
    void add(Row row) {
      if (row.histograms != null || histograms != null) {
        addMixed(row);
        return;
      }
      double[] floats = row.floats;
      for (int i = 0; i < steps; i++) {
        if (!Row.isAbsent(floats[i])) {
          addFloat(i, floats[i]);
        }
      }
    }

    private void addFloat(int i, double value) {
      double count = ++counts[i];
      if (count == 1) {
        sums[i] = value;
        return;
      }
      boolean[] means = incremental;
      if (average && means != null && means[i]) {
        addToMean(i, value, count);
        return;
      }
      double total = sums[i] + value;
      if (average && Double.isInfinite(total)) {
        switchToMean(i, count - 1);
        addToMean(i, value, count);
        return;
      }
      compensations[i] = Kahan.compensation(sums[i], compensations[i], value, total);
      sums[i] = total;
    }

    /** The sum would overflow: from here on the mean itself is kept. */
    private void switchToMean(int i, double countSoFar) {
      boolean[] means = incremental;
      if (means == null) {
        means = new boolean[steps];
        incremental = means;
      }
      means[i] = true;
      sums[i] /= countSoFar;
      compensations[i] /= countSoFar;
    }

    private void addToMean(int i, double value, double count) {
      double kept = (count - 1) / count;
      double mean = kept * sums[i];
      double added = value / count;
      double total = mean + added;
      compensations[i] = Kahan.compensation(mean, kept * compensations[i], added, total);
      sums[i] = total;
    }

    private void addMixed(Row row) {
      @Nullable HistogramMean[] all = histograms;
      boolean[] bad = spoiled;
      if (all == null || bad == null) {
        all = new HistogramMean[steps];
        bad = new boolean[steps];
        histograms = all;
        spoiled = bad;
      }
      for (int i = 0; i < steps; i++) {
        Histogram histogram = row.histogram(i);
        if (histogram == null) {
          if (!Row.isAbsent(row.floats[i])) {
            addFloat(i, row.floats[i]);
          }
        } else if (!bad[i]) {
          HistogramMean mean = all[i];
          if (mean == null) {
            all[i] = new HistogramMean(histogram, average);
          } else if (!mean.add(histogram)) {
            annotations.mixedExponentialAndCustomBuckets(row.labels.metricName(), position);
            bad[i] = true;
          }
        }
      }
    }

    @Override
    Row result() {
      Row row = new Row(labels, steps);
      @Nullable HistogramMean[] all = histograms;
      boolean[] bad = spoiled;
      for (int i = 0; i < steps; i++) {
        HistogramMean mean = all == null ? null : all[i];
        row.floats[i] = Row.ABSENT;
        if (bad != null && bad[i]) {
          continue;
        }
        if (mean == null) {
          row.floats[i] = counts[i] == 0 ? Row.ABSENT : floatResult(i);
        } else if (counts[i] > 0) {
          annotations.mixedFloatsAndHistogramsInAggregation(position);
        } else {
          row.set(i, 0, histogramResult(mean));
        }
      }
      return row;
    }

    private double floatResult(int i) {
      boolean[] means = incremental;
      if (!average || (means != null && means[i])) {
        return Double.isInfinite(sums[i]) ? sums[i] : sums[i] + compensations[i];
      }
      return sums[i] / counts[i] + compensations[i] / counts[i];
    }

    private Histogram histogramResult(HistogramMean mean) {
      if (mean.sum().boundsReconciled()) {
        annotations.mismatchedCustomBuckets("aggregation", position);
      }
      if (mean.resetCollision()) {
        annotations.conflictingCounterResets("aggregation", position);
      }
      return mean.value();
    }
  }
}
