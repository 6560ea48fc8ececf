package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.scrape.PushGateway;
import io.meshwatch.tsdb.StoreSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

class PushApiTest {
  private static final Path FOLDER = Path.of("/data/pushed");

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private EmbeddedEngine engine;
  private PushGateway gateway;

  @BeforeEach
  void open() throws Exception {
    engine = EmbeddedEngine.open(world.environment(), Path.of("/data/store"), StoreSettings.defaults(), QueryOptions.DEFAULT);
    gateway = new PushGateway(world.environment(), engine::appender, FOLDER);
    gateway.start(15);
  }

  @AfterEach
  void close() {
    gateway.close();
    engine.close();
  }

  private static boolean isBackup(String user, String password) {
    return user.equals("backup") && password.equals("secret");
  }

  private int send(String method, String path, String body, PushAccess access, Optional<BiPredicate<String, String>> login, String user)
      throws InterruptedException {
    Routes routes = new Routes();
    new PushApi(gateway, access).addTo(routes);
    routes.get("/page", call -> call.reply().send("text/plain", "page"));
    ListenerSpec spec = new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), login, 1 << 20);
    try (HttpListener listener = world.environment().listeners().open(spec, access.restricting(routes))) {
      HttpCall call = HttpCall.post(URI.create("http://127.0.0.1:" + listener.port() + path), "text/plain", body.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC);
      call = new HttpCall(method, call.uri(), call.headers(), call.body(), call.basicAuth(), call.trust(), call.timeoutMillis(), call.bodyBytesMax(), false);
      HttpCall sent = user.isEmpty() ? call : call.withBasicAuth(user, Secret.of("secret"));
      return ((HttpResult.Answer) world.environment().network().exchange(sent)).status();
    }
  }

  private int send(String method, String path, String body) throws InterruptedException {
    return send(method, path, body, PushAccess.AS_THE_PAGE, Optional.empty(), "");
  }

  private String query(String expression) throws InterruptedException {
    world.time().advance(15_000);
    return engine.query(expression, world.environment().clock().wallMillis(), QueryLimits.DEFAULT).value().toString();
  }

  @Test
  void showsWhatWasPushedAgainAndAgain() throws Exception {
    assertThat(send("PUT", "/metrics/job/dumptruck/instance/db-1", "# TYPE backup_status gauge\nbackup_status{database=\"users\"} 1\n")).isEqualTo(200);
    assertThat(query("backup_status")).contains("database=\"users\"", "instance=\"db-1\"", "job=\"dumptruck\"");
    world.time().advance(600_000);
    assertThat(query("backup_status")).contains("database=\"users\"");
    assertThat(query("push_time_seconds")).contains("value=1.7E9");
  }

  @Test
  void keepsWhatWasPushedOverARestart() throws Exception {
    send("PUT", "/metrics/job/a/b@base64/L3Zhci90bXA", "x{l=\"1\"} 2\n");
    gateway.close();
    gateway = new PushGateway(world.environment(), engine::appender, FOLDER);
    gateway.start(15);
    assertThat(query("x")).contains("b=\"/var/tmp\"", "l=\"1\"");
  }

  @Test
  void replacesTheGroupWithPutAndSameNamesWithPostAndEndsSeries() throws Exception {
    send("PUT", "/metrics/job/a", "x 1\ny 1\n");
    send("POST", "/metrics/job/a", "y 2\n");
    assertThat(query("x + y")).contains("3");
    send("PUT", "/metrics/job/a", "y 5\n");
    assertThat(query("x")).doesNotContain("job");
    assertThat(query("y")).contains("5");
    assertThat(send("DELETE", "/metrics/job/a", "")).isEqualTo(202);
    assertThat(query("y")).doesNotContain("job");
  }

  @Test
  void refusesWhatAPushgatewayRefuses() throws Exception {
    assertThat(send("PUT", "/metrics/job/a", "x 1 1000\n")).isEqualTo(400);
    assertThat(query("push_failure_time_seconds{job=\"a\"} > 0")).contains("job=\"a\"");
    assertThat(send("PUT", "/metrics/job/a", "x 1\nx 2\n")).isEqualTo(400);
    assertThat(send("PUT", "/metrics/job/a/b", "x 1\n")).isEqualTo(400);
    assertThat(send("PUT", "/metrics/job/a/1b/c", "x 1\n")).isEqualTo(400);
    assertThat(send("PUT", "/metrics/job/a", "x 1 z\n")).isEqualTo(400);
    send("PUT", "/metrics/job/a", "# TYPE z counter\nz 1\n");
    assertThat(send("PUT", "/metrics/job/b", "# TYPE z gauge\nz 1\n")).isEqualTo(400);
  }

  @Test
  void asksForALoginForPushesWhereThePageAsksForNone() throws Exception {
    PushAccess access = new PushAccess(Optional.of(PushApiTest::isBackup), Set.of());
    assertThat(send("PUT", "/metrics/job/a", "x 1\n", access, Optional.empty(), "")).isEqualTo(401);
    assertThat(send("PUT", "/metrics/job/a", "x 1\n", access, Optional.empty(), "other")).isEqualTo(401);
    assertThat(send("PUT", "/metrics/job/a", "x 1\n", access, Optional.empty(), "backup")).isEqualTo(200);
    assertThat(send("GET", "/page", "", access, Optional.empty(), "")).isEqualTo(200);
  }

  @Test
  void keepsThoseWhoMayOnlyPushFromThePage() throws Exception {
    PushAccess access = new PushAccess(Optional.empty(), Set.of("backup"));
    assertThat(send("PUT", "/metrics/job/a", "x 1\n", access, Optional.of(PushApiTest::isBackup), "backup")).isEqualTo(200);
    assertThat(send("GET", "/page", "", access, Optional.of(PushApiTest::isBackup), "backup")).isEqualTo(403);
    assertThat(send("GET", "/page", "", access, Optional.of(PushApiTest::isBackup), "")).isEqualTo(401);
  }
}
