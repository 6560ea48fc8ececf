package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Value;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/** The series that say which alerts are active, under Prometheus' names. */
final class AlertSeries {
  /** Value 1 while an alert is active, with its phase as a label. */
  static final String ALERTS = "ALERTS";
  /** Since when an alert is active, in seconds. */
  static final String ALERTS_FOR_STATE = "ALERTS_FOR_STATE";
  static final String ALERT_STATE = "alertstate";

  private AlertSeries() {}

  /** Samples for all alerts that are active. */
  static List<Value.Sample> samples(Collection<ActiveAlert> alerts, long atMillis) {
    List<Value.Sample> samples = new ArrayList<>();
    for (ActiveAlert alert : alerts) {
      if (alert.isActive()) {
        Labels forState = alert.labels().toBuilder().set(Labels.METRIC_NAME, ALERTS_FOR_STATE).build();
        samples.add(new Value.Sample(state(alert.labels(), alert.phase()), atMillis, 1, null));
        samples.add(new Value.Sample(forState, atMillis, Math.floorDiv(alert.activeAtMillis(), 1000), null));
      }
    }
    return samples;
  }

  /** The series of {@link #ALERTS} for an alert in a phase. */
  static Labels state(Labels alert, ActiveAlert.Phase phase) {
    return alert.toBuilder().set(Labels.METRIC_NAME, ALERTS).set(ALERT_STATE, phase.text()).build();
  }
}
