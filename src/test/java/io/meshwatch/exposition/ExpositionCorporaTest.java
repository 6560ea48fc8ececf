package io.meshwatch.exposition;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.NumberText;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Pages of real exporters and small documents: what Prometheus accepts is accepted with the same samples, the rest is rejected. */
class ExpositionCorporaTest {
  private static final String OPENMETRICS = "application/openmetrics-text";
  private static final ObjectMapper JSON = new ObjectMapper();

  private static JsonNode json(String relative) throws IOException {
    return JSON.readTree(Files.readAllBytes(Shared.folder(relative)));
  }

  private static byte[] bytes(JsonNode node) {
    return node.isObject() ? Base64.getDecoder().decode(node.get("base64").asString()) : node.asString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean accepts(String contentType, byte[] page) {
    try {
      Collected.parse(contentType, page);
      return true;
    } catch (ExpositionException e) {
      assertThat(e.line()).isPositive();
      assertThat(e.column()).isPositive();
      return false;
    }
  }

  private static String keyOf(Labels labels) {
    return labels.toMap().toString();
  }

  /** Labels with bounds as floats, as version 3 stores them and 2.42 did not for text. */
  private static String normalizedKey(JsonNode labels) {
    Labels.Builder builder = Labels.builder();
    labels.properties().forEach(e -> builder.set(e.getKey(), bound(e.getKey(), e.getValue().asString())));
    return keyOf(builder.build());
  }

  private static String bound(String name, String value) {
    return name.equals("le") || name.equals("quantile") ? asFloat(value) : value;
  }

  @TestFactory
  Stream<DynamicTest> storesWhatPrometheusStoresFromRealPages() throws IOException {
    Path folder = Shared.folder("corpora/exposition");
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode file : json("corpora/exposition/index.json").get("files")) {
      String name = file.get("file").asString();
      tests.add(DynamicTest.dynamicTest(name, () -> checkPage(folder, name, file.get("contentType").asString())));
    }
    return tests.stream();
  }

  private static void checkPage(Path folder, String name, String contentType) throws IOException {
    Collected page = Collected.parse(contentType, Files.readAllBytes(folder.resolve(name)));
    Map<String, Double> stored = new LinkedHashMap<>();
    page.samples().forEach(s -> stored.putIfAbsent(normalizedKeyOf(s.labels()), s.value()));
    Map<String, double[]> histograms = new LinkedHashMap<>();
    page.histograms.forEach(h -> histograms.put(keyOf(h.labels()), new double[] {h.histogram().count(), h.histogram().sum()}));
    Map<String, Double> expected = new LinkedHashMap<>();
    Map<String, double[]> expectedHistograms = new LinkedHashMap<>();
    for (JsonNode series : JSON.readTree(Files.readAllBytes(folder.resolve(name + ".expected.json")))) {
      String key = normalizedKey(series.get("labels"));
      if (series.has("histogram")) {
        JsonNode h = series.get("histogram");
        expectedHistograms.put(key, new double[] {h.get("count").asDouble(), h.get("sum").asDouble()});
      } else {
        expected.put(key, NumberText.parse(series.get("value").asString()));
      }
    }
    assertThat(stored).isEqualTo(expected);
    assertThat(histograms.keySet()).isEqualTo(expectedHistograms.keySet());
    expectedHistograms.forEach((key, value) -> assertThat(histograms.get(key)).isEqualTo(value));
  }

  private static String asFloat(String value) {
    try {
      return NumberText.openMetrics(NumberText.parse(value));
    } catch (NumberFormatException notANumber) {
      return value;
    }
  }

  private static String normalizedKeyOf(Labels labels) {
    Labels.Builder builder = labels.toBuilder();
    for (String name : List.of("le", "quantile")) {
      builder.set(name, labels.has(name) ? asFloat(labels.get(name)) : "");
    }
    return keyOf(builder.build());
  }

  @ParameterizedTest
  @ValueSource(strings = {"prom_errors", "om_errors", "prom_null_byte", "om_null_byte"})
  void rejectsWhatPrometheusRejects(String table) throws IOException {
    for (JsonNode c : json("corpora/exposition_cases/" + table + ".json").get("cases")) {
      String error = c.get("error").asString();
      boolean accepted = error.isEmpty() || error.equals("EOF");
      assertThat(accepts(c.get("contentType").asString(), bytes(c.get("input")))).as("%s", c).isEqualTo(accepted);
    }
  }

  /** These cases are about a stricter parser; names in quotes are new since 2.42, so its verdict on them does not count. */
  @ParameterizedTest
  @ValueSource(strings = {"common_text_errors", "common_text_ok"})
  void agreesWithARealScrapeOnTheStrictParsersCases(String table) throws IOException {
    for (JsonNode c : json("corpora/exposition_cases/" + table + ".json").get("cases")) {
      byte[] page = bytes(c.has("in") ? c.get("in") : c.get("input"));
      boolean quotedNames = new String(page, StandardCharsets.UTF_8).matches("(?s).*([{,] ?\"|(TYPE|HELP) \").*");
      if (!quotedNames) {
        assertThat(accepts("text/plain", page)).as("%s", c).isEqualTo(c.get("prom242Accepts").asBoolean());
      }
    }
  }

  @Test
  void agreesWithARealScrapeOnFuzzedPages() throws IOException {
    Path folder = Shared.folder("corpora/exposition_fuzz");
    for (JsonNode c : json("corpora/exposition_fuzz/index.json").get("files")) {
      byte[] page = Files.readAllBytes(folder.resolve(c.get("file").asString()));
      assertThat(accepts("text/plain", page)).as("%s", c).isEqualTo(c.get("prom242Accepts").asBoolean());
    }
  }

