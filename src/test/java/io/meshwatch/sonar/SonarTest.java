package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.html;
import static io.meshwatch.sonar.FakeMeshStack.json;
import static io.meshwatch.sonar.SonarWorld.TARGET;
import static io.meshwatch.sonar.SonarWorld.flat;
import static io.meshwatch.sonar.SonarWorld.settings;
import static io.meshwatch.sonar.SonarWorld.target;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.model.Labels;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.StaleMarker;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;

/** Sonar as a whole, in simulated time. */
class SonarTest {
  private final SonarWorld world = new SonarWorld();
  private final FakeMeshStack meshStack = world.meshStack;

  private void breakAccess() {
    meshStack.access = call -> json(500, "{\"errorCode\":\"Broken\"}");
  }

  private void restartBackend() {
    meshStack.intercept = call -> call.uri().getHost().startsWith("federation") ? html(503, "", "Content-Type", "text/html") : null;
  }

  private double failures() {
    return world.value("sonar_consecutive_failures");
  }

  // ---- series

  @Test
  void allThatCountsIsThereAtZeroFromTheStart() {
    world.sonar(settings());

    for (String result : List.of("success", "failure", "error")) {
      assertThat(world.value("sonar_runs_total", "result", result)).isZero();
    }
    assertThat(world.value("sonar_run_total", "result", "failed", "reason", "platform")).isZero();
    assertThat(world.value("sonar_run_total", "result", "error", "reason", "sonar")).isZero();
    assertThat(world.value("sonar_step_duration_histogram_seconds_bucket", "step", "replicate", "le", "1800")).isZero();
    assertThat(world.value("sonar_replication_duration_seconds_bucket", "le", "+Inf")).isZero();
    assertThat(world.value("accessProject_total", "result", "failure")).isZero();
    assertThat(failures()).isZero();
    assertThat(world.value("sonar_run_interval_seconds")).isEqualTo(60);
    assertThat(world.value("sonar_last_run_timestamp_seconds")).isEqualTo(SonarWorld.START / 1e3);
  }

  @Test
  void writesWhatTheShippedRulesRead() {
    world.sonar(settings());
    world.advanceSeconds(120);

    assertThat(world.value("sonar_runs_total", "result", "success")).isEqualTo(2);
    assertThat(world.value("sonar_step_success", "step", "login")).isOne();
    assertThat(world.value("sonar_step_duration_seconds", "step", "access")).isNotNaN();
    assertThat(world.value("sonar_step_phase_seconds", "step", "access", "phase", "tls")).isEqualTo(0.003);
    assertThat(world.value("sonar_replication_state", "state", "successful")).isOne();
    assertThat(world.value("sonar_last_success_timestamp_seconds")).isGreaterThan(SonarWorld.START / 1e3);
    assertThat(world.value("sonar_certificate_expiry_timestamp_seconds")).isEqualTo(4_000_000_000.0);
    assertThat(world.value("platform_access_total", "result", "success")).isEqualTo(2);
    assertThat(world.value("replicateProject_total", "result", "success")).isEqualTo(2);
    assertThat(world.value("sonar_run_duration_seconds_count")).isEqualTo(2);
    assertThat(world.store.all("sonar_failure_info", world.now())).isEmpty();
    assertThat(world.store.refused).isEmpty();
  }

  @Test
  void seriesNeverGrowStaleBetweenRareRuns() {
    world.sonar(flat(3600, List.of(target("aws.aws-main"))));

    for (int minute = 0; minute < 120; minute++) {
      world.advanceSeconds(60);
      assertThat(failures()).isZero();
    }
  }

  @Test
  void aFailureSaysWhereAndWhy() {
    world.sonar(settings());
    world.advanceSeconds(120);
    breakAccess();
    world.advanceSeconds(120);

    assertThat(failures()).isEqualTo(2);
    assertThat(world.value("sonar_failure_info", "step", "access", "reason", "api")).isOne();
    assertThat(world.value("sonar_step_success", "step", "access")).isZero();
    assertThat(world.value("sonar_step_success", "step", "replicate")).isNaN();
    assertThat(world.value("sonar_runs_total", "result", "failure")).isEqualTo(2);
    assertThat(world.value("sonar_run_total", "result", "failed", "reason", "api")).isEqualTo(2);
    assertThat(world.value("accessProject_total", "result", "failure")).isEqualTo(2);
  }

