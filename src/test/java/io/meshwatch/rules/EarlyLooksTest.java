package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SetBackTime;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EarlyLooksTest {
  private static final long START = 1_700_000_000_000L;
  private static final long INTERVAL = 15_000;
  private static final Labels TARGET = Labels.of("job", "node", "instance", "db-1");

  private final SimulatedEnvironment simulated = new SimulatedEnvironment(START);
  private final FakeEngine engine = new FakeEngine();
  private final List<Alert> sent = new ArrayList<>();
  private final SetBackTime clock = new SetBackTime(simulated.time());
  private final Rules rules = new Rules(environment(), engine, sent::addAll, RuleOptions.defaults("http://mw"));

  private Environment environment() {
    Environment e = simulated.environment();
    return new Environment(clock, clock, e.workers(), e.network(), e.disk(), e.listeners(), e.telemetry());
  }

  @AfterEach
  void stop() {
    rules.close();
  }

  /** Runs one alert until its states of before the start were looked for, right behind a turn of its group. */
  private long runAlert(String expression, String inGroup, String inRule) throws InterruptedException {
    engine.answer(expression);
    rules.apply(RuleFiles.parse("rules.yml",
        "groups:\n- name: g\n" + inGroup + "  rules:\n  - alert: Broken\n    expr: " + expression + "\n" + inRule, OnMissingData.KEEP));
    simulated.time().advance(3 * INTERVAL);
    long last = rules.groups().getFirst().lastEvaluationMillis();
    simulated.time().advance(last + INTERVAL - now() + 100);
    return last + INTERVAL;
  }

  private long now() {
    return clock.wallMillis();
  }

  private void arrive(String metric) {
    rules.arrived(TARGET, metric::equals, now());
    simulated.time().advance(1);
  }

  private void sleep(long millis) {
    try {
      simulated.time().sleep(millis);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  private long looks() {
    String metrics = new String(simulated.environment().telemetry().exposition(), StandardCharsets.UTF_8);
    String line = metrics.lines().filter(each -> each.startsWith("meshwatch_rule_group_early_looks_total{")).findFirst().orElseThrow();
    return (long) Double.parseDouble(line.substring(line.lastIndexOf(' ') + 1));
  }

  @Test
  void letAnAlertFireAsSoonAsItsSampleArrives() throws InterruptedException {
    runAlert("x > 0.9", "", "");
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    long arrived = now();
    arrive("x");

    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().startsAtMillis()).isEqualTo(arrived);
    assertThat(engine.stored("ALERTS")).singleElement()
        .isEqualTo(new FakeEngine.Stored(
            Labels.of("__name__", "ALERTS", "alertname", "Broken", "alertstate", "firing", "job", "node"), arrived, 1));
    assertThat(rules.groups().getFirst().rules().getFirst().phase()).isEqualTo(ActiveAlert.Phase.FIRING);
  }

  @Test
  void leaveTheTimesOfTheGroupAsTheyAre() throws InterruptedException {
    long turn = runAlert("x > 0.9", "", "");
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    arrive("x");
    simulated.time().advance(2 * INTERVAL);

    assertThat(engine.stored("ALERTS")).extracting(FakeEngine.Stored::atMillis)
        .containsExactly(turn + 100, turn + INTERVAL, turn + 2 * INTERVAL);
    assertThat(sent).as("nothing is sent twice").hasSize(1);
  }

  @Test
  void endNoAlert() throws InterruptedException {
    long turn = runAlert("x > 0.9", "", "");
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    simulated.time().advance(INTERVAL);
    engine.answer("x > 0.9");
    engine.answer("x", FakeEngine.sample(0.4, "job", "node"));
    arrive("x");
    assertThat(sent).as("only its start").hasSize(1);

    simulated.time().advance(INTERVAL);
    assertThat(sent).hasSize(2);
    assertThat(sent.get(1).endsAtMillis()).isEqualTo(turn + 2 * INTERVAL);
  }

  @Test
  void letAPendingAlertFireWhenItHasWaitedLongEnough() throws InterruptedException {
    runAlert("x > 0.9", "", "    for: 20s\n");
    engine.answers.put("x > 0.9", at -> List.of(FakeEngine.sample(0.95, "job", "node")));
    long arrived = now();
    arrive("x");
    assertThat(sent).isEmpty();
    simulated.time().advance(20_000 - 1);
    arrive("x");

    assertThat(sent).hasSize(1);
    assertThat(sent.getFirst().startsAtMillis()).isEqualTo(arrived + 20_000);
    assertThat(engine.stored("ALERTS").stream().filter(sample -> StaleMarker.is(sample.value())))
        .as("the pending one ends").singleElement().extracting(FakeEngine.Stored::atMillis).isEqualTo(arrived + 20_000);
  }

  @Test
  void skipRulesThatReadSomethingElse() throws InterruptedException {
    runAlert("x{job=\"node\"} > 0.9", "", "");
    arrive("y");
    assertThat(looks()).isZero();
    rules.arrived(Labels.of("job", "database"), "x"::equals, now());
    simulated.time().advance(1);
    assertThat(looks()).isZero();
    arrive("x");
    assertThat(looks()).isEqualTo(1);
  }

  @Test
  void skipRulesThatWaitForLongAnyway() throws InterruptedException {
    runAlert("x > 0.9", "", "    for: 1m\n");
    arrive("x");
    assertThat(looks()).isZero();
  }

  @Test
  void skipGroupsThatLookIntoThePast() throws InterruptedException {
    runAlert("x > 0.9", "  query_offset: 10s\n", "");
    arrive("x");
    assertThat(looks()).isZero();
  }

  @Test
  void waitForAnEvaluationThatRuns() throws InterruptedException {
    runAlert("x > 0.9", "", "");
    engine.answers.put("x > 0.9", at -> {
      sleep(2000);
      return List.of();
    });
    simulated.time().advance(INTERVAL);
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    arrive("x");
    assertThat(sent).as("the evaluation runs").isEmpty();
    simulated.time().advance(INTERVAL / EarlyLooks.LOOKS_PER_INTERVAL);
    assertThat(sent).hasSize(1);
  }

  @Test
  void skipGroupsWhoseEvaluationTakesLong() throws InterruptedException {
    long tooLong = (long) (INTERVAL * EarlyLooks.DURATION_SHARE_MAX) + 1;
    runAlert("x > 0.9", "", "");
    AtomicBoolean slow = new AtomicBoolean(true);
    engine.answers.put("x > 0.9", at -> {
      if (slow.get()) {
        sleep(tooLong);
      }
      return List.of();
    });
    simulated.time().advance(INTERVAL + tooLong);
    slow.set(false);
    arrive("x");
    slow.set(true);
    assertThat(looks()).as("a single one may have been the machine's fault").isEqualTo(1);
    simulated.time().advance(INTERVAL);
    arrive("x");
    assertThat(looks()).isEqualTo(1);
    slow.set(false);
    simulated.time().advance(INTERVAL + INTERVAL / 2);
    arrive("x");
    assertThat(looks()).isEqualTo(2);
  }

  @Test
  void areAFewInEachIntervalHoweverManySamplesArrive() throws InterruptedException {
    runAlert("x > 0.9", "", "");
    for (int i = 0; i < 140; i++) {
      arrive("x");
      simulated.time().advance(99);
    }
    assertThat(looks()).isEqualTo(EarlyLooks.LOOKS_PER_INTERVAL);
  }

  @Test
  void missNoSampleThatArrivesBetweenTwoOfThem() throws InterruptedException {
    runAlert("x > 0.9", "", "");
    arrive("x");
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    arrive("x");
    assertThat(sent).isEmpty();
    simulated.time().advance(INTERVAL / EarlyLooks.LOOKS_PER_INTERVAL);
    assertThat(sent).hasSize(1);
  }

  @Test
  void goOnAfterTheClockWasSetBack() throws InterruptedException {
    runAlert("x > 0.9", "", "");
    arrive("x");
    clock.setBack(240 * INTERVAL);
    simulated.time().advance(INTERVAL);
    engine.answer("x > 0.9", FakeEngine.sample(0.95, "job", "node"));
    arrive("x");
    simulated.time().advance(INTERVAL / EarlyLooks.LOOKS_PER_INTERVAL);

    assertThat(looks()).isEqualTo(2);
    assertThat(sent).hasSize(1);
  }
}
