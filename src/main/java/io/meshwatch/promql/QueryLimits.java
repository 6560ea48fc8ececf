package io.meshwatch.promql;

/**
 * What one query may use.
 *
 * @param timeoutMillis from start to answer
 * @param samplesMax samples in memory at once, as Prometheus counts them
 * @param lookbackMillis how old the newest sample of an instant vector may be
 */
public record QueryLimits(long timeoutMillis, long samplesMax, long lookbackMillis) {
  /** Prometheus' defaults: 2 minutes, 50 million samples, 5 minutes. */
  public static final QueryLimits DEFAULT = new QueryLimits(120_000, 50_000_000, 300_000);
}
