package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class RoutesTest {
  private final SystemEnvironment system = new SystemEnvironment();
  private final Routes routes = new Routes()
      .get("/api/v1/status/{what}", says("status"))
      .getOrPost("/api/v1/query", says("query"))
      .get("/runbooks/{alert}", says("runbook"))
      .add("PUT", "/metrics/job/{job}/{rest*}", says("push"))
      .get("/{page*}", says("page"));
  private final HttpListener listener = system.environment().listeners()
      .open(new ListenerSpec("test", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1024), routes);
  private final HttpClient client = HttpClient.newHttpClient();

  @AfterEach
  void close() {
    client.close();
    listener.close();
    system.close();
  }

  private static Routes.Endpoint says(String name) {
    return call -> call.reply().send("text/plain", name + new TreeMap<>(call.path()));
  }

  private HttpResponse<String> ask(String method, String path) throws Exception {
    URI uri = URI.create("http://127.0.0.1:" + listener.port() + path);
    return client.send(HttpRequest.newBuilder(uri).method(method, HttpRequest.BodyPublishers.noBody()).build(), HttpResponse.BodyHandlers.ofString());
  }

  @Test
  void theFirstPatternThatFitsAnswersWithWhatStandsInItsBraces() throws Exception {
    assertThat(ask("GET", "/api/v1/status/tsdb").body()).isEqualTo("status{what=tsdb}");
    assertThat(ask("POST", "/api/v1/query").body()).isEqualTo("query{}");
    assertThat(ask("GET", "/runbooks/Node%20Down").body()).isEqualTo("runbook{alert=Node Down}");
    assertThat(ask("PUT", "/metrics/job/backup/host/db-1").body()).isEqualTo("push{job=backup, rest=host/db-1}");
    assertThat(ask("GET", "/").body()).isEqualTo("page{page=}");
    assertThat(ask("GET", "/alerts/all").body()).isEqualTo("page{page=alerts/all}");
  }

  @Test
  void knownPathsNameTheMethodsTheyTake() throws Exception {
    HttpResponse<String> refused = ask("DELETE", "/api/v1/query");
    assertThat(refused.statusCode()).isEqualTo(405);
    assertThat(refused.headers().firstValue("Allow")).contains("GET, POST");
    assertThat(ask("OPTIONS", "/api/v1/query").headers().firstValue("Allow")).contains("GET, POST, OPTIONS");
    assertThat(ask("HEAD", "/runbooks/NodeDown").statusCode()).isEqualTo(200);
    assertThat(ask("HEAD", "/api/v1/query").statusCode()).as("as Prometheus").isEqualTo(405);
  }

  @Test
  void emptySegmentsAreLeftOutByARedirect() throws Exception {
    HttpResponse<String> answer = ask("GET", "/api//v1///query");
    assertThat(answer.statusCode()).isEqualTo(301);
    assertThat(answer.headers().firstValue("Location")).contains("/api/v1/query");
  }
}
