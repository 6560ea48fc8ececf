package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.failure;
import static io.meshwatch.sonar.FakeMeshStack.html;
import static io.meshwatch.sonar.FakeMeshStack.json;
import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.environment.HttpResult.Phases;
import io.meshwatch.sonar.meshstack.FailureClass;
import java.util.List;
import java.util.function.Consumer;
import java.util.function.Predicate;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** Every way to break meshStack that can be thought of gets the right class, at the right step. */
class FaultMatrixTest {
  record Fault(String name, Consumer<FakeMeshStack> breaks, FailureClass failureClass, String step) {
    @Override
    public String toString() {
      return name;
    }
  }

  private static boolean toApi(HttpCall call) {
    return call.uri().getHost().startsWith("federation");
  }

  private static boolean toBroker(HttpCall call) {
    return call.uri().getHost().startsWith("sso");
  }

  private static boolean toToken(HttpCall call) {
    return call.uri().getPath().endsWith("/token");
  }

  private static boolean toProjects(HttpCall call) {
    return call.uri().getPath().endsWith("/meshprojects");
  }

  private static boolean toAccess(HttpCall call) {
    return call.uri().getPath().endsWith("/access");
  }

  static List<Fault> faults() {
    return List.of(
        answering("identity broker's name is gone", FaultMatrixTest::toBroker, failure(Phase.RESOLVE, "sso.example.com has no address"), FailureClass.DNS, "login"),
        answering("identity broker's port is closed", FaultMatrixTest::toBroker, failure(Phase.CONNECT, "connection refused"), FailureClass.TCP, "login"),
        answering("identity broker's certificate has ended", FaultMatrixTest::toBroker, failure(Phase.TLS, "certificate has expired"), FailureClass.TLS, "login"),
        answering("identity broker starts", FaultMatrixTest::toBroker, html(503, "starting", "Content-Type", "text/html"), FailureClass.IDP, "login"),
        answering("realm is gone", FaultMatrixTest::toBroker, json(404, "{\"error\":\"Realm does not exist\"}"), FailureClass.IDP, "login"),
        answering("user is disabled", FaultMatrixTest::toToken, json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Account disabled\"}"), FailureClass.IDP, "login"),
        answering("token endpoint hangs", FaultMatrixTest::toToken, failure(Phase.TIMEOUT, "no answer within 30 s"), FailureClass.SLOW, "login"),
        answering("token answer without token", FaultMatrixTest::toToken, json(200, "{}"), FailureClass.IDP, "login"),
        new Fault("password grant is switched off", m -> m.passwordGrant = false, FailureClass.IDP, "login"),
        new Fault("token for another customer", m -> m.tokenCustomer = "other", FailureClass.AUTHZ, "login"),
        new Fault("identity broker's clock is wrong", m -> m.brokerClockSkewSeconds = -3600, FailureClass.IDP, "list_projects"),
        answering("API's name is gone", FaultMatrixTest::toApi, failure(Phase.RESOLVE, "federation.example.com has no address"), FailureClass.DNS, "list_projects"),
        answering("API's port is closed", FaultMatrixTest::toApi, failure(Phase.CONNECT, "connection refused"), FailureClass.TCP, "list_projects"),
        answering("API's certificate is foreign", FaultMatrixTest::toApi, failure(Phase.TLS, "not signed by the authority"), FailureClass.TLS, "list_projects"),
        answering("API cuts the answer", FaultMatrixTest::toProjects, failure(Phase.BODY, "closed in the middle"), FailureClass.TCP, "list_projects"),
        answering("API answers without end", FaultMatrixTest::toProjects, failure(Phase.BODY_LIMIT, "larger than 8 MiB"), FailureClass.CONTRACT, "list_projects"),
        answering("API hangs", FaultMatrixTest::toProjects, failure(Phase.TIMEOUT, "no answer within 30 s"), FailureClass.SLOW, "list_projects"),
        answering("API is slow", FaultMatrixTest::toProjects, slow(), FailureClass.SLOW, "list_projects"),
        answering("API refuses the token", FaultMatrixTest::toProjects, json(401, "{}"), FailureClass.AUTHZ, "list_projects"),
        answering("right is missing", FaultMatrixTest::toProjects, json(403, "{\"errorCode\":\"Forbidden\"}"), FailureClass.AUTHZ, "list_projects"),
        answering("API fails", FaultMatrixTest::toProjects, json(500, "{\"errorCode\":\"Internal\",\"errorId\":\"abc\"}"), FailureClass.API, "list_projects"),
        answering("gateway finds no backend", FaultMatrixTest::toProjects, html(502, "bad gateway", "Content-Type", "text/html"), FailureClass.API, "list_projects"),
        answering("rate limit", FaultMatrixTest::toProjects, html(429, "", "Retry-After", "30"), FailureClass.API, "list_projects"),
        answering("backend restarts", FaultMatrixTest::toProjects, html(503, "", "Content-Type", "text/html"), FailureClass.RESTART, "list_projects"),
        answering("login page in place of JSON", FaultMatrixTest::toProjects, html(200, "<html>log in</html>", "Content-Type", "text/html"), FailureClass.CONTRACT, "list_projects"),
        answering("JSON ends too early", FaultMatrixTest::toProjects, json(200, "{\"_embedded\":{"), FailureClass.CONTRACT, "list_projects"),
        answering("page without objects", FaultMatrixTest::toProjects, json(200, "{\"page\":{\"totalElements\":3}}"), FailureClass.CONTRACT, "list_projects"),
        answering("link to the next page is missing", FaultMatrixTest::toProjects,
            json(200, "{\"_embedded\":{\"meshProjects\":[{\"metadata\":{\"name\":\"my-project\"}}]},\"page\":{\"totalElements\":3}}"), FailureClass.CONTRACT, "list_projects"),
        new Fault("no version is spoken any more", m -> m.versions.remove("meshproject.v2"), FailureClass.CONTRACT, "list_projects"),
        new Fault("user is on no project", m -> m.projects.clear(), FailureClass.AUTHZ, "list_projects"),
        answering("project cannot be opened", call -> call.uri().getPath().endsWith("/my-customer.my-project"), json(404, "{\"errorCode\":\"NotFound\"}"),
            FailureClass.API, "open_project"),
        new Fault("tenant is gone", m -> m.tenantPlatform = "azure.azure-main", FailureClass.PLATFORM, "tenant"),
        answering("role on the project has expired", FaultMatrixTest::toAccess, json(403, "{\"errorCode\":\"AccessExpired\"}"), FailureClass.AUTHZ, "access"),
        answering("access URL is unknown", FaultMatrixTest::toAccess, json(404, "{\"errorCode\":\"NotFound\"}"), FailureClass.API, "access"),
        answering("access redirects to a stranger", FaultMatrixTest::toAccess, html(302, "", "Location", "https://elsewhere.example.org/"), FailureClass.CONTRACT, "access"),
        answering("replication failed", FaultMatrixTest::toAccess, json(200, "{\"status\":\"FAILED\",\"userRemark\":\"Quota exceeded\"}"), FailureClass.PLATFORM, "replicate"),
        answering("replication failed with an error status", FaultMatrixTest::toAccess, json(500, "{\"replicationStatus\":\"FAILED\"}"), FailureClass.PLATFORM, "replicate"),
        answering("replication never ends", FaultMatrixTest::toAccess, json(202, "{\"status\":\"IN_PROGRESS\"}"), FailureClass.PLATFORM, "replicate"),
        answering("replication never starts", FaultMatrixTest::toAccess, json(202, "{\"status\":\"NOT_STARTED\"}"), FailureClass.PLATFORM, "replicate"));
  }

  private static Fault answering(String name, Predicate<HttpCall> to, HttpResult answer, FailureClass failureClass, String step) {
    return new Fault(name, m -> m.intercept = call -> to.test(call) ? answer : null, failureClass, step);
  }

  private static HttpResult slow() {
    HttpResult.Answer quick = json(200, "{}");
    return new HttpResult.Answer(200, quick.headers(), quick.body(), quick.bodyLength(), quick.certificateExpiryMillis(),
        new Phases(0, 0, 0, 0, 20_000_000_000L, 0));
  }

  @ParameterizedTest
  @MethodSource("faults")
  void isClassed(Fault fault) throws InterruptedException {
    SonarWorld world = new SonarWorld();
    // The broker's address is known from an earlier run, as it is whenever something breaks later.
    SonarSettings settings = SonarWorld.with(settings(), withIssuer());
    fault.breaks().accept(world.meshStack);

    SonarRun run = world.run(settings);

    Verdict.Failed failed = JourneyTest.failed(run);
    assertThat(failed.failureClass()).isEqualTo(fault.failureClass());
    assertThat(failed.evidence().step()).isEqualTo(fault.step());
    assertThat(failed.evidence().finding().expected()).isNotBlank();
    assertThat(failed.evidence().finding().got()).isNotBlank();
    assertThat(failed.evidence().finding().advice()).isNotBlank();
  }

  private static io.meshwatch.sonar.meshstack.IdentityBrokerSettings withIssuer() {
    io.meshwatch.sonar.meshstack.IdentityBrokerSettings d = io.meshwatch.sonar.meshstack.IdentityBrokerSettings.defaults();
    return new io.meshwatch.sonar.meshstack.IdentityBrokerSettings(
        java.util.Optional.of(FakeMeshStack.REALM), "meshfed-oidc", d.clientSecret(), d.grant(), d.redirectUrl(), d.scopes(), d.customerScope());
  }

  @Test
  void theEvidenceHoldsWhatAnOperatorNeeds() throws InterruptedException {
    SonarWorld world = new SonarWorld();
    world.meshStack.intercept = call -> toAccess(call)
        ? json(500, "{\"errorCode\":\"ReplicatorUnavailable\",\"message\":\"the replicator does not answer\",\"errorId\":\"9f8e7d6c5b\"}")
        : null;

    Evidence evidence = JourneyTest.failed(world.run(settings())).evidence();

    assertThat(evidence.step()).isEqualTo("access");
    assertThat(evidence.finding().status()).isEqualTo(500);
    assertThat(evidence.finding().errorCode()).isEqualTo("ReplicatorUnavailable");
    assertThat(evidence.finding().errorId()).isEqualTo("9f8e7d6c5b");
    assertThat(evidence.finding().sentence())
        .isEqualTo("expected access to the platform, got status 500 ReplicatorUnavailable: the replicator does not answer");
    assertThat(evidence.exchange()).hasValueSatisfying(exchange -> {
      assertThat(exchange.url()).isEqualTo(FakeMeshStack.ACCESS);
      assertThat(exchange.responseBody()).contains("ReplicatorUnavailable");
      assertThat(exchange.phases().tlsNanos()).isEqualTo(3_000_000);
      assertThat(exchange.requestHeaders()).contains(new HttpCall.Header("Authorization", "Bearer <token>"));
    });
  }

  @Test
  void everyClassButSonarsOwnHasAFault() {
    assertThat(faults()).extracting(Fault::failureClass).contains(FailureClass.DNS, FailureClass.TCP, FailureClass.TLS, FailureClass.IDP, FailureClass.AUTHZ,
        FailureClass.API, FailureClass.CONTRACT, FailureClass.PLATFORM, FailureClass.SLOW, FailureClass.RESTART);
  }
}
