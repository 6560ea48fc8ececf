package io.meshwatch.notify;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.mail.AlertExpression;
import io.meshwatch.notify.mail.Curve;
import io.meshwatch.notify.mail.CurveSource;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.Value;
import java.util.Comparator;
import java.util.Map;
import java.util.Optional;

/** Asks the engine how the value that an alert compares went on. A mail does not wait long for a picture. Safe for all threads. */
public final class EngineCurves implements CurveSource {
  private static final QueryLimits LIMITS = new QueryLimits(3000, 5_000_000, QueryLimits.DEFAULT.lookbackMillis());
  private static final int POINTS = 120;
  private static final long STEP_MIN_MILLIS = 5000;

  private final Engine engine;

  public EngineCurves(Engine engine) {
    this.engine = engine;
  }

  @Override
  public Optional<Curve> curve(Alert alert, long fromMillis, long toMillis) throws InterruptedException {
    Optional<AlertExpression> expression = AlertExpression.of(alert);
    if (expression.isEmpty()) {
      return Optional.empty();
    }
    long step = Math.max(STEP_MIN_MILLIS, (toMillis - fromMillis) / POINTS);
    try {
      Value value = engine.queryRange(expression.get().compared(), fromMillis, toMillis, step, LIMITS).value();
      return value instanceof Value.Matrix matrix ? curve(matrix, alert.labels()) : Optional.empty();
    } catch (QueryException | ParseException e) {
      // A mail without a picture is better than none.
      return Optional.empty();
    }
  }

  /** Of the series whose labels the alert has, the one with the most of them. */
  private static Optional<Curve> curve(Value.Matrix matrix, Labels alert) {
    return matrix.series().stream()
        .filter(series -> series.floats().length > 1 && has(alert, series.labels().withoutMetricName()))
        .max(Comparator.comparingInt(series -> series.labels().size()))
        .map(series -> new Curve(series.floatTimestamps(), series.floats()));
  }

  private static boolean has(Labels alert, Labels series) {
    for (Map.Entry<String, String> each : series.toMap().entrySet()) {
      if (!alert.get(each.getKey()).equals(each.getValue())) {
        return false;
      }
    }
    return true;
  }
}
