package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.rules.RuleUnitTests.FileResult;
import io.meshwatch.rules.RuleUnitTests.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class RuleUnitTestsTest {
  private static final Environment ENVIRONMENT = new SystemEnvironment().environment();

  private static FileResult run(Path file, Options options) throws InterruptedException {
    return RuleUnitTests.run(List.of(file), ENVIRONMENT, options).getFirst();
  }

  @TestFactory
  Stream<DynamicTest> agreesWithPromtool() {
    Path folder = Shared.folder("corpora/rule_unit_tests");
    List<JsonNode> cases = new ArrayList<>();
    new ObjectMapper().readTree(folder.resolve("index.json").toFile()).get("cases").forEach(cases::add);
    return cases.stream()
        .filter(c -> !c.get("name").stringValue().startsWith("Disabled feature"))
        .map(c -> DynamicTest.dynamicTest(c.get("name").stringValue(), () -> {
          List<String> filters = new ArrayList<>();
          c.get("runFilter").forEach(filter -> filters.add(filter.stringValue()));
          FileResult result = run(folder.resolve(c.get("files").get(0).stringValue()), new Options(filters, false, false, false));
          assertThat(result.passed()).as("%s", result).isEqualTo(c.get("expectExit").intValue() == 0);
        }));
  }

  @Test
  void theShippedRulesPassTheirShortTests() throws InterruptedException {
    FileResult result = run(Shared.folder("alert-pack").resolve("test-short.yml"), Options.ALL);

    assertThat(result.tests()).hasSizeGreaterThan(40);
    assertThat(result.passed()).as("%s", result.tests().stream().filter(t -> !t.failures().isEmpty()).toList()).isTrue();
  }

  /** Weeks of samples: a minute of computing. */
  @Tag("slow")
  @Test
  void theShippedRulesPassTheirLongTests() throws InterruptedException {
    FileResult result = run(Shared.folder("alert-pack").resolve("test-long.yml"), Options.ALL);

    assertThat(result.tests()).isNotEmpty();
    assertThat(result.passed()).as("%s", result.tests().stream().filter(t -> !t.failures().isEmpty()).toList()).isTrue();
  }

  @Test
  void saysWhereAndHowATestFailed(@TempDir Path folder) throws IOException, InterruptedException {
    Files.writeString(folder.resolve("rules.yml"), "groups:\n- name: g\n  rules:\n  - alert: Down\n    expr: up == 0\n");
    Path file = Files.writeString(folder.resolve("test.yml"), """
        rule_files: [rules.yml]
        tests:
        - name: down & out
          input_series:
          - series: up{job="a"}
            values: 0x10
          alert_rule_test:
          - eval_time: 2m
            alertname: Down
            exp_alerts: []
          promql_expr_test:
          - expr: up
            eval_time: 1m
            exp_samples:
            - labels: up{job="a"}
              value: 1
        """);

    FileResult result = run(file, Options.ALL);

    assertThat(result.tests().getFirst().failures().stream().map(Object::toString)).hasSize(2)
        .anyMatch(text -> text.startsWith(file + ":8: alertname: Down, time: 2m"))
        .anyMatch(text -> text.startsWith(file + ":12: expr: \"up\", time: 1m") && text.contains("got: up{job=\"a\"} 0"));
    assertThat(run(file, new Options(List.of(), false, true, false)).tests().getFirst().failures().get(1).toString())
        .endsWith("\n    - up{job=\"a\"} 1\n    + up{job=\"a\"} 0");
    assertThat(RuleUnitTests.junitXml(List.of(result)))
        .contains("<testcase name=\"down &amp; out\"", "failures=\"1\"", "up{job=&quot;a&quot;} 0");
  }

  @Test
  void reportsUnknownKeysUnlessAllowed(@TempDir Path folder) throws IOException, InterruptedException {
    Path file = Files.writeString(folder.resolve("test.yml"), "tests: []\nevaluation_intervall: 1m\n");

    assertThat(run(file, Options.ALL).mistakes().getFirst().toString())
        .isEqualTo(file + ":2:1: unknown key \"evaluation_intervall\" in document; did you mean \"evaluation_interval\"?");
    assertThat(run(file, new Options(List.of(), true, false, false)).passed()).isTrue();
  }

  @Test
  void tellsAllDataOfATestIfAsked(@TempDir Path folder) throws IOException, InterruptedException {
    Files.writeString(folder.resolve("rules.yml"), "groups:\n- name: g\n  rules:\n  - record: double\n    expr: 2 * x\n");
    Path file = Files.writeString(folder.resolve("test.yml"), """
        rule_files: [rules.yml]
        tests:
        - input_series:
          - series: x{job="a"}
            values: 1 2
          promql_expr_test:
          - expr: double
            eval_time: 1m
            exp_samples:
            - labels: double{job="a"}
              value: 4
        """);

    assertThat(run(file, new Options(List.of(), false, false, true)).tests().getFirst().data()).containsExactly(
        "DEBUG: Dump of all data (input_series and rules) at 1m1s:",
        "{__name__=\"double\", job=\"a\"} =>", "2 @[0]", "4 @[60000]",
        "{__name__=\"x\", job=\"a\"} =>", "1 @[0]", "2 @[60000]");
    assertThat(run(file, Options.ALL).tests().getFirst().data()).isEmpty();
  }
}
