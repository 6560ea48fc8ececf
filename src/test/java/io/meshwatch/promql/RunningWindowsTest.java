package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr.MatrixSelector;
import java.util.Random;
import java.util.function.DoubleSupplier;
import org.junit.jupiter.api.Test;

/** Functions that carry something from window to window, against slow twins that look at each window alone. */
class RunningWindowsTest {
  private static final Position NOWHERE = new Position(0, 0);
  private static final Steps STEPS = new Steps(50, 70, 100);

  /** What a function should give for the floats from one index up to another. */
  private interface Twin {
    double of(double[] floats, int from, int to);
  }

  private static void comparesWith(Twin twin, String name, DoubleSupplier values, long seed) {
    Random random = new Random(seed);
    Columns columns = new Columns();
    columns.floatCount = 200;
    columns.floatTimes = new long[200];
    columns.floats = new double[200];
    long time = 0;
    for (int i = 0; i < 200; i++) {
      time += 1 + random.nextInt(80);
      columns.floatTimes[i] = time;
      columns.floats[i] = values.getAsDouble();
    }
    RangeFunction function = function(name);
    Window window = new Window(columns);
    window.begin(Labels.EMPTY);
    function.begin(window);
    for (int step = 0; step < STEPS.count(); step++) {
      long end = STEPS.at(step);
      window.moveTo(step, end, end - 400, end);
      double expected = window.floatCount() == 0 ? Row.ABSENT : twin.of(columns.floats, window.floatFrom, window.floatTo);
      assertThat(Double.doubleToLongBits(function.apply(window))).as("%s, seed %d, step %d", name, seed, step)
          .isEqualTo(Double.doubleToLongBits(expected));
    }
  }

  private static RangeFunction function(String name) {
    Annotations annotations = new Annotations(name + "(x[1m])");
    RangeFunction mixed = MixedRangeFunctions.find(name, annotations, NOWHERE);
    if (mixed != null) {
      return mixed;
    }
    RangeFunction floats = FloatRangeFunctions.find(name, new double[0][], annotations, NOWHERE);
    if (floats == null) {
      throw new IllegalArgumentException(name);
    }
    return floats;
  }

  private static double sum(double[] floats, int from, int to) {
    Kahan sum = new Kahan();
    for (int i = from; i < to; i++) {
      sum.add(floats[i]);
    }
    return sum.value();
  }

  private static double greatest(double[] floats, int from, int to) {
    double best = floats[from];
    for (int i = from + 1; i < to; i++) {
      best = floats[i] > best || Double.isNaN(best) ? floats[i] : best;
    }
    return best;
  }

  private static double least(double[] floats, int from, int to) {
    double best = floats[from];
    for (int i = from + 1; i < to; i++) {
      best = floats[i] < best || Double.isNaN(best) ? floats[i] : best;
    }
    return best;
  }

  @Test
  void sumsWholeNumbersAndFractionsAlike() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      comparesWith(RunningWindowsTest::sum, "sum_over_time", () -> random.nextInt(4096) * 4096.0, seed);
      comparesWith(RunningWindowsTest::sum, "sum_over_time", random::nextGaussian, seed);
      comparesWith(RunningWindowsTest::sum, "sum_over_time", () -> random.nextInt(3) == 0 ? 1e300 : random.nextInt(9), seed);
      comparesWith((f, from, to) -> sum(f, from, to) / (to - from), "avg_over_time", () -> random.nextInt(7), seed);
    }
  }

  @Test
  void findsExtremesAmongNaNs() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      DoubleSupplier values = () -> random.nextInt(3) == 0 ? Double.NaN : random.nextInt(12);
      comparesWith(RunningWindowsTest::greatest, "max_over_time", values, seed);
      comparesWith(RunningWindowsTest::least, "min_over_time", values, seed);
    }
  }

  @Test
  void countsChangesAndResets() {
    for (long seed = 1; seed <= 20; seed++) {
      Random random = new Random(seed);
      DoubleSupplier values = () -> random.nextInt(3);
      comparesWith((f, from, to) -> countOf(f, from, to, false), "changes", values, seed);
      comparesWith((f, from, to) -> countOf(f, from, to, true), "resets", values, seed);
    }
  }

  private static double countOf(double[] floats, int from, int to, boolean resets) {
    int count = 0;
    for (int i = from + 1; i < to; i++) {
      count += resets ? (floats[i] < floats[i - 1] ? 1 : 0) : floats[i] != floats[i - 1] ? 1 : 0;
    }
    return count;
  }

  @Test
  void planIsMovedOnlyIfItsRangesMoveAlong() {
    assertThat(isMoved("rate(x[5m] offset 1m) + max_over_time(y[1h:1m])")).isTrue();
    assertThat(isMoved("x @ end()")).isFalse();
    assertThat(isMoved("rate(x[2 * step()])")).isFalse();
  }

  private static boolean isMoved(String text) {
    Expr expr = Parser.parse(text, ParserOptions.ALL);
    QueryOptions options = new QueryOptions(ParserOptions.ALL, false, 60_000);
    Plan first = new Plan(text, expr, Steps.range(0, 600_000, 60_000), 600_000, true, options, 300_000);
    Steps later = Steps.range(7_000_000, 7_900_000, 30_000);
    Plan moved = first.movedTo(later, 7_900_000, true, 300_000);
    if (moved == null) {
      return false;
    }
    Plan anew = new Plan(text, expr, later, 7_900_000, true, options, 300_000);
    assertThat(moved.fromMillis()).isEqualTo(anew.fromMillis());
    assertThat(moved.toMillis()).isEqualTo(anew.toMillis());
    Selectors.visit(expr, part -> {
      assertThat(moved.isStepInvariant(part)).isEqualTo(anew.isStepInvariant(part));
      if (part instanceof MatrixSelector) {
        assertThat(moved.range(part)).isEqualTo(anew.range(part));
      }
    });
    return true;
  }
}
