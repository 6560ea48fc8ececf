package io.meshwatch.promql;

import io.meshwatch.promql.Expr.Call;
import io.meshwatch.promql.Expr.MatrixSelector;
import io.meshwatch.promql.Expr.RangeModifier;
import org.jspecify.annotations.Nullable;

/** Finds what computes a range function. */
final class RangeFunctions {
  private RangeFunctions() {}

  /** Makes a function for one thread. */
  @FunctionalInterface
  interface Factory {
    RangeFunction create();
  }

  /** The function of a call; {@code parameters} are its scalar arguments by step. */
  static Factory of(Call call, Expr range, double[][] parameters, QueryContext context) {
    String name = call.function().name();
    Annotations annotations = context.annotations;
    Position position = range.position();
    RangeModifier modifier = Plan.unwrap(range) instanceof MatrixSelector matrix ? matrix.selector().modifier() : RangeModifier.NONE;
    if (modifier != RangeModifier.NONE) {
      ExtendedRange.check(name, modifier, context);
      return () -> ExtendedRange.of(name, modifier, context, position);
    }
    return () -> create(name, parameters, annotations, position);
  }

  private static RangeFunction create(String name, double[][] parameters, Annotations annotations, Position position) {
    @Nullable RangeFunction mixed = MixedRangeFunctions.find(name, annotations, position);
    if (mixed != null) {
      return mixed;
    }
    @Nullable RangeFunction floats = FloatRangeFunctions.find(name, parameters, annotations, position);
    if (floats != null) {
      return floats;
    }
    throw new IllegalStateException("range function without evaluation: " + name);
  }
}
