package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import io.meshwatch.sonar.RunSummary.Result;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Faults drawn at random, at random times, on random platforms. Sonar is told nothing; what it said is compared with the sandbox's own list
 * only at the end. Certificates are left to tests over real sockets, as simulated connections have none.
 */
@Tag("peers")
class BlindDiagnosisTest {
  private static final long SEED = 20_261_122;
  private static final int INJECTIONS = 100;
  private static final long INTERVAL_MILLIS = 60_000;
  private static final long LONGEST_MILLIS = 15 * 60_000;
  private static final List<String> PLATFORMS = List.of("aws.aws-main", "azure.azure-main", "gcp.gcp-main");

  private final SimulatedEnvironment world = new SimulatedEnvironment(SonarWorld.START);
  private final FakeStore store = new FakeStore();
  private final Random random = new Random(SEED);
  private Sandbox sandbox;
  private Sonar sonar;

  /** What was switched on and what Sonar made of it. */
  private record Injection(String fault, String said, long afterMillis, boolean passed) {}

  @BeforeEach
  void open() throws IOException {
    sandbox = new Sandbox(world.environment(), SandboxSettings.defaults()
        .withPorts(0, 0, 0, 0, 0, 0)
        .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), "/sandbox")
        .withPasswords(Secret.of("scrape"), Secret.of("sonar-secret"), Secret.of("key-secret")));
    RunLog runLog = RunLog.open(world.environment(), Path.of("/runs"), HistorySettings.defaults());
    store.onlyHistoryOf = "nothing";
    sonar = new Sonar(world.environment(), store, runLog, settings());
    sonar.start();
    world.time().advance(3 * INTERVAL_MILLIS);
  }

  @AfterEach
  void close() {
    sonar.close();
    sandbox.close();
  }

  private SonarSettings settings() {
    SuccessCriteria criteria = new SuccessCriteria(List.of(), 0, 0, 0, 60, true);
    List<TargetSettings> targets =
        PLATFORMS.stream().map(platform -> new TargetSettings(platform, sandbox.accessUrl(platform), "GET", criteria)).toList();
    SonarSettings d = SonarSettings.defaults();
    return new SonarSettings("sonar@example.com", Secret.of("sonar-secret"), "my-customer", "my-project", INTERVAL_MILLIS / 1000, targets, d.scopes(),
        d.apiUrl(), d.identityBroker(), d.timeouts(), 300, 2, d.youngTenantSeconds(), d.restartSeconds(), d.retries(), d.maintenance(), d.steps(),
        Optional.of(sandbox.trustFile().toString()), d.concurrentRequestsMax(), d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());
  }

  private String control(String method, String fault, String body) throws InterruptedException {
    URI uri = URI.create(sandbox.controlUrl() + "/faults" + fault);
    HttpResult result = world.network().exchange(new HttpCall(method, uri, List.of(), body.getBytes(StandardCharsets.UTF_8), Optional.empty(),
        TlsTrust.PUBLIC, 10_000, 1 << 20, false));
    assertThat(result).isInstanceOfSatisfying(HttpResult.Answer.class, answer -> assertThat(answer.status()).as(answer.text()).isEqualTo(200));
    return ((HttpResult.Answer) result).text();
  }

  /** Faults that a smoke test should notice. */
  private List<JsonNode> faults() throws InterruptedException {
    List<JsonNode> all = new ArrayList<>();
    JsonMapper.shared().readTree(control("GET", "", "")).forEach(all::add);
    return all.stream()
        .filter(fault -> !fault.path("class").asString("").isEmpty() && !fault.path("name").asString("").startsWith("certificate-"))
        .toList();
  }

  @Test
  void namesTheRightClassOfAtLeastNineteenInTwenty() throws InterruptedException {
    List<JsonNode> faults = faults();
    List<Injection> injections = new ArrayList<>();
    for (int i = 0; i < INJECTIONS; i++) {
      injections.add(inject(faults.get(random.nextInt(faults.size()))));
    }

    List<String> wrong = injections.stream()
        .filter(each -> !each.said().equals(reason(faults, each.fault())))
        .map(each -> each.fault() + " was called " + each.said() + " instead of " + reason(faults, each.fault()))
        .toList();
    long[] seconds = injections.stream().filter(each -> !isOfReplication(each.fault())).mapToLong(each -> each.afterMillis() / 1000).sorted().toArray();
    System.out.printf("%d of %d classes right (seed %d); failure known after median %d s, longest %d s, at a scan interval of %d s%n",
        INJECTIONS - wrong.size(), INJECTIONS, SEED, seconds[seconds.length / 2], seconds[seconds.length - 1], INTERVAL_MILLIS / 1000);
    assertThat(wrong).as("seed %s", SEED).hasSizeLessThanOrEqualTo(INJECTIONS / 20);
    assertThat(seconds[seconds.length - 1]).isLessThanOrEqualTo(2 * INTERVAL_MILLIS / 1000);
    assertThat(injections).allSatisfy(each -> assertThat(each.passed()).as("%s is over", each.fault()).isTrue());
  }

  private static String reason(List<JsonNode> faults, String name) {
    return faults.stream().filter(fault -> fault.path("name").asString("").equals(name)).findFirst().orElseThrow().path("class").asString("");
  }

  /** A replication that hangs can be called broken only when its deadline is over. */
  private static boolean isOfReplication(String fault) {
    return fault.startsWith("replication-") || fault.equals("rabbitmq-outage") || fault.equals("contract-stale-local-id");
  }

  private Injection inject(JsonNode fault) throws InterruptedException {
    String name = fault.path("name").asString("");
    world.time().advance(random.nextLong(INTERVAL_MILLIS));
    boolean onPlatform = fault.path("parameters").has("platform");
    String platform = PLATFORMS.get(random.nextInt(PLATFORMS.size()));
    long begun = world.time().wallMillis();
    control("PUT", "/" + name, onPlatform ? "{\"platform\": \"" + platform + "\"}" : "{}");
    Optional<RunSummary> failed = Optional.empty();
    while (failed.isEmpty() && world.time().wallMillis() < begun + LONGEST_MILLIS) {
      world.time().advance(1_000);
      failed = firstFailure(begun);
    }
    long after = world.time().wallMillis() - begun;
    control("DELETE", "/" + name, "");
    return new Injection(name, failed.map(RunSummary::reason).orElse("nothing"), after, isOver());
  }

  /** The first run that was begun with the fault on and did not pass. */
  private Optional<RunSummary> firstFailure(long sinceMillis) {
    return sonar.status(5).targets().stream()
        .flatMap(target -> target.newest().stream())
        .filter(run -> run.startedMillis() >= sinceMillis && run.result() != Result.PASSED)
        .findFirst();
  }

  /** Waits until every target passes again. */
  private boolean isOver() {
    long begun = world.time().wallMillis();
    while (world.time().wallMillis() < begun + LONGEST_MILLIS) {
      world.time().advance(INTERVAL_MILLIS / 2);
      long mended = begun;
      if (sonar.status(1).targets().stream().allMatch(target ->
          target.newest().getFirst().startedMillis() >= mended && target.newest().getFirst().result() == Result.PASSED)) {
        return true;
      }
    }
    return false;
  }
}
