package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.Shared;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.OptionalLong;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class RuleFilesTest {
  private static List<RuleGroupSpec> parse(String text) {
    return RuleFiles.parse("rules.yml", text, OnMissingData.RESOLVE);
  }

  private static List<Problem> problems(String text) {
    try {
      parse(text);
      return List.of();
    } catch (ProblemsException e) {
      return e.problems();
    }
  }

  @TestFactory
  Stream<DynamicTest> acceptsAndRejectsFilesAsPrometheusDoes() {
    Path folder = Shared.folder("corpora/rules/files");
    List<JsonNode> files = new ArrayList<>();
    new ObjectMapper().readTree(folder.resolve("index.json").toFile()).get("files").forEach(files::add);
    return files.stream().map(file -> DynamicTest.dynamicTest(file.get("file").stringValue(), () -> {
      String text = Files.readString(folder.resolve(file.get("file").stringValue()));
      if (file.get("ok").booleanValue()) {
        assertThat(parse(text)).isNotEmpty();
      } else {
        assertThatThrownBy(() -> parse(text))
            .isInstanceOf(ProblemsException.class)
            .hasMessageContaining(file.get("errorContains").stringValue());
      }
    }));
  }

  @TestFactory
  Stream<DynamicTest> checksTemplatesWhenItLoads() {
    List<JsonNode> cases = new ArrayList<>();
    new ObjectMapper().readTree(Shared.folder("corpora/rules/template_parsing.json").toFile()).get("cases").forEach(cases::add);
    return cases.stream().map(c -> DynamicTest.dynamicTest(c.get("rules_yaml").stringValue(), () ->
        assertThat(problems(c.get("rules_yaml").stringValue()).isEmpty()).isEqualTo(c.get("shouldPass").booleanValue())));
  }

  @Test
  void readsEveryFieldOfAGroup() {
    RuleGroupSpec group = parse("""
        groups:
        - name: g
          interval: 30s
          query_offset: 1m
          limit: 7
          labels: {team: a, env: prod}
          rules:
          - alert: A
            expr: up == 0
            for: 5m
            keep_firing_for: 10m
            labels: {team: b}
            annotations: {summary: "{{ $labels.job }}"}
          - record: r
            expr: sum(up)
        """).getFirst();

    assertThat(group.key()).isEqualTo("rules.yml;g");
    assertThat(group.intervalMillis()).isEqualTo(OptionalLong.of(30_000));
    assertThat(group.queryOffsetMillis()).isEqualTo(OptionalLong.of(60_000));
    assertThat(group.limit()).isEqualTo(7);
    AlertingRule alert = (AlertingRule) group.rules().getFirst();
    assertThat(alert.forMillis()).isEqualTo(300_000);
    assertThat(alert.keepFiringForMillis()).isEqualTo(600_000);
    assertThat(alert.labels()).containsEntry("team", "b").containsEntry("env", "prod");
    assertThat(alert.line()).isEqualTo(8);
    assertThat(group.rules().get(1)).isInstanceOf(RecordingRule.class);
  }

  @Test
  void reportsAllMistakesWithTheirPlaces() {
    assertThat(problems("""
        groups:
        - name: g
          intervall: 30s
          rules:
          - alert: A
            expr: up ==
            for: 5 minutes
            annotation:
              summary: x
          - record: r
            expr: |
              sum(up)
              + rate(up)
        """).stream().map(Problem::toString))
        .hasSize(5)
        .anyMatch(p -> p.startsWith("rules.yml:3:3: unknown key \"intervall\" in group; did you mean \"interval\"?"))
        .anyMatch(p -> p.startsWith("rules.yml:6:16: could not parse expression: 1:6: parse error"))
        .anyMatch(p -> p.startsWith("rules.yml:7:10: for: not a valid duration string: \"5 minutes\""))
        .anyMatch(p -> p.startsWith("rules.yml:8:5: unknown key \"annotation\" in rule; did you mean \"annotations\"?"))
        .anyMatch(p -> p.startsWith("rules.yml:13:"));
  }

  @Test
  void namesThePlaceOfWhatIsNotYaml() {
    assertThat(problems("groups:\n- name: 'a\n").getFirst().toString()).startsWith("rules.yml:").contains("not YAML");
  }

  @Test
  void rejectsTheSameKeyTwice() {
    assertThat(problems("groups:\n- name: a\n  name: b\n").getFirst().toString())
        .isEqualTo("rules.yml:3:3: key \"name\" is already set in this group");
  }
}
