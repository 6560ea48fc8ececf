package io.meshwatch.rules;

import java.util.List;
import java.util.Map;
import java.util.OptionalLong;

/**
 * A group of rules as written: evaluated together, one after the other.
 *
 * @param file where it was read; with the name it identifies the group
 * @param name unique within its file
 * @param intervalMillis how often it is evaluated; empty = the default interval
 * @param limit most series or alerts of each of its rules; 0 = no limit
 * @param queryOffsetMillis how far in the past its queries look, for late samples; empty = the default
 * @param labels labels for what its rules make, already part of each rule
 * @param rules in order
 */
public record RuleGroupSpec(
    String file,
    String name,
    OptionalLong intervalMillis,
    int limit,
    OptionalLong queryOffsetMillis,
    Map<String, String> labels,
    List<Rule> rules) {
  public RuleGroupSpec {
    labels = Map.copyOf(labels);
    rules = List.copyOf(rules);
  }

  /** How often it is evaluated. */
  long intervalMillis(RuleOptions options) {
    return intervalMillis.orElse(options.evaluationIntervalMillis());
  }

  /** How far in the past its queries look. */
  long queryOffsetMillis(RuleOptions options) {
    return queryOffsetMillis.orElse(options.queryOffsetMillis());
  }

  /** The group's identity and its name in metrics: {@code file;name}. */
  public String key() {
    return file + ";" + name;
  }
}
