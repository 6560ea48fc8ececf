package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.json;
import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.ReplicationState;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/** What a journey does, and what it makes of the answers. */
class JourneyTest {
  private final SonarWorld world = new SonarWorld();
  private final FakeMeshStack meshStack = world.meshStack;

  @Test
  void goesThroughAllSteps() throws InterruptedException {
    SonarRun run = world.run(settings());

    assertThat(run.verdict()).isEqualTo(new Verdict.Passed(false, ""));
    assertThat(run.steps()).extracting(StepRun::name)
        .containsExactly("login", "list_projects", "open_project", "tenant", "access", "replicate", "logout");
    assertThat(run.steps()).allSatisfy(step -> assertThat(step.outcome()).isEqualTo(StepRun.Outcome.PASSED));
    assertThat(run.replication()).isEqualTo(ReplicationState.SUCCESSFUL);
    assertThat(run.leftovers()).isZero();
  }

  @Test
  void introducesItselfInEveryRequest() throws InterruptedException {
    world.run(settings());

    assertThat(meshStack.calls).allSatisfy(call -> assertThat(FakeMeshStack.header(call, "User-Agent")).startsWith("meshwatch-sonar/"));
  }

  @Test
  void asksForATokenOfTheCustomer() throws InterruptedException {
    world.run(settings());

    assertThat(tokenForms()).singleElement().asString().contains("c%3Amy-customer", "grant_type=password", "client_id=meshfed-oidc");
  }

  private List<String> tokenForms() {
    return meshStack.calls.stream().filter(c -> c.uri().getPath().endsWith("/token")).map(c -> new String(c.body(), java.nio.charset.StandardCharsets.UTF_8)).toList();
  }

  @Test
  void doesWithoutCustomerScopesWhereThereAreNone() throws InterruptedException {
    meshStack.customerScopes = false;

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(tokenForms()).hasSize(2);
  }

  @Test
  void findsTheIdentityBrokerOnTheSiblingHost() throws InterruptedException {
    meshStack.infoNamesIssuer = false;

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(tokenForms().getFirst()).contains("client_id=meshfed-oidc");
  }

  @ParameterizedTest
  @CsvSource({"LOGIN_FORM,'',''", "CLIENT_CREDENTIALS,key-id,key-secret", "API_KEY,key-id,key-secret", "API_KEY_FORM,key-id,key-secret"})
  void logsInByEachGrant(Grant grant, String clientId, String clientSecret) throws InterruptedException {
    SonarRun run = world.run(SonarWorld.withGrant(settings(), grant, clientId, clientSecret));

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
  }

  @ParameterizedTest
  @CsvSource({
    "'meshworkspace.v1 meshproject.v2 meshtenant.v4-preview'",
    "'meshworkspace.v1 meshproject.v1 meshtenant.v2'",
    "'meshcustomer.v1 meshproject.v1 meshtenant.v1'",
    "'meshworkspace.v2 meshproject.v2 meshtenant.v4'"
  })
  void speaksWhicheverVersionsTheInstallationSpeaks(String versions) throws InterruptedException {
    meshStack.versions = Set.of(versions.split(" "));

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
  }

  @Test
  void findsTheProjectOnALaterPage() throws InterruptedException {
    meshStack.projects = new ArrayList<>(IntStream.range(0, 50).mapToObj(i -> "other-" + i).toList());
    meshStack.projects.add("my-project");

    SonarRun run = world.run(settings());

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(run.steps().get(1).note()).contains("51 projects");
  }

  @Test
  void renewsATokenThatWasWithdrawnExactlyOnce() throws InterruptedException {
    boolean[] withdrawn = {false};
    meshStack.intercept = call -> {
      if (call.uri().getPath().endsWith("/access") && !withdrawn[0]) {
        withdrawn[0] = true;
        meshStack.withdrawTokens();
      }
      return null;
    };

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(meshStack.tokensMade()).isEqualTo(2);
  }

  @Test
  void renewsTheTokenThirtySecondsBeforeItEnds() throws InterruptedException {
    meshStack.localId = "";
    long started = world.now();
    meshStack.intercept = call -> {
      meshStack.localId = world.now() - started > 600_000 ? "123" : "";
      return null;
    };

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(meshStack.tokensMade()).isEqualTo(3);
  }

  @Test
  void countsASessionThatCannotBeEnded() throws InterruptedException {
    meshStack.intercept = call -> call.uri().getPath().endsWith("/logout") ? json(500, "{}") : null;

    SonarRun run = world.run(settings());

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(run.leftovers()).isEqualTo(1);
  }

