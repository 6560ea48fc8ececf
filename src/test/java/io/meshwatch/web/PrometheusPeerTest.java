package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.remote.RemoteWriteReceiver;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.promql.ParserOptions;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.function.IntToDoubleFunction;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same samples and the same questions to a real Prometheus and to us: the answers must be the same bytes. */
@Tag("peers")
class PrometheusPeerTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final long STEP = 15_000;
  private static final int SAMPLES = 120;

  /** Values whose text is easily got wrong, each a series of its own. */
  private static final double[] ODD = {Double.NaN, Double.POSITIVE_INFINITY, Double.NEGATIVE_INFINITY, -0.0, 4.9e-324, 1e-7, 1e20, 1e21,
      123456789.125, 1.0 / 3, 9007199254740992d};

  private static final QueryOptions COUNTING = new QueryOptions(ParserOptions.STABLE, false, 60_000, true);
  private static final Pattern COUNTS = Pattern.compile("\"samples\":\\{(.*),\"peakSamples");

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private EmbeddedEngine engine;
  private HttpListener listener;
  private Process prometheus;
  private int port;
  private long end;

  @BeforeEach
  void start() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PROMETHEUS), "prometheus is not installed");
    Path settings = Files.writeString(folder.resolve("prometheus.yml"), "global: {evaluation_interval: 1m}\n");
    port = freePort();
    prometheus = new ProcessBuilder(PROMETHEUS.toString(), "--config.file=" + settings, "--storage.tsdb.path=" + folder.resolve("theirs"),
        "--web.listen-address=127.0.0.1:" + port, "--web.enable-remote-write-receiver", "--enable-feature=promql-per-step-stats")
        .redirectErrorStream(true).redirectOutput(folder.resolve("prometheus.log").toFile()).start();
    engine = EmbeddedEngine.open(environment, folder.resolve("ours"), StoreSettings.defaults(), COUNTING);
    Routes routes = new Routes();
    new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
    new CatalogueApi(engine).addTo(routes);
    new RemoteWriteApi(new RemoteWriteReceiver(engine::appender)).addTo(routes);
    listener = environment.listeners().open(
        new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), new CrossOrigin(".*", routes));
    for (int attempt = 0; !ready(); attempt++) {
      assertThat(attempt).as("prometheus starts; its log: %s", Files.readString(folder.resolve("prometheus.log"))).isLessThan(300);
      environment.clock().sleep(100);
    }
    end = environment.clock().wallMillis() / STEP * STEP;
    push();
  }

  private boolean ready() throws InterruptedException {
    return get(port, "/-/ready") instanceof HttpResult.Answer answer && answer.status() == 200;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }

  @AfterEach
  void stop() throws Exception {
    if (prometheus != null) {
      prometheus.destroy();
      prometheus.waitFor();
      listener.close();
      engine.close();
    }
    system.close();
  }

  /** Series in the order of their labels, as Prometheus gives instant vectors in the order in which series came. */
  private void push() throws Exception {
    ProtoMessage request = new ProtoMessage();
    for (String instance : List.of("a:1", "b:1")) {
      for (String le : List.of("+Inf", "0.1", "1")) {
        request.message(1, series(i -> i * 3.0 * (le.equals("0.1") ? 1 : le.equals("1") ? 2 : 4), "__name__", "latency_seconds_bucket", "instance", instance, "le", le));
      }
    }
    for (int i = 0; i < ODD.length; i++) {
      double value = ODD[i];
      request.message(1, series(at -> value, "__name__", "odd", "n", String.valueOf((char) ('a' + i))));
    }
    for (String instance : List.of("a:1", "b:1", "c:1")) {
      request.message(1, series(i -> i % 40 * 7.0 + instance.charAt(0), "__name__", "requests_total", "instance", instance, "job", "api"));
    }
    request.message(1, series(i -> i % 2, "__name__", "text", "value", "a\"b\\c\u00e9\u6f22\n"));
    byte[] plain = request.toBytes();
    SnappyJavaCompressor snappy = new SnappyJavaCompressor();
    byte[] packed = new byte[snappy.maxCompressedLength(plain.length)];
    byte[] body = Arrays.copyOf(packed, snappy.compress(plain, 0, plain.length, packed, 0, packed.length));
    for (int to : new int[] {port, listener.port()}) {
      HttpCall call = HttpCall.post(URI.create("http://127.0.0.1:" + to + "/api/v1/write"), "application/x-protobuf", body, TlsTrust.PUBLIC)
          .header("Content-Encoding", "snappy").header("X-Prometheus-Remote-Write-Version", "0.1.0");
      assertThat(((HttpResult.Answer) environment.network().exchange(call)).status()).isEqualTo(204);
    }
  }

  private ProtoMessage series(IntToDoubleFunction values, String... labels) {
    ProtoMessage series = new ProtoMessage();
    for (int i = 0; i < labels.length; i += 2) {
      series.message(1, new ProtoMessage().text(1, labels[i]).text(2, labels[i + 1]));
    }
    for (int i = 0; i < SAMPLES; i++) {
      series.message(2, new ProtoMessage().fixed(1, values.applyAsDouble(i)).varint(2, end - (SAMPLES - 1 - i) * STEP + 113));
    }
    return series;
  }

  private HttpResult get(int at, String path) throws InterruptedException {
    return environment.network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + at + path), TlsTrust.PUBLIC));
  }

  private HttpResult post(int at, String path, String form) throws InterruptedException {
    return environment.network().exchange(HttpCall.post(URI.create("http://127.0.0.1:" + at + path), "application/x-www-form-urlencoded",
        form.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC));
  }

  private static String shown(HttpResult result) {
    return result instanceof HttpResult.Answer answer
        ? answer.status() + " " + answer.header("Content-Type").orElse("") + " " + answer.text() : result.toString();
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  @Test
  void answersQueriesWithTheSameBytes() throws Exception {
    String at = seconds(end - 5 * STEP + 337);
    String range = "&start=" + seconds(end - 60 * STEP + 337) + "&end=" + seconds(end - 5 * STEP + 337) + "&step=47";
    List<String> wrong = new ArrayList<>();
    for (String query : List.of("odd", "requests_total", "text", "up", "1", "\"some \\\"text\\\"\"", "1e30", "-1/0", "vector(0/0)", "time()",
        "requests_total[1m]", "sum by (job) (rate(requests_total[5m]))", "topk(2, requests_total)", "sort_desc(requests_total)",
        "histogram_quantile(0.9, sum by (le) (rate(latency_seconds_bucket[5m])))", "max_over_time(rate(requests_total[1m])[5m:31s])",
        "count_values(\"v\", odd)", "absent(nothing{a=\"b\"})", "label_replace(requests_total, \"x\", \"$1\", \"instance\", \"(.*):.*\")",
        "requests_total offset 5m > 100", "requests_total{", "foo(", "sum(requests_total) by (", "requests_total + on(job) requests_total", "rate(requests_total)",
        "requests_total[5m] + 1", "{}", "1 + ", "ln(requests_total)", "odd ^ 3", "deriv(requests_total[4m])")) {
      compare("/api/v1/query?query=" + encoded(query) + "&time=" + at, wrong);
      compare("/api/v1/query_range?query=" + encoded(query) + range, wrong);
      String form = "query=" + encoded(query) + "&time=" + at;
      same("POST " + query, post(port, "/api/v1/query", form), post(listener.port(), "/api/v1/query", form), wrong);
    }
    assertThat(wrong).allMatch(PrometheusPeerTest::isNewer);
  }

  @Test
  void answersEverythingElseWithTheSameBytes() throws Exception {
    String window = "&start=" + seconds(end - SAMPLES * STEP) + "&end=" + seconds(end);
    List<String> wrong = new ArrayList<>();
    for (String path : List.of("/api/v1/series?match%5B%5D=odd", "/api/v1/series?match%5B%5D=requests_total&match%5B%5D=odd", "/api/v1/series",
        "/api/v1/series?match%5B%5D=%7B%7D", "/api/v1/series?match%5B%5D=sum(x)", "/api/v1/labels?x=1", "/api/v1/labels?match%5B%5D=odd",
        "/api/v1/label/job/values?x=1", "/api/v1/label/value/values?x=1", "/api/v1/label/nothing/values?x=1",
        "/api/v1/query_exemplars?query=odd", "/api/v1/query_exemplars?query=1", "/api/v1/query_exemplars", "/api/v1/format_query?query=a%2Bb%20%2F%20rate(c%5B5m%5D)",
        "/api/v1/query?query=up&time=x", "/api/v1/query?query=up&timeout=x", "/api/v1/query?query=1&time=NaN", "/api/v1/query?query=1&time=-1.5",
        "/api/v1/query_range?query=up&start=2&end=1&step=1", "/api/v1/query_range?query=up&start=1&end=2&step=0",
        "/api/v1/query_range?query=up&start=1&end=20000&step=1", "/api/v1/query_range?query=up&start=1&end=2&step=1e30", "/api/v1/query_range?query=up",
        "/api/v1/nothing")) {
      compare(path + (path.contains("?match") || path.contains("?x=1") ? window : ""), wrong);
    }
    assertThat(wrong).isEmpty();
  }

  @Test
  void countsTheSamplesOfEachStepAsPrometheusDoes() throws Exception {
    String at = "&stats=all&time=" + seconds(end - 5 * STEP + 337);
    String range = "&stats=all&start=" + seconds(end - 60 * STEP + 337) + "&end=" + seconds(end - 5 * STEP + 337) + "&step=47";
    List<String> wrong = new ArrayList<>();
    for (String query : List.of("1", "time()", "requests_total", "nothing", "odd offset 5m", "rate(requests_total[5m])", "sum(rate(requests_total[1m]))",
        "requests_total @ end()", "rate(requests_total[5m] @ end())", "sum(requests_total) / scalar(sum(requests_total @ start()))",
        "requests_total / (requests_total + requests_total)", "timestamp(requests_total)", "absent(requests_total)", "absent_over_time(requests_total[1m])",
        "max_over_time(requests_total[3m:31s])", "max_over_time(rate(requests_total[1m])[3m:31s])", "max_over_time(requests_total[3m:31s] @ end())",
        "topk(2, requests_total)", "quantile(0.5, odd)", "requests_total and odd", "histogram_quantile(0.9, latency_seconds_bucket)",
        "-requests_total", "sort(requests_total)")) {
      sameCounts(query, "/api/v1/query?query=" + encoded(query) + at, wrong);
      sameCounts(query + " (range)", "/api/v1/query_range?query=" + encoded(query) + range, wrong);
    }
    for (String query : List.of("requests_total[5m]", "requests_total[5m:31s]", "(requests_total + 1)[5m:31s]")) {
      sameCounts(query, "/api/v1/query?query=" + encoded(query) + at, wrong);
    }
    assertThat(wrong).isEmpty();
    assertThat(shown(get(listener.port(), "/api/v1/query?stats=1&query=odd"))).contains("\"samples\":{\"totalQueryableSamples\":11,");
  }

  private void sameCounts(String query, String path, List<String> wrong) throws InterruptedException {
    String theirs = counts(get(port, path));
    String ours = counts(get(listener.port(), path));
    if (!theirs.equals(ours)) {
      wrong.add(query + "\n  theirs " + theirs + "\n  ours   " + ours);
    }
  }

  private static String counts(HttpResult result) {
    Matcher counts = COUNTS.matcher(shown(result));
    return counts.find() ? counts.group(1) : shown(result);
  }

  private void compare(String path, List<String> wrong) throws InterruptedException {
    same(path, get(port, path), get(listener.port(), path), wrong);
  }

  private static void same(String what, HttpResult theirs, HttpResult ours, List<String> wrong) {
    if (!shown(theirs).equals(shown(ours))) {
      wrong.add(what + "\n  theirs " + shown(theirs) + "\n  ours   " + shown(ours));
    }
  }

  /** Since 3.0 range queries name the parameter in errors too, and mistakes that do not spoil the answer are told. */
  private static boolean isNewer(String difference) {
    return difference.contains("\"infos\":[") || difference.contains("\"warnings\":[") || (difference.startsWith("/api/v1/query_range") && difference.contains("invalid parameter \\\"query\\\": "));
  }

  private static String seconds(long millis) {
    return PrometheusJson.seconds(millis);
  }
}
