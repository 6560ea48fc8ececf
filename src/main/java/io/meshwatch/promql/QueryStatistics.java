package io.meshwatch.promql;

import java.util.List;

/**
 * What a query took.
 *
 * @param samplesRead how many samples were read from the store, each once however many windows hold it
 * @param samplesCounted how many samples its steps looked at, as Prometheus counts them
 * @param samplesPeak most samples that were held at once
 * @param perStep the count of each step; empty unless the engine was told to keep them
 */
public record QueryStatistics(long samplesRead, long samplesCounted, long samplesPeak, List<StepCount> perStep) {
  /** Nothing was needed. */
  public static final QueryStatistics NONE = new QueryStatistics(0, 0, 0, List.of());

  /** How many samples one step looked at. */
  public record StepCount(long timestampMillis, long samples) {}
}
