package io.meshwatch.rules;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.promql.Value;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;

/** Samples of one time that a rule gave, written together. Confined to one thread. */
final class RuleBatch {
  private final Appender appender;
  private final long atMillis;
  private final CounterDataPoint rejected;

  RuleBatch(Appender appender, long atMillis, CounterDataPoint rejected) {
    this.appender = appender;
    this.atMillis = atMillis;
    this.rejected = rejected;
  }

  void add(Value.Sample sample) {
    Histogram histogram = sample.histogram();
    var series = appender.series(sample.labels());
    AppendOutcome outcome =
        histogram == null ? appender.append(series, atMillis, sample.value()) : appender.append(series, atMillis, histogram);
    if (outcome != AppendOutcome.APPENDED) {
      rejected.inc();
    }
  }

  /** Ends a series with a stale marker. */
  void end(Labels labels) {
    appender.append(appender.series(labels), atMillis, StaleMarker.VALUE);
  }

  void commit() {
    appender.commit();
  }
}
