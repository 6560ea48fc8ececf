package io.meshwatch.notify;

import io.meshwatch.model.Labels;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * Which alerts are held back by others that fire now. Made anew for every look at the alerts, so it never works with a state that
 * has passed; costs one matcher run per rule and firing alert. Immutable.
 */
public final class Inhibitor {
  /** One firing source of a rule for each set of values that must be equal. */
  private record Sources(InhibitRule rule, Map<Labels, Labels> byEqualPart) {}

  private final List<Sources> sources;

  /** Takes the rules and the labels of all alerts that fire now. */
  public Inhibitor(List<InhibitRule> rules, Collection<Labels> firing) {
    this.sources = rules.stream().map(rule -> sources(rule, firing)).filter(s -> !s.byEqualPart().isEmpty()).toList();
  }

  private static Sources sources(InhibitRule rule, Collection<Labels> firing) {
    Map<Labels, Labels> byEqualPart = new HashMap<>();
    for (Labels labels : firing) {
      if (rule.isSource(labels)) {
        // One that is target too holds fewer alerts back, so one that is a source only is preferred.
        byEqualPart.merge(rule.equalPart(labels), labels, (kept, other) -> rule.isTarget(kept) ? other : kept);
      }
    }
    return new Sources(rule, byEqualPart);
  }

  /** The alert that holds this one back, or empty. */
  public Optional<Labels> inhibitorOf(Labels alert) {
    for (Sources s : sources) {
      Labels found = inhibitorOf(s, alert);
      if (found != null) {
        return Optional.of(found);
      }
    }
    return Optional.empty();
  }

  private static @Nullable Labels inhibitorOf(Sources s, Labels alert) {
    InhibitRule rule = s.rule();
    if (!rule.isTarget(alert)) {
      return null;
    }
    // An alert that is source and target of a rule is not held back by another such alert, and so never by itself.
    boolean bothSides = rule.isSource(alert);
    Labels source = s.byEqualPart().get(rule.equalPart(alert));
    return source == null || (bothSides && rule.isTarget(source)) ? null : source;
  }
}
