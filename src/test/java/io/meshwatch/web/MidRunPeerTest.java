package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.AppendOutcome;
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
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The folder is copied while we write to it; a real Prometheus starts on the copy and must answer with the same bytes. */
@Tag("peers")
class MidRunPeerTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final long STEP = 15_000;
  private static final int SERIES = 40;
  /** Moments between samples: where a range begins exactly at one, 2.42 and 3.0 differ. */
  private static final long BESIDE_MILLIS = 337;
  /** More than three hours, so that a block is cut. */
  private static final int HISTORY_STEPS = 5 * 240;
  private static final long WAIT_MILLIS_MAX = 60_000;
  /** Nothing that adds up fractions: Prometheus 3, and we, do that more exactly than 2.42. */
  private static final List<String> QUERIES = List.of(
      "load_total", "max by (job) (delta(load_total[5m]))", "load_total[20m]", "max_over_time(load_total[3h])", "count({__name__=~\".+\"})",
      "topk(3, load_total)", "load_total offset 4h", "max_over_time(load_total[1h]) - min_over_time(load_total[1h])", "resets(load_total[5h])", "changes(load_total[30m])");

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private final AtomicLong newest = new AtomicLong();
  private final AtomicBoolean stopped = new AtomicBoolean();

  @Test
  void prometheusAnswersFromACopyOfTheRunningStoreAsWeDo() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(PROMETHEUS), "prometheus is not installed");
    try (SystemEnvironment _ = system;
        EmbeddedEngine engine = EmbeddedEngine.open(environment, folder.resolve("ours"), StoreSettings.defaults(), QueryOptions.DEFAULT);
        HttpListener listener = listen(engine)) {
      newest.set(environment.clock().wallMillis() / STEP * STEP - (HISTORY_STEPS + 40) * STEP);
      for (int i = 0; i < HISTORY_STEPS; i++) {
        append(engine);
      }
      await("a block is cut", () -> hasBlock());
      Thread writer = Thread.ofPlatform().start(() -> appendOn(engine));
      long until;
      try {
        until = newest.get();
        copy(folder.resolve("ours"), folder.resolve("copy"));
      } finally {
        stopped.set(true);
        writer.join();
      }
      compare(listener.port(), until);
    }
  }

  private HttpListener listen(EmbeddedEngine engine) throws IOException {
    Routes routes = new Routes();
    new QueryApi(engine, environment.clock(), QueryLimits.DEFAULT).addTo(routes);
    new CatalogueApi(engine).addTo(routes);
    return environment.listeners().open(
        new ListenerSpec("page", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), new CrossOrigin(".*", routes));
  }

  private void append(EmbeddedEngine engine) {
    long at = newest.get() + STEP;
    Appender batch = engine.appender();
    for (int n = 0; n < SERIES; n++) {
      Labels labels = Labels.of("__name__", "load_total", "job", "j" + n % 3, "n", String.format("%02d", n));
      double value = n % 4 == 0 ? Math.sin(at * 1e-5 + n) * n : at / STEP % (500 + n) * (n + 1.0);
      assertThat(batch.append(batch.series(labels), at, value)).isEqualTo(AppendOutcome.APPENDED);
    }
    batch.commit();
    newest.set(at);
  }

  /** Up to 40 batches more, of time that has passed already. */
  private void appendOn(EmbeddedEngine engine) {
    try {
      for (int i = 0; i < 39 && !stopped.get(); i++) {
        append(engine);
        environment.clock().sleep(5);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private boolean hasBlock() {
    try {
      return environment.disk().list(folder.resolve("ours")).stream().anyMatch(name -> name.matches("[0-9A-Z]{26}"));
    } catch (IOException e) {
      return false;
    }
  }

  private static void copy(Path from, Path to) throws IOException {
    Files.walkFileTree(from, new SimpleFileVisitor<>() {
      @Override
      public FileVisitResult preVisitDirectory(Path directory, BasicFileAttributes attributes) throws IOException {
        Files.createDirectories(to.resolve(from.relativize(directory)));
        return FileVisitResult.CONTINUE;
      }

      @Override
      public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
        try {
          Files.copy(file, to.resolve(from.relativize(file)), StandardCopyOption.REPLACE_EXISTING);
        } catch (NoSuchFileException e) {
          // Deleted meanwhile.
        }
        return FileVisitResult.CONTINUE;
      }
    });
  }

  private void compare(int ours, long until) throws Exception {
    int theirs = freePort();
    Path settings = Files.writeString(folder.resolve("prometheus.yml"), "global: {}\n");
    Path log = folder.resolve("prometheus.log");
    Process prometheus = new ProcessBuilder(PROMETHEUS.toString(), "--config.file=" + settings, "--storage.tsdb.path=" + folder.resolve("copy"),
        "--storage.tsdb.retention.time=100y", "--web.listen-address=127.0.0.1:" + theirs)
        .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      await("prometheus starts", () -> get(theirs, "/-/ready").startsWith("200"));
      assertThat(Files.readString(log)).doesNotContain("level=error");
      long to = until + BESIDE_MILLIS;
      long from = to - (HISTORY_STEPS - 5) * STEP;
      List<String> wrong = new ArrayList<>();
      for (String query : QUERIES) {
        String encoded = URLEncoder.encode(query, StandardCharsets.UTF_8);
        same("/api/v1/query?query=" + encoded + "&time=" + PrometheusJson.seconds(to), theirs, ours, wrong);
        if (!query.endsWith("]")) {
          same("/api/v1/query_range?query=" + encoded + "&step=61&start=" + PrometheusJson.seconds(from) + "&end=" + PrometheusJson.seconds(to),
              theirs, ours, wrong);
        }
      }
      String window = "start=" + PrometheusJson.seconds(from) + "&end=" + PrometheusJson.seconds(to);
      same("/api/v1/series?match%5B%5D=load_total&" + window, theirs, ours, wrong);
      same("/api/v1/label/n/values?" + window, theirs, ours, wrong);
      same("/api/v1/query?query=load_total%5B5h%5D&time=" + PrometheusJson.seconds(to), theirs, ours, wrong);
      assertThat(wrong).isEmpty();
      assertThat(get(ours, "/api/v1/query?query=count(load_total)&time=" + PrometheusJson.seconds(to))).contains("\"" + SERIES + "\"");
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
  }

  private void same(String path, int theirs, int ours, List<String> wrong) throws InterruptedException {
    String expected = get(theirs, path);
    String got = get(ours, path);
    if (!expected.equals(got) && !got.contains("\"infos\":[")) {
      wrong.add(path + "\n  theirs " + shortened(expected) + "\n  ours   " + shortened(got));
    }
  }

  private static String shortened(String text) {
    return text.length() < 600 ? text : text.substring(0, 600) + "… " + text.length() + " characters";
  }

  private String get(int port, String path) throws InterruptedException {
    HttpResult result = environment.network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + port + path), TlsTrust.PUBLIC));
    return result instanceof HttpResult.Answer answer ? answer.status() + " " + answer.text() : result.toString();
  }

  /** Something that may have to be waited for. */
  private interface Condition {
    boolean holds() throws InterruptedException;
  }

  private void await(String what, Condition condition) throws InterruptedException {
    long deadline = environment.clock().monotonicNanos() + WAIT_MILLIS_MAX * 1_000_000;
    while (!condition.holds()) {
      assertThat(environment.clock().monotonicNanos()).as(what).isLessThan(deadline);
      environment.clock().sleep(100);
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
