package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.Expr.Aggregate;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/**
 * Aggregations that choose some of the series at each step: {@code topk}, {@code bottomk}, {@code limitk}, {@code limit_ratio}.
 * Confined to one thread.
 */
final class Ranking {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Aggregate aggregate;
  private final Steps steps;
  private final UnaryOperator<Labels> key;

  Ranking(Evaluator evaluator, Aggregate aggregate, Steps steps, UnaryOperator<Labels> key) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.aggregate = aggregate;
    this.steps = steps;
    this.key = key;
  }

  void run(RowSink sink) {
    Expr parameter = aggregate.parameter();
    if (parameter == null) {
      throw new IllegalStateException(aggregate.op().text() + " without parameter");
    }
    double[] parameters = evaluator.scalar(parameter, steps);
    boolean ratio = aggregate.op() == AggregateOp.LIMIT_RATIO;
    for (int i = 0; i < parameters.length; i++) {
      parameters[i] = ratio ? ratio(parameters[i], parameter) : limit(parameters[i]);
    }
    Map<Labels, List<Row>> groups = new LinkedHashMap<>();
    for (Row row : evaluator.rows(aggregate.expr(), steps)) {
      groups.computeIfAbsent(key.apply(row.labels), k -> new ArrayList<>()).add(row);
    }
    for (List<Row> rows : groups.values()) {
      choose(rows, parameters, sink);
    }
  }

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

  private double ratio(double parameter, Expr expr) {
    if (Double.isNaN(parameter)) {
      throw context.failure("Ratio value is NaN");
    }
    double capped = Math.clamp(parameter, -1, 1);
    if (capped != parameter) {
      context.annotations.invalidRatio(parameter, capped, expr.position());
    }
    return capped;
  }

  private void choose(List<Row> rows, double[] parameters, RowSink sink) {
    boolean[][] kept = new boolean[rows.size()][steps.count()];
    int[] order = new int[rows.size()];
    int orderSize = 0;
    for (int i = 0; i < steps.count(); i++) {
      orderSize = choose(rows, i, parameters[i], kept, order);
    }
    boolean ordered = steps.count() == 1;
    for (int n = 0; n < (ordered ? orderSize : rows.size()); n++) {
      int at = ordered ? order[n] : n;
      Row row = rows.get(at);
      for (int i = 0; i < steps.count(); i++) {
        if (!kept[at][i]) {
          row.clear(i);
        }
      }
      if (!row.isEmpty()) {
        sink.accept(row);
      }
    }
  }

  /** Marks the rows that are kept at a step and lists them, best first; returns how many. */
  private int choose(List<Row> rows, int step, double parameter, boolean[][] kept, int[] order) {
    int size = 0;
    switch (aggregate.op()) {
      case TOPK, BOTTOMK -> size = best(rows, step, (long) parameter, order);
      case LIMITK -> {
        for (int n = 0; n < rows.size() && size < parameter; n++) {
          if (rows.get(n).isPresent(step)) {
            order[size++] = n;
          }
        }
      }
      default -> {
        for (int n = 0; n < rows.size(); n++) {
          if (rows.get(n).isPresent(step) && isSampled(rows.get(n).labels, parameter)) {
            order[size++] = n;
          }
        }
      }
    }
    for (int n = 0; n < size; n++) {
      kept[order[n]][step] = true;
    }
    return size;
  }

  /** Insertion into a list that never grows beyond the limit; among equal values the first series wins. */
  private int best(List<Row> rows, int step, long limit, int[] order) {
    int size = 0;
    for (int n = 0; n < rows.size(); n++) {
      Row row = rows.get(n);
      if (!row.isPresent(step)) {
        continue;
      }
      if (!row.isFloat(step)) {
        context.annotations.histogramIgnoredInAggregation(aggregate.op().text(), aggregate.expr().position());
        continue;
      }
      int at = insertionPoint(rows, step, order, size, row.floats[step]);
      if (at >= limit) {
        continue;
      }
      int moved = (int) Math.min(size, limit - 1) - at;
      System.arraycopy(order, at, order, at + 1, Math.max(0, moved));
      order[at] = n;
      size = (int) Math.min(size + 1L, limit);
    }
    return size;
  }

  private int insertionPoint(List<Row> rows, int step, int[] order, int size, double value) {
    int low = 0;
    int high = size;
    while (low < high) {
      int middle = (low + high) >>> 1;
      if (isBetter(value, rows.get(order[middle]).floats[step])) {
        high = middle;
      } else {
        low = middle + 1;
      }
    }
    return low;
  }

  /** NaN is the worst for both. */
  private boolean isBetter(double value, double other) {
    if (Double.isNaN(value) || Double.isNaN(other)) {
      return !Double.isNaN(value);
    }
    return aggregate.op() == AggregateOp.TOPK ? value > other : value < other;
  }

  /** Whether a series is in the sample: decided by its labels alone, so that a ratio and its complement share the series out. */
  private static boolean isSampled(Labels labels, double ratio) {
    double place = SeriesHash.of(labels);
    return ratio >= 0 ? place < ratio || ratio == 1 : place >= 1 + ratio;
  }
}
