package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
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
import io.meshwatch.model.StaleMarker;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Prometheus' federation page, to the letter. */
class FederateApiTest {
  private static final long MINUTE = 60_000;
  private static final long NOW = 101 * MINUTE;

  private final Environment environment = new SimulatedEnvironment(NOW).environment();
  private EmbeddedEngine engine;

  @BeforeEach
  void open() throws Exception {
    engine = EmbeddedEngine.open(environment, Path.of("/data"), StoreSettings.defaults(), QueryOptions.DEFAULT);
  }

  @AfterEach
  void close() {
    engine.close();
  }

  /** The series of the cases: a value per minute. */
  private void load() {
    series(100, Labels.of("__name__", "test_metric1", "foo", "bar", "instance", "i"), 0, 100);
    series(100, Labels.of("__name__", "test_metric1", "foo", "boo", "instance", "i"), 1, 0);
    series(100, Labels.of("__name__", "test_metric2", "foo", "boo", "instance", "i"), 1, 0);
    series(100, Labels.of("__name__", "test_metric_without_labels"), 1, 10);
    series(99, Labels.of("__name__", "test_metric_stale"), 1, 10);
    append(Labels.of("__name__", "test_metric_stale"), 100 * MINUTE, StaleMarker.VALUE);
    series(98, Labels.of("__name__", "test_metric_old"), 1, 10);
  }

  private void series(int minutes, Labels labels, double first, double step) {
    for (int i = 0; i <= minutes; i++) {
      append(labels, i * MINUTE, first + i * step);
    }
  }

  private void append(Labels labels, long at, double value) {
    Appender batch = engine.appender();
    batch.append(batch.series(labels), at, value);
    batch.commit();
  }

  @TestFactory
  List<DynamicTest> answersAsPrometheusDoes() throws IOException {
    load();
    List<DynamicTest> tests = new ArrayList<>();
    for (JsonNode each : JsonMapper.shared().readTree(Shared.folder("corpora/federate").resolve("federate.json").toFile()).path("cases")) {
      tests.add(DynamicTest.dynamicTest(each.path("name").asString(), () -> {
        Map<String, String> external = new TreeMap<>();
        each.path("externalLabels").properties().forEach(label -> external.put(label.getKey(), label.getValue().asString()));
        HttpResult.Answer answer = get(each.path("params").asString(), external);
        assertThat(answer.status()).isEqualTo(each.path("code").asInt());
        if (answer.status() == 200) {
          assertThat(answer.text()).isEqualTo(each.path("body").asString());
        }
      }));
    }
    return tests;
  }

  private HttpResult.Answer get(String parameters, Map<String, String> external) throws InterruptedException {
    Routes routes = new Routes();
    new FederateApi(engine, environment.clock(), 5 * MINUTE, external).addTo(routes);
    ListenerSpec spec = new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20);
    try (HttpListener listener = environment.listeners().open(spec, routes)) {
      String query = parameters.replace("{", "%7B").replace("}", "%7D").replace("[", "%5B").replace("]", "%5D").replace("'", "%27").replace("~", "%7E");
      return (HttpResult.Answer) environment.network().exchange(
          HttpCall.get(URI.create("http://127.0.0.1:" + listener.port() + "/federate?" + query), TlsTrust.PUBLIC));
    }
  }
}
