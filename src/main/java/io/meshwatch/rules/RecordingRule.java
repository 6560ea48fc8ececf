package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Value;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Stores the result of an expression as series of a new name.
 *
 * @param name metric name of the series
 * @param expression PromQL
 * @param labels labels to set; an empty value removes the label
 * @param line line in its file
 */
public record RecordingRule(String name, String expression, Map<String, String> labels, int line) implements Rule {
  public RecordingRule {
    labels = Map.copyOf(labels);
  }

  /**
   * The samples to store for a result.
   *
   * @param limit most series; 0 = no limit
   * @throws RuleException if there are more, or two of them have the same labels
   */
  List<Value.Sample> samples(List<Value.Sample> result, int limit) {
    List<Value.Sample> samples = result.stream()
        .map(sample -> new Value.Sample(named(sample.labels()), sample.timestampMillis(), sample.value(), sample.histogram()))
        .toList();
    Set<Labels> seen = new HashSet<>();
    if (!samples.stream().allMatch(sample -> seen.add(sample.labels()))) {
      throw new RuleException("vector contains metrics with the same labelset after applying rule labels");
    }
    if (limit > 0 && samples.size() > limit) {
      throw new RuleException("exceeded limit of " + limit + " with " + samples.size() + " series");
    }
    return samples;
  }

  private Labels named(Labels result) {
    Labels.Builder builder = result.toBuilder().set(Labels.METRIC_NAME, name);
    labels.forEach(builder::set);
    return builder.build();
  }
}
