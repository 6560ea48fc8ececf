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
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.QueryEngine;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.QueryStatistics;
import io.meshwatch.tsdb.StoreSettings;
import java.io.StringWriter;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.core.JsonGenerator;

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
    appender.exemplar(appender.series(Labels.of("__name__", "up", "job", "db", "instance", "b:1")), new Exemplar(Labels.of("trace_id", "t1"), 0.25, NOW));
    appender.commit();
    Routes routes = new Routes();
    new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
    new CatalogueApi(engine).addTo(routes);
    listener = environment.listeners().open(
        new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), new CrossOrigin("https?://good\\..*", routes));
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
    assertThat(get("/api/v1/query?query=1.5e30").text()).contains("\"resultType\":\"scalar\",\"result\":[1700000000.5,\"1500000000000000000000000000000\"]");
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

  @Test
  void shortensAnswersToALimitAndSaysSo() throws Exception {
    assertThat(get("/api/v1/query?query=up&limit=1").text())
        .contains("\"instance\":\"a:1\"").doesNotContain("b:1").endsWith("\"warnings\":[\"results truncated due to limit\"]}");
    assertThat(get("/api/v1/query?query=up&limit=2").text()).doesNotContain("warnings");
    assertThat(get("/api/v1/query_range?query=up&start=1700000000&end=1700000001&step=1&limit=1").text()).contains("results truncated due to limit");
    assertThat(get("/api/v1/labels?limit=2").text())
        .isEqualTo("{\"status\":\"success\",\"data\":[\"__name__\",\"instance\"],\"warnings\":[\"results truncated due to limit\"]}");
    assertThat(get("/api/v1/label/job/values?limit=2").text()).doesNotContain("warnings");
    assertThat(get("/api/v1/series?match%5B%5D=up&limit=1").text()).contains("results truncated due to limit");
    assertThat(get("/api/v1/series?match%5B%5D=up&limit=x").text()).contains("invalid parameter \\\"limit\\\": strconv.Atoi: parsing \\\"x\\\": invalid syntax");
    assertThat(get("/api/v1/query?query=up&limit=-1").text()).contains("limit must be non-negative");
  }

  @Test
  void tellsWhatAQueryTook() throws Exception {
    assertThat(get("/api/v1/query?query=up&stats=all").text())
        .contains("\"stats\":{\"timings\":{\"evalTotalTime\":0,").contains("\"samples\":{\"totalQueryableSamples\":2,\"peakSamples\":2}}}}");
    assertThat(get("/api/v1/query?query=up").text()).doesNotContain("stats");
  }

  @Test
  void tellsWhatEachStepLookedAtIfThatIsSwitchedOn() throws Exception {
    String range = "/api/v1/query_range?query=" + encoded("sum_over_time(up[2s])") + "&start=1699999999&end=1700000002&step=1";
    assertThat(get(range + "&stats=all").text()).contains("\"samples\":{\"totalQueryableSamples\":4,");
    QueryEngine counting = new QueryEngine(new QueryOptions(ParserOptions.STABLE, false, 60_000, true), environment.workers(), environment.clock());
    QueryResult result = counting.range(engine.queryable(), "sum_over_time(up[2s])", 1_699_999_999_000L, 1_700_000_002_000L, 1_000, QueryLimits.DEFAULT);
    assertThat(result.statistics().perStep()).extracting(QueryStatistics.StepCount::samples).containsExactly(0L, 0L, 2L, 2L);
    StringWriter text = new StringWriter();
    try (JsonGenerator json = Json.MAPPER.createGenerator(text)) {
      json.writeStartObject();
      PrometheusJson.statistics(json, result.statistics(), 0, true);
      json.writeEndObject();
    }
    assertThat(text.toString()).contains("\"samples\":{\"totalQueryableSamplesPerStep\":[[1699999999,0],[1700000000,0],[1700000001,2],[1700000002,2]],"
        + "\"totalQueryableSamples\":4,\"peakSamples\":8}");
  }

  @Test
  void looksBackAsFarAsTheRequestSays() throws Exception {
    String later = "/api/v1/query?query=up&time=1700000060";
    assertThat(get(later).text()).contains("a:1");
    assertThat(get(later + "&lookback_delta=30s").text()).contains("\"result\":[]");
    assertThat(get(later + "&timeout=1e30").text()).contains("It overflows int64");
    assertThat(get("/api/v1/query?query=up&timeout=-1x").status()).isEqualTo(400);
  }

  @Test
  void readsTimesAsPrometheusDoes() throws Exception {
    assertThat(get("/api/v1/query?query=time()&time=2015-07-01T20:10:30.781Z").text()).contains("[1435781430.781,\"1435781430.781\"]");
    assertThat(get("/api/v1/query?query=1&time=NaN").text()).contains("[-9223372036.854,");
    assertThat(get("/api/v1/query?query=1&time=-1.5").text()).contains("[-1.5,");
    assertThat(get("/api/v1/query?query=1&time=2015-07-01T20:10:30").text()).contains("cannot parse \\\"2015-07-01T20:10:30\\\" to a valid timestamp");
    assertThat(get("/api/v1/series?match%5B%5D=up&start=5&end=1").text()).isEqualTo("{\"status\":\"success\",\"data\":[]}");
  }

  @Test
  void showsTheTreeOfAnExpression() throws Exception {
    assertThat(get("/api/v1/parse_query?query=" + encoded("-sum by (a) (rate(x{b!=\"1\"}[5m] offset 1m)) * on (c) group_left 1e3")).status()).isEqualTo(400);
    assertThat(get("/api/v1/parse_query?query=" + encoded("-topk(2, x offset -1m)")).text()).isEqualTo("{\"status\":\"success\",\"data\":"
        + "{\"expr\":{\"expr\":{\"anchored\":false,\"matchers\":[{\"name\":\"__name__\",\"type\":\"=\",\"value\":\"x\"}],\"name\":\"x\",\"offset\":-60000,"
        + "\"smoothed\":false,\"startOrEnd\":null,\"timestamp\":null,\"type\":\"vectorSelector\"},\"grouping\":[],\"op\":\"topk\","
        + "\"param\":{\"type\":\"numberLiteral\",\"val\":\"2\"},\"type\":\"aggregation\",\"without\":false},\"op\":\"-\",\"type\":\"unaryExpr\"}}");
    assertThat(get("/api/v1/parse_query?query=" + encoded("a * on (b) group_right (c) d[5m:1m]")).text()).contains("binary expression must contain");
    assertThat(get("/api/v1/parse_query?query=" + encoded("a == bool on (b) group_right (c) d")).text())
        .contains("\"bool\":true").contains("\"matching\":{\"card\":\"one-to-many\",\"fillValues\":{\"lhs\":null,\"rhs\":null},\"include\":[\"c\"],\"labels\":[\"b\"],\"on\":true}");
    assertThat(get("/api/v1/parse_query?query=" + encoded("max_over_time(a[1h:5m] @ end())")).text())
        .contains("\"range\":3600000,\"startOrEnd\":\"end\",\"timestamp\":null,\"step\":300000,\"type\":\"subquery\"");
    assertThat(get("/api/v1/parse_query?query=" + encoded("mad_over_time(a[5m])")).text()).contains("is not enabled");
  }

  @Test
  void findsExemplars() throws Exception {
    assertThat(get("/api/v1/query_exemplars?query=" + encoded("sum(rate(up[5m]))")).text()).isEqualTo("{\"status\":\"success\",\"data\":["
        + "{\"seriesLabels\":{\"__name__\":\"up\",\"instance\":\"b:1\",\"job\":\"db\"},"
        + "\"exemplars\":[{\"labels\":{\"trace_id\":\"t1\"},\"value\":\"0.25\",\"timestamp\":1700000000.500}]}]}");
    assertThat(get("/api/v1/query_exemplars?query=up&end=1699999999").text()).isEqualTo("{\"status\":\"success\",\"data\":[]}");
    assertThat(get("/api/v1/query_exemplars?query=1").status()).isEqualTo(204);
    assertThat(get("/api/v1/query_exemplars").text()).contains("\"error\":\"1:1: parse error: no expression found in input\"");
  }

  @Test
  void letsOnlyPagesOfAllowedOriginsAsk() throws Exception {
    HttpCall call = HttpCall.get(URI.create("http://127.0.0.1:" + listener.port() + "/api/v1/query?query=1"), TlsTrust.PUBLIC);
    HttpResult.Answer good = (HttpResult.Answer) environment.network().exchange(call.header("Origin", "https://good.example.com"));
    assertThat(good.header("Access-Control-Allow-Origin")).contains("https://good.example.com");
    assertThat(good.header("Vary")).contains("Origin");
    HttpResult.Answer bad = (HttpResult.Answer) environment.network().exchange(call.header("Origin", "https://evil.example.com"));
    assertThat(bad.header("Access-Control-Allow-Origin")).isEmpty();
  }

  @Test
  void answersPreflightsAndRefusesHead() throws Exception {
    assertThat(asked("OPTIONS", "/api/v1/query?query=1").status()).isEqualTo(204);
    assertThat(asked("HEAD", "/api/v1/query?query=1").status()).isEqualTo(405);
    assertThat(asked("PUT", "/api/v1/query?query=1").status()).isEqualTo(405);
    assertThat(asked("DELETE", "/api/v1/series?match%5B%5D=up").text()).contains("\"errorType\":\"internal\",\"error\":\"not implemented\"");
  }

  private HttpResult.Answer asked(String method, String path) throws InterruptedException {
    HttpCall get = HttpCall.get(URI.create("http://127.0.0.1:" + listener.port() + path), TlsTrust.PUBLIC);
    return (HttpResult.Answer) environment.network().exchange(new HttpCall(method, get.uri(), get.headers(), get.body(), get.basicAuth(),
        get.trust(), get.timeoutMillis(), get.bodyBytesMax(), get.followRedirects()));
  }

  @Test
  void showsTheFirstAnnotationsOnly() throws Exception {
    // Each call stands elsewhere, so each warning is another one.
    String many = "quantile(2, up)" + " + quantile(2, up)".repeat(12);
    assertThat(get("/api/v1/query?query=" + encoded(many)).text())
        .contains("\"warnings\":[\"PromQL warning: quantile value should be between 0 and 1, got 2 (1:").contains("\"3 more warning annotations omitted\"");
  }
}
