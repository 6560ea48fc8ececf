package io.meshwatch.promql;

/**
 * How an engine understands queries.
 *
 * @param language which parts of the language are switched on
 * @param delayedNameRemoval {@code promql-delayed-name-removal}: functions drop the metric name only when the query ends
 * @param subqueryStepMillis step of a subquery that names none: the evaluation interval
 * @param perStepStatistics {@code promql-per-step-stats}: samples are counted for each step, not only for the whole query
 */
public record QueryOptions(ParserOptions language, boolean delayedNameRemoval, long subqueryStepMillis, boolean perStepStatistics) {
  /** Prometheus without feature flags, evaluating every minute. */
  public static final QueryOptions DEFAULT = new QueryOptions(ParserOptions.STABLE, false, 60_000);

  /** Options without counts for each step. */
  public QueryOptions(ParserOptions language, boolean delayedNameRemoval, long subqueryStepMillis) {
    this(language, delayedNameRemoval, subqueryStepMillis, false);
  }
}
