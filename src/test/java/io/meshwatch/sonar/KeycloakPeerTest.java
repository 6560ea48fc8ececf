package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.json;
import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.IdentityBrokerSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Sonar against a real Keycloak. Only the API behind it is simulated, and that one asks Keycloak about every token it is shown, so a
 * token that Keycloak would not stand by does not pass.
 */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KeycloakPeerTest {
  private static final String USER = "sonar@example.com";
  private static final String PASSWORD = "p+&\"ä/= word-1";
  /** Longer than the realm's tokens live, shorter than its sessions. */
  private static final long TOKEN_MILLIS = 600_000;
  private static final String KEY_SECRET = "Key-5ecret-of-the-client";

  private final SystemEnvironment system = new SystemEnvironment();
  private Keycloak keycloak;
  private Joined network;

  @BeforeAll
  void start(@TempDir Path folder) throws Exception {
    Optional<Path> home = Keycloak.distribution();
    assumeTrue(home.isPresent(), "no Keycloak below target/keycloak; the profile peers fetches it (mvn generate-test-resources -Ppeers)");
    keycloak = Keycloak.start(home.get(), folder.resolve("keycloak.log"));
  }

  @AfterAll
  void stop() {
    if (keycloak != null) {
      keycloak.close();
    }
    system.close();
  }

  @BeforeEach
  void join() {
    network = new Joined();
  }

  /** Keycloak for real, everything else simulated; knows the tokens that were given out. */
  private final class Joined implements Network {
    final FakeMeshStack meshStack = new FakeMeshStack(new SimulatedEnvironment(SonarWorld.START).time());
    final Network real = system.environment().network();
    int logins;
    final List<String> grants = new ArrayList<>();
    String refreshToken = "";
    /** By how much our clock is ahead: a token ends when it says so. */
    long aheadMillis;

    @Override
    public HttpResult exchange(HttpCall call) throws InterruptedException {
      if (call.uri().getHost().equals("127.0.0.1")) {
        HttpResult result = real.exchange(call);
        learn(call, result);
        return result;
      }
      String bearer = FakeMeshStack.header(call, "Authorization").replace("Bearer ", "");
      if (!bearer.isEmpty()) {
        meshStack.withdrawTokens();
        if (standsBy(bearer)) {
          meshStack.accept(bearer);
        }
      }
      return meshStack.exchange(call);
    }

    private void learn(HttpCall call, HttpResult result) {
      if (call.uri().getPath().endsWith("/token") && result instanceof HttpResult.Answer answer && answer.status() == 200) {
        JsonNode json = JsonMapper.shared().readTree(answer.text());
        logins++;
        grants.add(FakeMeshStack.form(new String(call.body(), StandardCharsets.UTF_8)).getOrDefault("grant_type", ""));
        refreshToken = json.path("refresh_token").asString("");
      }
    }

    private boolean standsBy(String bearer) throws InterruptedException {
      HttpCall userInfo = HttpCall.get(URI.create(keycloak.issuer() + "/protocol/openid-connect/userinfo"), TlsTrust.PUBLIC)
          .header("Authorization", "Bearer " + bearer);
      return real.exchange(userInfo) instanceof HttpResult.Answer answer && answer.status() == 200;
    }

    /** Ends the session behind the last token, as an administrator or a session limit does. */
    void endSession() throws InterruptedException {
      real.exchange(HttpCall.post(URI.create(keycloak.issuer() + "/protocol/openid-connect/logout"), "application/x-www-form-urlencoded",
          ("client_id=meshfed-oidc&refresh_token=" + refreshToken).getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC));
    }
  }

  private SonarSettings settings(String issuer, Grant grant, String user, String password, String client, String secret) {
    IdentityBrokerSettings d = IdentityBrokerSettings.defaults();
    IdentityBrokerSettings broker =
        new IdentityBrokerSettings(Optional.of(issuer), client, Secret.of(secret), grant, d.redirectUrl(), d.scopes(), d.customerScope());
    SonarSettings flat = SonarWorld.with(SonarWorld.settings(), broker);
    return new SonarSettings(user, Secret.of(password), flat.customer(), flat.project(), flat.scanInterval(), flat.targets(), flat.scopes(),
        flat.apiUrl(), broker, flat.timeouts(), flat.replicationDeadlineSeconds(), flat.replicationPollSeconds(), flat.youngTenantSeconds(),
        flat.restartSeconds(), flat.retries(), flat.maintenance(), flat.steps(), flat.caFile(), flat.concurrentRequestsMax(), flat.history(),
        flat.vantagePoint(), flat.confirmSeconds(), flat.heartbeat(), flat.domainExpiry());
  }

  private Environment environment() {
    Environment e = system.environment();
    return new Environment(new ShiftedClock(e.clock()), e.timers(), e.workers(), network, e.disk(), e.listeners(), e.telemetry());
  }

  /** The machine's clock, ahead by as much as the network says. */
  private final class ShiftedClock implements Clock {
    private final Clock machine;

    ShiftedClock(Clock machine) {
      this.machine = machine;
    }

    @Override
    public long wallMillis() {
      return machine.wallMillis() + network.aheadMillis;
    }

    @Override
    public long monotonicNanos() {
      return machine.monotonicNanos();
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
      machine.sleep(millis);
    }
  }

  private SonarRun run(SonarSettings settings) throws InterruptedException {
    Environment environment = environment();
    JourneyRunner runner = new JourneyRunner(environment, new ApiMemory(), new ExchangeGate(10, environment.clock()));
    return runner.run(Journey.of(settings).getFirst(), Trigger.SCHEDULE, environment.clock().wallMillis(), () -> { });
  }

  private SonarRun byClient(String secret) throws InterruptedException {
    return run(settings(keycloak.issuer(), Grant.CLIENT_CREDENTIALS, "", "", "api-key", secret));
  }

  private SonarRun byPassword(String user, String password, String client) throws InterruptedException {
    return run(settings(keycloak.issuer(), Grant.PASSWORD, user, password, client, ""));
  }

  private SonarRun byForm(String user, String password, String client) throws InterruptedException {
    return run(settings(keycloak.issuer(), Grant.LOGIN_FORM, user, password, client, ""));
  }

  private static void assertPassed(SonarRun run) {
    assertThat(run.verdict()).as("%s", run).isEqualTo(new Verdict.Passed(false, ""));
    assertThat(run.leftovers()).as("%s", run).isZero();
  }

  private static Evidence refused(SonarRun run) {
    Verdict.Failed failed = JourneyTest.failed(run);
    assertThat(failed.failureClass()).as("%s", failed).isEqualTo(FailureClass.IDP);
    assertThat(failed.evidence().step()).isEqualTo("login");
    assertThat(run.toString()).doesNotContain(PASSWORD).doesNotContain(KEY_SECRET);
    return failed.evidence();
  }

  @Test
  void logsInByPasswordAndEndsTheSession() throws InterruptedException {
    assertPassed(byPassword(USER, PASSWORD, "meshfed-oidc"));
    String bearer = FakeMeshStack.header(network.meshStack.calls.getLast(), "Authorization").replace("Bearer ", "");
    assertThat(network.standsBy(bearer)).isFalse();
  }

  @Test
  void renewsATokenWithinItsSession() throws InterruptedException {
    network.meshStack.intercept = call -> {
      network.aheadMillis = call.uri().getPath().endsWith("/access") ? TOKEN_MILLIS : network.aheadMillis;
      return null;
    };
    int[] looks = {0};
    network.meshStack.access = call -> ++looks[0] < 3 ? json(202, "{}") : json(200, "{}");

    assertPassed(run(quicklyFollowed()));
    assertThat(network.grants).containsExactly("password", "refresh_token");
  }

  private SonarSettings quicklyFollowed() {
    SonarSettings s = settings(keycloak.issuer(), Grant.PASSWORD, USER, PASSWORD, "meshfed-oidc", "");
    return new SonarSettings(s.username(), s.password(), s.customer(), s.project(), s.scanInterval(), s.targets(), s.scopes(), s.apiUrl(), s.identityBroker(),
        s.timeouts(), s.replicationDeadlineSeconds(), 0.05, s.youngTenantSeconds(), s.restartSeconds(), s.retries(), s.maintenance(), s.steps(),
        s.caFile(), s.concurrentRequestsMax(), s.history(), s.vantagePoint(), s.confirmSeconds(), s.heartbeat(), s.domainExpiry());
  }

  @Test
  void logsInByTheLoginForm() throws InterruptedException {
    assertPassed(byForm(USER, PASSWORD, "meshfed-oidc"));
  }

  @Test
  void agreesToTheConsentPage() throws InterruptedException {
    assertPassed(byForm(USER, PASSWORD, "asks-consent"));
  }

  @Test
  void logsInByClientCredentials() throws InterruptedException {
    assertPassed(byClient(KEY_SECRET));
  }

  @Test
  void aWrongPasswordIsRefused() throws InterruptedException {
    assertThat(refused(byPassword(USER, "wrong", "meshfed-oidc")).finding().advice()).contains("user name and password");
    assertThat(refused(byForm(USER, "wrong", "meshfed-oidc")).finding().got()).contains("Invalid username or password");
    assertThat(refused(byClient("wrong-secret")).finding().advice()).contains("clientId and clientSecret");
  }

  @Test
  void aDisabledUserIsNamed() throws InterruptedException {
    assertThat(refused(byPassword("disabled@example.com", PASSWORD, "meshfed-oidc")).finding().advice()).contains("disabled or locked: enable it");
    assertThat(refused(byForm("disabled@example.com", PASSWORD, "meshfed-oidc")).finding().got()).contains("disabled");
  }

  @Test
  void aGrantThatIsSwitchedOffIsNamed() throws InterruptedException {
    Evidence evidence = refused(byPassword(USER, PASSWORD, "no-direct-grant"));

    assertThat(evidence.finding().errorCode()).isEqualTo("unauthorized_client");
    assertThat(evidence.finding().advice()).contains("direct access grants", "LOGIN_FORM");
    assertPassed(byForm(USER, PASSWORD, "no-direct-grant"));
  }

  @ParameterizedTest
  @CsvSource({"unfinished@example.com, a page that asks for a new password", "second-factor@example.com, a page that asks for a second factor"})
  void openActionsAreNamed(String user, String page) throws InterruptedException {
    assertThat(refused(byPassword(user, PASSWORD, "meshfed-oidc")).finding().advice()).contains("open actions");
    assertThat(refused(byForm(user, PASSWORD, "meshfed-oidc")).finding().got()).contains(page);
  }

  @Test
  void anUnknownRealmIsNamed() throws InterruptedException {
    String gone = keycloak.issuer().replace("/meshfed", "/gone");

    assertThat(refused(run(settings(gone, Grant.PASSWORD, USER, PASSWORD, "", ""))).finding().advice()).contains("no such realm");
  }

  @Test
  void aTokenForAnotherCustomerIsNamed() throws InterruptedException {
    assertThat(JourneyTest.failed(byPassword(USER, PASSWORD, "other-customer")).failureClass()).isEqualTo(FailureClass.AUTHZ);
  }

  @Test
  void anExpiredSessionIsRenewedExactlyOnce() throws InterruptedException {
    network.meshStack.access = call -> FakeMeshStack.json(200, "{}");
    network.meshStack.intercept = call -> {
      if (call.uri().getPath().endsWith("/meshtenants") && network.logins == 1) {
        end();
        return FakeMeshStack.json(401, "{\"errorCode\":\"Unauthorized\"}");
      }
      return null;
    };

    assertPassed(byPassword(USER, PASSWORD, "meshfed-oidc"));
    assertThat(network.logins).isEqualTo(2);
  }

  @Test
  void aSessionThatHasEndedByItselfIsNoLeftover() throws InterruptedException {
    network.meshStack.access = call -> {
      end();
      return FakeMeshStack.json(200, "{}");
    };

    assertPassed(byPassword(USER, PASSWORD, "meshfed-oidc"));
  }

  private void end() {
    try {
      network.endSession();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  @Test
  void theDoctorNamesWhatTheIdentityProviderForbids() throws InterruptedException {
    SonarSettings settings = settings(keycloak.issuer(), Grant.PASSWORD, USER, PASSWORD, "no-direct-grant", "");

    List<Diagnosis> found = new Doctor(environment()).examine(settings);

    assertThat(found).filteredOn(each -> each.outcome() == Diagnosis.Outcome.MISSING).singleElement().satisfies(each -> {
      assertThat(each.check()).isEqualTo("technical user and password grant");
      assertThat(each.advice()).contains("direct access grants");
    });
  }
}
