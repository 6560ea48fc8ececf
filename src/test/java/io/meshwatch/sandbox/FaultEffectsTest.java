package io.meshwatch.sandbox;

import static io.meshwatch.sandbox.SimulatedClient.json;
import static io.meshwatch.sandbox.SimulatedClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;

/** Each fault does what it says, and its end undoes it. */
class FaultEffectsTest {
  private static final String CUSTOMERS = "application/vnd.meshcloud.api.meshcustomer.v1.hal+json";
  private static final String TENANTS = "application/vnd.meshcloud.api.meshtenant.v3.hal+json";

  private final SimulatedClient client = new SimulatedClient();

  @AfterEach
  void close() {
    client.close();
  }

  @ParameterizedTest
  @CsvSource({
    "idp-wrong-password, 401, invalid_grant", "idp-user-disabled, 400, invalid_grant", "idp-grant-off, 400, unauthorized_client",
    "idp-consent-required, 400, invalid_grant", "idp-wrong-realm, 404, Realm does not exist"
  })
  void refusesTheTechnicalUser(String fault, int status, String error) throws Exception {
    client.put(fault, "{}");
    HttpResult.Answer answer = client.passwordGrant("");
    assertThat(answer.status()).isEqualTo(status);
    assertThat(json(answer).path("error").asString("")).isEqualTo(error);
    client.remove(fault);
    assertThat(client.passwordGrant("").status()).isEqualTo(200);
  }

  @ParameterizedTest
  @CsvSource({
    "api-error, 500, InternalServerError", "api-rate-limit, 429, TooManyRequests", "mariadb-down, 500, InternalServerError",
    "token-rejected, 401, Unauthorized", "contract-media-type, 406, NotAcceptable"
  })
  void refusesAtTheApi(String fault, int status, String errorCode) throws Exception {
    String token = client.token("c:my-customer");
    client.put(fault, "{}");
    problem(customers(token), status, errorCode);
    client.remove(fault);
    assertThat(customers(token).status()).isEqualTo(200);
  }

  @Test
  void saysHowLongToWaitWhenThereAreTooManyRequests() throws Exception {
    client.put("api-rate-limit", "{\"retryAfterSeconds\": 7}");
    assertThat(customers("").header("Retry-After")).contains("7");
  }

  @Test
  void restartsForThreeMinutesAndIsBackByItself() throws Exception {
    String token = client.token("c:my-customer");
    client.put("api-restart", "{}");
    assertThat(customers(token).status()).isEqualTo(503);
    client.environment.time().advance(179_000);
    assertThat(customers(token).status()).isEqualTo(503);
    client.environment.time().advance(1_000);
    assertThat(customers(client.token("c:my-customer")).status()).isEqualTo(200);
  }

  @Test
  void issuesNoCustomerToAUserWhoWasRemovedFromIt() throws Exception {
    client.put("user-not-in-customer", "{}");
    problem(client.get(client.sandbox.accessUrl("aws.aws-main"), client.token("c:my-customer"), ""), 403, "Forbidden");
  }

  @Test
  void deniesAccessThatExpired() throws Exception {
    client.put("access-expired", "{}");
    problem(client.get(client.sandbox.accessUrl("aws.aws-main"), client.token("c:my-customer"), ""), 403, "AccessExpired");
  }

  @Test
  void losesATenantOnOnePlatformOnly() throws Exception {
    String token = client.token("c:my-customer");
    client.put("tenant-missing", "{\"platform\": \"gcp.gcp-main\"}");
    problem(client.get(client.sandbox.accessUrl("gcp.gcp-main"), token, ""), 404, "NotFound");
    assertThat(client.get(client.sandbox.accessUrl("aws.aws-main"), token, "").status()).isEqualTo(202);
    String tenants = client.get(client.sandbox.apiUrl() + "/api/meshobjects/meshtenants", token, TENANTS).text();
    assertThat(tenants).contains("aws.aws-main").doesNotContain("gcp.gcp-main");
  }

  @Test
  void issuesTokensThatAreExpiredWhenItsClockIsSlow() throws Exception {
    client.put("clock-skew", "{}");
    problem(customers(client.token("c:my-customer")), 401, "Unauthorized");
    client.put("clock-skew", "{\"skewSeconds\": 3600}");
    problem(customers(client.token("c:my-customer")), 401, "Unauthorized");
  }

  @Test
  void breaksTheContractInEachWay() throws Exception {
    String key = json(client.form("grant_type", "client_credentials", "client_id", SandboxSettings.defaults().apiKeyId(), "client_secret", "key-secret"))
        .path("access_token").asString("");
    String url = client.sandbox.apiUrl() + "/api/meshobjects/meshtenants?size=2";
    assertThat(json(client.get(url, key, TENANTS)).at("/_links/next").isMissingNode()).isFalse();

    client.put("contract-missing-next", "{}");
    assertThat(json(client.get(url, key, TENANTS)).at("/_links/next").isMissingNode()).isTrue();
    client.put("contract-empty-embedded", "{}");
    assertThat(json(client.get(url, key, TENANTS)).at("/_embedded/meshTenants")).isEmpty();
    client.put("contract-malformed-json", "{}");
    assertThat(client.get(url, key, TENANTS).text()).startsWith("{").doesNotEndWith("}");
    client.put("contract-html", "{}");
    assertThat(client.get(url, key, TENANTS).header("Content-Type").orElse("")).startsWith("text/html");
  }

