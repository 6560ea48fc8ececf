package io.meshwatch.rules;

import io.meshwatch.environment.Telemetry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;

/** Rules' own metrics, under Prometheus' names where they mean the same. Safe for all threads. */
final class RuleMetrics {
  private static final double[] SECONDS = {0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3, 10, 30};

  final Counter evaluations;
  final Counter failures;
  final Counter iterations;
  final Counter missed;
  final Counter earlyLooks;
  final Counter unsentAlerts;
  final Counter rejectedSamples;
  final Histogram evaluationSeconds;
  final Histogram groupSeconds;
  final Gauge interval;
  final Gauge lastDuration;
  final Gauge lastEvaluation;
  final Gauge lastSamples;
  final Gauge rules;
  final Gauge selectorsWithoutData;
  final Gauge unableToFire;

  RuleMetrics(Telemetry telemetry) {
    evaluations = telemetry.counter("prometheus_rule_evaluations", "Evaluations of rules.", "rule_group");
    failures = telemetry.counter("prometheus_rule_evaluation_failures", "Evaluations of rules that failed.", "rule_group");
    iterations = telemetry.counter("prometheus_rule_group_iterations", "Evaluations of a group that were due.", "rule_group");
    missed = telemetry.counter("prometheus_rule_group_iterations_missed",
        "Evaluations of a group that were skipped because the one before took too long.", "rule_group");
    earlyLooks = telemetry.counter("meshwatch_rule_group_early_looks",
        "Looks at a group's alerting rules because samples arrived that they read.", "rule_group");
    unsentAlerts = telemetry.counter("meshwatch_rule_alerts_unsent",
        "Alerts that notification did not take; they are sent again with the next evaluation.", "rule_group");
    rejectedSamples = telemetry.counter("meshwatch_rule_samples_rejected",
        "Samples of rules that the store did not take.", "rule_group");
    evaluationSeconds = telemetry.histogram("prometheus_rule_evaluation_duration_seconds", "Duration of one rule's evaluation.", SECONDS);
    groupSeconds = telemetry.histogram("prometheus_rule_group_duration_seconds", "Duration of one group's evaluation.", SECONDS);
    interval = telemetry.gauge("prometheus_rule_group_interval_seconds", "Interval of a group.", "rule_group");
    lastDuration = telemetry.gauge("prometheus_rule_group_last_duration_seconds", "Duration of the last evaluation.", "rule_group");
    lastEvaluation = telemetry.gauge(
        "prometheus_rule_group_last_evaluation_timestamp_seconds", "When the last evaluation was due.", "rule_group");
    lastSamples = telemetry.gauge(
        "prometheus_rule_group_last_evaluation_samples", "Samples that the last evaluation gave.", "rule_group");
    rules = telemetry.gauge("prometheus_rule_group_rules", "Rules in a group.", "rule_group");
    selectorsWithoutData = telemetry.gauge("meshwatch_rule_selectors_without_data",
        "Selectors of a rule that find no series, so that it can perhaps never fire.", "rule_group", "alert");
    unableToFire = telemetry.gauge("meshwatch_rules_unable_to_fire",
        "Alerting rules that can have no result because a selector they need finds no series.", "rule_group");
  }

  /** Makes a group's series, so that increases are seen from the first one on. */
  void start(RuleGroupSpec spec, long intervalMillis) {
    String group = spec.key();
    evaluations.labelValues(group).inc(0);
    failures.labelValues(group).inc(0);
    iterations.labelValues(group).inc(0);
    missed.labelValues(group).inc(0);
    earlyLooks.labelValues(group).inc(0);
    unsentAlerts.labelValues(group).inc(0);
    rejectedSamples.labelValues(group).inc(0);
    interval.labelValues(group).set(intervalMillis / 1000.0);
    rules.labelValues(group).set(spec.rules().size());
    unableToFire.labelValues(group).set(0);
  }

  /** Removes the series of a group that is no more. */
  void stop(RuleGroupSpec spec) {
    String group = spec.key();
    for (Counter counter : new Counter[] {evaluations, failures, iterations, missed, earlyLooks, unsentAlerts, rejectedSamples}) {
      counter.remove(group);
    }
    for (Gauge gauge : new Gauge[] {interval, lastDuration, lastEvaluation, lastSamples, rules, unableToFire}) {
      gauge.remove(group);
    }
    spec.rules().forEach(rule -> selectorsWithoutData.remove(group, rule.name()));
  }
}
