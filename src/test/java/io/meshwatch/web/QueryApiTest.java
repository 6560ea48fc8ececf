package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
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
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Prometheus' JSON, to the letter. */
class QueryApiTest {
  private static final long NOW = 1_700_000_000_500L;

  private final Environment environment = new SimulatedEnvironment(NOW).environment();
  private EmbeddedEngine engine;
  private HttpListener listener;

  @BeforeEach
  void open() throws Exception {
    engine = EmbeddedEngine.open(environment, Path.of("/data"), StoreSettings.defaults(), QueryOptions.DEFAULT);
    Appender appender = engine.appender();
    appender.append(appender.series(Labels.of("__name__", "up", "job", "api", "instance", "a:1")), NOW, 1);
    appender.append(appender.series(Labels.of("__name__", "up", "job", "db", "instance", "b:1")), NOW, 0);
    appender.append(appender.series(Labels.of("__name__", "ratio", "job", "db")), NOW, Double.NaN);
    appender.commit();
    Routes routes = new Routes();
    new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
    listener = environment.listeners().open(new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), routes);
  }

  @AfterEach
  void close() {
    listener.close();
    engine.close();
  }

  private HttpResult.Answer get(String path) throws InterruptedException {
    return (HttpResult.Answer) environment.network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + listener.port() + path), TlsTrust.PUBLIC));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void answersAnInstantQuery() throws Exception {
    assertThat(get("/api/v1/query?query=" + encoded("up{job=\"api\"}")).text()).isEqualTo(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"vector\",\"result\":[{\"metric\":{\"__name__\":\"up\",\"instance\":\"a:1\",\"job\":\"api\"},"
            + "\"value\":[1700000000.500,\"1\"]}]}}");
    assertThat(get("/api/v1/query?query=1.5e30").text()).contains("\"resultType\":\"scalar\",\"result\":[1700000000.500,\"1.5e+30\"]");
    assertThat(get("/api/v1/query?query=ratio").text()).contains("\"NaN\"");
  }

  @Test
  void answersARangeQueryAlsoByPost() throws Exception {
    String form = "query=" + encoded("sum(up)") + "&start=1700000000.5&end=1700000001.5&step=1";
    HttpCall call = HttpCall.post(URI.create("http://127.0.0.1:" + listener.port() + "/api/v1/query_range"), "application/x-www-form-urlencoded",
        form.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC);
    assertThat(((HttpResult.Answer) environment.network().exchange(call)).text()).isEqualTo(
        "{\"status\":\"success\",\"data\":{\"resultType\":\"matrix\",\"result\":[{\"metric\":{},\"values\":[[1700000000.500,\"1\"],[1700000001.500,\"1\"]]}]}}");
  }

  @Test
  void saysWhatIsWrongAsPrometheusDoes() throws Exception {
    HttpResult.Answer bad = get("/api/v1/query?query=" + encoded("up{"));
    assertThat(bad.status()).isEqualTo(400);
    assertThat(bad.text()).contains("\"status\":\"error\",\"errorType\":\"bad_data\"").contains("parse error");
    assertThat(get("/api/v1/query_range?query=up&start=2&end=1&step=1").text()).contains("end timestamp must not be before start time");
    assertThat(get("/api/v1/query_range?query=up&start=0&end=1000000&step=1").text()).contains("exceeded maximum resolution of 11,000 points");
    assertThat(get("/api/v1/query?query=" + encoded("up + on() group_left() up")).status()).isEqualTo(422);
    assertThat(get("/api/v1/series").text()).contains("no match[] parameter provided");
    assertThat(get("/api/v1/unknown").status()).isEqualTo(404);
  }

  @Test
  void listsSeriesAndLabels() throws Exception {
    assertThat(get("/api/v1/labels").text()).contains("[\"__name__\",\"instance\",\"job\"]");
    assertThat(get("/api/v1/label/job/values").text()).contains("[\"api\",\"db\"]");
    assertThat(get("/api/v1/label/job/values?limit=1").text()).contains("[\"api\"]");
    assertThat(get("/api/v1/series?match%5B%5D=" + encoded("{job=~\"d.*\"}")).text())
        .contains("[{\"__name__\":\"ratio\",\"job\":\"db\"},{\"__name__\":\"up\",\"instance\":\"b:1\",\"job\":\"db\"}]");
  }
}
