package io.meshwatch.rules;

import static io.meshwatch.rules.ActiveAlert.Phase.FIRING;
import static io.meshwatch.rules.ActiveAlert.Phase.INACTIVE;
import static io.meshwatch.rules.ActiveAlert.Phase.PENDING;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Value;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;

class AlertingRuleTest {
  private static final long MINUTE = 60_000;
  private static final Value.Sample BROKEN = FakeEngine.sample(1, "__name__", "x", "instance", "a");

  private static AlertingRule rule(long forMillis, long keepFiringForMillis, OnMissingData onMissingData) {
    return new AlertingRule("Broken", "x > 0", forMillis, keepFiringForMillis, Map.of("severity", "page"), Map.of("summary", "s"),
        onMissingData, 0);
  }

  private static boolean nothingMissing(Labels alert) {
    return alert.isEmpty();
  }

  private static AlertStates step(AlertingRule rule, AlertStates before, long at, Predicate<Labels> missing, Value.Sample... result) {
    return rule.step(before, List.of(result), new AlertingRule.Evaluation(at, 0, (text, sample) -> text, missing));
  }

  private static ActiveAlert only(AlertStates states) {
    assertThat(states.all()).hasSize(1);
    return states.all().iterator().next();
  }

  @Test
  void firesAtOnceWithoutFor() {
    ActiveAlert alert = only(step(rule(0, 0, OnMissingData.RESOLVE), AlertStates.NONE, 1000, AlertingRuleTest::nothingMissing, BROKEN));

    assertThat(alert.phase()).isEqualTo(FIRING);
    assertThat(alert.labels()).isEqualTo(Labels.of("alertname", "Broken", "instance", "a", "severity", "page"));
    assertThat(alert.firedAtMillis()).isEqualTo(1000);
  }

  @Test
  void isPendingUntilForHasPassed() {
    AlertingRule rule = rule(2 * MINUTE, 0, OnMissingData.RESOLVE);
    AlertStates first = step(rule, AlertStates.NONE, MINUTE, AlertingRuleTest::nothingMissing, BROKEN);
    AlertStates second = step(rule, first, 2 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN);
    AlertStates third = step(rule, second, 3 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN);

    assertThat(only(first).phase()).isEqualTo(PENDING);
    assertThat(only(second).phase()).isEqualTo(PENDING);
    assertThat(only(third).phase()).isEqualTo(FIRING);
    assertThat(only(third).activeAtMillis()).isEqualTo(MINUTE);
    assertThat(only(third).firedAtMillis()).isEqualTo(3 * MINUTE);
  }

  @Test
  void forgetsAPendingAlertWhoseResultIsGone() {
    AlertingRule rule = rule(2 * MINUTE, 0, OnMissingData.RESOLVE);
    AlertStates pending = step(rule, AlertStates.NONE, MINUTE, AlertingRuleTest::nothingMissing, BROKEN);

    assertThat(step(rule, pending, 2 * MINUTE, AlertingRuleTest::nothingMissing).all()).isEmpty();
  }

  @Test
  void keepsAResolvedAlertForAQuarterOfAnHour() {
    AlertingRule rule = rule(0, 0, OnMissingData.RESOLVE);
    AlertStates firing = step(rule, AlertStates.NONE, MINUTE, AlertingRuleTest::nothingMissing, BROKEN);
    AlertStates resolved = step(rule, firing, 2 * MINUTE, AlertingRuleTest::nothingMissing);

    assertThat(only(resolved).phase()).isEqualTo(INACTIVE);
    assertThat(only(resolved).resolvedAtMillis()).isEqualTo(2 * MINUTE);
    assertThat(step(rule, resolved, 17 * MINUTE, AlertingRuleTest::nothingMissing).all()).hasSize(1);
    assertThat(step(rule, resolved, 17 * MINUTE + 1, AlertingRuleTest::nothingMissing).all()).isEmpty();
  }

  @Test
  void startsAnewWhenAResolvedAlertComesBack() {
    AlertingRule rule = rule(2 * MINUTE, 0, OnMissingData.RESOLVE);
    AlertStates states = step(rule, AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, 2 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, 3 * MINUTE, AlertingRuleTest::nothingMissing);
    states = step(rule, states, 4 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN);

    assertThat(only(states).phase()).isEqualTo(PENDING);
    assertThat(only(states).activeAtMillis()).isEqualTo(4 * MINUTE);
    assertThat(only(states).lastSentMillis()).isZero();
  }

