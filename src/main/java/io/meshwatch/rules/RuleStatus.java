package io.meshwatch.rules;

import java.util.List;

/**
 * How a rule fares.
 *
 * @param rule the rule
 * @param health whether its last evaluation succeeded
 * @param lastError why not; empty if it did
 * @param lastEvaluationMillis when it was last due; 0 = not yet
 * @param lastDurationSeconds how long that took
 * @param alerts pending, firing and, for a quarter of an hour, resolved alerts
 * @param samples how many samples the last evaluation gave
 * @param selectorsWithoutData its selectors that find no series
 * @param unableToFire whether it is an alert whose expression can have no result as long as those selectors find nothing
 * @param evaluations its last evaluations, oldest first
 */
public record RuleStatus(
    Rule rule,
    Health health,
    String lastError,
    long lastEvaluationMillis,
    double lastDurationSeconds,
    List<ActiveAlert> alerts,
    int samples,
    List<String> selectorsWithoutData,
    boolean unableToFire,
    EvaluationHistory evaluations) {
  /** Whether the last evaluation succeeded, as Prometheus names it. */
  public enum Health {
    UNKNOWN("unknown"),
    OK("ok"),
    ERROR("err");

    private final String text;

    Health(String text) {
      this.text = text;
    }

    /** The name in the HTTP API. */
    public String text() {
      return text;
    }
  }

  /** The last evaluations, oldest first. */
  public List<RuleEvaluation> history() {
    return evaluations.list();
  }

  /** The most advanced phase of its alerts. */
  public ActiveAlert.Phase phase() {
    return alerts.stream().map(ActiveAlert::phase).max(Enum::compareTo).orElse(ActiveAlert.Phase.INACTIVE);
  }
}
