package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.scrape.PushGateway;
import io.meshwatch.scrape.PushedGroup;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The same requests to a real Pushgateway and to ours: the same answers, and the same series afterwards. */
@Tag("peers")
class RealPushgatewayTest {
  private static final Path PUSHGATEWAY = Path.of("/usr/bin/prometheus-pushgateway");

  private record Push(String method, String path, String body) {}

  private static final List<Push> PUSHES = List.of(
      new Push("PUT", "/metrics/job/a", "x 1\n"),
      new Push("POST", "/metrics/job/a/instance/i", "y{l=\"1\"} 2\n"),
      new Push("PUT", "/metrics/job/a%20job/host/db%201", "x 1\n"),
      new Push("PUT", "/metrics/job/a/b", "x 1\n"),
      new Push("PUT", "/metrics/job/a/b/", "x 1\n"),
      new Push("PUT", "/metrics/job/a/b@base64/L3Zhci90bXA", "x 1\n"),
      new Push("PUT", "/metrics/job/a/b@base64/!!", "x 1\n"),
      new Push("PUT", "/metrics/job@base64/YWI", "x 1\n"),
      new Push("PUT", "/metrics/job/a/1b/c", "x 1\n"),
      new Push("PUT", "/metrics/job/a/__b/c", "x 1\n"),
      new Push("PUT", "/metrics/job/a/job/c", "x 1\n"),
      new Push("PUT", "/metrics/job/a/b/c/b/d", "x 1\n"),
      new Push("PUT", "/metrics/job/ts", "x 1 1000\n"),
      new Push("PUT", "/metrics/job/bad", "x 1 z\n"),
      new Push("PUT", "/metrics/job/noeol", "x 1"),
      new Push("PUT", "/metrics/job/dup", "x 1\nx 2\n"),
      new Push("PUT", "/metrics/job/over", "x{job=\"other\",instance=\"q\"} 1\n"),
      new Push("PUT", "/metrics/job/type", "# TYPE x counter\nx 1\n"),
      new Push("PUT", "/metrics/job/type2", "# TYPE zz counter\nzz 1\n"),
      new Push("PUT", "/metrics/job/type3", "# TYPE zz gauge\nzz 1\n"),
      new Push("PUT", "/metrics/job/pt", "push_time_seconds 1\n"),
      new Push("PUT", "/metrics/job/empty", ""),
      new Push("DELETE", "/metrics/job/none", ""),
      new Push("PUT", "/metrics/job/gone", "x 1\n"),
      new Push("DELETE", "/metrics/job/gone", ""),
      new Push("PUT", "/metrics/job/hist", "# TYPE h histogram\nh_bucket{le=\"0.1\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n"),
      new Push("POST", "/metrics/job/hist", "# TYPE h histogram\nh_bucket{le=\"0.5\"} 1\nh_bucket{le=\"+Inf\"} 2\nh_sum 3\nh_count 2\n"),
      new Push("PUT", "/metrics/job/two", "v 1\nw 1\n"),
      new Push("POST", "/metrics/job/two", "w 2\n"),
      new Push("PUT", "/metrics/job/nan", "n NaN\nn2 +Inf\n"));

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();

  @Test
  void answersAndShowsTheSame() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PUSHGATEWAY), "prometheus-pushgateway is not installed");
    int port = freePort();
    Process real = new ProcessBuilder(PUSHGATEWAY.toString(), "--web.listen-address=127.0.0.1:" + port, "--persistence.file=" + folder.resolve("real"))
        .redirectErrorStream(true).redirectOutput(folder.resolve("pushgateway.log").toFile()).start();
    try (SystemEnvironment system = new SystemEnvironment();
        EmbeddedEngine engine = EmbeddedEngine.open(system.environment(), folder.resolve("store"), StoreSettings.defaults(), QueryOptions.DEFAULT);
        PushGateway gateway = new PushGateway(system.environment(), engine::appender, folder.resolve("pushed"))) {
      Routes routes = new Routes();
      new PushApi(gateway, PushAccess.AS_THE_PAGE).addTo(routes);
      ListenerSpec spec = new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20);
      awaitStart(system, port);
      try (HttpListener listener = system.environment().listeners().open(spec, routes)) {
        for (Push push : PUSHES) {
          assertThat(send(listener.port(), push)).as(push.toString()).isEqualTo(send(port, push));
        }
      }
      assertThat(ours(gateway)).isEqualTo(theirs(port));
    } finally {
      real.destroy();
      real.waitFor();
      http.close();
    }
  }

  private int send(int port, Push push) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + push.path()))
        .method(push.method(), HttpRequest.BodyPublishers.ofString(push.body())).build();
    return http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode();
  }

  private void awaitStart(SystemEnvironment system, int port) throws Exception {
    for (int attempt = 0; ; attempt++) {
      try {
        page(port);
        return;
      } catch (IOException notYet) {
        assertThat(attempt).as("pushgateway starts: %s", Files.readString(folder.resolve("pushgateway.log"))).isLessThan(100);
        system.environment().clock().sleep(100);
      }
    }
  }

  private String page(int port) throws IOException, InterruptedException {
    return http.send(HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/metrics")).build(), HttpResponse.BodyHandlers.ofString()).body();
  }

  /** Values of a page that come from pushes, labels with an empty value left out, as a scrape with honor_labels stores them. */
  private Set<String> theirs(int port) throws IOException, InterruptedException {
    return page(port).lines()
        .filter(line -> !line.startsWith("#") && line.contains("job=\""))
        .filter(line -> !line.startsWith("push_"))
        .map(line -> line.replaceAll("[a-z_]+=\"\",?", "").replace(",}", "}"))
        .collect(Collectors.toCollection(TreeSet::new));
  }

  private static Set<String> ours(PushGateway gateway) {
    Set<String> lines = new TreeSet<>();
    for (PushedGroup group : gateway.groups()) {
      group.families().values().forEach(family -> family.samples().forEach(sample -> {
        String labels = sample.labels().withoutMetricName().toString().replace(", ", ",");
        lines.add(sample.labels().metricName() + labels + " " + NumberText.general(sample.value()));
      }));
    }
    return lines;
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
