package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.IdentityBrokerSettings;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Sonar against the sandbox over real sockets and TLS: what simulated time cannot show. */
class SandboxOverHttpsTest {
  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private Sandbox sandbox;
  private Path ca;

  @BeforeEach
  void open() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec.ServerTls tls = certificates.server("sandbox", "127.0.0.1", 10);
    ca = certificates.ca();
    sandbox = new Sandbox(
        system.environment(),
        SandboxSettings.defaults()
            .withPorts(0, 0, 0, 0, 0, 0)
            .withFiles(tls.certificateChainFile().toString(), tls.keyFile().toString(), Optional.empty(), Optional.empty(), folder.resolve("faults").toString())
            .withPasswords(Secret.of("scrape"), Secret.of("sonar-secret"), Secret.of("key-secret")));
  }

  @AfterEach
  void close() {
    sandbox.close();
    system.close();
  }

  private SonarSettings settings(Grant grant) {
    SonarSettings d = SonarSettings.defaults();
    IdentityBrokerSettings b = IdentityBrokerSettings.defaults();
    boolean person = grant == Grant.PASSWORD || grant == Grant.LOGIN_FORM;
    IdentityBrokerSettings broker = new IdentityBrokerSettings(b.issuer(), person ? "" : SandboxSettings.defaults().apiKeyId(),
        Secret.of(person ? "" : "key-secret"), grant, b.redirectUrl(), b.scopes(), b.customerScope());
    TargetSettings target = new TargetSettings("aws.aws-main", sandbox.accessUrl("aws.aws-main"), "GET", SuccessCriteria.defaults());
    return new SonarSettings("sonar@example.com", Secret.of("sonar-secret"), "my-customer", "my-project", 60, List.of(target), d.scopes(), d.apiUrl(),
        broker, d.timeouts(), 60, 0.2, d.youngTenantSeconds(), d.restartSeconds(), d.retries(), d.maintenance(), d.steps(), Optional.of(ca.toString()),
        d.concurrentRequestsMax(), d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());
  }

  private SonarRun run(Grant grant) throws InterruptedException {
    JourneyRunner runner = new JourneyRunner(system.environment(), new ApiMemory(), new ExchangeGate(10, system.environment().clock()));
    return runner.run(Journey.of(settings(grant)).getFirst(), Trigger.MANUAL, system.environment().clock().wallMillis(), () -> { });
  }

  private void control(String method, String fault) throws InterruptedException {
    system.environment().network().exchange(new HttpCall(method, URI.create(sandbox.controlUrl() + "/faults/" + fault), List.of(), "{}".getBytes(
        java.nio.charset.StandardCharsets.UTF_8), Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  @ParameterizedTest
  @CsvSource({"PASSWORD", "LOGIN_FORM", "CLIENT_CREDENTIALS", "API_KEY", "API_KEY_FORM"})
  void passesByEachGrant(Grant grant) throws InterruptedException {
    SonarRun run = run(grant);

    assertThat(run.verdict()).isEqualTo(new Verdict.Passed(false, ""));
    assertThat(run.certificateExpiryMillis()).isPresent();
    assertThat(run.leftovers()).isZero();
  }

  @ParameterizedTest
  @CsvSource({"certificate-expired, tls", "certificate-wrong, tls", "connection-dropped, tcp", "api-port-closed, tcp"})
  void namesWhatIsWrongWithTheConnection(String fault, String reason) throws InterruptedException {
    assertThat(run(Grant.PASSWORD).verdict()).isInstanceOf(Verdict.Passed.class);
    control("PUT", fault);

    assertThat(RunSummary.of(run(Grant.PASSWORD)).reason()).isIn(reason);

    control("DELETE", fault);
    assertThat(run(Grant.PASSWORD).verdict()).isInstanceOf(Verdict.Passed.class);
  }

  @Test
  void theDoctorFindsNothingMissing() throws InterruptedException {
    assertThat(new Doctor(system.environment()).examine(settings(Grant.PASSWORD)))
        .allSatisfy(d -> assertThat(d.outcome()).as("%s: %s %s", d.check(), d.detail(), d.advice()).isIn(Diagnosis.Outcome.HOLDS, Diagnosis.Outcome.DOUBTFUL));
  }
}
