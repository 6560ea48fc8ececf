package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.promql.Expr.Binary;
import org.jspecify.annotations.Nullable;

/** What binary operators do with two samples. Holds the result of the last operation; confined to one thread. */
final class ElementOperation {
  private final Binary binary;
  private final Annotations annotations;

  /** The resulting histogram, or null if the result is {@link #value}. */
  @Nullable Histogram histogram;

  double value;

  ElementOperation(Binary binary, Annotations annotations) {
    this.binary = binary;
    this.annotations = annotations;
  }

  /** Whether the result is something else than the samples it comes from. */
  static boolean dropsName(Binary binary) {
    return switch (binary.op()) {
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, POWER, ATAN2 -> true;
      case EQUAL, NOT_EQUAL, GREATER, LESS, GREATER_OR_EQUAL, LESS_OR_EQUAL -> binary.returnBool();
      case TRIM_LOWER, TRIM_UPPER, AND, OR, UNLESS -> false;
    };
  }

  static double arithmetic(BinaryOp op, double left, double right) {
    return switch (op) {
      case ADD -> left + right;
      case SUBTRACT -> left - right;
      case MULTIPLY -> left * right;
      case DIVIDE -> left / right;
      case MODULO -> left % right;
      case POWER -> Elementary.pow(left, right);
      case ATAN2 -> Elementary.atan2(left, right);
      case EQUAL, NOT_EQUAL, GREATER, LESS, GREATER_OR_EQUAL, LESS_OR_EQUAL, TRIM_LOWER, TRIM_UPPER, AND, OR, UNLESS ->
        throw new IllegalArgumentException(op.text() + " is not arithmetic");
    };
  }

  static boolean compare(BinaryOp op, double left, double right) {
    return switch (op) {
      case EQUAL -> left == right;
      case NOT_EQUAL -> left != right;
      case GREATER -> left > right;
      case LESS -> left < right;
      case GREATER_OR_EQUAL -> left >= right;
      case LESS_OR_EQUAL -> left <= right;
      case ADD, SUBTRACT, MULTIPLY, DIVIDE, MODULO, POWER, ATAN2, TRIM_LOWER, TRIM_UPPER, AND, OR, UNLESS ->
        throw new IllegalArgumentException(op.text() + " is not a comparison");
    };
  }

  /** Applies the operator to each sample of a row and a scalar; the row changes in place. */
  static void withScalars(Binary binary, Row row, double[] scalars, boolean scalarLeft, Annotations annotations) {
    BinaryOp op = binary.op();
    double[] floats = row.floats;
    if (row.histograms == null && !op.isComparison() && op != BinaryOp.TRIM_LOWER && op != BinaryOp.TRIM_UPPER) {
      for (int i = 0; i < floats.length; i++) {
        if (!Row.isAbsent(floats[i])) {
          floats[i] = scalarLeft ? arithmetic(op, scalars[i], floats[i]) : arithmetic(op, floats[i], scalars[i]);
        }
      }
      return;
    }
    ElementOperation operation = new ElementOperation(binary, annotations);
    for (int i = 0; i < floats.length; i++) {
      if (row.isPresent(i)) {
        operation.withScalar(row, i, scalars[i], scalarLeft);
      }
    }
  }

  private void withScalar(Row row, int i, double scalar, boolean scalarLeft) {
    double sample = row.floats[i];
    Histogram samples = row.histogram(i);
    boolean keep = scalarLeft ? apply(scalar, null, sample, samples) : apply(sample, samples, scalar, null);
    if (!known) {
      row.clear(i);
    } else if (binary.returnBool()) {
      row.set(i, keep ? 1 : 0, null);
    } else if (!keep) {
      row.clear(i);
    } else if (!binary.op().isComparison()) {
      row.set(i, value, histogram);
    }
  }

  /** Whether the operator is defined for the types of the last samples. */
  boolean known;

  /**
   * Applies the operator; the result is in {@link #value} and {@link #histogram}. False if a comparison does not hold or the
   * operator is not defined for these types, see {@link #known}.
   */
  boolean apply(double left, @Nullable Histogram leftHistogram, double right, @Nullable Histogram rightHistogram) {
    histogram = null;
    known = true;
    if (leftHistogram == null && rightHistogram == null) {
      return floats(left, right);
    }
    if (leftHistogram != null && rightHistogram != null) {
      return histograms(leftHistogram, rightHistogram);
    }
    return leftHistogram != null ? histogramAndFloat(leftHistogram, right) : floatAndHistogram(left, rightHistogram);
  }

  private boolean floats(double left, double right) {
    BinaryOp op = binary.op();
    if (op.isComparison()) {
      value = left;
      return compare(op, left, right);
    }
    if (op == BinaryOp.TRIM_LOWER || op == BinaryOp.TRIM_UPPER) {
      return incompatible("float", "float");
    }
    value = arithmetic(op, left, right);
    return true;
  }

  private boolean histogramAndFloat(Histogram left, double right) {
    switch (binary.op()) {
      case MULTIPLY -> histogram = HistogramArithmetic.multiply(left, right);
      case DIVIDE -> histogram = HistogramArithmetic.divide(left, right);
      case TRIM_UPPER -> histogram = HistogramTrim.below(left, right);
      case TRIM_LOWER -> histogram = HistogramTrim.above(left, right);
      default -> {
        return incompatible("histogram", "float");
      }
    }
    return true;
  }

  private boolean floatAndHistogram(double left, @Nullable Histogram right) {
    if (binary.op() != BinaryOp.MULTIPLY || right == null) {
      return incompatible("float", "histogram");
    }
    histogram = HistogramArithmetic.multiply(right, left);
    return true;
  }

  private boolean histograms(Histogram left, Histogram right) {
    return switch (binary.op()) {
      case ADD -> sum(left, right, 1, "addition");
      case SUBTRACT -> sum(left, right, -1, "subtraction");
      case EQUAL -> {
        histogram = left;
        yield HistogramArithmetic.same(left, right);
      }
      case NOT_EQUAL -> {
        histogram = left;
        yield !HistogramArithmetic.same(left, right);
      }
      default -> incompatible("histogram", "histogram");
    };
  }

  private boolean sum(Histogram left, Histogram right, double factor, String operation) {
    HistogramSum sum = new HistogramSum(left);
    if (!sum.fits(right)) {
      annotations.mixedExponentialAndCustomBuckets("", binary.position());
      known = false;
      return false;
    }
    sum.add(right, factor);
    if (sum.boundsReconciled()) {
      annotations.mismatchedCustomBuckets(operation, binary.position());
    }
    if (sum.resetCollision()) {
      annotations.conflictingCounterResets(operation, binary.position());
    }
    histogram = factor < 0 ? HistogramArithmetic.withHint(sum.value(false), ResetHint.GAUGE) : sum.value(false);
    return true;
  }

  private boolean incompatible(String left, String right) {
    annotations.incompatibleTypes(binary.op().text(), left, right, binary.position());
    known = false;
    return false;
  }
}
