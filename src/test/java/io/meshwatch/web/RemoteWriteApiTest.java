package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.meshwatch.Shared;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.remote.RemoteWriteReceiver;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.promql.Value;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/**
 * What senders of both versions rely on.
 *
 * @see <a href="https://prometheus.io/docs/specs/prw/remote_write_spec_2_0/">Remote write 2.0</a>
 */
class RemoteWriteApiTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final String V1 = "application/x-protobuf";
  private static final String V2 = "application/x-protobuf;proto=io.prometheus.write.v2.Request";
  private static final List<String> SYMBOLS =
      List.of("", "__name__", "requests_seconds", "job", "api", "trace_id", "t1", "How long requests take.", "seconds");

  private final Environment environment = new SimulatedEnvironment(NOW).environment();
  private EmbeddedEngine engine;
  private HttpListener listener;

  @BeforeEach
  void open() throws Exception {
    engine = EmbeddedEngine.open(environment, Path.of("/data"), StoreSettings.defaults(), QueryOptions.DEFAULT);
    Routes routes = new Routes();
    new RemoteWriteApi(new RemoteWriteReceiver(engine::appender)).addTo(routes);
    listener = environment.listeners().open(new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), routes);
  }

  @AfterEach
  void close() {
    listener.close();
    engine.close();
  }

  private static ProtoMessage seriesV1(String name, double value) {
    ProtoMessage series = new ProtoMessage();
    if (!name.isEmpty()) {
      series.message(1, new ProtoMessage().text(1, "__name__").text(2, name));
    }
    return series.message(1, new ProtoMessage().text(1, "job").text(2, "api"))
        .message(2, new ProtoMessage().fixed(1, value).varint(2, NOW - 1000));
  }

  private static ProtoMessage requestV2(ProtoMessage... series) {
    ProtoMessage request = new ProtoMessage();
    SYMBOLS.forEach(symbol -> request.text(4, symbol));
    Arrays.stream(series).forEach(one -> request.message(5, one));
    return request;
  }

  private static ProtoMessage sampleV2(long millis, double value) {
    return new ProtoMessage().packed(1, 1, 2, 3, 4).message(2, new ProtoMessage().fixed(1, value).varint(2, millis));
  }

  private HttpResult.Answer send(ProtoMessage message, Map<String, String> headers) throws InterruptedException {
    byte[] plain = message.toBytes();
    SnappyJavaCompressor snappy = new SnappyJavaCompressor();
    byte[] packed = new byte[snappy.maxCompressedLength(plain.length)];
    byte[] body = Arrays.copyOf(packed, snappy.compress(plain, 0, plain.length, packed, 0, packed.length));
    HttpCall call = HttpCall.post(URI.create("http://127.0.0.1:" + listener.port() + "/api/v1/write"), "", body, TlsTrust.PUBLIC);
    HttpCall bare = new HttpCall("POST", call.uri(), List.of(), body, call.basicAuth(), call.trust(), call.timeoutMillis(), call.bodyBytesMax(), false);
    for (Map.Entry<String, String> header : headers.entrySet()) {
      bare = bare.header(header.getKey(), header.getValue());
    }
    return (HttpResult.Answer) environment.network().exchange(bare);
  }

  private HttpResult.Answer send(ProtoMessage message, String contentType) throws InterruptedException {
    return send(message, Map.of("Content-Type", contentType, "Content-Encoding", "snappy"));
  }

  private List<Value.Sample> query(String expression) throws InterruptedException {
    return ((Value.Vector) engine.query(expression, NOW, QueryLimits.DEFAULT).value()).samples();
  }

  @Test
  void negotiatesAsPrometheusDoes() throws Exception {
    for (JsonNode c : cases("v1message_headers.json")) {
      assertThat(send(new ProtoMessage().message(1, seriesV1("up", 1)), headers(c)).status()).as(c.toString()).isEqualTo(c.get("expectedCode").asInt());
    }
    for (JsonNode c : cases("v2message_headers.json")) {
      assertThat(send(requestV2(sampleV2(NOW, 1)), headers(c)).status()).as(c.toString()).isEqualTo(c.get("expectedCode").asInt());
    }
  }

  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readString(Shared.folder("corpora/remote_write/" + file))).get("cases");
  }

  private static Map<String, String> headers(JsonNode c) {
    Map<String, String> headers = new TreeMap<>();
    c.get("requestHeaders").properties().forEach(entry -> headers.put(entry.getKey(), entry.getValue().asString()));
    return headers;
  }

  @Test
  void takesEverythingThatVersion2Carries() throws Exception {
    ProtoMessage floats = sampleV2(NOW - 1000, 7)
        .message(4, new ProtoMessage().packed(1, 5, 6).fixed(2, 0.25).varint(3, NOW - 1500))
        .message(5, new ProtoMessage().varint(1, 1).varint(3, 7).varint(4, 8))
        .varint(6, NOW - 60_000);
    ProtoMessage histogram = new ProtoMessage().varint(1, 3).fixed(3, 5.5).signed(4, 0).fixed(5, 1e-128).varint(6, 0)
        .message(11, new ProtoMessage().signed(1, 1).varint(2, 2)).packed(12, 2, 1).varint(15, NOW - 1000);
    ProtoMessage histograms = new ProtoMessage().packed(1, 1, 2, 3, 7).message(3, histogram);
    HttpResult.Answer answer = send(requestV2(floats, histograms), V2);
    assertThat(answer.status()).as(answer.text()).isEqualTo(204);
    assertThat(answer.header("X-Prometheus-Remote-Write-Samples-Written")).contains("1");
    assertThat(answer.header("X-Prometheus-Remote-Write-Histograms-Written")).contains("1");
    assertThat(answer.header("X-Prometheus-Remote-Write-Exemplars-Written")).contains("1");
    assertThat(query("requests_seconds{job=\"api\"}")).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(7));
    assertThat(query("histogram_count(requests_seconds)")).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(3));
    assertThat(query("histogram_sum(requests_seconds)")).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(5.5));
    assertThat(engine.metadata()).containsEntry("requests_seconds",
        List.of(new MetricMetadata(MetricMetadata.Type.COUNTER, "seconds", "How long requests take.")));
    assertThat(engine.exemplars(0, NOW, List.of(List.of(new Matcher("job", Matcher.Op.EQUAL, "api")))))
        .containsEntry(Labels.of("__name__", "requests_seconds", "job", "api"), List.of(new Exemplar(Labels.of("trace_id", "t1"), 0.25, NOW - 1500)));
  }

  @Test
  void storesAZeroWhereACounterBeganIfThatIsSwitchedOn() throws Exception {
    ProtoMessage began = new ProtoMessage().packed(1, 1, 2, 3, 4);
    for (int i = 0; i < 3; i++) {
      began.message(2, new ProtoMessage().fixed(1, 10 + i).varint(2, NOW - 30_000 + i * 1_000L).varint(3, NOW - 60_000));
    }
    assertThat(send(requestV2(began), V2).status()).isEqualTo(204);
    assertThat(query("count_over_time(requests_seconds[5m])")).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(3));

    switchOnZeros();
    ProtoMessage again = new ProtoMessage().packed(1, 1, 2, 3, 7);
    for (int i = 0; i < 3; i++) {
      again.message(2, new ProtoMessage().fixed(1, 10 + i).varint(2, NOW - 30_000 + i * 1_000L).varint(3, NOW - 60_000));
    }
    // A reset, told by its start; then the whole once more, which is nothing new.
    again.message(2, new ProtoMessage().fixed(1, 2).varint(2, NOW - 20_000).varint(3, NOW - 25_000));
    ProtoMessage draft = new ProtoMessage().packed(1, 1, 2, 3, 8).varint(6, NOW - 50_000).message(3, new ProtoMessage().varint(1, 3).fixed(3, 5.5).signed(4, 0)
        .varint(6, 0).message(11, new ProtoMessage().signed(1, 1).varint(2, 2)).packed(12, 2, 1).varint(15, NOW - 1000));
    assertThat(send(requestV2(again, draft), V2).status()).isEqualTo(204);
    assertThat(send(requestV2(again, draft), V2).header("X-Prometheus-Remote-Write-Samples-Written")).contains("1");
    assertThat(samples("requests_seconds{job=\"How long requests take.\"}")).containsExactly(0, 10, 11, 12, 0, 2);
    assertThat(query("histogram_count(increase(requests_seconds{job=\"seconds\"}[1m]))")).singleElement()
        .satisfies(s -> assertThat(s.value()).isGreaterThan(3));
  }

  private void switchOnZeros() {
    listener.close();
    Routes routes = new Routes();
    new RemoteWriteApi(new RemoteWriteReceiver(engine::appender, true)).addTo(routes);
    listener = environment.listeners().open(new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), routes);
  }

  private double[] samples(String selector) throws InterruptedException {
    return ((Value.Matrix) engine.query(selector + "[5m]", NOW, QueryLimits.DEFAULT).value()).series().getFirst().floats();
  }

  @Test
  void storesTheRestOfARequestThatIsPartlyWrong() throws Exception {
    ProtoMessage nameless = new ProtoMessage().packed(1, 3, 4).message(2, new ProtoMessage().fixed(1, 1).varint(2, NOW));
    ProtoMessage twice = new ProtoMessage().packed(1, 1, 2, 3, 4, 3, 7).message(2, new ProtoMessage().fixed(1, 1).varint(2, NOW));
    HttpResult.Answer answer = send(requestV2(nameless, twice, sampleV2(NOW, 5)), V2);
    assertThat(answer.status()).isEqualTo(400);
    assertThat(answer.text()).contains("a series has no metric name");
    assertThat(answer.header("X-Prometheus-Remote-Write-Samples-Written")).contains("1");
    assertThat(query("requests_seconds")).singleElement().satisfies(s -> assertThat(s.value()).isEqualTo(5));
    assertThat(send(requestV2(twice), V2).text()).contains("a series has the label \"job\" twice");
    // Prometheus' receiver of 1.0 leaves such series out without a word.
    assertThat(send(new ProtoMessage().message(1, seriesV1("", 1)).message(1, seriesV1("named", 2)), V1).status()).isEqualTo(204);
    assertThat(query("named")).hasSize(1);
    assertThat(query("{job=\"api\"}")).hasSize(2);
  }

  @Test
  void refusesWhatCannotBeDecoded() throws Exception {
    assertThat(send(requestV2(new ProtoMessage().packed(1, 1, 99).message(2, new ProtoMessage().fixed(1, 1))), V2).text())
        .contains("reference to symbol 99, there are 9");
    assertThat(send(new ProtoMessage().bytes(1, new byte[] {10, 50, 1}), V1).status()).isEqualTo(400);
    assertThat(send(requestV2(sampleV2(NOW, 1)), V1).status()).isEqualTo(415);
    assertThat(query("requests_seconds")).isEmpty();
  }
}