  @Test
  void recoveryEndsTheFailure() {
    world.sonar(settings());
    breakAccess();
    world.advanceSeconds(180);
    meshStack.access = call -> json(200, "{}");
    world.advanceSeconds(60);

    assertThat(failures()).isZero();
    assertThat(world.store.all("sonar_failure_info", world.now())).isEmpty();
    assertThat(world.value("sonar_step_success", "step", "replicate")).isOne();
  }

  @Test
  void thousandsOfCleanRunsRaiseNoFalseAlarm() {
    world.store.onlyHistoryOf = "sonar_consecutive_failures";
    world.sonar(flat(10, IntStream.range(0, 5).mapToObj(i -> target("aws.aws-main" + (i == 0 ? "" : i))).toList()));
    meshStack.intercept = call -> call.uri().getPath().contains("meshtenants") ? tenantOfWhicheverPlatform(call.uri().toString()) : null;

    world.advanceSeconds(20_000);

    assertThat(world.store.all("sonar_consecutive_failures", world.now()).values()).containsOnly(0.0);
    assertThat(world.store.series.entrySet()).filteredOn(e -> e.getKey().metricName().equals("sonar_consecutive_failures"))
        .allSatisfy(e -> assertThat(e.getValue().values()).containsOnly(0.0));
    assertThat(world.value("sonar_runs_total", "result", "success")).isEqualTo(2_000);
    assertThat(world.store.all("sonar_runs_total", world.now()).values().stream().mapToDouble(d -> d).sum()).isEqualTo(10_000);
    assertThat(world.store.refused).isEmpty();
  }

  private static HttpResult tenantOfWhicheverPlatform(String url) {
    String platform = FakeMeshStack.form(url.substring(url.indexOf('?') + 1)).getOrDefault("platformIdentifier", "");
    String tenant = "{\"metadata\":{\"platformIdentifier\":\"" + platform + "\"},\"spec\":{\"localId\":\"1\"}}";
    return json(200, "{\"_embedded\":{\"meshTenants\":[" + tenant + "]},\"page\":{\"totalElements\":1}}");
  }

  @Test
  void oneBrokenTargetDelaysNoOther() {
    world.sonar(flat(60, List.of(target("aws.aws-main"), target("gcp.gcp-main"))));
    meshStack.intercept = call -> call.uri().getPath().endsWith("/meshtenants") ? tenantOfWhicheverPlatform(call.uri().toString()) : null;
    String[] stuckToken = {""};
    meshStack.access = call -> {
      stuckToken[0] = stuckToken[0].isEmpty() ? FakeMeshStack.header(call, "Authorization") : stuckToken[0];
      return stuckToken[0].equals(FakeMeshStack.header(call, "Authorization")) ? json(202, "{}") : json(200, "{}");
    };

    world.advanceSeconds(240);

    assertThat(world.store.all("sonar_schedule_lag_seconds", world.now()).values()).containsOnly(0.0);
    assertThat(world.store.all("sonar_runs_total", world.now()).entrySet()).filteredOn(e -> e.getKey().get("result").equals("success"))
        .extracting(Map.Entry::getValue).contains(4.0);
  }

  @Test
  void aLongReplicationLooksNeitherLikeAFailureNorLikeSilence() {
    world.sonar(settings());
    world.advanceSeconds(60);
    meshStack.access = call -> json(202, "{\"status\":\"IN_PROGRESS\"}");

    for (int minute = 0; minute < 25; minute++) {
      world.advanceSeconds(60);
      assertThat(failures()).isZero();
      assertThat(world.now() / 1e3 - world.value("sonar_last_run_timestamp_seconds")).isLessThan(3 * 60 + 120);
    }
    meshStack.access = call -> json(200, "{\"status\":\"SUCCESSFUL\"}");
    world.advanceSeconds(120);

    assertThat(failures()).isZero();
    assertThat(world.value("sonar_schedule_overruns_total")).isBetween(20.0, 26.0);
  }

  // ---- a first failure

