package io.meshwatch.promql;

import java.util.function.DoubleBinaryOperator;
import org.jspecify.annotations.Nullable;

/** Range functions that look at floats only; histograms in the range are left out, with an info if there are floats too. */
final class FloatRangeFunctions {
  private FloatRangeFunctions() {}

  /** The function of this name, or null if it is none of this family. {@code parameters} are the scalar arguments by step. */
  static @Nullable RangeFunction find(String name, double[][] parameters, Annotations annotations, Position position) {
    RangeFunction function = switch (name) {
      case "max_over_time" -> new RunningExtreme(true);
      case "min_over_time" -> new RunningExtreme(false);
      case "ts_of_max_over_time" -> new ExtremeTime((a, b) -> b >= a || Double.isNaN(a) ? b : a);
      case "ts_of_min_over_time" -> new ExtremeTime((a, b) -> b <= a || Double.isNaN(a) ? b : a);
      case "stddev_over_time" -> w -> Math.sqrt(variance(w));
      case "stdvar_over_time" -> FloatRangeFunctions::variance;
      case "quantile_over_time" -> w -> quantile(w, parameters[0][w.step]);
      case "mad_over_time" -> FloatRangeFunctions::medianAbsoluteDeviation;
      case "deriv" -> w -> w.floatCount() < 2 ? Row.ABSENT : regression(w, w.columns.floatTimes[w.floatFrom])[0];
      case "predict_linear" -> w -> predict(w, parameters[0][w.step]);
      case "double_exponential_smoothing" -> w -> smooth(w, parameters[0][w.step], parameters[1][w.step]);
      default -> null;
    };
    return function == null ? null : new OfFloats(function, annotations, position);
  }

  /** Asks a function only if there are floats, and says so if there are histograms too. */
  private record OfFloats(RangeFunction function, Annotations annotations, Position position) implements RangeFunction {
    @Override
    public void begin(Window window) {
      function.begin(window);
    }

    @Override
    public double apply(Window w) {
      if (w.floatCount() == 0) {
        return Row.ABSENT;
      }
      double value = function.apply(w);
      if (w.histogramCount() > 0 && !Row.isAbsent(value)) {
        annotations.histogramsIgnoredInMixedRange(w.metricName(), position);
      }
      return value;
    }
  }

  /** The time, in seconds, of the last sample that is the extreme. */
  private record ExtremeTime(DoubleBinaryOperator choose) implements RangeFunction {
    @Override
    public double apply(Window w) {
      double[] floats = w.columns.floats;
      double best = floats[w.floatFrom];
      int at = w.floatFrom;
      for (int i = w.floatFrom + 1; i < w.floatTo; i++) {
        double chosen = choose.applyAsDouble(best, floats[i]);
        if (chosen == floats[i] || (Double.isNaN(best) && Double.isNaN(floats[i]))) {
          at = i;
        }
        best = chosen;
      }
      return w.columns.floatTimes[at] / 1000.0;
    }
  }

  /** Welford's algorithm with compensated sums. */
  private static double variance(Window w) {
    Kahan mean = new Kahan();
    Kahan squares = new Kahan();
    double count = 0;
    for (int i = w.floatFrom; i < w.floatTo; i++) {
      double value = w.columns.floats[i];
      count++;
      double delta = value - (mean.sum + mean.compensation);
      mean.add(delta / count);
      squares.add(delta * (value - (mean.sum + mean.compensation)));
    }
    return (squares.sum + squares.compensation) / count;
  }

  private static double[] copy(Window w) {
    double[] values = new double[w.floatCount()];
    System.arraycopy(w.columns.floats, w.floatFrom, values, 0, values.length);
    return values;
  }

  private static double quantile(Window w, double quantile) {
    return Quantile.of(quantile, copy(w), w.floatCount());
  }

  private static double medianAbsoluteDeviation(Window w) {
    double[] values = copy(w);
    for (double value : values) {
      if (Double.isNaN(value)) {
        return Double.NaN;
      }
    }
    double median = Quantile.of(0.5, values, values.length);
    for (int i = 0; i < values.length; i++) {
      values[i] = Math.abs(values[i] - median);
    }
    return Quantile.of(0.5, values, values.length);
  }

  private static double predict(Window w, double seconds) {
    if (w.floatCount() < 2) {
      return Row.ABSENT;
    }
    double[] line = regression(w, w.evaluationTime);
    return line[0] * seconds + line[1];
  }

  /** Least squares: slope per second, and the value at the given time. */
  private static double[] regression(Window w, long interceptMillis) {
    double[] floats = w.columns.floats;
    long[] times = w.columns.floatTimes;
    double first = floats[w.floatFrom];
    boolean constant = true;
    Kahan sumX = new Kahan();
    Kahan sumY = new Kahan();
    Kahan sumXY = new Kahan();
    Kahan sumXX = new Kahan();
    double n = w.floatCount();
    for (int i = w.floatFrom; i < w.floatTo; i++) {
      double y = floats[i];
      constant &= i == w.floatFrom || y == first;
      double x = (times[i] - interceptMillis) / 1e3;
      sumX.add(x);
      sumY.add(y);
      sumXY.add(x * y);
      sumXX.add(x * x);
    }
    if (constant) {
      return Double.isInfinite(first) ? new double[] {Double.NaN, Double.NaN} : new double[] {0, first};
    }
    double x = sumX.sum + sumX.compensation;
    double y = sumY.sum + sumY.compensation;
    double covariance = sumXY.sum + sumXY.compensation - x * y / n;
    double variance = sumXX.sum + sumXX.compensation - x * x / n;
    double slope = covariance / variance;
    return new double[] {slope, y / n - slope * x / n};
  }

  private static double smooth(Window w, double smoothing, double trend) {
    if (!(smoothing > 0 && smoothing < 1)) {
      throw new QueryException(QueryException.Reason.EXECUTION,
          String.format("invalid smoothing factor. Expected: 0 < sf < 1, got: %f", smoothing));
    }
    if (!(trend > 0 && trend < 1)) {
      throw new QueryException(QueryException.Reason.EXECUTION,
          String.format("invalid trend factor. Expected: 0 < tf < 1, got: %f", trend));
    }
    if (w.floatCount() < 2) {
      return Row.ABSENT;
    }
    double[] floats = w.columns.floats;
    double before = 0;
    double level = floats[w.floatFrom];
    double slope = floats[w.floatFrom + 1] - floats[w.floatFrom];
    for (int i = w.floatFrom + 1; i < w.floatTo; i++) {
      boolean first = i == w.floatFrom + 1;
      slope = first ? slope : trend * (level - before) + (1 - trend) * slope;
      double next = smoothing * floats[i] + (1 - smoothing) * (level + slope);
      before = level;
      level = next;
    }
    return level;
  }
}
