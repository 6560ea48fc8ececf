package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.util.Arrays;

/** One group of a sum, mean, extreme…: a column for each number that is kept at each step. */
abstract sealed class GroupColumn permits GroupColumn.Count, GroupColumn.Extreme, GroupColumn.Spread, TotalColumn {
  final Labels labels;
  final int steps;
  final Annotations annotations;
  final Position position;
  boolean dropName;

  GroupColumn(Labels labels, int steps, Annotations annotations, Position position) {
    this.labels = labels;
    this.steps = steps;
    this.annotations = annotations;
    this.position = position;
  }

  static GroupColumn of(AggregateOp op, Labels labels, int steps, Annotations annotations, Position position) {
    return switch (op) {
      case SUM -> new TotalColumn(false, labels, steps, annotations, position);
      case AVG -> new TotalColumn(true, labels, steps, annotations, position);
      case MIN, MAX -> new Extreme(op == AggregateOp.MAX, labels, steps, annotations, position);
      case STDDEV, STDVAR -> new Spread(op == AggregateOp.STDDEV, labels, steps, annotations, position);
      case COUNT, GROUP -> new Count(op == AggregateOp.COUNT, labels, steps, annotations, position);
      case QUANTILE, COUNT_VALUES, TOPK, BOTTOMK, LIMITK, LIMIT_RATIO -> throw new IllegalArgumentException(op.text() + " has no column of its own");
    };
  }

  abstract void add(Row row);

  abstract Row result();

  /** How many series there are; for {@code group} only whether there are any. */
  static final class Count extends GroupColumn {
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
  static final class Extreme extends GroupColumn {
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
  static final class Spread extends GroupColumn {
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
}
