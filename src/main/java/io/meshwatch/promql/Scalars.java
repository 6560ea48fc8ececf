package io.meshwatch.promql;

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
import java.util.Arrays;
import java.util.function.DoubleBinaryOperator;

/** Evaluates scalar expressions over all steps at once. Confined to one thread. */
final class Scalars {
  private final Evaluator evaluator;
  private final QueryContext context;
  private final Plan plan;

  Scalars(Evaluator evaluator) {
    this.evaluator = evaluator;
    this.context = evaluator.context();
    this.plan = evaluator.plan();
  }

  /** The values of a scalar expression at each step. */
  double[] values(Expr expr, Steps steps) {
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
      case Paren paren -> values(paren.expr(), steps);
      case Unary unary -> {
        double[] values = values(unary.expr(), steps);
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
    double[] left = values(binary.left(), steps);
    double[] right = values(binary.right(), steps);
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
    double[] left = values(call.arguments().get(0), steps);
    double[] right = values(call.arguments().get(1), steps);
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
    evaluator.vector(vector, steps, row -> {
      for (int i = 0; i < found.length; i++) {
        if (row.isFloat(i)) {
          values[i] = found[i]++ == 0 ? row.floats[i] : Double.NaN;
        }
      }
    });
    return values;
  }

  /** The same value at each step. */
  static double[] filled(double value, Steps steps) {
    double[] values = new double[steps.count()];
    Arrays.fill(values, value);
    return values;
  }

  private static IllegalStateException unexpected(Expr expr) {
    return new IllegalStateException("the parser let through a " + expr.type().text() + " in place of a scalar");
  }
}
