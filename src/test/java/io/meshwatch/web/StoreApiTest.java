package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.OpeningProgress;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.tsdb.StoreSettings;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** What the API says about the store, does to it, and says before it is open. */
class StoreApiTest {
  private static final long NOW = 1_700_000_000_000L;

  private final Environment environment = new SimulatedEnvironment(NOW).environment();
  private final OpeningProgress progress = new OpeningProgress();
  private Front front;
  private EmbeddedEngine engine;

  @BeforeEach
  void open() throws Exception {
    front = new Front(environment, new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), progress);
    engine = EmbeddedEngine.open(environment, Path.of("/data"), StoreSettings.defaults(), QueryOptions.DEFAULT, progress);
    Appender appender = engine.appender();
    appender.append(appender.series(Labels.of("__name__", "up", "job", "api", "instance", "a:1")), NOW, 1);
    appender.append(appender.series(Labels.of("__name__", "up", "job", "api", "instance", "b:1")), NOW, 0);
    appender.append(appender.series(Labels.of("__name__", "ratio", "job", "db")), NOW, 0.5);
    appender.commit();
  }

  @AfterEach
  void close() {
    front.close();
    engine.close();
  }

  private void show(boolean adminApi) {
    Routes routes = new Routes();
    new StoreApi(engine, progress, adminApi).addTo(routes);
    front.show(routes);
  }

  private HttpResult.Answer get(String path) throws InterruptedException {
    return (HttpResult.Answer) environment.network().exchange(HttpCall.get(uri(path), TlsTrust.PUBLIC));
  }

  private HttpResult.Answer post(String path, String form) throws InterruptedException {
    return (HttpResult.Answer) environment.network().exchange(
        HttpCall.post(uri(path), "application/x-www-form-urlencoded", form.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC));
  }

  private URI uri(String path) {
    return URI.create("http://127.0.0.1:" + front.port() + path);
  }

  @Test
  void saysThatItStartsUntilTheStoreIsOpen() throws Exception {
    assertThat(get("/-/healthy").status()).isEqualTo(200);
    assertThat(get("/-/ready").status()).isEqualTo(503);
    assertThat(get("/-/ready").text()).startsWith("meshwatch is starting");
    assertThat(get("/").text()).contains("meshwatch is starting").contains("refresh");
    assertThat(get("/api/v1/query?query=up").status()).isEqualTo(503);
    assertThat(get("/api/v1/query?query=up").text()).contains("\"errorType\":\"unavailable\"");
    assertThat(get("/api/v1/status/walreplay").text()).contains("\"state\":\"done\"");
    show(false);
    assertThat(get("/api/v1/status/walreplay").text()).isEqualTo(
        "{\"status\":\"success\",\"data\":{\"min\":0,\"max\":0,\"current\":0,\"state\":\"done\"}}");
  }

  @Test
  void tellsWhatFillsTheStoreInPrometheusJson() throws Exception {
    show(false);
    assertThat(get("/api/v1/status/tsdb?limit=1").text()).isEqualTo(
        "{\"status\":\"success\",\"data\":{\"headStats\":{\"numSeries\":3,\"numLabelPairs\":6,\"chunkCount\":3,\"minTime\":1700000000000,"
            + "\"maxTime\":1700000000000},\"seriesCountByMetricName\":[{\"name\":\"up\",\"value\":2}],"
            + "\"labelValueCountByLabelName\":[{\"name\":\"__name__\",\"value\":2}],\"memoryInBytesByLabelName\":[{\"name\":\"__name__\",\"value\":9}],"
            + "\"seriesCountByLabelValuePair\":[{\"name\":\"__name__=up\",\"value\":2}]}}");
    assertThat(get("/api/v1/status/tsdb?limit=0x").status()).isEqualTo(400);
  }

  @Test
  void changesNothingUnlessAdminApisAreEnabled() throws Exception {
    show(false);
    HttpResult.Answer refused = post("/api/v1/admin/tsdb/delete_series", "match[]=up");
    assertThat(refused.status()).isEqualTo(500);
    assertThat(refused.text()).isEqualTo("{\"status\":\"error\",\"errorType\":\"unavailable\",\"error\":\"admin APIs disabled\"}");
  }

  @Test
  void deletesSeriesAndMakesSnapshots() throws Exception {
    show(true);
    assertThat(post("/api/v1/admin/tsdb/delete_series", "match[]=up%7Binstance%3D%22a%3A1%22%7D").status()).isEqualTo(204);
    assertThat(engine.query("count(up)", NOW, QueryLimits.DEFAULT).value().toString()).contains("1");
    assertThat(post("/api/v1/admin/tsdb/delete_series", "").text()).contains("no match[] parameter provided");
    assertThat(post("/api/v1/admin/tsdb/delete_series", "match[]=up%7B").status()).isEqualTo(400);
    assertThat(post("/api/v1/admin/tsdb/clean_tombstones", "").status()).isEqualTo(204);
    HttpResult.Answer made = post("/api/v1/admin/tsdb/snapshot", "");
    assertThat(made.status()).isEqualTo(200);
    String name = made.text().replaceAll(".*\"name\":\"([^\"]+)\".*", "$1");
    assertThat(environment.disk().list(Path.of("/data/snapshots").resolve(name))).isNotEmpty();
  }
}
