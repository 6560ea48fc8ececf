package io.meshwatch.promql;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;

class ComplianceQueriesTest {
  private static final Map<String, List<String>> VARIANTS = Map.ofEntries(
      Map.entry("range", List.of("1s", "15s", "1m", "5m", "15m", "1h")),
      Map.entry("offset", List.of("1m", "5m", "10m")),
      Map.entry("quantile", List.of("-0.5", "0.1", "0.5", "0.75", "0.95", "0.90", "0.99", "1", "1.5")),
      Map.entry("simpleAggrOp", List.of("sum", "avg", "max", "min", "count", "stddev", "stdvar")),
      Map.entry("topBottomOp", List.of("topk", "bottomk")),
      Map.entry("arithBinOp", List.of("+", "-", "*", "/", "%", "^")),
      Map.entry("compBinOp", List.of("==", "!=", "<", ">", "<=", ">=")),
      Map.entry("binOp", List.of("+", "-", "*", "/", "%", "^", "==", "!=", "<", ">", "<=", ">=")),
      Map.entry("simpleMathFunc", List.of("abs", "ceil", "floor", "exp", "sqrt", "ln", "log2", "log10", "round")),
      Map.entry("extrapolatedRateFunc", List.of("rate", "increase", "delta")),
      Map.entry("clampFunc", List.of("clamp_min", "clamp_max")),
      Map.entry("instantRateFunc", List.of("irate", "idelta")),
      Map.entry("dateFunc", List.of("day_of_month", "day_of_week", "days_in_month", "hour", "minute", "month", "year")),
      Map.entry("smoothingFactor", List.of("0.1", "0.5", "0.8")),
      Map.entry("trendFactor", List.of("0.1", "0.5", "0.8")),
      Map.entry("simpleTimeAggrOp", List.of("sum", "avg", "max", "min", "count", "stddev", "stdvar", "absent", "last", "present")),
      Map.entry("trigFunc", List.of("sin", "cos")));

  private static List<String> expand(String query) {
    int from = query.indexOf("{{.");
    if (from < 0) {
      return List.of(query);
    }
    int to = query.indexOf("}}", from);
    List<String> expanded = new ArrayList<>();
    for (String value : VARIANTS.getOrDefault(query.substring(from + 3, to), List.of("1"))) {
      expanded.addAll(expand(query.substring(0, from) + value + query.substring(to + 2)));
    }
    return expanded;
  }

  @Test
  void acceptsTheQueriesOfTheComplianceTester() throws IOException {
    Map<?, ?> document = (Map<?, ?>) new Load(LoadSettings.builder().build())
        .loadFromString(Files.readString(Shared.folder("corpora/promql_queries/compliance-promql-test-queries.yml")));
    QueryEngine engine = new QueryEngine(new QueryOptions(ParserOptions.ALL, false, 60_000), Fakes.ONE, Fakes.CLOCK);
    MemoryStore store = new MemoryStore();
    store.load(SeriesDescription.parse("demo_num_cpus{instance=\"a\",job=\"demo\"} 4x100"), 0, 60_000);
    store.load(SeriesDescription.parse("demo_num_cpus{instance=\"b\",job=\"demo\"} 4x100"), 0, 60_000);
    store.load(SeriesDescription.parse("demo_memory_usage_bytes{instance=\"a\",type=\"free\",job=\"demo\"} 1+1x100"), 0, 60_000);
    store.load(SeriesDescription.parse("demo_memory_usage_bytes{instance=\"a\",type=\"used\",job=\"demo\"} 5+2x100"), 0, 60_000);
    List<String> wrong = new ArrayList<>();
    int count = 0;
    for (Object one : list(document, "test_cases")) {
      boolean fails = Boolean.TRUE.equals(((Map<?, ?>) one).get("should_fail"));
      for (String query : expand(String.valueOf(((Map<?, ?>) one).get("query")))) {
        count++;
        boolean failed = false;
        try {
          engine.range(store, query.replace("holt_winters", "double_exponential_smoothing"), 0, 3_600_000, 60_000, QueryLimits.DEFAULT);
        } catch (ParseException | QueryException e) {
          failed = true;
          if (!fails) {
            wrong.add(query + ": " + e.getMessage());
          }
        }
        // Since Prometheus 3 every UTF-8 text is a label name.
        if (fails && !failed && !query.contains("~invalid")) {
          wrong.add("accepted " + query);
        }
      }
    }
    assertThat(wrong).isEmpty();
    assertThat(count).isGreaterThan(300);
  }

  private static List<?> list(Map<?, ?> map, String key) {
    return map.get(key) instanceof List<?> list ? list : List.of();
  }
}