  @Test
  void aFirstFailureIsLookedAtAgainSoon() {
    world.sonar(SonarWorld.withConfirmation(flat(300, List.of(target("aws.aws-main"))), 30));
    breakAccess();
    untilTheFirstRunFailed();
    world.advanceSeconds(32);

    assertThat(failures()).isEqualTo(2);
    assertThat(world.value("sonar_runs_total", "result", "failure")).as("service levels are made of scheduled runs").isOne();
    world.advanceSeconds(240);
    assertThat(failures()).as("looked at again once only").isEqualTo(2);
  }

  @Test
  void aFailureThatWasChanceIsOverSoon() throws IOException {
    Sonar sonar = world.sonar(SonarWorld.withConfirmation(flat(300, List.of(target("aws.aws-main"))), 30));
    breakAccess();
    untilTheFirstRunFailed();
    meshStack.access = call -> json(200, "{}");
    world.advanceSeconds(32);

    assertThat(failures()).isZero();
    List<RunSummary> runs = sonar.status(5).targets().getFirst().newest();
    assertThat(runs).extracting(RunSummary::trigger).containsExactly(SonarRun.Trigger.CONFIRMATION, SonarRun.Trigger.SCHEDULE);
    assertThat(sonar.run(runs.getFirst().id())).isPresent();
  }

  private void untilTheFirstRunFailed() {
    while (failures() == 0) {
      world.advanceSeconds(1);
    }
    assertThat(failures()).isOne();
  }

  @Test
  void whatIsKnownToBeBrokenForAllIsNotAskedMoreOften() {
    world.sonar(SonarWorld.withConfirmation(flat(60, IntStream.range(0, 4).mapToObj(i -> target("aws.aws-main" + i)).toList()), 30));
    meshStack.intercept = call -> call.uri().getHost().startsWith("sso") ? FakeMeshStack.failure(Phase.CONNECT, "refused") : null;
    world.advanceSeconds(60);

    double runs = world.store.all("sonar_run_total", world.now()).values().stream().mapToDouble(d -> d).sum();
    assertThat(runs).as("four, and one or two repetitions before the outage was known").isBetween(5.0, 6.0);
    assertThat(world.store.all("sonar_outage", world.now()).entrySet()).filteredOn(e -> e.getKey().get("part").equals("login"))
        .singleElement().satisfies(e -> assertThat(e.getValue()).isOne());
  }

  // ---- signs of life

  @Test
  void itsHeartbeatStandsStillWhenRunsDo() throws InterruptedException {
    world.sonar(settings());
    world.advanceSeconds(200);
    assertThat(world.now() / 1e3 - own("sonar_heartbeat_timestamp_seconds")).isLessThanOrEqualTo(70);
    assertThat(own("sonar_scan_interval_seconds")).isEqualTo(60);

    meshStack.intercept = call -> {
      throw new IllegalStateException("a bug");
    };
    world.advanceSeconds(120);
    assertThat(world.now() / 1e3 - own("sonar_heartbeat_timestamp_seconds")).as("a run that ends badly is a sign of life").isLessThanOrEqualTo(70);
  }

  private double own(String metric) {
    return world.store.at(Labels.of(Labels.JOB, "sonar", Labels.METRIC_NAME, metric), world.now());
  }

  @Test
  void aTargetThatIsTakenAwayIsNotMissed() {
    Sonar sonar = world.sonar(flat(60, List.of(target("aws.aws-main"), target("gcp.gcp-main"))));
    world.advanceSeconds(120);
    sonar.apply(flat(60, List.of(target("gcp.gcp-main"))));

    Labels lastRun = TARGET.labels().toBuilder().set(Labels.METRIC_NAME, "sonar_last_run_timestamp_seconds").build();
    double last = Objects.requireNonNull(world.store.series.get(lastRun)).values().stream()
        .filter(value -> !StaleMarker.is(value)).reduce((first, second) -> second).orElseThrow();
    assertThat(last).as("the rule that misses runs looks away from zero").isZero();
  }

  // ---- restarts

  @Test
  void aRestartOfThreeMinutesIsCountedButNotPaged() {
    world.sonar(settings());
    world.advanceSeconds(300);
    restartBackend();
    for (int i = 0; i < 18; i++) {
      world.advanceSeconds(10);
      assertThat(failures()).isZero();
    }
    meshStack.intercept = call -> null;
    world.advanceSeconds(60);

    assertThat(failures()).isZero();
    assertThat(world.value("sonar_run_total", "result", "failed", "reason", "restart")).isEqualTo(3);
    assertThat(world.value("sonar_runs_total", "result", "failure")).isZero();
  }