  private static HttpStepSettings step(String name, String method, String path, String body, List<HttpStepSettings.CaptureSettings> capture, boolean always) {
    return new HttpStepSettings(name, method, FakeMeshStack.API + path, List.of(),
        List.of(new HttpStepSettings.SecretHeaderSettings("X-Api-Key", Secret.of("k3y-0123456789"))), body, true, List.of(), List.of(), List.of(), 0, 0, List.of(), capture, always);
  }

  /** Makes something, uses it, takes it away. */
  private static SonarSettings ordering() {
    return SonarWorld.withSteps(settings(),
        step("order", "POST", "/things", "{\"name\": \"sonar-{run}\"}", List.of(new HttpStepSettings.CaptureSettings("thing", "metadata.uuid")), false),
        step("use", "GET", "/things/{thing}", "", List.of(), false),
        step("take_away", "DELETE", "/things/{thing}", "", List.of(), true));
  }

  private final List<String> things = new ArrayList<>();
  private int useStatus = 200;
  private int deleteStatus = 204;

  private @Nullable HttpResult things(HttpCall call) {
    if (!call.uri().getPath().startsWith("/things")) {
      return null;
    }
    things.add(call.method() + " " + call.uri().getRawPath() + " " + new String(call.body(), StandardCharsets.UTF_8));
    assertThat(FakeMeshStack.header(call, "X-Api-Key")).isEqualTo("k3y-0123456789");
    return switch (call.method()) {
      case "POST" -> json(201, "{\"metadata\": {\"uuid\": \"a b/c\"}}");
      case "GET" -> json(useStatus, "{\"echo\": \"k3y-0123456789\"}");
      default -> json(deleteStatus, "");
    };
  }

  @Test
  void whatOneStepMadeTheNextUsesAndTheLastTakesAway() throws InterruptedException {
    meshStack.intercept = this::things;

    SonarRun run = world.run(ordering());

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(things).containsExactly("POST /things {\"name\": \"sonar-" + run.id() + "\"}", "GET /things/a%20b%2Fc ", "DELETE /things/a%20b%2Fc ");
    assertThat(RunJson.write(run).toString()).doesNotContain("k3y-0123456789");
  }

  @Test
  void whatWasMadeIsTakenAwayAlsoAfterAFailure() throws InterruptedException {
    meshStack.intercept = this::things;
    useStatus = 500;

    SonarRun run = world.run(ordering());

    assertThat(run.verdict()).isInstanceOfSatisfying(Verdict.Failed.class, failed -> assertThat(failed.evidence().step()).isEqualTo("use"));
    assertThat(things).last().asString().startsWith("DELETE");
    assertThat(run.leftovers()).isZero();
    assertThat(RunJson.write(run).toString()).doesNotContain("k3y-0123456789");
  }

  @Test
  void whatCannotBeTakenAwayIsCounted() throws InterruptedException {
    meshStack.intercept = this::things;
    useStatus = 500;
    deleteStatus = 409;

    SonarRun run = world.run(ordering());

    assertThat(run.leftovers()).isEqualTo(1);
    assertThat(run.verdict()).isInstanceOfSatisfying(Verdict.Failed.class, failed -> assertThat(failed.evidence().step()).isEqualTo("use"));
  }

  @Test
  void whatWasNeverMadeIsNotTakenAway() throws InterruptedException {
    meshStack.intercept = this::things;
    meshStack.access = call -> json(500, "{}");

    world.run(ordering());

    assertThat(things).isEmpty();
  }

  @Test
  void aStepCanUseOnlyWhatIsKnown() {
    SonarSettings wrong = SonarWorld.withSteps(settings(), step("use", "GET", "/things/{thing}", "", List.of(), false));

    assertThat(wrong.check()).singleElement().satisfies(problem -> assertThat(problem.message())
        .isEqualTo("sonar.steps[0].url: expected one of customer, platform, project, run, tenantId in braces, got {thing}"));
  }

  @Test
  void endsTheSessionAlsoAfterAFailure() throws InterruptedException {
    meshStack.access = call -> json(500, "{}");

    SonarRun run = world.run(settings());

    assertThat(run.steps()).filteredOn(s -> s.name().equals("logout")).extracting(StepRun::outcome).containsExactly(StepRun.Outcome.PASSED);
    assertThat(run.steps()).filteredOn(s -> s.name().equals("replicate")).extracting(StepRun::outcome).containsExactly(StepRun.Outcome.SKIPPED);
  }

