package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.model.Series;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.StaleMarker;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Gives pending alerts back the time that they had waited before a restart, from the series {@code ALERTS_FOR_STATE}: its value is
 * since when an alert was active, its last sample when that was last known. The time of the outage itself does not count.
 */
final class ForRestoration {
  private final Engine engine;
  private final RuleOptions options;

  /** The last sample of a series. */
  private record Last(long atMillis, double value) {}

  ForRestoration(Engine engine, RuleOptions options) {
    this.engine = engine;
    this.options = options;
  }

  AlertStates restored(AlertingRule rule, AlertStates alerts, long nowMillis) {
    if (rule.forMillis() < options.gracePeriodMillis() || alerts.activeCount() == 0) {
      return alerts;
    }
    Map<Labels, Last> before = lastKnown(rule, nowMillis);
    return alerts.map(alert -> {
      Last last = before.get(alert.labels());
      boolean wasActive = last != null && !StaleMarker.is(last.value());
      return alert.isActive() && last != null && wasActive ? restored(rule, alert, last, nowMillis) : alert;
    });
  }

  private Map<Labels, Last> lastKnown(AlertingRule rule, long nowMillis) {
    Map<Labels, Last> found = new HashMap<>();
    List<Matcher> matchers = List.of(
        Matcher.equal(Labels.METRIC_NAME, AlertSeries.ALERTS_FOR_STATE), Matcher.equal(Alert.ALERT_NAME, rule.name()));
    long from = nowMillis - options.outageToleranceMillis();
    try (Querier querier = engine.queryable().querier(from, nowMillis)) {
      SeriesSet set = querier.select(matchers);
      while (set.next()) {
        Last last = last(set.at(), from, nowMillis);
        if (last != null) {
          found.put(set.at().labels().withoutMetricName(), last);
        }
      }
    }
    return found;
  }

  private static @Nullable Last last(Series series, long from, long to) {
    SampleBuffer samples = new SampleBuffer();
    series.read(from, to, samples);
    int at = samples.size() - 1;
    return at < 0 ? null : new Last(samples.timestamps()[at], samples.values()[at]);
  }

  private ActiveAlert restored(AlertingRule rule, ActiveAlert alert, Last last, long nowMillis) {
    long activeAt = ((long) last.value()) * 1000;
    long remaining = rule.forMillis() - (last.atMillis() - activeAt);
    if (remaining <= 0) {
      // It was firing: the next evaluation lets it fire again at once.
      return alert.activeSince(activeAt);
    }
    if (remaining < options.gracePeriodMillis()) {
      return alert.activeSince(nowMillis + options.gracePeriodMillis() - rule.forMillis());
    }
    return alert.activeSince(activeAt + (nowMillis - last.atMillis()));
  }
}