  @Test
  void keepsFiringForSomeTime() {
    AlertingRule rule = rule(0, 5 * MINUTE, OnMissingData.RESOLVE);
    AlertStates states = step(rule, AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, MINUTE, AlertingRuleTest::nothingMissing);
    assertThat(only(states).phase()).isEqualTo(FIRING);
    states = step(rule, states, 4 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, 5 * MINUTE, AlertingRuleTest::nothingMissing);
    states = step(rule, states, 9 * MINUTE, AlertingRuleTest::nothingMissing);
    assertThat(only(states).phase()).as("the result in between starts the time anew").isEqualTo(FIRING);
    states = step(rule, states, 10 * MINUTE, AlertingRuleTest::nothingMissing);
    assertThat(only(states).phase()).isEqualTo(INACTIVE);
  }

  @Test
  void keepsAnAlertWhoseTargetDoesNotAnswer() {
    AlertingRule rule = rule(0, 0, OnMissingData.KEEP);
    AlertStates states = step(rule, AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, MINUTE, labels -> labels.get("instance").equals("a"));

    assertThat(only(states).phase()).isEqualTo(FIRING);
    assertThat(only(states).dataMissing()).isTrue();
    assertThat(only(step(rule, states, 2 * MINUTE, AlertingRuleTest::nothingMissing)).phase()).isEqualTo(INACTIVE);
  }

  @Test
  void doesNotLetAPendingAlertFireWhileItsTargetDoesNotAnswer() {
    AlertingRule rule = rule(2 * MINUTE, 0, OnMissingData.KEEP);
    AlertStates states = step(rule, AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN);
    states = step(rule, states, 5 * MINUTE, labels -> true);
    assertThat(only(states).phase()).isEqualTo(PENDING);

    assertThat(only(step(rule, states, 6 * MINUTE, AlertingRuleTest::nothingMissing, BROKEN)).phase()).isEqualTo(FIRING);
  }

  @Test
  void resolvesAnAlertWhoseTargetDoesNotAnswerIfToldTo() {
    AlertingRule rule = rule(0, 0, OnMissingData.RESOLVE);
    AlertStates states = step(rule, AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN);

    assertThat(only(step(rule, states, MINUTE, labels -> true)).phase()).isEqualTo(INACTIVE);
  }

  @Test
  void refusesTwoResultsThatGiveTheSameLabels() {
    Value.Sample twin = FakeEngine.sample(2, "__name__", "y", "instance", "a");

    assertThatThrownBy(() -> step(rule(0, 0, OnMissingData.RESOLVE), AlertStates.NONE, 0, AlertingRuleTest::nothingMissing, BROKEN, twin))
        .hasMessage("vector contains metrics with the same labelset after applying alert labels");
  }

  @Test
  void refusesMoreAlertsThanTheLimit() {
    Value.Sample other = FakeEngine.sample(2, "instance", "b");

    assertThatThrownBy(() -> rule(0, 0, OnMissingData.RESOLVE).step(AlertStates.NONE, List.of(BROKEN, other),
            new AlertingRule.Evaluation(0, 1, (text, sample) -> text, AlertingRuleTest::nothingMissing)))
        .hasMessage("exceeded limit of 1 with 2 alerts");
  }

  @Test
  void sendsAtOnceThenAfterTheResendDelay() {
    ActiveAlert alert = only(step(rule(0, 0, OnMissingData.RESOLVE), AlertStates.NONE, MINUTE, AlertingRuleTest::nothingMissing, BROKEN));
    assertThat(alert.needsSending(MINUTE, MINUTE)).isTrue();

    ActiveAlert sent = alert.sent(MINUTE, 5 * MINUTE);
    assertThat(sent.needsSending(2 * MINUTE, MINUTE)).isFalse();
    assertThat(sent.needsSending(2 * MINUTE + 1, MINUTE)).isTrue();
    assertThat(sent.resolved(MINUTE + 15_000).needsSending(MINUTE + 15_000, MINUTE)).as("resolved: at once").isTrue();
  }
}