  // ---- access and replication

  @Test
  void waitsWhileAccessIsPending() throws InterruptedException {
    long started = world.now();
    meshStack.access = call -> world.now() - started < 40_000
        ? json(202, "{\"status\":\"IN_PROGRESS\"}")
        : json(200, "{\"status\":\"SUCCESSFUL\",\"signInUrl\":\"https://console\"}");

    SonarRun run = world.run(settings());

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(run.replicationNanos().orElseThrow() / 1_000_000_000L).isEqualTo(40);
  }

  @ParameterizedTest
  @ValueSource(strings = {"pending", "in progress", "NOT_STARTED", "Not Started", "IN_PROGRESS"})
  void knowsTheWordsForNotYet(String word) throws InterruptedException {
    long started = world.now();
    meshStack.access = call -> json(200, world.now() == started ? "{\"replicationStatus\":\"" + word + "\"}" : "{\"replicationStatus\":\"success\"}");

    SonarRun run = world.run(settings());

    assertThat(run.verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(run.replicationNanos()).hasValueSatisfying(nanos -> assertThat(nanos).isPositive());
  }

  @Test
  void aYoungTenantMayStillBeOnItsWay() throws InterruptedException {
    meshStack.localId = "";
    meshStack.tenantCreatedMillis = world.now() - 60_000;
    meshStack.access = call -> json(202, "{\"status\":\"PENDING\"}");

    SonarSettings patientForAMinute = withDeadline(settings(), 60);
    SonarRun run = world.run(patientForAMinute);

    assertThat(run.verdict()).isInstanceOfSatisfying(Verdict.Passed.class, passed -> assertThat(passed.note()).contains("this young"));
  }

  @Test
  void anOldTenantMayNot() throws InterruptedException {
    meshStack.localId = "";
    meshStack.access = call -> json(202, "{\"status\":\"PENDING\"}");

    SonarRun run = world.run(withDeadline(settings(), 60));

    assertThat(failed(run).failureClass()).isEqualTo(FailureClass.PLATFORM);
    assertThat(failed(run).evidence().finding().got()).contains("still in_progress");
  }

  @Test
  void aFailedReplicationOfAYoungTenantMayStillSucceed() throws InterruptedException {
    meshStack.tenantCreatedMillis = world.now() - 60_000;
    long started = world.now();
    meshStack.access = call -> json(200, world.now() - started < 30_000 ? "{\"status\":\"FAILED\"}" : "{\"status\":\"SUCCESSFUL\"}");

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
  }

  @Test
  void tellsAccessThatWorksAlthoughTheReplicationFailed() throws InterruptedException {
    meshStack.access = call -> json(200, "{\"status\":\"FAILED\",\"signInUrl\":\"https://console\",\"userRemark\":\"Quota exceeded\"}");

    SonarRun run = world.run(settings());

    assertThat(run.steps()).filteredOn(s -> s.name().equals("access")).extracting(StepRun::outcome).containsExactly(StepRun.Outcome.PASSED);
    assertThat(failed(run).evidence().step()).isEqualTo("replicate");
    assertThat(failed(run).evidence().finding().got()).contains("can still be entered");
    assertThat(failed(run).evidence().finding().remarks()).containsExactly("Quota exceeded");
  }

  @Test
  void neverSendsTheTokenToWhereAccessRedirects() throws InterruptedException {
    meshStack.access = call -> FakeMeshStack.html(302, "", "Location", "https://signin.cloud.example.org/start");
    TargetSettings target = new TargetSettings("aws.aws-main", FakeMeshStack.ACCESS, "GET",
        new SuccessCriteria(List.of("cloud.example.org"), 0, 0, 0, 0, true));

    assertThat(world.run(SonarWorld.flat(60, List.of(target))).verdict()).isInstanceOf(Verdict.Passed.class);
    assertThat(meshStack.calls).extracting(HttpCall::uri).noneMatch(uri -> uri.getHost().contains("example.org"));
    assertThat(failed(world.run(settings())).failureClass()).isEqualTo(FailureClass.CONTRACT);
  }

  @Test
  void opensAPlatformByPostWhereGetIsNotAllowed() throws InterruptedException {
    meshStack.access = call -> call.method().equals("GET") ? json(405, "{}") : json(200, "{\"url\":\"https://console\"}");

    assertThat(world.run(settings()).verdict()).isInstanceOf(Verdict.Passed.class);
  }

  // ---- retries, own steps, criteria

  @Test
  void aRunThatPassesAtTheSecondAttemptIsFlaky() throws InterruptedException {
    int[] asked = {0};
    meshStack.access = call -> asked[0]++ == 0 ? json(500, "{}") : json(200, "{}");

    SonarRun run = world.run(SonarWorld.withRetries(settings(), 1));

    assertThat(run.verdict()).isEqualTo(new Verdict.Passed(true, ""));
    assertThat(run.steps()).extracting(StepRun::attempt).contains(1, 2);
  }

  @Test
  void doesTheOperatorsOwnSteps() throws InterruptedException {
    HttpStepSettings step = new HttpStepSettings("console", "GET", FakeMeshStack.API + "/console/{project}/{tenantId}", List.of(), List.of(), "", true, List.of(200L),
        List.of(new HttpStepSettings.JsonExpectation("items[0].name", HttpStepSettings.Comparison.MATCHES, "my-.*")), List.of(), 0, 0, List.of(), List.of(), false);
    meshStack.intercept = call -> call.uri().getPath().equals("/console/my-project/123456789012") ? json(200, "{\"items\":[{\"name\":\"my-thing\"}]}") : null;

    assertThat(world.run(SonarWorld.withSteps(settings(), step)).verdict()).isInstanceOf(Verdict.Passed.class);
  }

  @Test
  void aPathThatIsNotThereFails() throws InterruptedException {
    HttpStepSettings step = new HttpStepSettings("console", "GET", FakeMeshStack.API + "/console", List.of(), List.of(), "", false, List.of(),
        List.of(new HttpStepSettings.JsonExpectation("missing", HttpStepSettings.Comparison.AT_MOST, "5")), List.of(), 0, 0, List.of(), List.of(), false);
    meshStack.intercept = call -> call.uri().getPath().equals("/console") ? json(200, "{}") : null;

    SonarRun run = world.run(SonarWorld.withSteps(settings(), step));

    assertThat(failed(run).failureClass()).isEqualTo(FailureClass.CONTRACT);
    assertThat(failed(run).evidence().finding().sentence()).isEqualTo("expected missing to be at most 5, got nothing there");
  }

  @Test
  void aSlowReplicationFailsIfItIsLimited() throws InterruptedException {
    long started = world.now();
    meshStack.access = call -> world.now() - started < 100_000 ? json(202, "{}") : json(200, "{}");
    TargetSettings target = new TargetSettings("aws.aws-main", FakeMeshStack.ACCESS, "GET", new SuccessCriteria(List.of(), 0, 0, 0, 60, true));

    assertThat(failed(world.run(SonarWorld.flat(60, List.of(target)))).failureClass()).isEqualTo(FailureClass.SLOW);
  }

  @Test
  void aCertificateThatEndsTooSoonFails() throws InterruptedException {
    TargetSettings target = new TargetSettings("aws.aws-main", FakeMeshStack.ACCESS, "GET", new SuccessCriteria(List.of(), 0, 0, 30_000, 0, true));

    assertThat(failed(world.run(SonarWorld.flat(60, List.of(target)))).failureClass()).isEqualTo(FailureClass.TLS);
  }

  @Test
  void aMissingCaFileIsSonarsOwnFault() throws InterruptedException {
    SonarRun run = world.run(SonarWorld.withCaFile(settings(), "/etc/missing.pem"));

    assertThat(run.verdict()).isEqualTo(new Verdict.Inconclusive("caFile /etc/missing.pem is missing"));
  }

  @Test
  void aBugOfOursIsSonarsOwnFault() throws InterruptedException {
    meshStack.access = call -> {
      throw new IllegalStateException("a bug that knows " + FakeMeshStack.PASSWORD);
    };

    assertThat(world.run(settings()).verdict()).isEqualTo(new Verdict.Inconclusive("a bug of meshwatch: IllegalStateException"));
  }

  static Verdict.Failed failed(SonarRun run) {
    assertThat(run.verdict()).isInstanceOf(Verdict.Failed.class);
    return (Verdict.Failed) run.verdict();
  }

  static SonarSettings withDeadline(SonarSettings s, double seconds) {
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), seconds, s.replicationPollSeconds(), s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(), s.steps(), s.caFile(),
        s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }
}
