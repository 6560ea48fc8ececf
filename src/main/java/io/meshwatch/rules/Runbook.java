package io.meshwatch.rules;

import java.util.List;

/**
 * What to know about an alert when it comes at night.
 *
 * @param alert its name
 * @param group the group it is in
 * @param meaning what it says
 * @param firstSteps what to do first; empty if nobody wrote it down
 * @param needs which metrics it takes
 * @param falseAlarms how it could be wrong and what was done about it
 * @param inhibition which alerts it silences and by which it is silenced
 * @param rules its rules as they run, one for each severity or condition
 */
public record Runbook(
    String alert,
    String group,
    String meaning,
    String firstSteps,
    String needs,
    String falseAlarms,
    String inhibition,
    List<AlertingRule> rules) {
  /** Divides a description into meaning and first steps. */
  private static final String FIRST = "First: ";
  private static final String DESCRIPTION = "description";
  private static final String SUMMARY = "summary";

  static Runbook of(String alert, String group, List<AlertingRule> rules, String needs, String falseAlarms, String inhibition) {
    // Of twins with different severities only one may say what to do.
    AlertingRule rule = rules.stream()
        .filter(each -> each.annotations().getOrDefault(DESCRIPTION, "").contains(FIRST))
        .findFirst()
        .orElse(rules.getFirst());
    String description = withoutTemplates(rule.annotations().getOrDefault(DESCRIPTION, ""));
    int first = description.indexOf(FIRST);
    String meaning = (first < 0 ? description : description.substring(0, first)).strip();
    String steps = first < 0 ? "" : description.substring(first + FIRST.length()).strip();
    String summary = withoutTemplates(rule.annotations().getOrDefault(SUMMARY, ""));
    return new Runbook(
        alert, group, meaning.isEmpty() ? summary : meaning, steps, needs, falseAlarms, inhibition, List.copyOf(rules));
  }

  /** A label becomes its name, as the page speaks of all alerts of this name; other actions say nothing without data. */
  private static String withoutTemplates(String text) {
    return text
        .replaceAll("\\{\\{-?\\s*range .*?\\{\\{-?\\s*end\\s*-?}}", "")
        .replaceAll("\\{\\{-?\\s*\\$labels\\.(\\w+)\\s*-?}}", "<$1>")
        .replaceAll("\\{\\{-?\\s*\\$value.*?}}", "<value>")
        .replaceAll("\\{\\{.*?}}", "");
  }
}
