package io.meshwatch.tsdb;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SimulatedTime;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.StaleMarker;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Our folder in the hands of the real promtool and the real Prometheus. */
@Tag("peers")
class PeerTest {
  private static final long START = 1_699_999_200_000L;
  private static final long MINUTE = 60_000;

  private final SimulatedTime time = new SimulatedEnvironment(START).time();
  private final List<String> expected = new ArrayList<>();

  @TempDir Path scratch;

  @BeforeEach
  void needsPrometheus() {
    for (String program : List.of("/usr/bin/promtool", "/usr/bin/prometheus")) {
      Assumptions.assumeTrue(Files.isExecutable(Path.of(program)), () -> "SKIPPED: " + program + " is missing");
    }
  }

  private Path data() {
    return scratch.resolve("data");
  }

  private Store open(long outOfOrderSeconds) throws IOException {
    StoreSettings d = StoreSettings.defaults();
    StoreSettings settings = new StoreSettings(
        0, 0, 0, outOfOrderSeconds, 600, 0, 100, d.fsync(), 5, d.compression(), 7200, d.segmentBytes(), 0);
    return Store.open(data(), settings, time, new SystemDisk(), new InlineWorkers(), new Telemetry());
  }

  private static Labels labels(int number) {
    return Labels.of("__name__", "load_" + number % 3, "n", String.valueOf(number), "text", "é \"quoted\" \\ " + number % 2);
  }

  private void live(Store store, int hours, int series, Random random) {
    double[] counters = new double[series];
    for (int minute = 0; minute < hours * 60; minute++) {
      Appender batch = store.appender();
      for (int n = 0; n < series; n++) {
        counters[n] += random.nextInt(50);
        double value = switch (n % 5) {
          case 0 -> counters[n];
          case 1 -> random.nextGaussian();
          case 2 -> minute % 30 == 7 ? Double.POSITIVE_INFINITY : 1;
          case 3 -> minute % 40 == 9 ? StaleMarker.VALUE : minute;
          default -> counters[n] / 7;
        };
        long at = time.wallMillis() + random.nextInt(3);
        batch.append(batch.series(labels(n)), at, value);
        expected.add(Dump.line(labels(n), at, value));
      }
      batch.commit();
      time.advance(MINUTE);
      if (minute % 10 == 9) {
        store.maintain();
      }
    }
  }

  private record Result(int exit, List<String> lines) {}

  private Result run(String... command) throws IOException, InterruptedException {
    Path out = scratch.resolve("out.txt");
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(out.toFile());
    builder.environment().put("PORT", "19517");
    Process process = builder.start();
    assertThat(process.waitFor(180, TimeUnit.SECONDS)).as("%s ends", List.of(command)).isTrue();
    return new Result(process.exitValue(), Files.readAllLines(out, StandardCharsets.UTF_8));
  }

  private void assertDumpIsAsExpected() throws IOException, InterruptedException {
    Result dump = run("/usr/bin/promtool", "tsdb", "dump", data().toString());
    assertThat(dump.exit).as("%s", dump.lines.stream().limit(5).toList()).isZero();
    List<String> found = dump.lines.stream().map(Dump::fromPromtool).sorted().toList();
    assertThat(Dump.difference(found, Dump.asPromtool(expected))).isEmpty();
  }

  @Test
  void promtoolDumpsWhatWasPutInWhileItRuns() throws Exception {
    try (Store store = open(0)) {
      live(store, 11, 20, new Random(1));
      store.syncLog();
      assertDumpIsAsExpected();
    }
    assertDumpIsAsExpected();
    try (Store store = open(0)) {
      live(store, 3, 20, new Random(2));
    }
    assertDumpIsAsExpected();
  }

  @Test
  void allStepsOfTheInteroperabilityScriptPass() throws Exception {
    Path script = Shared.folder("tsdb-interop/interop.sh");
    try (Store store = open(0)) {
      live(store, 11, 20, new Random(3));
    }
    Result result = run("bash", script.toString(), data().toString());
    assertThat(result.lines).as("%s", String.join("\n", result.lines)).noneMatch(line -> line.startsWith("FAIL"));
    assertThat(result.exit).isZero();
  }

  @Test
  void prometheusReadsLateSamples() throws Exception {
    Path script = Shared.folder("tsdb-interop/interop.sh");
    try (Store store = open(7200)) {
      live(store, 4, 4, new Random(4));
      Appender batch = store.appender();
      for (int i = 0; i < 70; i++) {
        long late = time.wallMillis() - 100 * MINUTE + i * MINUTE + 30_000;
        batch.append(batch.series(labels(1)), late, i);
        expected.add(Dump.line(labels(1), late, i));
      }
      batch.commit();
    }
    assertDumpIsAsExpected();
    Result result = run("bash", script.toString(), data().toString());
    // Prometheus 2.42 leaves some late samples of its head out of its own snapshots; everything before that step must pass.
    assertThat(result.lines).as("%s", String.join("\n", result.lines))
        .noneMatch(line -> line.startsWith("FAIL") && !line.startsWith("FAIL snapshot differs"));
  }

