package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Labels;
import io.meshwatch.sonar.RunSummary.Result;
import io.meshwatch.sonar.SonarRun.Trigger;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** When what targets share counts as broken. */
class OutageWatchTest {
  private static final TargetKey AWS = new TargetKey("s", "c", "p", "aws.aws-main");
  private static final TargetKey GCP = new TargetKey("s", "c", "p", "gcp.gcp-main");
  private static final TargetKey OTHER = new TargetKey("other", "o", "p", "aws.aws-main");

  private final SimulatedEnvironment world = new SimulatedEnvironment(SonarWorld.START);
  private final FakeStore store = new FakeStore();
  private final OutageWatch watch = new OutageWatch(Labels.of(Labels.JOB, "sonar"), store, world.environment().clock());

  @BeforeEach
  void begin() throws IOException {
    watch.begin(List.of(AWS, GCP, OTHER), RunLog.open(world.environment(), Path.of("/runs"), HistorySettings.defaults()), now());
  }

  private long now() {
    return world.time().wallMillis();
  }

  private void note(TargetKey target, Result result, String step) {
    world.time().advance(1_000);
    watch.note(target, new RunSummary("id", now(), 0, result, step, result == Result.FAILED ? "idp" : "", "", Trigger.SCHEDULE), now());
  }

  private double outage(String scope, String part) {
    return store.at(Labels.of(Labels.METRIC_NAME, "sonar_outage", Labels.JOB, "sonar", "scope", scope, "part", part), now());
  }

  @Test
  void isThereAtZeroFromTheStart() {
    assertThat(outage("s", "login")).isZero();
    assertThat(outage("other", "api")).isZero();
  }

  @Test
  void twoTargetsInARowBeginAnOutageOfTheirScopeAlone() {
    note(AWS, Result.FAILED, "login");
    assertThat(outage("s", "login")).isZero();
    note(GCP, Result.FAILED, "login");

    assertThat(outage("s", "login")).isOne();
    assertThat(outage("s", "api")).isZero();
    assertThat(outage("other", "login")).isZero();
  }

  @Test
  void aTargetThatGetsPastShowsThatItIsNotShared() {
    note(AWS, Result.FAILED, "login");
    note(GCP, Result.PASSED, "");
    note(AWS, Result.FAILED, "login");

    assertThat(outage("s", "login")).isZero();
  }

  @Test
  void lastsUntilEveryTargetThatSawItHasGotPast() {
    note(AWS, Result.FAILED, "list_projects");
    note(GCP, Result.FAILED, "open_project");
    assertThat(outage("s", "api")).isOne();

    note(AWS, Result.PASSED, "");
    assertThat(outage("s", "api")).isOne();
    note(GCP, Result.FAILED, "replicate");
    assertThat(outage("s", "api")).isZero();
  }

  @Test
  void restartsAndMaintenanceAndSonarsOwnFaultsSayNothing() {
    note(AWS, Result.FAILED, "login");
    note(GCP, Result.RESTART, "list_projects");
    note(GCP, Result.INCONCLUSIVE, "");
    watch.note(GCP, new RunSummary("id", now(), 0, Result.FAILED, "login", "idp", "rollout", Trigger.SCHEDULE), now());
    assertThat(outage("s", "login")).isZero();

    note(AWS, Result.FAILED, "login");
    assertThat(outage("s", "login")).isOne();
  }
}
