package io.meshwatch.web;

import io.meshwatch.config.Features;
import io.meshwatch.promql.AggregateOp;
import io.meshwatch.promql.BinaryOp;
import io.meshwatch.promql.Functions;
import io.meshwatch.promql.ParserOptions;
import java.io.IOException;
import java.util.Map;
import java.util.TreeMap;

/**
 * {@code /api/v1/features}: what this server can do, so that clients need not guess it from a version.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#features">Features</a>
 */
final class FeaturesApi {
  private static final String PROMQL = "promql";

  private final Map<String, Map<String, Boolean>> features = new TreeMap<>();

  FeaturesApi(ParserOptions language, Features switches) {
    for (String name : new String[] {"label_values_match", "lifecycle", "query_stats", "query_warnings", "remote_write_receiver",
        "time_range_labels", "time_range_series"}) {
      set("api", name, true);
    }
    for (String name : new String[] {"at_modifier", "bool", "by", "duration_expr", "group_left", "group_right", "ignoring",
        "negative_offset", "offset", "on", "subqueries", "without"}) {
      set(PROMQL, name, true);
    }
    for (String name : new String[] {"anchored", "smoothed"}) {
      set(PROMQL, name, language.extendedRangeSelectors());
    }
    for (String name : new String[] {"fill", "fill_left", "fill_right"}) {
      set(PROMQL, name, language.fillModifiers());
    }
    set(PROMQL, "delayed_name_removal", switches.delayedNameRemoval());
    set(PROMQL, "per_query_lookback_delta", true);
    set(PROMQL, "per_step_stats", switches.perStepStatistics());
    Functions.all().forEach(f -> set("promql_functions", f.name(), !f.experimental() || language.experimentalFunctions()));
    for (BinaryOp op : BinaryOp.values()) {
      set("promql_operators", op.text(), true);
    }
    for (AggregateOp op : AggregateOp.values()) {
      set("promql_operators", op.text(), !op.experimental() || language.experimentalFunctions());
    }
    set("tsdb", "exemplars", true);
    set("tsdb", "native_histograms", true);
  }

  private void set(String category, String name, boolean on) {
    features.computeIfAbsent(category, c -> new TreeMap<>()).put(name, on);
  }

  void addTo(Routes routes) {
    routes.get("/api/v1/features", ApiErrors.guarded(this::features));
  }

  private void features(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      features.forEach((category, names) -> {
        json.writeObjectPropertyStart(category);
        names.forEach(json::writeBooleanProperty);
        json.writeEndObject();
      });
      json.writeEndObject();
    });
  }
}
