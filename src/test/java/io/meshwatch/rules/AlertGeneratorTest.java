package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.environment.SystemEnvironment;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rules by which others call themselves compliant generators of alerts, on series that lead them through all phases. */
class AlertGeneratorTest {
  private static final String TESTS = """
      rule_files: [RULES]
      evaluation_interval: 30s
      tests:
      - interval: 30s
        input_series:
        - series: alert_generator_test_suite{alertname="PendingAndFiringAndResolved_SimpleAlert", rulegroup="PendingAndFiringAndResolved"}
          values: 5x9 15x20 5x10
        - series: alert_generator_test_suite{alertname="ZeroFor_SmallFor_ZeroFor", rulegroup="ZeroFor_SmallFor"}
          values: 5x3 15x40
        - series: alert_generator_test_suite{rulegroup="ZeroFor_SmallFor", for="template", id="1"}
          values: 7x50
        promql_expr_test:
        - {expr: 'count(ALERTS{alertname="PendingAndFiringAndResolved_SimpleAlert"})', eval_time: 4m30s}
        - expr: count by (alertstate) (ALERTS{alertname="PendingAndFiringAndResolved_SimpleAlert"})
          eval_time: 10m30s
          exp_samples: [{labels: '{alertstate="pending"}', value: 1}]
        - expr: count by (alertstate) (ALERTS{alertname="PendingAndFiringAndResolved_SimpleAlert", foo="bar"})
          eval_time: 11m
          exp_samples: [{labels: '{alertstate="firing"}', value: 1}]
        - {expr: 'count(ALERTS{alertname="PendingAndFiringAndResolved_SimpleAlert"})', eval_time: 16m}
        alert_rule_test:
        - eval_time: 2m
          alertname: ZeroFor_SmallFor_ZeroFor
          exp_alerts:
          - exp_labels: {foo: bar, rulegroup: ZeroFor_SmallFor}
            exp_annotations:
              description: This should immediately fire
              template_query_test: 'Args are: foo bar 99. first_id:1,1:7,'
              template_test: '1.049M 1Mi 2m 15s 95.9% 2022-01-25 12:36:43 +0000 UTC'
      """;

  @Test
  void takesItsAlertsThroughAllPhases(@TempDir Path folder) throws Exception {
    Path rules = Shared.folder("corpora/alert_generator").resolve("rules.yaml");
    Path tests = Files.writeString(folder.resolve("tests.yml"), TESTS.replace("RULES", rules.toAbsolutePath().toString()));
    try (SystemEnvironment system = new SystemEnvironment()) {
      RuleUnitTests.FileResult result = RuleUnitTests.run(List.of(tests), system.environment(), RuleUnitTests.Options.ALL).getFirst();
      assertThat(result.mistakes()).isEmpty();
      assertThat(result.tests().getFirst().failures()).isEmpty();
    }
  }
}
