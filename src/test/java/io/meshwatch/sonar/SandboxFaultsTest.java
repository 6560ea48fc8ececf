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
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/**
 * Sonar against the sandbox, which knows nothing of it and was written by the same documentation, not from the same code. Sonar is not told
 * which fault is on.
 */
class SandboxFaultsTest {
  private static final long START = 1_800_000_000_000L;

  private final SimulatedEnvironment world = new SimulatedEnvironment(START);
  private final FakeStore store = new FakeStore();
  private Sandbox sandbox;
  private Sonar sonar;

  @BeforeEach
  void open() throws IOException {
    sandbox = new Sandbox(
        world.environment(),
        SandboxSettings.defaults()
            .withPorts(0, 0, 0, 0, 0, 0)
            .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), "/sandbox")
            .withPasswords(Secret.of("scrape"), Secret.of("sonar-secret"), Secret.of("key-secret")));
    RunLog runLog = RunLog.open(world.environment(), Path.of("/runs"), HistorySettings.defaults());
    sonar = new Sonar(world.environment(), store, runLog, settings());
    sonar.start();
    world.time().advance(120_000);
  }

  @AfterEach
  void close() {
    sonar.close();
    sandbox.close();
  }

  private SonarSettings settings() {
    SuccessCriteria criteria = new SuccessCriteria(List.of(), 0, 0, 0, 60, true);
    List<TargetSettings> targets = List.of("aws.aws-main", "azure.azure-main").stream()
        .map(platform -> new TargetSettings(platform, sandbox.accessUrl(platform), "GET", criteria))
        .toList();
    SonarSettings d = SonarSettings.defaults();
    return new SonarSettings("sonar@example.com", Secret.of("sonar-secret"), "my-customer", "my-project", 60, targets, d.scopes(), d.apiUrl(),
        d.identityBroker(), d.timeouts(), 300, 2, d.youngTenantSeconds(), d.restartSeconds(), d.retries(), d.maintenance(), d.steps(), Optional.of(sandbox.trustFile().toString()),
        d.concurrentRequestsMax(), d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());
  }

  private void control(String method, String fault) throws InterruptedException {
    URI uri = URI.create(sandbox.controlUrl() + "/faults/" + fault);
    world.network().exchange(new HttpCall(method, uri, List.of(), "{}".getBytes(java.nio.charset.StandardCharsets.UTF_8), Optional.empty(),
        TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  private RunSummary newest(int target) {
    return sonar.status(1).targets().get(target).newest().getFirst();
  }

  @Test
  void cleanRunsPass() {
    world.time().advance(1_800_000);

    assertThat(sonar.status(100).targets()).allSatisfy(target ->
        assertThat(target.newest()).hasSizeGreaterThan(30).allSatisfy(run -> assertThat(run.result()).isEqualTo(RunSummary.Result.PASSED)));
  }

  @ParameterizedTest
  @CsvSource({
    "idp-name-gone, dns, login",
    "trust-file-gone, sonar, ",
    "contract-missing-next, contract, list_projects",
    "api-port-closed, tcp, list_projects",
    "idp-port-closed, tcp, login",
    "connection-dropped, tcp, list_projects",
    "idp-down, idp, login",
    "idp-slow-token, slow, login",
    "idp-wrong-password, idp, login",
    "idp-user-disabled, idp, login",
    "idp-grant-off, idp, login",
    "idp-consent-required, idp, login",
    "idp-wrong-realm, idp, login",
    "clock-skew, idp, list_projects",
    "user-not-in-customer, authz, list_projects",
    "access-expired, authz, access",
    "token-rejected, authz, list_projects",
    "api-error, api, list_projects",
    "api-restart, restart, list_projects",
    "api-rate-limit, api, list_projects",
    "api-slow, slow, list_projects",
    "contract-media-type, contract, list_projects",
    "contract-malformed-json, contract, list_projects",
    "contract-html, contract, list_projects",
    "contract-empty-embedded, contract, list_projects",
    "contract-stale-local-id, platform, replicate",
    "replication-failed, platform, replicate",
    "replication-stuck, platform, replicate",
    "replication-slow, slow, replicate",
    "tenant-missing, platform, tenant",
    "mariadb-down, api, list_projects",
    "rabbitmq-outage, platform, replicate"
  })
  void namesTheClassOfEachFaultWithoutBeingTold(String fault, String reason, @Nullable String step) throws InterruptedException {
    control("PUT", fault);
    world.time().advance("replicate".equals(step) ? 480_000 : 170_000);

    assertThat(newest(0).reason() + " at " + newest(0).step()).isEqualTo(reason + " at " + (step == null ? "" : step));

    control("DELETE", fault);
    world.time().advance(240_000);
    assertThat(newest(0).result()).as("after %s", fault).isEqualTo(RunSummary.Result.PASSED);
  }

  @ParameterizedTest
  @CsvSource({"component-down", "component-error-rate", "heap-full", "login-failures", "kraken-stalled", "mail-refused", "backup-failed"})
  void staysGreenWhenOnlySomethingElseIsBroken(String fault) throws InterruptedException {
    control("PUT", fault);
    world.time().advance(300_000);

    assertThat(newest(0).result()).isEqualTo(RunSummary.Result.PASSED);
    assertThat(newest(1).result()).isEqualTo(RunSummary.Result.PASSED);
  }

  @Test
  void onlyTheBrokenPlatformFails() throws InterruptedException {
    control("PUT", "replication-failed");
    world.time().advance(180_000);

    assertThat(newest(0).reason()).isEqualTo("platform");
    assertThat(newest(1).result()).isEqualTo(RunSummary.Result.PASSED);
    assertThat(sonar.status(1).targets().getFirst().lastFailure().orElseThrow().finding().remarks()).containsExactly("Quota exceeded in the landing zone");
  }

  @Test
  void aRestartIsNotPaged() throws InterruptedException {
    control("PUT", "api-restart");
    for (int i = 0; i < 60; i++) {
      world.time().advance(10_000);
      assertThat(sonar.status(1).targets()).allSatisfy(target -> assertThat(target.consecutiveFailures()).isZero());
    }

    assertThat(newest(0).result()).isEqualTo(RunSummary.Result.PASSED);
  }
}
