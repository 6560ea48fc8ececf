package io.meshwatch.rules;

import io.meshwatch.model.NumberText;
import io.meshwatch.model.PromDuration;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.Value;
import java.util.ArrayList;
import java.util.List;

/** All that the store of one rule unit test holds at its end, as {@code promtool test rules --debug} shows it. */
final class RuleTestDump {
  private static final long SECOND_MILLIS = 1000;

  private RuleTestDump() {}

  /** One line for each series and each sample up to a time. */
  static List<String> of(MemoryEngine engine, long lastMillis) {
    // From before time 0 on, as a range does not include its start.
    long untilMillis = (lastMillis / SECOND_MILLIS + 1) * SECOND_MILLIS;
    String span = PromDuration.format(untilMillis);
    List<String> lines = new ArrayList<>(List.of("DEBUG: Dump of all data (input_series and rules) at " + span + ":"));
    String everything = "{__name__=~\".+\"}[" + PromDuration.format(untilMillis + 1) + "]";
    Value value = engine.query(everything, untilMillis, QueryLimits.DEFAULT).value();
    if (value instanceof Value.Matrix matrix) {
      matrix.series().forEach(each -> add(each, lines));
    }
    return List.copyOf(lines);
  }

  private static void add(Value.Points points, List<String> lines) {
    lines.add(points.labels() + " =>");
    for (int i = 0; i < points.floats().length; i++) {
      lines.add(NumberText.value(points.floats()[i]) + " @[" + points.floatTimestamps()[i] + "]");
    }
    for (int i = 0; i < points.histograms().length; i++) {
      lines.add(points.histograms()[i] + " @[" + points.histogramTimestamps()[i] + "]");
    }
  }
}
