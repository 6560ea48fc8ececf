package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.QueryLimits;

/**
 * How rules are evaluated.
 *
 * @param externalLabels {@code $externalLabels} in templates
 * @param externalUrl where people reach meshwatch, without a slash at the end; the function of that name in templates
 * @param evaluationIntervalMillis interval of groups that name none
 * @param queryOffsetMillis how far in the past queries look in groups that do not say
 * @param resendDelayMillis shortest time between two messages about the same alert to notification
 * @param outageToleranceMillis how long an outage may last so that pending alerts still keep their {@code for}
 * @param gracePeriodMillis how long at least an alert restored as pending waits before it fires; rules with a shorter
 *     {@code for} wait that anew
 * @param limits what each query may use
 */
public record RuleOptions(
    Labels externalLabels,
    String externalUrl,
    long evaluationIntervalMillis,
    long queryOffsetMillis,
    long resendDelayMillis,
    long outageToleranceMillis,
    long gracePeriodMillis,
    QueryLimits limits) {
  /** Intervals of 15 s, messages again every minute, outages of an hour tolerated. */
  public static RuleOptions defaults(String externalUrl) {
    return new RuleOptions(Labels.EMPTY, externalUrl, 15_000, 0, 60_000, 3_600_000, 60_000, QueryLimits.DEFAULT);
  }

  public RuleOptions withExternalLabels(Labels labels) {
    return new RuleOptions(labels, externalUrl, evaluationIntervalMillis, queryOffsetMillis, resendDelayMillis,
        outageToleranceMillis, gracePeriodMillis, limits);
  }

  public RuleOptions withEvaluationInterval(long millis) {
    return new RuleOptions(externalLabels, externalUrl, millis, queryOffsetMillis, resendDelayMillis, outageToleranceMillis,
        gracePeriodMillis, limits);
  }
}
