package io.meshwatch.sandbox;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/** A sandbox in a simulated world, and what a client does with it. */
final class SimulatedClient implements AutoCloseable {
  static final long START = 1_800_000_000_000L;

  final SimulatedEnvironment environment = new SimulatedEnvironment(START);
  final Sandbox sandbox = new Sandbox(
      environment.environment(),
      SandboxSettings.defaults()
          .withPorts(0, 0, 0, 0, 0, 0)
          .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), "/sandbox")
          .withPasswords(Secret.of("scrape-secret"), Secret.of("sonar-secret"), Secret.of("key-secret")));

  String scrape(String name) throws InterruptedException {
    Sandbox.Component component = sandbox.components().stream().filter(c -> c.name().equals(name)).findFirst().orElseThrow();
    URI uri = URI.create("https://127.0.0.1:" + component.port() + component.metricsPath());
    HttpCall call = HttpCall.get(uri, TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("scrape-secret"));
    return ((HttpResult.Answer) environment.network().exchange(call)).text();
  }

  String token(String scope) throws InterruptedException {
    HttpResult.Answer answer = passwordGrant(scope);
    assertThat(answer.status()).as(answer.text()).isEqualTo(200);
    return json(answer).path("access_token").asString("");
  }

  HttpResult.Answer passwordGrant(String scope) throws InterruptedException {
    return form("grant_type", "password", "client_id", "meshfed-oidc", "username", "sonar@example.com", "password", "sonar-secret", "scope", scope);
  }

  /** Posts a form to the token endpoint. */
  HttpResult.Answer form(String... fields) throws InterruptedException {
    return form(URI.create(sandbox.issuer() + "/protocol/openid-connect/token"), fields);
  }

  HttpResult.Answer form(URI uri, String... fields) throws InterruptedException {
    List<String> pairs = new ArrayList<>();
    for (int i = 0; i < fields.length; i += 2) {
      pairs.add(fields[i] + "=" + URLEncoder.encode(fields[i + 1], StandardCharsets.UTF_8));
    }
    return call("POST", uri.toString(), String.join("&", pairs), "Content-Type", "application/x-www-form-urlencoded");
  }

  HttpResult.Answer put(String fault, String parameters) throws InterruptedException {
    return call("PUT", sandbox.controlUrl() + "/faults/" + fault, parameters);
  }

  void remove(String fault) throws InterruptedException {
    call("DELETE", sandbox.controlUrl() + "/faults/" + fault, "");
  }

  HttpResult.Answer get(String url, String token, String accept) throws InterruptedException {
    return (HttpResult.Answer) exchange(url, token, accept);
  }

  HttpResult exchange(String url, String token, String accept) throws InterruptedException {
    HttpCall call = HttpCall.get(URI.create(url), TlsTrust.PUBLIC);
    call = token.isEmpty() ? call : call.header("Authorization", "Bearer " + token);
    return environment.network().exchange(accept.isEmpty() ? call : call.header("Accept", accept));
  }

  HttpResult.Answer call(String method, String url, String body, String... headers) throws InterruptedException {
    List<HttpCall.Header> list = new ArrayList<>();
    for (int i = 0; i < headers.length; i += 2) {
      list.add(new HttpCall.Header(headers[i], headers[i + 1]));
    }
    return (HttpResult.Answer) environment.network().exchange(new HttpCall(
        method, URI.create(url), list, body.getBytes(StandardCharsets.UTF_8), Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  static JsonNode json(HttpResult.Answer answer) {
    return Json.read(Arrays.copyOf(answer.body(), answer.bodyLength()));
  }

  static void problem(HttpResult.Answer answer, int status, String errorCode) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(json(answer).path("errorCode").asString("")).isEqualTo(errorCode);
    assertThat(json(answer).path("errorId").asString("")).hasSize(10);
  }

  @Override
  public void close() {
    sandbox.close();
  }
}
