package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import java.util.Collection;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/** All alerts of one rule, active and lately resolved ones, each label set once. Immutable. */
public final class AlertStates {
  public static final AlertStates NONE = new AlertStates(Map.of());

  private final Map<Labels, ActiveAlert> byLabels;

  AlertStates(Map<Labels, ActiveAlert> byLabels) {
    this.byLabels = Collections.unmodifiableMap(new LinkedHashMap<>(byLabels));
  }

  public Collection<ActiveAlert> all() {
    return byLabels.values();
  }

  /** The alert with these labels; null if there is none. */
  @Nullable ActiveAlert of(Labels labels) {
    return byLabels.get(labels);
  }

  int count(ActiveAlert.Phase phase) {
    int count = 0;
    for (ActiveAlert alert : byLabels.values()) {
      count += alert.phase() == phase ? 1 : 0;
    }
    return count;
  }

  int activeCount() {
    return (int) byLabels.values().stream().filter(ActiveAlert::isActive).count();
  }

  /** The states with each alert changed; its labels stay. */
  AlertStates map(UnaryOperator<ActiveAlert> change) {
    Map<Labels, ActiveAlert> changed = new LinkedHashMap<>();
    byLabels.forEach((labels, alert) -> changed.put(labels, change.apply(alert)));
    return new AlertStates(changed);
  }
}
