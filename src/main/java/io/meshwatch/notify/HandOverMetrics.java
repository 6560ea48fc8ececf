package io.meshwatch.notify;

import io.meshwatch.environment.Telemetry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;

/** Metrics of handing alerts over, under Prometheus' names. Safe for all threads. */
final class HandOverMetrics {
  private final Counter sent;
  private final Counter errors;
  private final Counter dropped;
  private final Gauge waiting;

  HandOverMetrics(Telemetry telemetry) {
    sent = telemetry.counter("prometheus_notifications_sent", "Alerts that an external Alertmanager took.", "alertmanager");
    errors = telemetry.counter("prometheus_notifications_errors", "Alerts that an external Alertmanager did not take, in all attempts.", "alertmanager");
    dropped = telemetry.counter("prometheus_notifications_dropped", "Alerts that were given up because too many waited.", "alertmanager");
    waiting = telemetry.gauge("prometheus_notifications_queue_length", "Alerts that wait for an external Alertmanager.", "alertmanager");
  }

  void announce(String alertmanager) {
    sent.labelValues(alertmanager).inc(0);
    errors.labelValues(alertmanager).inc(0);
    dropped.labelValues(alertmanager).inc(0);
    waiting.labelValues(alertmanager).set(0);
  }

  void sent(String alertmanager, int alerts) {
    sent.labelValues(alertmanager).inc(alerts);
  }

  void failed(String alertmanager, int alerts) {
    errors.labelValues(alertmanager).inc(alerts);
  }

  void dropped(String alertmanager, int alerts) {
    dropped.labelValues(alertmanager).inc(alerts);
  }

  void waiting(String alertmanager, int alerts) {
    waiting.labelValues(alertmanager).set(alerts);
  }
}
