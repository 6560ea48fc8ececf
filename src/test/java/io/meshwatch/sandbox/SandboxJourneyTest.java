package io.meshwatch.sandbox;

import static io.meshwatch.sandbox.SimulatedClient.json;
import static io.meshwatch.sandbox.SimulatedClient.problem;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class SandboxJourneyTest {
  private static final String CUSTOMERS = "application/vnd.meshcloud.api.meshcustomer.v1.hal+json";
  private static final String PROJECTS = "application/vnd.meshcloud.api.meshproject.v2.hal+json";
  private static final String TENANTS = "application/vnd.meshcloud.api.meshtenant.v3.hal+json";

  private final SimulatedClient client = new SimulatedClient();
  private final SimulatedEnvironment environment = client.environment;
  private final Sandbox sandbox = client.sandbox;

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void leadsFromDiscoveryToASuccessfulReplication() throws Exception {
    JsonNode discovery = json(client.get(sandbox.issuer() + "/.well-known/openid-configuration", "", ""));
    assertThat(discovery.path("issuer").asString("")).isEqualTo(sandbox.issuer());
    String token = client.token("openid c:my-customer");

    JsonNode customers = json(client.get(sandbox.apiUrl() + "/api/meshobjects/meshcustomers", token, CUSTOMERS));
    assertThat(customers.at("/_embedded/meshCustomers/0/metadata/name").asString("")).isEqualTo("my-customer");
    JsonNode project = json(client.get(sandbox.apiUrl() + "/api/meshobjects/meshprojects/my-customer.my-project", token, PROJECTS));
    assertThat(project.at("/metadata/ownedByWorkspace").asString("")).isEqualTo("my-customer");

    HttpResult.Answer first = client.get(sandbox.accessUrl("aws.aws-main"), token, "application/json");
    assertThat(first.status()).isEqualTo(202);
    assertThat(json(first).path("status").asString("")).isEqualTo("PENDING");
    environment.time().advance(500);
    assertThat(json(client.get(sandbox.accessUrl("aws.aws-main"), token, "")).path("status").asString("")).isEqualTo("IN_PROGRESS");
    environment.time().advance(60_000);
    HttpResult.Answer last = client.get(sandbox.accessUrl("aws.aws-main"), token, "");
    assertThat(last.status()).isEqualTo(200);
    assertThat(json(last).path("status").asString("")).isEqualTo("SUCCESSFUL");

    JsonNode tenants = json(client.get(
        sandbox.apiUrl() + "/api/meshobjects/meshtenants?platformIdentifier=aws.aws-main", token, TENANTS));
    assertThat(tenants.at("/_embedded/meshTenants/0/spec/localId").asString("")).hasSize(12);
    assertThat(client.get(sandbox.accessUrl("aws.aws-main"), token, "").status()).isEqualTo(200);
    environment.time().advance(10_000);
    assertThat(client.get(sandbox.accessUrl("aws.aws-main"), token, "").status()).isEqualTo(202);
  }

  @Test
  void failsAReplicationWithItsRemarkAndRecovers() throws Exception {
    String token = client.token("c:my-customer");
    client.put("replication-failed", "{}");
    client.get(sandbox.accessUrl("aws.aws-main"), token, "");
    client.get(sandbox.accessUrl("gcp.gcp-main"), token, "");
    environment.time().advance(2_000);
    JsonNode failed = json(client.get(sandbox.accessUrl("aws.aws-main"), token, ""));
    assertThat(failed.path("status").asString("")).isEqualTo("FAILED");
    assertThat(failed.path("userRemark").asString("")).contains("Quota exceeded");
    assertThat(failed.toString()).doesNotContain("AccessDenied");
    assertThat(json(client.get(sandbox.accessUrl("gcp.gcp-main"), token, "")).path("status").asString("")).isEqualTo("SUCCESSFUL");

    client.call("DELETE", sandbox.controlUrl() + "/faults/replication-failed", "");
    environment.time().advance(4_000);
    client.get(sandbox.accessUrl("aws.aws-main"), token, "");
    environment.time().advance(2_000);
    assertThat(json(client.get(sandbox.accessUrl("aws.aws-main"), token, "")).path("status").asString("")).isEqualTo("SUCCESSFUL");
  }

  @Test
  void keepsAReplicationPendingWhileTheBrokerIsOut() throws Exception {
    String token = client.token("c:my-customer");
    client.put("rabbitmq-outage", "{}");
    client.get(sandbox.accessUrl("aws.aws-main"), token, "");
    environment.time().advance(280_000);
    assertThat(client.get(sandbox.accessUrl("aws.aws-main"), token, "").status()).isEqualTo(202);
    assertThat(client.scrape("rabbitmq")).contains("rabbitmq_queue_consumers{queue=\"meshfed.replication\",vhost=\"/\"} 0");
  }

  @Test
  void refusesWithTheErrorBodiesOfTheRealApi() throws Exception {
    String token = client.token("c:my-customer");
    String url = sandbox.apiUrl() + "/api/meshobjects/meshcustomers";
    problem(client.get(url, "", CUSTOMERS), 401, "Unauthorized");
    problem(client.get(url, token, ""), 406, "NotAcceptable");
    problem(client.get(url, token, "*/*"), 406, "NotAcceptable");
    problem(client.get(url, token, "application/vnd.meshcloud.api.meshcustomer.v7.hal+json"), 406, "NotAcceptable");
    problem(client.get(url + "/nobody", token, CUSTOMERS), 404, "NotFound");
    problem(client.get(url + "/team-01", token, CUSTOMERS), 403, "Forbidden");
    problem(client.get(sandbox.accessUrl("aws.aws-main"), client.token("openid"), ""), 403, "Forbidden");
    assertThat(client.get(sandbox.apiUrl() + "/actuator/health", "", "").status()).isEqualTo(401);
  }

  @Test
  void showsPagesWithLinksAndLowersTheirSize() throws Exception {
    String token = json(client.call("POST", sandbox.apiUrl() + "/api/login", "{\"clientId\":\"" + SandboxSettings.defaults().apiKeyId()
        + "\",\"clientSecret\":\"key-secret\"}", "Content-Type", "application/json")).path("access_token").asString("");
    JsonNode page = json(client.get(sandbox.apiUrl() + "/api/meshobjects/meshtenants?page=1&workspaceIdentifier=team-02&size=3", token, TENANTS));
    assertThat(page.at("/page/totalElements").asInt(0)).isEqualTo(8);
    assertThat(page.at("/page/totalPages").asInt(0)).isEqualTo(3);
    assertThat(page.at("/_links/next/href").asString("")).endsWith("/meshtenants?page=2&size=3&workspaceIdentifier=team-02");
    JsonNode all = json(client.get(sandbox.apiUrl() + "/api/meshobjects/meshtenants?size=5000", token, TENANTS));
    assertThat(all.at("/page/size").asInt(0)).isEqualTo(1000);
    assertThat(all.at("/_links/next").isMissingNode()).isTrue();
    problem(client.get(sandbox.apiUrl() + "/api/meshobjects/meshtenants?size=many", token, TENANTS), 400, "BadRequest");
  }

  @Test
  void sendsAFormLoginOnToTheIdentityBroker() throws Exception {
    HttpResult.Answer answer = client.call("POST", sandbox.apiUrl() + "/api/login", "grant_type=client_credentials", "Content-Type", "application/x-www-form-urlencoded");
    assertThat(answer.status()).isEqualTo(307);
    assertThat(answer.header("Location")).contains(sandbox.issuer() + "/protocol/openid-connect/token");
  }

  @Test
  void ordersAndDeletesATenant() throws Exception {
    String token = client.token("c:my-customer");
    String url = sandbox.apiUrl() + "/api/meshobjects/meshtenants";
    String v4 = "application/vnd.meshcloud.api.meshtenant.v4-preview.hal+json";
    String body = "{\"metadata\":{\"ownedByWorkspace\":\"my-customer\",\"ownedByProject\":\"my-project\"},\"spec\":{\"platformIdentifier\":\"aws.aws-main\"}}";
    problem(client.call("POST", url, body, "Authorization", "Bearer " + token, "Accept", v4, "Content-Type", "application/json"), 415, "UnsupportedMediaType");
    problem(client.call("POST", url, body, "Authorization", "Bearer " + token, "Accept", v4, "Content-Type", v4), 409, "Conflict");
    String own = url + "/my-customer.my-project.aws.aws-main";
    assertThat(client.call("DELETE", own, "", "Authorization", "Bearer " + token, "Accept", v4).status()).isEqualTo(202);
    HttpResult.Answer created = client.call("POST", url, body, "Authorization", "Bearer " + token, "Accept", v4, "Content-Type", v4);
    assertThat(created.status()).isEqualTo(201);
    assertThat(json(created).at("/spec/platformTenantId").isNull()).isTrue();
    environment.time().advance(3_000);
    assertThat(json(client.get(own, token, v4)).at("/spec/platformTenantId").asString("")).hasSize(12);
  }

  @Test
  void keepsFaultsAndRefusesUnknownOnes() throws Exception {
    JsonNode faults = json(client.call("GET", sandbox.controlUrl() + "/faults", ""));
    assertThat(faults).hasSize(FaultKind.values().length).allSatisfy(fault -> {
      assertThat(fault.path("active").asBoolean(true)).isFalse();
      assertThat(fault.path("description").asString("")).endsWith(".");
    });
    JsonNode on = json(client.put("replication-failed", "{\"platform\":\"gcp.gcp-main\",\"durationSeconds\":30}"));
    assertThat(on.path("active").asBoolean(false)).isTrue();
    assertThat(on.at("/parameters/platform").asString("")).isEqualTo("gcp.gcp-main");
    environment.time().advance(30_000);
    assertThat(json(client.call("GET", sandbox.controlUrl() + "/faults/replication-failed", "")).path("active").asBoolean(true)).isFalse();

    assertThat(client.put("replication-failed", "{\"platform\":\"mars\"}").text()).contains("expected one of aws.aws-main", "got mars");
    assertThat(client.put("replication-failed", "{\"planet\":\"mars\"}").text()).contains("unknown parameter planet", "platform");
    assertThat(client.put("api-slow", "{\"delaySeconds\":\"long\"}").text()).contains("expected a number");
    assertThat(client.put("api-slow", "no json").status()).isEqualTo(400);
    assertThat(client.put("no-such-fault", "{}").status()).isEqualTo(404);
    assertThat(client.call("GET", sandbox.controlUrl() + "/", "").text()).contains("A simulated meshStack");
  }

  @Test
  void servesEveryComponentOnlyToWhoKnowsThePassword() throws Exception {
    for (Sandbox.Component component : sandbox.components()) {
      URI uri = URI.create("https://127.0.0.1:" + component.port() + component.metricsPath());
      HttpResult.Answer refused = (HttpResult.Answer) environment.network().exchange(HttpCall.get(uri, TlsTrust.PUBLIC));
      assertThat(refused.status()).as(component.name()).isEqualTo(401);
      assertThat(client.scrape(component.name())).as(component.name()).contains("# TYPE ").doesNotContain("NaN");
    }
    assertThat(client.scrape("meshfed-api")).contains("hikaricp_connections_pending{pool=\"HikariPool-1\"} 0", "meshfed_customerCount 30");
  }
}
