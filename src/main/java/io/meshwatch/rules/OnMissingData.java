package io.meshwatch.rules;

/**
 * What becomes of an active alert when its expression has no result any more because the target it speaks of does not answer:
 * when {@code up} is 0 for the alert's {@code job} and {@code instance}, or for every target of its {@code job} if it has no
 * {@code instance}.
 */
public enum OnMissingData {
  /** It stays as it is until the target answers again or is no longer a target. */
  KEEP,
  /** It is resolved, as Prometheus does. */
  RESOLVE,
  /** As KEEP; and when no selector of the rule finds any series, that itself becomes an alert. */
  ALERT
}
