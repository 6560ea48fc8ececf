package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.QueryLimits;
import java.util.List;
import org.junit.jupiter.api.Test;

class RuleExplainerTest {
  private final MemoryEngine engine = new MemoryEngine(new SimulatedEnvironment(0).environment(), 15_000);
  private final RuleExplainer explainer = new RuleExplainer(engine, QueryLimits.DEFAULT);

  private static AlertingRule rule(String expression) {
    String yaml = "groups:\n- name: g\n  rules:\n  - alert: Broken\n    labels: {severity: critical}\n    expr: " + expression + "\n";
    return (AlertingRule) RuleFiles.parse("rules.yml", yaml, OnMissingData.KEEP).getFirst().rules().getFirst();
  }

  private void store(long atMillis, double value, String... labels) {
    engine.store().add(Labels.of(labels), atMillis, value);
  }

  @Test
  void showsEachValueBesideItsThreshold() throws InterruptedException {
    store(60_000, 0.95, "__name__", "used", "host", "a");
    store(60_000, 0.5, "__name__", "used", "host", "b");
    RuleExplanation explained = explainer.explain("g", rule("used > 0.9 and missing"), 60_000);

    assertThat(explained.verdict()).isEqualTo("it does not fire: no series for missing");
    assertThat(explained.selectors()).containsExactly(
        new RuleExplanation.SelectorFinding("used", 2, 2), new RuleExplanation.SelectorFinding("missing", 0, 0));
    RuleExplanation.Comparison comparison = explained.comparisons().getFirst();
    assertThat(comparison.compared() + comparison.operator() + comparison.threshold()).isEqualTo("used>0.9");
    assertThat(comparison.values()).extracting(each -> each.series().get("host") + " " + each.value() + " " + each.holds())
        .containsExactly("a 0.95 true", "b 0.5 false");
    assertThat(comparison.values().getFirst().threshold()).hasValue(0.9);
  }

  @Test
  void showsTheThresholdThatBelongsToASeries() throws InterruptedException {
    store(60_000, 7, "__name__", "used", "host", "a");
    store(60_000, 5, "__name__", "limit", "host", "a");
    RuleExplanation.ComparedValue value = explainer.explain("g", rule("used > limit"), 60_000).comparisons().getFirst().values().getFirst();

    assertThat(value.threshold()).hasValue(5);
    assertThat(value.holds()).isTrue();
  }

  @Test
  void saysWhatItWasAtAnEarlierTime() throws InterruptedException {
    store(60_000, 1, "__name__", "x", "host", "a");
    store(60_000, 1, "__name__", "ALERTS", "alertname", "Broken", "alertstate", "firing", "host", "a", "severity", "critical");
    store(60_000, 30, "__name__", "ALERTS_FOR_STATE", "alertname", "Broken", "host", "a", "severity", "critical");
    store(60_000, 1, "__name__", "ALERTS", "alertname", "Broken", "alertstate", "firing", "host", "a", "severity", "warning");

    RuleExplanation then = explainer.explain("g", rule("x"), 60_000);
    assertThat(then.verdict()).isEqualTo("it fires: 1 alert");
    assertThat(then.states()).isEqualTo(List.of(
        new RuleExplanation.State(Labels.of("alertname", "Broken", "host", "a", "severity", "critical"), ActiveAlert.Phase.FIRING, 30_000)));
    assertThat(explainer.explain("g", rule("x"), 3_600_000).verdict()).isEqualTo("it does not fire: no series for x");
  }

  @Test
  void saysWhyAnExpressionCannotBeEvaluated() throws InterruptedException {
    store(60_000, 1, "__name__", "x", "host", "a", "n", "1");
    store(60_000, 1, "__name__", "x", "host", "a", "n", "2");
    assertThat(explainer.explain("g", rule("x + on(host) x"), 60_000).verdict()).startsWith("its expression cannot be evaluated: ");
  }
}