  @Test
  void aBackendThatStaysAwayIsPagedWithAllItsFailures() {
    world.sonar(settings());
    world.advanceSeconds(300);
    restartBackend();
    world.advanceSeconds(360);

    assertThat(failures()).isEqualTo(6);
    assertThat(world.value("sonar_failure_info", "step", "list_projects", "reason", "api")).isOne();
  }

  @Test
  void aBackendThatRestartsAgainAndAgainIsPaged() {
    world.sonar(settings());
    for (int i = 0; i < 3; i++) {
      restartBackend();
      world.advanceSeconds(180);
      meshStack.intercept = call -> null;
      world.advanceSeconds(180);
    }

    assertThat(world.value("sonar_runs_total", "result", "failure")).isGreaterThanOrEqualTo(2);
  }

  // ---- Sonar's own faults, maintenance

  @Test
  void sonarsOwnFaultNeverCountsAgainstMeshStack() {
    world.sonar(SonarWorld.withCaFile(settings(), "/etc/missing.pem"));
    world.advanceSeconds(600);

    assertThat(failures()).isZero();
    assertThat(world.value("sonar_runs_total", "result", "failure")).isZero();
    assertThat(world.value("sonar_runs_total", "result", "error")).isEqualTo(10);
    assertThat(world.value("sonar_last_run_timestamp_seconds")).as("green means nothing: SonarNotRunning has to see it").isEqualTo(SonarWorld.START / 1e3);
  }

  @Test
  void maintenanceHoldsAlertsAndLeavesTheBudgetAlone() throws IOException {
    MaintenanceSettings window = new MaintenanceSettings(
        List.of(new MaintenanceSettings.Once("rollout", "2026-01-01T00:05", "2026-01-01T00:15", "UTC", List.of())), List.of());
    Sonar sonar = world.sonar(SonarWorld.with(settings(), window));
    world.advanceSeconds(300);
    breakAccess();
    world.advanceSeconds(300);

    assertThat(failures()).isZero();
    assertThat(world.value("sonar_maintenance")).isOne();
    assertThat(world.value("sonar_runs_total", "result", "failure")).isZero();
    assertThat(world.value("sonar_run_total", "result", "maintenance")).isEqualTo(5);
    assertThat(sonar.status(10).targets().getFirst().state()).isEqualTo(SonarStatus.State.MAINTENANCE);

    world.advanceSeconds(360);
    assertThat(failures()).as("after the window").isPositive();
  }

  // ---- reload, restart, end

  @Test
  void reloadLeavesUnchangedTargetsAlone() {
    Sonar sonar = world.sonar(flat(60, List.of(target("aws.aws-main"), target("gcp.gcp-main"))));
    world.advanceSeconds(180);
    sonar.apply(flat(60, List.of(target("aws.aws-main"), target("azure.azure-main"))));
    world.advanceSeconds(1);

    Map<Labels, Double> runs = world.store.all("sonar_run_interval_seconds", world.now());
    assertThat(runs.keySet()).extracting(l -> l.get("platform")).containsExactlyInAnyOrder("aws.aws-main", "azure.azure-main");
    assertThat(world.value("sonar_runs_total", "result", "success")).isEqualTo(3);
  }

  @Test
  void aChangedTargetGoesOnUnderItsSeries() {
    Sonar sonar = world.sonar(settings());
    world.advanceSeconds(180);
    sonar.apply(flat(30, List.of(target("aws.aws-main"))));
    world.advanceSeconds(60);

    assertThat(world.value("sonar_runs_total", "result", "success")).isEqualTo(5);
    assertThat(world.value("sonar_run_interval_seconds")).isEqualTo(30);
  }

  @Test
  void wrongSettingsChangeNothing() {
    Sonar sonar = world.sonar(settings());

    assertThatThrownBy(() -> sonar.apply(flat(0, List.of(target("aws.aws-main"))))).isInstanceOf(ProblemsException.class).hasMessageContaining("scanInterval");

    world.advanceSeconds(60);
    assertThat(world.value("sonar_runs_total", "result", "success")).isOne();
  }

