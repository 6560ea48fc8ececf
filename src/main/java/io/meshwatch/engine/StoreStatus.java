package io.meshwatch.engine;

import io.meshwatch.tsdb.Cardinality;
import java.util.List;

/**
 * What fills the newest hours of the store, largest first.
 *
 * @param series series
 * @param labelPairs different label pairs
 * @param chunks chunks of these series
 * @param minTimeMillis oldest sample; {@link Long#MAX_VALUE} if there is none
 * @param maxTimeMillis newest sample; {@link Long#MIN_VALUE} if there is none
 * @param seriesByMetric series of each metric name
 * @param valuesByLabel values of each label name
 * @param bytesByLabel bytes that the values of each label name take in all series
 * @param seriesByPair series of each label pair, as {@code name=value}
 */
public record StoreStatus(
    long series,
    long labelPairs,
    long chunks,
    long minTimeMillis,
    long maxTimeMillis,
    List<Count> seriesByMetric,
    List<Count> valuesByLabel,
    List<Count> bytesByLabel,
    List<Count> seriesByPair) {
  /** A name with its number. */
  public record Count(String name, long value) {}

  static StoreStatus of(Cardinality found, long chunks, long minTimeMillis, long maxTimeMillis) {
    return new StoreStatus(
        found.series(), found.labelPairs(), chunks, minTimeMillis, maxTimeMillis, counts(found.seriesByMetric()), counts(found.valuesByLabel()),
        counts(found.bytesByLabel()), counts(found.seriesByPair()));
  }

  private static List<Count> counts(List<Cardinality.Count> found) {
    return found.stream().map(count -> new Count(count.name(), count.value())).toList();
  }
}
