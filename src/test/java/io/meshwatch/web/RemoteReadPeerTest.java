package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.remote.ReadAnswers;
import io.meshwatch.engine.remote.RemoteReader;
import io.meshwatch.engine.remote.RemoteWriteReceiver;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
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
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Prometheus that reads our samples answers as we do, and gives the same chunks for samples of its own. */
@Tag("peers")
class RemoteReadPeerTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final int SAMPLES = 240;
  private static final long STEP = 15_000;

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();

  @AfterEach
  void close() {
    system.close();
  }

  @Test
  void letsPrometheusReadItsSamples() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PROMETHEUS), "prometheus is not installed");
    try (EmbeddedEngine engine = EmbeddedEngine.open(environment, folder.resolve("ours"), StoreSettings.defaults(), QueryOptions.DEFAULT)) {
      long end = environment.clock().wallMillis() / STEP * STEP;
      fill(engine, end);
      Routes routes = new Routes();
      new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
      new RemoteReadApi(new RemoteReader(engine.queryable())).addTo(routes);
      new RemoteWriteApi(new RemoteWriteReceiver(engine::appender)).addTo(routes);
      ListenerSpec spec = new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20);
      try (HttpListener listener = environment.listeners().open(spec, routes)) {
        compare(listener.port(), end);
      }
    }
  }

  private static void fill(EmbeddedEngine engine, long end) {
    Appender batch = engine.appender();
    for (String job : List.of("a", "b")) {
      for (int i = 0; i < SAMPLES; i++) {
        batch.append(batch.series(Labels.of("__name__", "requests_total", "job", job)), end - (SAMPLES - i) * STEP, i * 3.5);
      }
    }
    batch.commit();
  }

  private void compare(int ours, long end) throws Exception {
    int theirs = freePort();
    Path settings = Files.writeString(folder.resolve("prometheus.yml"),
        "remote_read:\n- url: http://127.0.0.1:" + ours + "/api/v1/read\n  read_recent: true\n");
    Process prometheus = new ProcessBuilder(PROMETHEUS.toString(), "--config.file=" + settings, "--storage.tsdb.path=" + folder.resolve("theirs"),
        "--web.listen-address=127.0.0.1:" + theirs, "--web.enable-remote-write-receiver")
        .redirectErrorStream(true).redirectOutput(folder.resolve("prometheus.log").toFile()).start();
    try {
      for (int attempt = 0; !(get(theirs, "/-/ready") instanceof HttpResult.Answer answer && answer.status() == 200); attempt++) {
        assertThat(attempt).as("prometheus starts; its log: %s", Files.readString(folder.resolve("prometheus.log"))).isLessThan(300);
        environment.clock().sleep(100);
      }
      for (String query : List.of("requests_total", "sum(rate(requests_total{job=~\"a|b\"}[5m]))", "requests_total{job!=\"a\"}[1m]", "nothing")) {
        String path = "/api/v1/query?query=" + URLEncoder.encode(query, StandardCharsets.UTF_8) + "&time=" + PrometheusJson.seconds(end - 337);
        assertThat(text(theirs, path)).as(query).isEqualTo(text(ours, path));
      }
      assertThat(text(theirs, "/api/v1/query?query=requests_total")).contains("\"job\":\"b\"");
      compareChunks(theirs, ours, end);
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
  }

  /** What Prometheus writes to its own store and streams from there; the series lies in its head only. */
  private void compareChunks(int theirs, int ours, long end) throws Exception {
    ProtoMessage series = new ProtoMessage();
    for (String label : List.of("__name__ pushed", "kind own")) {
      series.message(1, new ProtoMessage().text(1, label.split(" ")[0]).text(2, label.split(" ")[1]));
    }
    for (int i = 0; i < SAMPLES; i++) {
      series.message(2, new ProtoMessage().fixed(1, i / 8.0).varint(2, end - (SAMPLES - i) * STEP));
    }
    byte[] body = snappy(new ProtoMessage().message(1, series).toBytes());
    for (int port : new int[] {theirs, ours}) {
      assertThat(post(port, "/api/v1/write", body).status()).isEqualTo(204);
    }
    for (boolean streamed : new boolean[] {false, true}) {
      byte[] request = ReadAnswers.request("kind", "own", end - 100 * STEP, end - 10 * STEP, streamed);
      HttpResult.Answer expected = post(theirs, "/api/v1/read", request);
      HttpResult.Answer got = post(ours, "/api/v1/read", request);
      assertThat(got.header("Content-Type")).isEqualTo(expected.header("Content-Type"));
      assertThat(got.header("Content-Encoding")).isEqualTo(expected.header("Content-Encoding"));
      Map<Labels, String> samples = decoded(got, streamed);
      assertThat(samples).isEqualTo(decoded(expected, streamed));
      assertThat(samples.values()).singleElement().satisfies(text -> assertThat(text.split(" ")).hasSize(91));
    }
    for (byte[] bad : List.of(new byte[0], "no snappy".getBytes(StandardCharsets.UTF_8), snappy("no protobuf".getBytes(StandardCharsets.UTF_8)))) {
      assertThat(post(ours, "/api/v1/read", bad).status()).isEqualTo(post(theirs, "/api/v1/read", bad).status()).isEqualTo(400);
    }
  }

  private static Map<Labels, String> decoded(HttpResult.Answer answer, boolean streamed) {
    byte[] body = Arrays.copyOf(answer.body(), answer.bodyLength());
    return streamed ? ReadAnswers.streamed(body) : ReadAnswers.samples(body);
  }

  private static byte[] snappy(byte[] plain) {
    SnappyJavaCompressor snappy = new SnappyJavaCompressor();
    byte[] packed = new byte[snappy.maxCompressedLength(plain.length)];
    return Arrays.copyOf(packed, snappy.compress(plain, 0, plain.length, packed, 0, packed.length));
  }

  private HttpResult get(int port, String path) throws InterruptedException {
    return environment.network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + port + path), TlsTrust.PUBLIC));
  }

  private String text(int port, String path) throws InterruptedException {
    return ((HttpResult.Answer) get(port, path)).text();
  }

  private HttpResult.Answer post(int port, String path, byte[] body) throws InterruptedException {
    return (HttpResult.Answer) environment.network().exchange(
        HttpCall.post(URI.create("http://127.0.0.1:" + port + path), "application/x-protobuf", body, TlsTrust.PUBLIC)
            .header("Content-Encoding", "snappy").header("X-Prometheus-Remote-Write-Version", "0.1.0"));
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
