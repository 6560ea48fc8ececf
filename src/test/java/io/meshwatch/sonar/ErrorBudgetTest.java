package io.meshwatch.sonar;

import static io.meshwatch.sonar.SonarWorld.TARGET;
import static io.meshwatch.sonar.SonarWorld.flat;
import static io.meshwatch.sonar.SonarWorld.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.meshwatch.sonar.meshstack.ReplicationState;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What is counted for service levels, over months, and what it says. */
class ErrorBudgetTest {
  private static final long MINUTE = 60_000;
  private static final long DAY = 1_440 * MINUTE;
  private static final Objectives OBJECTIVES = new Objectives(0.98, 0.95, 600, 3);

  private final SonarWorld world = new SonarWorld();
  private SonarRun good;
  private SonarRun failed;

  @BeforeEach
  void prepare() throws InterruptedException {
    good = world.run(SonarWorld.settings());
    world.meshStack.access = call -> FakeMeshStack.json(500, "{}");
    failed = world.run(SonarWorld.settings());
  }

  /** A run like this one, at another time. */
  private static SonarRun at(SonarRun like, long startedMillis) {
    return replicatedIn(like, startedMillis, like.replicationNanos().map(nanos -> nanos / 1e9));
  }

  private static SonarRun replicatedIn(SonarRun like, long startedMillis, Optional<Double> seconds) {
    return new SonarRun(Long.toString(startedMillis, 36) + "-1", like.target(), like.trigger(), startedMillis, startedMillis, like.durationNanos(),
        like.verdict(), like.maintenance(), seconds.isPresent() ? ReplicationState.SUCCESSFUL : like.replication(),
        seconds.map(s -> Math.round(s * 1e9)), like.certificateExpiryMillis(), like.leftovers(), List.of());
  }

  private void append(SonarRun run) {
    world.runLog.append(run);
  }

  private void reopen(HistorySettings limits) {
    world.runLog.close();
    world.runLog = world.openLog(limits);
  }

  private Tally tally(Span span, long nowMillis) {
    return world.runLog.tally(TARGET, span, nowMillis);
  }

  private ErrorBudget budget(long interval, long nowMillis) {
    return Sonar.budgets(flat(interval, List.of(target("aws.aws-main"))), OBJECTIVES, world.runLog, nowMillis).getFirst();
  }

  // ---- what is counted

  @Test
  void ninetyDaysAreKeptThoughTheRunsAreGoneAfterOne() throws Exception {
    reopen(new HistorySettings(1, 1));
    long start = SonarWorld.START;
    for (int day = 0; day < 100; day++) {
      append(at(good, start + day * DAY + MINUTE));
      append(at(day < 10 || day == 50 ? failed : good, start + day * DAY + 2 * MINUTE));
      if (day % 10 == 0) {
        reopen(new HistorySettings(1, 1));
      }
    }
    long now = start + 99 * DAY + 3 * MINUTE;
    reopen(new HistorySettings(1, 1));

    assertThat(world.runLog.newest(TARGET, 300).size()).as("runs themselves").isLessThan(60);
    assertThat(tally(Span.QUARTER, now).runs()).isEqualTo(182);
    assertThat(tally(Span.QUARTER, now).uptime().orElseThrow()).isCloseTo(180 / 182.0, within(1e-9));
    assertThat(tally(Span.MONTH, now).uptime()).contains(1.0);
    assertThat(tally(Span.DAY, now).runs()).isEqualTo(2 + 2);
  }

  @Test
  void aCrashLosesNoCountAndDoublesNone() throws Exception {
    long start = SonarWorld.START;
    for (int minute = 0; minute < 25; minute++) {
      append(at(minute % 5 == 0 ? failed : good, start + minute * MINUTE));
    }
    // Nobody closes the log: what was counted since the last time that the counts were written is in the runs.
    world.runLog = world.openLog(HistorySettings.defaults());

    assertThat(tally(Span.HOUR, start + 25 * MINUTE).runs()).isEqualTo(25);
    assertThat(tally(Span.HOUR, start + 25 * MINUTE).failed()).isEqualTo(5);
  }

  @Test
  void aTornLineLosesOneTarget() throws Exception {
    append(at(good, SonarWorld.START));
    reopen(HistorySettings.defaults());
    world.runLog.close();
    world.environment.disk().replace(SonarWorld.RUNS.resolve("tallies.jsonl"), "{\"target\":{\"scope\"\n[]\n".getBytes(StandardCharsets.UTF_8));
    world.runLog = world.openLog(HistorySettings.defaults());

    assertThat(tally(Span.DAY, SonarWorld.START + MINUTE).runs()).as("counted again from the runs").isOne();
  }

