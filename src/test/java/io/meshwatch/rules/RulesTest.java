package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RulesTest {
  private static final long START = 1_700_000_000_000L;
  private static final long INTERVAL = 15_000;
  private static final long MINUTE = 60_000;

  private final SimulatedEnvironment simulated = new SimulatedEnvironment(START);
  private final FakeEngine engine = new FakeEngine();
  private final List<Alert> sent = new ArrayList<>();
  private boolean sinkFails;
  private Rules rules = newRules();

  private Rules newRules() {
    return new Rules(simulated.environment(), engine, this::accept, RuleOptions.defaults("http://mw"));
  }

  private void accept(List<Alert> alerts) {
    if (sinkFails) {
      throw new IllegalStateException("disk full");
    }
    sent.addAll(alerts);
  }

  @AfterEach
  void stop() {
    rules.close();
  }

  private static List<RuleGroupSpec> groups(String yaml) {
    return RuleFiles.parse("rules.yml", yaml, OnMissingData.KEEP);
  }

  private static String alert(String expression, String more) {
    return "groups:\n- name: g\n  rules:\n  - alert: Broken\n    expr: " + expression + "\n" + more;
  }

  private String metrics() {
    return new String(simulated.environment().telemetry().exposition(), StandardCharsets.UTF_8);
  }

  @Test
  void evaluatesAGroupOnceInEachInterval() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(3, "__name__", "x", "job", "a"));
    rules.apply(groups("groups:\n- name: g\n  rules:\n  - record: y\n    expr: x\n    labels: {team: t}\n"));
    simulated.time().advance(4 * INTERVAL);

    List<FakeEngine.Stored> stored = engine.stored("y");
    assertThat(stored).hasSize(4);
    assertThat(stored.getFirst().labels()).isEqualTo(Labels.of("__name__", "y", "job", "a", "team", "t"));
    assertThat(stored.get(1).atMillis() - stored.get(0).atMillis()).isEqualTo(INTERVAL);
    assertThat(metrics()).contains("prometheus_rule_evaluations_total{rule_group=\"rules.yml;g\"} 4.0");
  }

  @Test
  void endsASeriesThatIsNotRecordedAnyMore() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(3, "job", "a"));
    rules.apply(groups("groups:\n- name: g\n  rules:\n  - record: y\n    expr: x\n"));
    simulated.time().advance(INTERVAL);
    engine.answer("x");
    simulated.time().advance(2 * INTERVAL);

    assertThat(engine.stored("y")).hasSize(2);
    assertThat(StaleMarker.is(engine.stored("y").get(1).value())).isTrue();
  }

  @Test
  void sendsAFiringAlertAndItsEnd() throws InterruptedException {
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "a"));
    rules.apply(groups(alert("x > 0.9", "    annotations: {summary: '{{ $labels.job }} {{ $value | humanizePercentage }}'}\n")));
    simulated.time().advance(INTERVAL);
    engine.answer("x > 0.9");
    engine.answer("x", FakeEngine.sample(0.4, "__name__", "x", "job", "a"));
    simulated.time().advance(INTERVAL);

    assertThat(sent).hasSize(2);
    Alert firing = sent.get(0);
    assertThat(firing.labels()).isEqualTo(Labels.of("alertname", "Broken", "job", "a"));
    assertThat(firing.annotations().get("summary")).isEqualTo("a 95%");
    assertThat(firing.generatorUrl()).isEqualTo("http://mw/graph?g0.expr=x+%3E+0.9&g0.tab=1");
    assertThat(firing.value()).hasValue(0.95);
    assertThat(firing.endsAtMillis()).isEqualTo(firing.startsAtMillis() + 4 * MINUTE);
    Alert resolved = sent.get(1);
    assertThat(resolved.endsAtMillis()).isEqualTo(firing.startsAtMillis() + INTERVAL);
    assertThat(resolved.value()).as("what it is now").hasValue(0.4);
  }

  @Test
  void sendsAgainWhatNotificationDidNotTake() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "")));
    sinkFails = true;
    simulated.time().advance(INTERVAL);
    sinkFails = false;
    simulated.time().advance(INTERVAL);

    assertThat(sent).hasSize(1);
    assertThat(metrics()).contains("meshwatch_rule_alerts_unsent_total{rule_group=\"rules.yml;g\"} 1.0");
  }

  @Test
  void alertsAlthoughTheStoreIsFull() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    engine.full = true;
    rules.apply(groups(alert("x", "")));
    simulated.time().advance(3 * INTERVAL);

    assertThat(sent).isNotEmpty();
    RuleStatus status = rules.groups().getFirst().rules().getFirst();
    assertThat(status.health()).isEqualTo(RuleStatus.Health.ERROR);
    assertThat(status.lastError()).isEqualTo("disk full");
  }

  @Test
  void storesTheStatesOfAlertsOnceRestorationWasTried() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "    for: 5m\n")));
    simulated.time().advance(3 * INTERVAL);

    assertThat(engine.stored("ALERTS")).hasSize(1);
    FakeEngine.Stored state = engine.stored("ALERTS").getFirst();
    assertThat(state.labels())
        .isEqualTo(Labels.of("__name__", "ALERTS", "alertname", "Broken", "alertstate", "pending", "job", "a"));
    FakeEngine.Stored forState = engine.stored("ALERTS_FOR_STATE").getFirst();
    assertThat(forState.value() * 1000).isEqualTo(Math.floorDiv(state.atMillis() - 2 * INTERVAL, 1000) * 1000.0);
  }

  @Test
  void aPendingAlertKeepsTheTimeItWaitedBeforeARestart() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "    for: 5m\n")));
    simulated.time().advance(4 * MINUTE);
    rules.close();
    simulated.time().advance(2 * MINUTE);
    rules = newRules();
    rules.apply(groups(alert("x", "    for: 5m\n")));

    simulated.time().advance(90_000);
    assertThat(sent).as("not before the rest of its time").isEmpty();
    simulated.time().advance(MINUTE);
    assertThat(sent).isNotEmpty();
  }

  @Test
  void goesOnAfterAReloadWhereItStood() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "    for: 5m\n")));
    simulated.time().advance(4 * MINUTE);
    rules.apply(groups(alert("x", "    for: 5m\n    annotations: {summary: new}\n")));
    simulated.time().advance(75_000);

    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().annotations().get("summary")).isEqualTo("new");
  }

  @Test
  void leavesAnUnchangedGroupAloneAndEndsTheSeriesOfARemovedOne() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1));
    String first = "groups:\n- name: a\n  rules:\n  - record: ya\n    expr: x\n";
    rules.apply(groups(first + "- name: b\n  rules:\n  - record: yb\n    expr: x\n"));
    simulated.time().advance(2 * INTERVAL);
    GroupStatus before = rules.groups().getFirst();
    rules.apply(groups(first));

    assertThat(rules.groups()).hasSize(1);
    assertThat(rules.groups().getFirst()).isSameAs(before);
    assertThat(StaleMarker.is(engine.stored("yb").getLast().value())).isTrue();
    assertThat(StaleMarker.is(engine.stored("ya").getLast().value())).isFalse();
    assertThat(metrics()).doesNotContain("rules.yml;b");
  }

  @Test
  void doesNotResolveAnAlertBecauseItsTargetIsDown() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a", "instance", "i"));
    rules.apply(groups(alert("x", "")));
    simulated.time().advance(INTERVAL);
    engine.answer("x");
    engine.answer("up", FakeEngine.sample(0, "__name__", "up", "job", "a", "instance", "i"));
    simulated.time().advance(INTERVAL);
    ActiveAlert kept = rules.groups().getFirst().rules().getFirst().alerts().getFirst();
    engine.answer("up", FakeEngine.sample(1, "__name__", "up", "job", "a", "instance", "i"));
    simulated.time().advance(INTERVAL);
    ActiveAlert resolved = rules.groups().getFirst().rules().getFirst().alerts().getFirst();

    assertThat(kept.phase()).isEqualTo(ActiveAlert.Phase.FIRING);
    assertThat(kept.dataMissing()).isTrue();
    assertThat(resolved.phase()).isEqualTo(ActiveAlert.Phase.INACTIVE);
  }

  @Test
  void resolvesAnAlertWhoseTargetIsNoLongerATarget() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a", "instance", "i"));
    rules.apply(groups(alert("x", "")));
    simulated.time().advance(INTERVAL);
    engine.answer("x");
    engine.answer("up");
    simulated.time().advance(INTERVAL);

    assertThat(rules.groups().getFirst().rules().getFirst().phase()).isEqualTo(ActiveAlert.Phase.INACTIVE);
  }

  @Test
  void reportsWhyARuleFailsAndCountsIt() throws InterruptedException {
    rules.apply(groups(alert("unknown", "")));
    simulated.time().advance(2 * INTERVAL);

    RuleStatus status = rules.groups().getFirst().rules().getFirst();
    assertThat(status.health()).isEqualTo(RuleStatus.Health.ERROR);
    assertThat(status.lastError()).isEqualTo("no answer to unknown");
    assertThat(metrics()).contains("prometheus_rule_evaluation_failures_total{rule_group=\"rules.yml;g\"} 2.0");
  }

  @Test
  void keepsNotificationInformedWhileARuleFails() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "")));
    simulated.time().advance(INTERVAL);
    engine.answers.clear();
    simulated.time().advance(6 * INTERVAL);

    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).endsAtMillis()).isGreaterThan(simulated.environment().clock().wallMillis());
  }

  @Test
  void forgetsAllAlertsOfARuleThatExceedsItsLimit() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"), FakeEngine.sample(1, "job", "b"));
    rules.apply(groups("groups:\n- name: g\n  limit: 1\n  rules:\n  - alert: A\n    expr: x\n"));
    simulated.time().advance(INTERVAL);

    RuleStatus status = rules.groups().getFirst().rules().getFirst();
    assertThat(status.lastError()).isEqualTo("exceeded limit of 1 with 2 alerts");
    assertThat(status.alerts()).isEmpty();
    assertThat(sent).isEmpty();
  }

  @Test
  void looksIntoThePastByTheQueryOffset() throws InterruptedException {
    List<Long> askedAt = new ArrayList<>();
    engine.answers.put("x", at -> {
      askedAt.add(at);
      return List.of(FakeEngine.sample(1));
    });
    rules.apply(groups("groups:\n- name: g\n  query_offset: 1m\n  rules:\n  - record: y\n    expr: x\n"));
    simulated.time().advance(INTERVAL);

    long due = rules.groups().getFirst().lastEvaluationMillis();
    assertThat(askedAt).containsExactly(due - MINUTE);
    assertThat(engine.stored("y").getFirst().atMillis()).isEqualTo(due - MINUTE);
  }

  @Test
  void showsSelectorsThatFindNothing() throws InterruptedException {
    engine.answer("present > 0 and absent{job=\"a\"} > 0");
    engine.stored.add(new FakeEngine.Stored(Labels.of("__name__", "present"), START + 5 * MINUTE, 1));
    rules.apply(groups(alert("present > 0 and absent{job=\"a\"} > 0", "")));
    simulated.time().advance(7 * MINUTE);

    assertThat(rules.groups().getFirst().rules().getFirst().selectorsWithoutData()).containsExactly("absent{job=\"a\"}");
    assertThat(metrics()).contains("meshwatch_rule_selectors_without_data{alert=\"Broken\",rule_group=\"rules.yml;g\"} 1.0");
  }

  @Test
  void makesAnAlertOfMissingDataIfToldTo() throws InterruptedException {
    engine.answer("gone > 0");
    rules.apply(RuleFiles.parse("rules.yml", alert("gone > 0", ""), OnMissingData.ALERT));
    simulated.time().advance(INTERVAL);

    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().labels()).isEqualTo(Labels.of("alertname", "Broken", "meshwatch_no_data", "true"));
  }

  @Test
  void spreadsGroupsOverTheInterval() {
    List<Long> phases = new ArrayList<>();
    for (int i = 0; i < 20; i++) {
      RuleGroupSpec spec = groups("groups:\n- name: g" + i + "\n").getFirst();
      phases.add(new RuleGroup(spec, engine, this::accept, RuleOptions.defaults("http://mw"),
          new RuleMetrics(simulated.environment().telemetry()), simulated.environment().clock(), simulated.environment().workers()).phaseMillis());
    }

    assertThat(phases).allMatch(phase -> phase >= 0 && phase < INTERVAL);
    assertThat(phases.stream().mapToLong(phase -> phase / 5000).distinct()).hasSize(3);
  }

  @Test
  void keepsAHistoryOfEvaluations() throws InterruptedException {
    engine.answer("x", FakeEngine.sample(1, "job", "a"));
    rules.apply(groups(alert("x", "    for: 20s\n")));
    simulated.time().advance(3 * INTERVAL);
    engine.answers.clear();
    simulated.time().advance(INTERVAL);

    List<RuleEvaluation> history = rules.groups().getFirst().rules().getFirst().history();
    assertThat(history).extracting(RuleEvaluation::pending).containsExactly(1, 1, 0, 0);
    assertThat(history).extracting(RuleEvaluation::firing).containsExactly(0, 0, 1, 1);
    assertThat(history).extracting(RuleEvaluation::error).containsExactly("", "", "", "no answer to x");
    simulated.time().advance(200 * INTERVAL);
    assertThat(rules.groups().getFirst().rules().getFirst().history()).hasSize(EvaluationHistory.EVALUATIONS_MAX);
  }

  @Test
  void countsAlertsThatCanNeverFire() throws InterruptedException {
    engine.stored.add(new FakeEngine.Stored(Labels.of("__name__", "here"), START, 1));
    rules.apply(groups("""
        groups:
        - name: g
          rules:
          - {alert: Gone, expr: here and missing > 1}
          - {alert: Absent, expr: absent(missing)}
          - {alert: Either, expr: missing or here}
          - {alert: Unless, expr: here unless missing}
        """));
    simulated.time().advance(6 * MINUTE);

    assertThat(rules.groups().getFirst().rules()).filteredOn(RuleStatus::unableToFire).extracting(each -> each.rule().name()).containsExactly("Gone");
    assertThat(metrics()).contains("meshwatch_rules_unable_to_fire{rule_group=\"rules.yml;g\"} 1.0");
  }

  @Test
  void putsRulesIntoStagesByWhatTheyRead() {
    List<RunningRule> all = groups("""
        groups:
        - name: g
          rules:
          - {record: a, expr: x}
          - {record: b, expr: y}
          - {record: c, expr: a + b}
          - {record: d, expr: z}
          - {alert: E, expr: c > 1}
          - {record: f, expr: 'count({job="j"})'}
          - {alert: G, expr: ALERTS > 0}
          - {alert: H, expr: z, annotations: {summary: '{{ query "c" }}'}}
        """).getFirst().rules().stream().map(RunningRule::new).toList();

    List<List<String>> stages =
        RuleDependencies.stages(all).stream().map(stage -> stage.stream().map(each -> each.rule.name()).toList()).toList();
    assertThat(stages).containsExactly(List.of("a", "b", "d"), List.of("c"), List.of("E"), List.of("f"), List.of("G"), List.of("H"));
  }
}