  @Test
  void prometheusTakesNativeHistograms() throws Exception {
    Path script = Shared.folder("tsdb-interop/interop.sh");
    try (Store store = open(0)) {
      for (int minute = 0; minute < 600; minute++) {
        Appender batch = store.appender();
        batch.append(batch.series(labels(0)), time.wallMillis(), minute);
        expected.add(Dump.line(labels(0), time.wallMillis(), minute));
        batch.append(batch.series(Labels.of("__name__", "h")), time.wallMillis(), histogram(minute, true));
        batch.append(batch.series(Labels.of("__name__", "fh")), time.wallMillis(), histogram(minute, false));
        batch.commit();
        time.advance(MINUTE);
        if (minute % 10 == 9) {
          store.maintain();
        }
      }
    }
    Result result = run("bash", script.toString(), data().toString());
    assertThat(result.lines).as("%s", String.join("\n", result.lines)).noneMatch(line -> line.startsWith("FAIL"));
  }

  @Test
  void prometheusStartsFromOurSnapshotOfTheHead() throws Exception {
    try (Store store = open(0)) {
      live(store, 2, 20, new Random(5));
      store.delete(START, START + 10 * MINUTE, List.of(new Matcher("n", Matcher.Op.EQUAL, "1")));
    }
    String log = startPrometheusShortly();
    assertThat(log).contains("Chunk snapshot is enabled").doesNotContain("level=error");
    expected.removeIf(line -> line.contains("n=\"1\"") && Long.parseLong(line.split("} ")[1].split(" ")[0]) <= START + 10 * MINUTE);
    assertThat(Files.exists(data().resolve("chunks_head"))).isTrue();
    try (Store store = open(0)) {
      assertThat(Dump.difference(Dump.of(store), expected.stream().sorted().toList())).as("from Prometheus' snapshot").isEmpty();
      assertThat(store.recovery().cuts()).isEmpty();
    }
  }

  /** Starts and stops it with snapshots of the head; gives what it logged. */
  private String startPrometheusShortly() throws Exception {
    Path config = Files.writeString(scratch.resolve("empty.yml"), "global: {}\n");
    Path log = scratch.resolve("prometheus.log");
    Process prometheus = new ProcessBuilder(
            "/usr/bin/prometheus", "--config.file=" + config, "--storage.tsdb.path=" + data(), "--storage.tsdb.retention.time=100y",
            "--web.listen-address=127.0.0.1:19518", "--enable-feature=memory-snapshot-on-shutdown")
        .redirectErrorStream(true).redirectOutput(log.toFile()).start();
    try {
      awaitLine(log, prometheus, "Server is ready to receive web requests");
    } finally {
      prometheus.destroy();
      prometheus.waitFor();
    }
    return Files.readString(log);
  }

  @Test
  void prometheusStartsFromOurSnapshotOfAHeadWithNativeHistograms() throws Exception {
    List<String> ours;
    try (Store store = open(0)) {
      for (int minute = 0; minute < 30; minute++) {
        Appender batch = store.appender();
        batch.append(batch.series(labels(0)), time.wallMillis(), minute);
        batch.append(batch.series(Labels.of("__name__", "h")), time.wallMillis(), histogram(minute, true));
        batch.append(batch.series(Labels.of("__name__", "fh")), time.wallMillis(), histogram(minute, false));
        batch.commit();
        time.advance(MINUTE);
      }
      ours = Dump.of(store);
    }
    String log = startPrometheusShortly();
    assertThat(log).contains("Chunk snapshot is enabled").doesNotContain("level=error");
    try (Store store = open(0)) {
      assertThat(Dump.of(store)).as("from Prometheus' snapshot, which has all").isEqualTo(ours);
      assertThat(store.seriesCount()).isEqualTo(3);
      assertThat(store.recovery().cuts()).isEmpty();
    }
  }

  private static void awaitLine(Path log, Process process, String text) throws Exception {
    long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
    while (process.isAlive() && System.nanoTime() < deadline && !Files.readString(log).contains(text)) {
      process.waitFor(100, TimeUnit.MILLISECONDS);
    }
    assertThat(Files.readString(log)).contains(text);
  }

  private static Histogram histogram(int step, boolean integral) {
    int reset = step % 100;
    return new Histogram(
        ResetHint.UNKNOWN, 3, 0.001, reset, 7 * reset + 3, step * 1.5, List.of(new Span(-2, 2), new Span(step / 200, 1)),
        new double[] {reset, 2 * reset, reset + 1}, List.of(new Span(1, 2)), new double[] {reset + 1, reset + 1}, new double[0], integral);
  }
}