  @Test
  void whatSaysNothingAboutServiceIsCountedApart() throws Exception {
    long start = SonarWorld.START;
    append(at(good, start + MINUTE));
    append(at(failed.inMaintenance("rollout"), start + 2 * MINUTE));
    append(at(good.with(new Verdict.Inconclusive("a bug")), start + 3 * MINUTE));
    append(at(good.with(new Verdict.Passed(true, "")), start + 4 * MINUTE));

    Tally day = tally(Span.DAY, start + 5 * MINUTE);

    assertThat(day.runs()).isEqualTo(2);
    assertThat(day.flaky()).isOne();
    assertThat(day.failed()).isZero();
    assertThat(day.maintenance()).isOne();
    assertThat(day.errors()).isOne();
    assertThat(day.uptime()).contains(1.0);
  }

  // ---- what it says

  @Test
  void aBudgetIsWhatMayFailInThirtyDaysAtThisInterval() throws Exception {
    long start = SonarWorld.START;
    for (int minute = 0; minute < 100; minute++) {
      append(at(minute < 90 ? good : failed, start + minute * MINUTE));
    }
    ErrorBudget.Part part = budget(60, start + 100 * MINUTE).availability();

    assertThat(part.allowed()).as("2 % of 43,200").isCloseTo(864, within(1e-6));
    assertThat(part.bad()).isEqualTo(10);
    assertThat(part.left()).isCloseTo(1 - 10 / 864.0, within(1e-9));
    assertThat(part.isSpent()).isFalse();
    assertThat(part.burns()).extracting(ErrorBudget.Burn::span).containsExactly("1h", "6h", "24h", "3d");
    assertThat(part.burns().get(1).rate()).as("10 of 100 failed, 2 may").isCloseTo(5, within(1e-9));
    assertThat(part.burns().get(1).telling()).isTrue();
  }

  @Test
  void oneFailureOfARareTestIsNoBurnButMayBeTheWholeBudget() throws Exception {
    long start = SonarWorld.START;
    append(at(failed, start + MINUTE));
    ErrorBudget.Part part = budget(86_400, start + 2 * MINUTE).availability();

    assertThat(part.allowed()).as("2 % of 30 runs").isCloseTo(0.6, within(1e-9));
    assertThat(part.isSpent()).isTrue();
    assertThat(part.burns()).noneMatch(ErrorBudget.Burn::telling);
  }

  @Test
  void runsThatAreLeftOutMakeTheBudgetSmallerButDoNotSpendIt() throws Exception {
    long start = SonarWorld.START;
    for (int minute = 0; minute < 100; minute++) {
      append(at(failed.inMaintenance("rollout"), start + minute * MINUTE));
    }
    ErrorBudget budget = budget(60, start + 100 * MINUTE);

    assertThat(budget.availability().bad()).isZero();
    assertThat(budget.availability().allowed()).isCloseTo(0.02 * (43_200 - 100), within(1e-6));
    assertThat(budget.maintenance()).isEqualTo(100);
  }

  @Test
  void slowReplicationsHaveABudgetOfTheirOwn() throws Exception {
    long start = SonarWorld.START;
    for (int minute = 0; minute < 20; minute++) {
      append(replicatedIn(good, start + minute * MINUTE, Optional.of(minute < 4 ? 700.0 : minute < 8 ? 600.0 : 2.5)));
    }
    reopen(HistorySettings.defaults());
    ErrorBudget budget = budget(60, start + 20 * MINUTE);

    assertThat(budget.replication().all()).isEqualTo(20);
    assertThat(budget.replication().bad()).as("600 s is still quick").isEqualTo(4);
    assertThat(budget.replication().burns().getFirst().rate()).as("a fifth is slow, a twentieth may be").isCloseTo(4, within(1e-9));
    assertThat(budget.availability().bad()).isZero();
  }

  @Test
  void isTheSameAfterItWentThroughJson() throws Exception {
    append(at(failed, SonarWorld.START + MINUTE));
    ErrorBudget budget = budget(60, SonarWorld.START + 2 * MINUTE);

    assertThat(BudgetJson.read(BudgetJson.write(budget))).isEqualTo(budget);
  }
}
