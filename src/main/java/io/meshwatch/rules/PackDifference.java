package io.meshwatch.rules;

import io.meshwatch.model.PromDuration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * How a rule that runs, or does not, differs from the pack as shipped.
 *
 * @param rule its name
 * @param group its group
 * @param kind what became of it
 * @param changes each difference as {@code field: shipped -> running}; empty for added and missing rules
 */
public record PackDifference(String rule, String group, Kind kind, List<String> changes) {
  /** What became of a rule. */
  public enum Kind {
    CHANGED,
    /** It is in a tier that runs, but was switched off. */
    OFF,
    /** It comes from a rule file. */
    ADDED,
    /** It became several rules by an override with conditions. */
    SPLIT
  }

  /** All differences between these groups and the shipped tiers that they come from. */
  public static List<PackDifference> of(List<RuleGroupSpec> running) {
    List<PackDifference> differences = new ArrayList<>();
    for (RulePack.Tier tier : RulePack.Tier.values()) {
      Map<String, RuleGroupSpec> own = new LinkedHashMap<>();
      running.stream().filter(group -> group.file().equals(tier.file())).forEach(group -> own.put(group.name(), group));
      if (!own.isEmpty()) {
        RulePack.shipped().defaults(tier).forEach(shipped -> differences.addAll(inGroup(shipped, own.get(shipped.name()))));
      }
    }
    List<String> tiers = java.util.Arrays.stream(RulePack.Tier.values()).map(RulePack.Tier::file).toList();
    running.stream().filter(group -> !tiers.contains(group.file())).forEach(group ->
        group.rules().forEach(rule -> differences.add(new PackDifference(rule.name(), group.name(), Kind.ADDED, List.of()))));
    return List.copyOf(differences);
  }

  private static List<PackDifference> inGroup(RuleGroupSpec shipped, @org.jspecify.annotations.Nullable RuleGroupSpec running) {
    List<PackDifference> differences = new ArrayList<>();
    // The line in the pack's file tells rules of one name apart; overrides keep it.
    Map<Integer, List<Rule>> byLine = new LinkedHashMap<>();
    if (running != null) {
      running.rules().forEach(rule -> byLine.computeIfAbsent(rule.line(), line -> new ArrayList<>()).add(rule));
    }
    for (Rule rule : shipped.rules()) {
      List<Rule> now = byLine.getOrDefault(rule.line(), List.of());
      if (now.isEmpty()) {
        differences.add(new PackDifference(rule.name(), shipped.name(), Kind.OFF, List.of()));
      } else if (now.size() > 1) {
        differences.add(new PackDifference(rule.name(), shipped.name(), Kind.SPLIT,
            now.stream().flatMap(each -> changes(rule, each).stream()).toList()));
      } else if (!changes(rule, now.getFirst()).isEmpty()) {
        differences.add(new PackDifference(rule.name(), shipped.name(), Kind.CHANGED, changes(rule, now.getFirst())));
      }
    }
    return differences;
  }

  private static List<String> changes(Rule shipped, Rule running) {
    List<String> changes = new ArrayList<>();
    compare("expr", shipped.expression(), running.expression(), changes);
    if (shipped instanceof AlertingRule before && running instanceof AlertingRule now) {
      compare("for", PromDuration.format(before.forMillis()), PromDuration.format(now.forMillis()), changes);
      compare("keep_firing_for", PromDuration.format(before.keepFiringForMillis()), PromDuration.format(now.keepFiringForMillis()), changes);
      compare("onMissingData", before.onMissingData().toString(), now.onMissingData().toString(), changes);
      compare("annotations", before.annotations(), now.annotations(), changes);
    }
    compare("labels", shipped.labels(), running.labels(), changes);
    return changes;
  }

  private static void compare(String field, Map<String, String> shipped, Map<String, String> running, List<String> changes) {
    running.forEach((name, value) -> compare(field + "." + name, shipped.getOrDefault(name, ""), value, changes));
  }

  private static void compare(String field, String shipped, String running, List<String> changes) {
    if (!Objects.equals(shipped, running)) {
      changes.add(field + ": " + oneLine(shipped) + " -> " + oneLine(running));
    }
  }

  private static String oneLine(String text) {
    return text.isEmpty() ? "(none)" : text.replaceAll("\\s+", " ");
  }
}
