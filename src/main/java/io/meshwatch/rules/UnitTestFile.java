package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.SeriesDescription;
import io.meshwatch.rules.YamlReader.YamlMapping;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * A file of unit tests for rules as written.
 *
 * @param ruleFiles names of rule files, from the file's own folder
 * @param evaluationIntervalMillis how often groups without interval are evaluated
 * @param groupOrder names of groups in the order in which they are evaluated; the others follow
 * @param fuzzy whether neighbouring floats count as equal
 * @param tests the tests
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/unit_testing_rules/">Unit testing rules</a>
 */
record UnitTestFile(
    List<String> ruleFiles, long evaluationIntervalMillis, List<String> groupOrder, boolean fuzzy, List<Test> tests) {
  private static final long DEFAULT_INTERVAL_MILLIS = 60_000;
  private static final List<String> FILE_KEYS =
      List.of("rule_files", "evaluation_interval", "group_eval_order", "fuzzy_compare", "tests");
  private static final List<String> TEST_KEYS = List.of("name", "interval", "input_series", "alert_rule_test", "promql_expr_test",
      "external_labels", "external_url", "start_timestamp");
  private static final List<String> SERIES_KEYS = List.of("series", "values");
  private static final List<String> ALERT_TEST_KEYS = List.of("eval_time", "alertname", "exp_alerts");
  private static final List<String> ALERT_KEYS = List.of("exp_labels", "exp_annotations");
  private static final List<String> QUERY_TEST_KEYS = List.of("expr", "eval_time", "exp_samples");
  private static final List<String> SAMPLE_KEYS = List.of("labels", "value", "histogram");

  /** Series with the checks to make on them. */
  record Test(
      String name,
      int line,
      long intervalMillis,
      List<SeriesDescription> input,
      List<AlertCheck> alertChecks,
      List<QueryCheck> queryChecks,
      Labels externalLabels,
      String externalUrl) {}

  /** Which alerts of a name fire at a time. */
  record AlertCheck(int line, long atMillis, String alert, List<ExpectedAlert> expected) {}

  record ExpectedAlert(Labels labels, Labels annotations) {}

  /** What a query answers at a time. */
  record QueryCheck(int line, long atMillis, String expression, List<TestSample> expected) {}

  /** Reads a file; throws {@link ProblemsException} with all mistakes. */
  static UnitTestFile parse(String file, String text, boolean unknownKeysAllowed) {
    YamlReader reader = new YamlReader(file);
    UnitTestFile tests = new Parsing(reader, unknownKeysAllowed).file(text);
    if (!reader.problems().isEmpty()) {
      throw new ProblemsException(reader.problems().stream().sorted(Problem.BY_PLACE).toList());
    }
    return tests;
  }

  private record Parsing(YamlReader reader, boolean unknownKeysAllowed) {
    private List<String> known(List<String> keys) {
      return unknownKeysAllowed ? List.of() : keys;
    }

    UnitTestFile file(String text) {
      YamlMapping file = reader.document(text, known(FILE_KEYS));
      long interval = file.durationMillis("evaluation_interval").orElse(DEFAULT_INTERVAL_MILLIS);
      long positive = interval == 0 ? DEFAULT_INTERVAL_MILLIS : interval;
      return new UnitTestFile(
          texts(file, "rule_files"),
          positive,
          texts(file, "group_eval_order"),
          file.truth("fuzzy_compare"),
          file.mappings("tests", "test", known(TEST_KEYS), test -> test(test, positive)));
    }

    private List<String> texts(YamlMapping mapping, String key) {
      return mapping.list(key).stream().map(node -> reader.text(node, key)).toList();
    }

    private Test test(YamlMapping test, long defaultInterval) {
      return new Test(
          test.text("name"),
          test.line(),
          test.durationMillis("interval").orElse(defaultInterval),
          present(test.mappings("input_series", "series", known(SERIES_KEYS), this::series)),
          test.mappings("alert_rule_test", "alert test", known(ALERT_TEST_KEYS), this::alertCheck),
          test.mappings("promql_expr_test", "query test", known(QUERY_TEST_KEYS), this::queryCheck),
          Labels.of(test.texts("external_labels")),
          test.text("external_url"));
    }

    private static <T> List<T> present(List<Optional<T>> list) {
      return list.stream().flatMap(Optional::stream).toList();
    }

    private Optional<SeriesDescription> series(YamlMapping series) {
      try {
        return Optional.of(SeriesDescription.parse(series.text("series") + " " + series.text("values")));
      } catch (ParseException e) {
        reader.problem(series.line(), series.column(), String.valueOf(e.getMessage()));
        return Optional.empty();
      }
    }

    private AlertCheck alertCheck(YamlMapping check) {
      String alert = check.text("alertname");
      if (alert.isEmpty()) {
        reader.problem(check.line(), check.column(), "an alert test needs an alertname");
      }
      List<ExpectedAlert> expected = check.mappings("exp_alerts", "alert", known(ALERT_KEYS), mapping -> {
        Map<String, String> labels = new LinkedHashMap<>(mapping.texts("exp_labels"));
        labels.putIfAbsent("alertname", alert);
        return new ExpectedAlert(Labels.of(labels), Labels.of(mapping.texts("exp_annotations")));
      });
      return new AlertCheck(check.line(), check.durationMillis("eval_time").orElse(0), alert, expected);
    }

    private QueryCheck queryCheck(YamlMapping check) {
      return new QueryCheck(
          check.line(),
          check.durationMillis("eval_time").orElse(0),
          check.text("expr"),
          present(check.mappings("exp_samples", "sample", known(SAMPLE_KEYS), this::sample)));
    }

    private Optional<TestSample> sample(YamlMapping sample) {
      try {
        String histogram = sample.text("histogram");
        SeriesDescription description = SeriesDescription.parse(sample.text("labels") + " " + histogram);
        if (!histogram.isEmpty()) {
          SeriesDescription.Item item = Objects.requireNonNull(description.items().getFirst(), "a histogram is a sample");
          return Optional.of(new TestSample(description.labels(), 0, item.histogram()));
        }
        String value = sample.text("value");
        return Optional.of(new TestSample(description.labels(), value.isEmpty() ? 0 : NumberText.parse(value), null));
      } catch (ParseException | NumberFormatException e) {
        Node place = sample.has("labels") ? sample.node("labels") : sample.node("value");
        String message = "not a sample: " + e.getMessage() + " in " + Names.quote(sample.text("labels"));
        if (place == null) {
          reader.problem(sample.line(), sample.column(), message);
        } else {
          reader.problem(place, message);
        }
        return Optional.empty();
      }
    }
  }
}
