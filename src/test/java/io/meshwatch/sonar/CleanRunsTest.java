package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** A week of a healthy meshStack, nightly replications and weekly restarts of three minutes included, says nothing to anybody. */
@Tag("peers")
class CleanRunsTest {
  private static final int RUNS = 10_000;
  private static final int INTERVAL_SECONDS = 240;
  private static final long DAY_MILLIS = 86_400_000;

  @Test
  void tenThousandOfThemRaiseNoAlarm() throws IOException, InterruptedException {
    SimulatedEnvironment world = new SimulatedEnvironment(SonarWorld.START);
    FakeStore store = new FakeStore();
    store.onlyHistoryOf = "sonar_consecutive_failures";
    try (Sandbox sandbox = new Sandbox(world.environment(), SandboxSettings.defaults()
            .withPorts(0, 0, 0, 0, 0, 0)
            .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), "/sandbox")
            .withPasswords(Secret.of("scrape"), Secret.of("sonar-secret"), Secret.of("key-secret")));
        RunLog runLog = RunLog.open(world.environment(), Path.of("/runs"), HistorySettings.defaults());
        Sonar sonar = new Sonar(world.environment(), store, runLog, settings(sandbox))) {
      sonar.start();
      double runs = 0;
      double restarts = 0;
      while (runs + restarts < RUNS) {
        world.time().advance(DAY_MILLIS / 2);
        world.network().exchange(new HttpCall("PUT", URI.create(sandbox.controlUrl() + "/faults/api-restart"), List.of(),
            "{}".getBytes(StandardCharsets.UTF_8), Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
        world.time().advance(DAY_MILLIS / 2);
        runs = sum(store, world, "result", "success");
        restarts = sum(store, world, "reason", "restart");
        assertThat(sum(store, world, "result", "failure") + sum(store, world, "result", "error")).as("after %s runs", runs).isZero();
        assertThat(store.all("sonar_outage", world.time().wallMillis()).values()).containsOnly(0.0);
      }
      assertThat(restarts).isPositive();
      assertThat(store.series.entrySet()).filteredOn(e -> e.getKey().metricName().equals("sonar_consecutive_failures"))
          .hasSize(4)
          .allSatisfy(e -> assertThat(e.getValue().values()).containsOnly(0.0));
    }
  }

  private static double sum(FakeStore store, SimulatedEnvironment world, String label, String value) {
    String metric = label.equals("reason") ? "sonar_run_total" : "sonar_runs_total";
    return store.all(metric, world.time().wallMillis()).entrySet().stream()
        .filter(each -> each.getKey().get(label).equals(value))
        .mapToDouble(java.util.Map.Entry::getValue)
        .sum();
  }

  private static SonarSettings settings(Sandbox sandbox) {
    List<TargetSettings> targets = SandboxSettings.defaults().platforms().stream()
        .map(platform -> new TargetSettings(platform, sandbox.accessUrl(platform), "GET", SuccessCriteria.defaults()))
        .toList();
    SonarSettings d = SonarSettings.defaults();
    return new SonarSettings("sonar@example.com", Secret.of("sonar-secret"), "my-customer", "my-project", INTERVAL_SECONDS, targets, d.scopes(), d.apiUrl(),
        d.identityBroker(), d.timeouts(), d.replicationDeadlineSeconds(), d.replicationPollSeconds(), d.youngTenantSeconds(), d.restartSeconds(),
        d.retries(), d.maintenance(), d.steps(), d.caFile(), d.concurrentRequestsMax(), d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());
  }
}
