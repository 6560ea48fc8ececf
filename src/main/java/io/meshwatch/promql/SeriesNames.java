package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.util.Set;

/** What makes up the name of a series: the metric name and, where they are stored as labels, its type and unit. */
final class SeriesNames {
  static final String TYPE = "__type__";
  static final String UNIT = "__unit__";
  private static final Set<String> ALL = Set.of(Labels.METRIC_NAME, TYPE, UNIT);

  private SeriesNames() {}

  static boolean contains(String label) {
    return ALL.contains(label);
  }

  /** The labels without name, type and unit. */
  static Labels without(Labels labels) {
    boolean named = labels.has(Labels.METRIC_NAME) || labels.has(TYPE) || labels.has(UNIT);
    return named ? labels.without(ALL) : labels;
  }
}
