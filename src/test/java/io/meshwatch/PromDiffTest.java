package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SystemEnvironment;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/**
 * PromDiff pushes the same random samples to a real Prometheus 2.42 and to meshwatch and compares the answers to random expressions.
 * Whatever differs must be something that Prometheus changed since, by name. With {@code -Dpromdiff.seed} and {@code -Dpromdiff.n} it
 * runs on other data and longer.
 */
@Tag("peers")
class PromDiffTest {
  private static final Path PROMETHEUS = Path.of("/usr/bin/prometheus");
  private static final long SEED = Long.getLong("promdiff.seed", 20261122);
  private static final int EXPRESSIONS = Integer.getInteger("promdiff.n", 2_000);
  /** A fixed time, so that a seed gives the same expressions on the same samples every day: 2026-01-01. */
  private static final long END_MILLIS = 1_767_225_600_000L;
  private static final int ATTEMPTS = 300;
  private static final long LOOK_MILLIS = 100;
  private static final int MINUTES_MAX = 10;

  /** Since 3.0 a dot in a regular expression also matches a newline; a reload is always allowed here. */
  private static final List<String> API_DIFFERENCES = List.of(
      "series {text=~\".+\"}", "series POST {text=~\".+\"}", "label values __name__ {text=~\".+\"}", "POST (empty) /-/reload");

  @TempDir Path folder;

  @Test
  void answersAsPrometheusButForWhatPrometheusChanged() throws Exception {
    Path source = Shared.folder("promdiff/PromDiff.java");
    Assumptions.assumeTrue(Files.isExecutable(PROMETHEUS), "prometheus is not installed");
    run(List.of(java("javac"), "-nowarn", "-d", folder.resolve("classes").toString(), source.toString()), "javac.log");
    String reference = "127.0.0.1:" + freePort();
    Path settings = Files.writeString(folder.resolve("prometheus.yml"), "global: {evaluation_interval: 1m}\n");
    Process prometheus = new ProcessBuilder(PROMETHEUS.toString(), "--config.file=" + settings, "--storage.tsdb.path=" + folder.resolve("theirs"),
        "--web.listen-address=" + reference, "--web.enable-remote-write-receiver")
        .redirectErrorStream(true).redirectOutput(folder.resolve("prometheus.log").toFile()).start();
    try (SystemEnvironment system = new SystemEnvironment();
        Meshwatch meshwatch = start(system.environment())) {
      awaitReady(system.environment(), reference);
      List<String> servers = List.of("--a", "http://" + reference, "--b", "http://127.0.0.1:" + meshwatch.port(), "--lang3");
      compareQueries(servers);
      compareApi(servers);
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
  }

  private Meshwatch start(Environment environment) throws IOException, InterruptedException {
    String text = "{ monitor = { installation = \"diff\", listen = \"127.0.0.1:0\", evaluationInterval = 60"
        + ", rules = { core = False, extended = False, kubernetes = False } } }";
    ConfigLoader loader = UpProgram.loader(environment);
    Config config = loader.load(Files.writeString(folder.resolve("meshwatch.dhall"), text)).config();
    return Meshwatch.start(environment, config, folder.resolve("ours"), Meshwatch.Outside.real(environment, () -> config, folder));
  }

  private void awaitReady(Environment environment, String address) throws Exception {
    HttpRequest ready = HttpRequest.newBuilder(URI.create("http://" + address + "/-/ready")).build();
    try (HttpClient client = HttpClient.newHttpClient()) {
      for (int attempt = 0; !isReady(client, ready); attempt++) {
        assertThat(attempt).as("prometheus starts; its log: %s", Files.readString(folder.resolve("prometheus.log"))).isLessThan(ATTEMPTS);
        environment.clock().sleep(LOOK_MILLIS);
      }
    }
  }

  private static boolean isReady(HttpClient client, HttpRequest ready) throws InterruptedException {
    try {
      return client.send(ready, HttpResponse.BodyHandlers.discarding()).statusCode() == 200;
    } catch (IOException e) {
      return false;
    }
  }

  private void compareQueries(List<String> servers) throws Exception {
    List<String> options = new ArrayList<>(servers);
    options.addAll(List.of("--no-api", "--end", Long.toString(END_MILLIS), "--seed", Long.toString(SEED), "--n", Integer.toString(EXPRESSIONS),
        "--settle", "0", "--max-report", "10000"));
    PromDiffReport report = diff(options, "queries.log");
    assertThat(report.queries()).as("queries that were compared").isGreaterThan(EXPRESSIONS);
    assertThat(report.mismatches().stream().filter(mismatch -> NewerPromQl.of(mismatch).isEmpty())).as("seed %s", SEED).isEmpty();
    int explained = report.mismatches().stream().mapToInt(PromDiffReport.Mismatch::count).sum();
    assertThat(explained).as("differences that are explained, of %s", report.queries()).isLessThan(report.queries() / 100 + 20);
  }

  /** Federation and metadata look at what is new, so this needs samples of now. */
  private void compareApi(List<String> servers) throws Exception {
    List<String> options = new ArrayList<>(servers);
    options.addAll(List.of("--no-queries", "--settle", "0", "--minutes", "30", "--seed", Long.toString(SEED)));
    assertThat(diff(options, "api.log").apiMismatches()).isSubsetOf(API_DIFFERENCES);
  }

  private PromDiffReport diff(List<String> options, String log) throws Exception {
    List<String> command = new ArrayList<>(List.of(java("java"), "-Xmx500m", "-cp", folder.resolve("classes").toString(), "PromDiff"));
    command.addAll(options);
    List<String> lines = run(command, log);
    assertThat(lines).as("the end of what PromDiff wrote").anyMatch(line -> line.startsWith("RESULT "));
    return PromDiffReport.parse(lines);
  }

  private List<String> run(List<String> command, String log) throws Exception {
    Path file = folder.resolve(log);
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(file.toFile()).start();
    try {
      assertThat(process.waitFor(MINUTES_MAX, TimeUnit.MINUTES)).as("%s ends", command.getFirst()).isTrue();
    } finally {
      process.destroy();
    }
    return Files.readAllLines(file, StandardCharsets.UTF_8);
  }

  private static String java(String program) {
    return Path.of(System.getProperty("java.home"), "bin", program).toString();
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
