package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;

/**
 * What was pushed under one grouping key. Immutable.
 *
 * @param key labels of the path; may hold empty values, which tell groups apart but are no labels
 * @param families pushed metrics by family name
 * @param pushedAtMillis when it was last changed; 0 = never
 * @param failedAtMillis when a change last failed; 0 = never
 */
public record PushedGroup(SortedMap<String, String> key, Map<String, Family> families, long pushedAtMillis, long failedAtMillis) {
  /**
   * A pushed metric family.
   *
   * @param metadata its type and help
   * @param samples its samples with their final labels
   */
  public record Family(MetricMetadata metadata, List<Sample> samples) {}

  /** A pushed value. */
  public record Sample(Labels labels, double value) {}

  /** The labels that every sample of the group has. */
  Labels labels() {
    Labels.Builder builder = Labels.builder();
    key.forEach(builder::set);
    return builder.build();
  }

  int size() {
    return families.values().stream().mapToInt(family -> family.samples().size()).sum();
  }
}
