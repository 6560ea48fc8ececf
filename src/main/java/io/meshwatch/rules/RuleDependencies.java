package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Selectors;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Divides the rules of a group into stages: rules of one stage neither read what another of them stores nor the other way round, so
 * they may be evaluated side by side with the same results as one after the other.
 */
final class RuleDependencies {
  private static final Set<String> ALERT_SERIES = Set.of(AlertSeries.ALERTS, AlertSeries.ALERTS_FOR_STATE);

  private RuleDependencies() {}

  /** The stages, each with its rules in their order. Each rule stands in the first stage after everything that must come before it. */
  static List<List<RunningRule>> stages(List<RunningRule> rules) {
    List<List<RunningRule>> stages = new ArrayList<>();
    int[] stageOf = new int[rules.size()];
    for (int later = 0; later < rules.size(); later++) {
      for (int earlier = 0; earlier < later; earlier++) {
        if (stageOf[earlier] >= stageOf[later] && mustKeepOrder(rules.get(earlier), rules.get(later))) {
          stageOf[later] = stageOf[earlier] + 1;
        }
      }
      while (stages.size() <= stageOf[later]) {
        stages.add(new ArrayList<>());
      }
      stages.get(stageOf[later]).add(rules.get(later));
    }
    return stages;
  }

  /** The later one reads what the earlier one has just stored, or the earlier one must still see what the later one stored before. */
  private static boolean mustKeepOrder(RunningRule earlier, RunningRule later) {
    return reads(later, earlier) || reads(earlier, later) || storeTheSame(earlier, later);
  }

  private static boolean reads(RunningRule reader, RunningRule writer) {
    if (reader.usesQueriesInTexts) {
      return true;
    }
    return Selectors.of(reader.expression).stream().anyMatch(matchers -> mayFind(matchers, writer.rule));
  }

  private static boolean mayFind(List<Matcher> matchers, Rule writer) {
    return names(writer).stream().anyMatch(name ->
        matchers.stream().filter(matcher -> matcher.name().equals(Labels.METRIC_NAME)).allMatch(matcher -> matcher.matches(name)));
  }

  private static Set<String> names(Rule writer) {
    return switch (writer) {
      case RecordingRule recording -> Set.of(recording.name());
      case AlertingRule alerting -> ALERT_SERIES;
    };
  }

  private static boolean storeTheSame(RunningRule earlier, RunningRule later) {
    return earlier.rule instanceof RecordingRule && later.rule instanceof RecordingRule && earlier.rule.name().equals(later.rule.name());
  }
}
