package io.meshwatch.config;

import io.meshwatch.promql.ParserOptions;
import java.util.List;
import java.util.Set;

/**
 * What is switched on beyond the default, under the names of Prometheus' {@code --enable-feature}.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/feature_flags/">Feature flags</a>
 */
public record Features(List<String> names) {
  private static final String EXPERIMENTAL_FUNCTIONS = "promql-experimental-functions";
  private static final String EXTENDED_RANGE_SELECTORS = "promql-extended-range-selectors";
  private static final String FILL_MODIFIERS = "promql-binop-fill-modifiers";
  private static final String DELAYED_NAME_REMOVAL = "promql-delayed-name-removal";

  private static final String PER_STEP_STATISTICS = "promql-per-step-stats";
  private static final String ZERO_AT_START = "created-timestamp-zero-ingestion";

  /** What a name here changes. */
  private static final Set<String> SWITCHES =
      Set.of(EXPERIMENTAL_FUNCTIONS, EXTENDED_RANGE_SELECTORS, FILL_MODIFIERS, DELAYED_NAME_REMOVAL, PER_STEP_STATISTICS, ZERO_AT_START);

  /** Known to Prometheus, without effect here: always on, or about something that meshwatch does in its own way. */
  private static final Set<String> WITHOUT_EFFECT = Set.of(
      "auto-reload-config", "concurrent-rule-eval", "delayed-compaction", "exemplar-storage",
      "extra-scrape-metrics", "fast-startup", "histograms-st-encoding", "memory-snapshot-on-shutdown", "metadata-wal-records",
      "native-histograms", "old-ui", "ooo-native-histograms", "otlp-deltatocumulative", "otlp-native-delta-ingestion",
      "promql-at-modifier", "promql-duration-expr", "promql-negative-offset", "search-api", "st-storage",
      "st-synthesis", "type-and-unit-labels", "use-start-timestamps", "use-uncached-io", "xor2-encoding");

  public Features {
    names = List.copyOf(names);
  }

  /** The parts of PromQL that are switched on. */
  public ParserOptions language() {
    return new ParserOptions(
        names.contains(EXPERIMENTAL_FUNCTIONS), names.contains(EXTENDED_RANGE_SELECTORS), names.contains(FILL_MODIFIERS));
  }

  /** Whether functions drop the metric name only when the query ends. */
  public boolean delayedNameRemoval() {
    return names.contains(DELAYED_NAME_REMOVAL);
  }

  /** Whether queries count samples for each step. */
  public boolean perStepStatistics() {
    return names.contains(PER_STEP_STATISTICS);
  }

  /** Whether remote write stores a zero where a counter began. */
  public boolean zeroAtStart() {
    return names.contains(ZERO_AT_START);
  }

  /** What to say about names that change nothing. */
  List<String> remarks() {
    return names.stream().filter(name -> !SWITCHES.contains(name))
        .map(name -> WITHOUT_EFFECT.contains(name)
            ? "\"" + name + "\" has no effect in meshwatch"
            : "expected one of " + String.join(", ", SWITCHES.stream().sorted().toList()) + ", got \"" + name + "\", which is left out")
        .toList();
  }
}