  @Test
  void agreesWithARealScrapeOnTheOpenMetricsSuite() throws IOException {
    Path folder = Shared.folder("corpora/openmetrics_parser");
    for (JsonNode c : json("corpora/openmetrics_parser/index.json").get("cases")) {
      byte[] page = Files.readAllBytes(folder.resolve(c.get("case").asString()).resolve("metrics"));
      boolean accepted = accepts(OPENMETRICS, page);
      assertThat(accepted).as("%s", c).isEqualTo(c.get("prom242Accepts").asBoolean());
      if (accepted) {
        checkStored(c, Collected.parse(OPENMETRICS, page));
      }
    }
  }

  /** Samples with timestamps far from now are accepted but not stored, so only names that were stored are compared. */
  private static void checkStored(JsonNode c, Collected page) {
    Map<String, List<Double>> read = new LinkedHashMap<>();
    page.samples().forEach(s -> read.computeIfAbsent(normalizedKeyOf(s.labels()), k -> new ArrayList<>()).add(s.value()));
    for (JsonNode series : c.get("series")) {
      String key = normalizedKey(series.get("labels"));
      assertThat(read).as("%s", c).containsKey(key);
      assertThat(read.get(key)).as("%s", c).contains(NumberText.parse(series.get("value").asString()));
    }
  }

  @Test
  void readsTheEntriesOfATextPageInTheirOrder() throws IOException {
    JsonNode table = json("corpora/exposition_cases/prom_main.json");
    checkEntries(table, Collected.parse("text/plain", bytes(table.get("input"))), false);
  }

  @Test
  void readsTheEntriesOfAnOpenMetricsPageInTheirOrder() throws IOException {
    JsonNode table = json("corpora/exposition_cases/om_utf8.json");
    checkEntries(table, Collected.parse(OPENMETRICS, bytes(table.get("input"))), true);
  }

  private static void checkEntries(JsonNode table, Collected page, boolean createdStaysASample) {
    List<Collected.Entry> read =
        page.entries.stream().filter(e -> !createdStaysASample || !e.labels().metricName().endsWith("_created")).toList();
    List<JsonNode> expected = new ArrayList<>();
    table.get("entries").forEach(e -> expected.add(e));
    expected.removeIf(e -> e.has("comment"));
    assertThat(read).hasSameSizeAs(expected);
    for (int i = 0; i < read.size(); i++) {
      checkEntry(read.get(i), expected.get(i));
    }
  }

  private static void checkEntry(Collected.Entry entry, JsonNode expected) {
    assertThat(entry.raw()).isEqualTo(expected.get("raw").asString());
    for (String kind : List.of("help", "type", "unit")) {
      if (expected.has(kind)) {
        assertThat(entry.kind()).isEqualTo(kind);
        assertThat(entry.text()).isEqualTo(expected.get(kind).asString());
      }
    }
    if (expected.has("labels")) {
      Labels.Builder labels = Labels.builder();
      expected.get("labels").properties().forEach(l -> labels.set(l.getKey(), l.getValue().asString()));
      assertThat(entry.labels()).isEqualTo(labels.build());
      assertThat(entry.value()).isEqualTo(expected.get("value").asDouble());
      assertThat(entry.exemplars()).hasSize(expected.has("exemplars") ? expected.get("exemplars").size() : 0);
    }
    if (expected.has("timestampMs")) {
      assertThat(entry.timestampMillis()).isEqualTo(expected.get("timestampMs").asLong());
    }
  }

  /** Pages may not use underscores and hexadecimal numbers, which the table has, too. */
  @Test
  void readsDecimalNumbersAsGo() throws IOException {
    for (JsonNode c : json("corpora/numbers/parse_float.json").get("cases")) {
      byte[] in = bytes(c.get("in"));
      String text = c.get("in").asString();
      boolean decimal = text.indexOf('_') < 0 && text.indexOf('p') < 0;
      boolean valid = c.get("error").isNull() && decimal;
      try {
        double value = DecimalText.parse(in, 0, in.length);
        assertThat(valid).as("%s must be rejected", c).isTrue();
        assertThat(NumberText.general(value)).as(text).isEqualTo(c.get("out").asString());
      } catch (NumberFormatException e) {
        assertThat(valid).as("%s must be accepted", c).isFalse();
      }
    }
  }

  @Test
  void escapesNamesByEveryScheme() throws IOException {
    for (JsonNode c : json("corpora/exposition_cases/escape_name.json").get("cases")) {
      if (c.has("input")) {
        String input = c.get("input").asString();
        assertThat(NameEscaping.UNDERSCORES.escape(input)).isEqualTo(c.get("expectedUnderscores").asString());
        assertThat(NameEscaping.DOTS.escape(input)).isEqualTo(c.get("expectedDots").asString());
        assertThat(NameEscaping.VALUES.escape(input)).isEqualTo(c.get("expectedValue").asString());
      }
    }
  }

  @Test
  void normalizesOnlyWhatTheTypeMakesABound() {
    Collected page = Collected.parse("text/plain", "# TYPE h histogram\nh_bucket{le=\"1\",quantile=\"1\"} 1\n# TYPE g gauge\ng{le=\"1\"} 1\n");
    assertThat(page.samples().get(0).labels()).isEqualTo(Labels.of("__name__", "h_bucket", "le", "1.0", "quantile", "1"));
    assertThat(page.samples().get(1).labels()).isEqualTo(Labels.of("__name__", "g", "le", "1"));
    assertThat(page.entries.getFirst().text()).isEqualTo(MetricMetadata.Type.HISTOGRAM.text());
  }
}