  @Test
  void showsAStaleIdentifierWhileReplicationFails() throws Exception {
    String token = client.token("c:my-customer");
    client.put("contract-stale-local-id", "{}");
    client.get(client.sandbox.accessUrl("aws.aws-main"), token, "");
    client.environment.time().advance(2_000);
    assertThat(json(client.get(client.sandbox.accessUrl("aws.aws-main"), token, "")).path("status").asString("")).isEqualTo("FAILED");
    String tenants = client.get(client.sandbox.apiUrl() + "/api/meshobjects/meshtenants?platformIdentifier=aws.aws-main", token, TENANTS).text();
    assertThat(tenants).contains("\"localId\":\"");
  }

  @Test
  void replicatesSlowlyButWell() throws Exception {
    String token = client.token("c:my-customer");
    client.put("replication-slow", "{\"delaySeconds\": 100}");
    client.get(client.sandbox.accessUrl("aws.aws-main"), token, "");
    client.environment.time().advance(100_000);
    assertThat(client.get(client.sandbox.accessUrl("aws.aws-main"), token, "").status()).isEqualTo(202);
    client.environment.time().advance(2_000);
    assertThat(json(client.get(client.sandbox.accessUrl("aws.aws-main"), token, "")).path("status").asString("")).isEqualTo("SUCCESSFUL");
  }

  @Test
  void retriesAFailedReplicationByItself() throws Exception {
    String token = client.token("c:my-customer");
    client.put("replication-failed", "{}");
    client.get(client.sandbox.accessUrl("aws.aws-main"), token, "");
    client.environment.time().advance(2_000);
    assertThat(client.scrape("replicator")).contains("replicateProject_total{platform=\"aws.aws-main\",result=\"failure\"} 1");
    client.remove("replication-failed");
    client.environment.time().advance(60_000);
    client.scrape("replicator");
    client.environment.time().advance(2_000);
    assertThat(client.scrape("replicator")).contains("replicateProject_total{platform=\"aws.aws-main\",result=\"success\"} 1");
  }

  @Test
  void replicatesEveryTenantInTheNight() throws Exception {
    client.environment.time().advance(24 * 3_600_000);
    client.scrape("replicator");
    client.environment.time().advance(5_000);
    assertThat(client.scrape("replicator")).contains("replicateProject_total{platform=\"gcp.gcp-main\",result=\"success\"} 58");
  }

  @Test
  void breaksOneComponentsScrapeAndNoOther() throws Exception {
    HttpCall call = HttpCall.get(componentUri("mariadb"), TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("scrape-secret"));
    client.put("component-down", "{\"component\": \"mariadb\"}");
    assertThat(client.environment.network().exchange(call)).isInstanceOf(HttpResult.Failure.class);
    assertThat(client.scrape("rabbitmq")).contains("rabbitmq_build_info");
    client.remove("component-down");
    client.put("component-unauthorized", "{\"component\": \"mariadb\"}");
    assertThat(((HttpResult.Answer) client.environment.network().exchange(call)).status()).isEqualTo(401);
    client.remove("component-unauthorized");
    client.put("component-garbage", "{\"component\": \"mariadb\"}");
    assertThat(client.scrape("mariadb")).doesNotContain("# TYPE");
  }

  @Test
  void showsTroubleInTheMetrics() throws Exception {
    client.environment.time().advance(100_000);
    client.scrape("meshfed-api");
    assertThat(client.scrape("panel")).contains("status=\"502\"} 0");
    client.put("mariadb-down", "{}");
    client.put("heap-full", "{}");
    client.put("component-error-rate", "{}");
    client.put("backup-failed", "{}");
    client.environment.time().advance(100_000);
    assertThat(client.scrape("mariadb")).contains("mysql_up 0");
    assertThat(client.scrape("meshfed-api"))
        .contains("hikaricp_connections_pending{pool=\"HikariPool-1\"} 7", "logback_events_total{level=\"error\"} 150")
        .containsPattern("http_server_requests_seconds_count\\{[^}]*status=\"500\"[^}]*} 250");
    assertThat(client.scrape("pushgateway")).containsPattern("backup_status\\{[^}]*} -1");
    HttpCall health = HttpCall.get(URI.create(client.sandbox.healthUrl()), TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("scrape-secret"));
    HttpResult.Answer answer = (HttpResult.Answer) client.environment.network().exchange(health);
    assertThat(answer.status()).isEqualTo(503);
    assertThat(json(answer).at("/components/db/status").asString("")).isEqualTo("DOWN");
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void switchesOnWithoutParametersAndOffAgain(FaultKind kind) throws Exception {
    HttpResult.Answer on = client.put(kind.outsideName(), "{}");
    assertThat(on.status()).as(on.text()).isEqualTo(200);
    assertThat(json(on).path("active").asBoolean(false)).isTrue();
    client.remove(kind.outsideName());
    client.environment.time().advance(1_000);
    assertThat(client.get(client.sandbox.accessUrl("aws.aws-main"), client.token("c:my-customer"), "").status()).isEqualTo(202);
  }

  @ParameterizedTest
  @EnumSource(FaultKind.class)
  void isInTheDocumentationWithItsClass(FaultKind kind) throws Exception {
    String row = "| `" + kind.outsideName() + "` | " + kind.description() + " | " + kind.reason();
    assertThat(Files.readString(Path.of("docs/sandbox.md"))).contains(row.strip());
  }

  private URI componentUri(String name) {
    Sandbox.Component component = client.sandbox.components().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    return URI.create("https://127.0.0.1:" + component.port() + component.metricsPath());
  }

  private HttpResult.Answer customers(String token) throws InterruptedException {
    return client.get(client.sandbox.apiUrl() + "/api/meshobjects/meshcustomers", token, CUSTOMERS);
  }
}
