package io.meshwatch.tsdb;

import io.meshwatch.model.Labels;
import io.meshwatch.tsdb.index.LabelSource;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;

/**
 * How series are spread over labels, largest first: shows what fills the head.
 *
 * @param series all series
 * @param labelPairs different label pairs
 * @param seriesByMetric series of each metric name
 * @param valuesByLabel values of each label name
 * @param seriesByPair series of each label pair, as {@code name=value}
 * @param bytesByLabel bytes of the values of each label name, each counted in every series that has it
 */
public record Cardinality(
    long series, long labelPairs, List<Count> seriesByMetric, List<Count> valuesByLabel, List<Count> seriesByPair, List<Count> bytesByLabel) {
  /** A name with its number. */
  public record Count(String name, long value) {}

  public static Cardinality of(LabelSource index, int limit) {
    List<Count> metrics = new ArrayList<>();
    List<Count> values = new ArrayList<>();
    List<Count> pairs = new ArrayList<>();
    List<Count> bytes = new ArrayList<>();
    long labelPairs = 0;
    for (String name : index.names()) {
      List<String> all = index.values(name);
      values.add(new Count(name, all.size()));
      labelPairs += all.size();
      long valueBytes = 0;
      for (String value : all) {
        int count = index.postings(name, value).size();
        pairs.add(new Count(name + "=" + value, count));
        valueBytes += (long) value.getBytes(StandardCharsets.UTF_8).length * count;
        if (name.equals(Labels.METRIC_NAME)) {
          metrics.add(new Count(value, count));
        }
      }
      bytes.add(new Count(name, valueBytes));
    }
    return new Cardinality(
        index.all().size(), labelPairs, largest(metrics, limit), largest(values, limit), largest(pairs, limit), largest(bytes, limit));
  }

  private static List<Count> largest(List<Count> counts, int limit) {
    counts.sort(Comparator.comparingLong(Count::value).reversed().thenComparing(Count::name));
    return List.copyOf(counts.subList(0, Math.min(limit, counts.size())));
  }
}
