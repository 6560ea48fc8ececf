package io.meshwatch.model;

import java.util.OptionalDouble;

/**
 * An alert as rules hand it to notification. Its identity is its labels.
 *
 * @param labels identity, with {@code alertname}
 * @param annotations texts for people, already expanded
 * @param startsAtMillis when it began to fire
 * @param endsAtMillis when it was resolved, or when it counts as resolved unless it is sent again
 * @param updatedAtMillis when the rule last looked
 * @param generatorUrl page that shows the expression
 * @param value value of the expression when it was last evaluated, for a resolved alert the value that resolved it if there is
 *     one; empty for alerts from outside
 */
public record Alert(
    Labels labels,
    Labels annotations,
    long startsAtMillis,
    long endsAtMillis,
    long updatedAtMillis,
    String generatorUrl,
    OptionalDouble value) {
  public static final String ALERT_NAME = "alertname";

  public String name() {
    return labels.get(ALERT_NAME);
  }

  /** Whether it is over at this time. */
  public boolean isResolvedAt(long atMillis) {
    return endsAtMillis <= atMillis;
  }
}
