package io.meshwatch.promql;

import io.meshwatch.model.Histogram;
import java.util.function.DoubleUnaryOperator;
import java.util.function.ToDoubleFunction;
import org.jspecify.annotations.Nullable;

/** Functions of one sample at a time. */
final class PointFunctions {
  private PointFunctions() {}

  /** A function of floats without further arguments; histograms are left out. Null if the name is none. */
  static @Nullable DoubleUnaryOperator ofFloats(String name) {
    return switch (name) {
      case "abs" -> Math::abs;
      case "ceil" -> Math::ceil;
      case "floor" -> Math::floor;
      case "exp" -> Elementary::exp;
      case "sqrt" -> Math::sqrt;
      case "ln" -> Elementary::log;
      case "log2" -> Elementary::log2;
      case "log10" -> Elementary::log10;
      case "sin" -> Elementary::sin;
      case "cos" -> Elementary::cos;
      case "tan" -> Elementary::tan;
      case "asin" -> Elementary::asin;
      case "acos" -> Elementary::acos;
      case "atan" -> Elementary::atan;
      case "sinh" -> Elementary::sinh;
      case "cosh" -> Elementary::cosh;
      case "tanh" -> Elementary::tanh;
      case "asinh" -> Elementary::asinh;
      case "acosh" -> Elementary::acosh;
      case "atanh" -> Elementary::atanh;
      case "rad" -> x -> x * Math.PI / 180;
      case "deg" -> x -> x * 180 / Math.PI;
      case "sgn" -> Math::signum;
      default -> ofTimes(name);
    };
  }

  /** A function of Unix time in seconds, UTC. Null if the name is none. */
  private static @Nullable DoubleUnaryOperator ofTimes(String name) {
    ToDoubleFunction<CivilTime> part = switch (name) {
      case "minute" -> CivilTime::minute;
      case "hour" -> CivilTime::hour;
      case "day_of_month" -> t -> t.date().getDayOfMonth();
      case "day_of_week" -> t -> t.date().getDayOfWeek().getValue() % 7;
      case "day_of_year" -> t -> t.date().getDayOfYear();
      case "days_in_month" -> t -> t.date().lengthOfMonth();
      case "month" -> t -> t.date().getMonthValue();
      case "year" -> CivilTime::year;
      default -> null;
    };
    return part == null ? null : seconds -> part.applyAsDouble(CivilTime.of(seconds));
  }

  /** A function of histograms; floats are left out. Null if the name is none. */
  static @Nullable ToDoubleFunction<Histogram> ofHistograms(String name) {
    return switch (name) {
      case "histogram_count" -> Histogram::count;
      case "histogram_sum" -> Histogram::sum;
      case "histogram_avg" -> h -> h.sum() / h.count();
      case "histogram_stddev" -> h -> Math.sqrt(HistogramStatistics.variance(h));
      case "histogram_stdvar" -> HistogramStatistics::variance;
      default -> null;
    };
  }

  static double clamp(double value, double min, double max) {
    return Elementary.max(min, Elementary.min(max, value));
  }

  /** To the nearest multiple, ties up. */
  static double round(double value, double toNearest) {
    double inverse = 1.0 / toNearest;
    return Math.floor(value * inverse + 0.5) / inverse;
  }
}