  @Test
  void aFailureOutlivesARestartOfMeshwatch() {
    Sonar before = world.sonar(settings());
    breakAccess();
    world.advanceSeconds(180);
    before.close();
    world.runLog.close();
    world.runLog = world.openLog(HistorySettings.defaults());
    world.advanceSeconds(1);

    Sonar after = world.sonar(settings());

    assertThat(failures()).isEqualTo(3);
    assertThat(world.value("sonar_failure_info", "step", "access", "reason", "api")).isOne();
    assertThat(after.status(5).targets().getFirst().newest()).hasSize(3);
  }

  @Test
  void closingEndsAllSeries() {
    Sonar sonar = world.sonar(settings());
    world.advanceSeconds(60);
    sonar.close();
    world.advanceSeconds(600);

    assertThat(world.store.series.values()).allSatisfy(samples -> assertThat(StaleMarker.is(samples.lastEntry().getValue())).isTrue());
  }

  @Test
  void closingStopsARunThatWaits() {
    meshStack.access = call -> json(202, "{}");
    Sonar sonar = world.sonar(settings());
    world.advanceSeconds(90);
    sonar.close();
    int calls = meshStack.calls.size();
    world.advanceSeconds(600);

    assertThat(meshStack.calls).hasSize(calls);
  }

  @Test
  void aFullStoreLosesOnlyTheMoment() {
    world.sonar(settings());
    world.store.full = true;
    world.advanceSeconds(300);
    world.store.full = false;
    world.advanceSeconds(60);

    assertThat(world.value("sonar_runs_total", "result", "success")).isEqualTo(6);
  }

  // ---- asking

  @Test
  void statusTellsUptimeAndEvidence() {
    Sonar sonar = world.sonar(settings());
    world.advanceSeconds(180);
    breakAccess();
    world.advanceSeconds(60);

    SonarStatus.Target status = sonar.status(3).targets().getFirst();

    assertThat(status.state()).isEqualTo(SonarStatus.State.FAILING);
    assertThat(status.consecutiveFailures()).isEqualTo(1);
    assertThat(status.newest()).extracting(RunSummary::result)
        .containsExactly(RunSummary.Result.FAILED, RunSummary.Result.PASSED, RunSummary.Result.PASSED);
    assertThat(status.uptime()).containsEntry(Span.DAY, 0.75).containsEntry(Span.QUARTER, 0.75);
    assertThat(status.lastFailure()).hasValueSatisfying(e -> {
      assertThat(e.lastGoodMillis()).isPresent();
      assertThat(e.lastGoodRun()).isEqualTo(status.newest().get(1).id());
    });
    assertThat(sonar.evidence(TARGET.labels())).isEqualTo(status.lastFailure());
    assertThat(sonar.evidence(Labels.of("scope", "my-customer", "alertname", "SonarLoginFailing"))).isPresent();
    assertThat(sonar.evidence(Labels.of("scope", "other"))).isEmpty();
  }

  @Test
  void aRunByHandIsKeptButNotCounted() throws Exception {
    Sonar sonar = world.sonar(settings());

    SonarRun run = sonar.runNow(TARGET, SonarRun.Trigger.MANUAL, () -> { }).orElseThrow();

    assertThat(sonar.run(run.id())).contains(run);
    assertThat(world.value("sonar_runs_total", "result", "success")).isZero();
  }

  @Test
  void oneBrokenBrokerFailsTheLoginOfEveryTarget() {
    world.sonar(flat(60, List.of(target("aws.aws-main"), target("gcp.gcp-main"))));
    meshStack.intercept = call -> call.uri().getHost().startsWith("sso") ? FakeMeshStack.failure(Phase.CONNECT, "refused") : null;
    world.advanceSeconds(180);

    assertThat(world.store.all("sonar_step_success", world.now()).entrySet()).filteredOn(e -> e.getKey().get("step").equals("login"))
        .hasSize(2).allSatisfy(e -> assertThat(e.getValue()).isZero());
    assertThat(world.store.all("sonar_consecutive_failures", world.now()).values()).containsOnly(3.0);
  }
}
