package io.meshwatch.agent;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.within;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.lang.management.ManagementFactory;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/** The agent beside the real node_exporter on the same machine. */
@Tag("peers")
class NodeExporterPeerTest {
  private static final Path EXPORTER = Path.of("/usr/bin/prometheus-node-exporter");
  /** Families of the same collectors that the agent leaves out on purpose, as nothing here uses them. */
  private static final String LEFT_OUT =
      "node_(disk_info|disk_ata.*|disk_device_mapper_info|disk_filesystem_info|cpu_(info|scaling|frequency|package|core|flag|bug).*|time_(zone|clocksource).*"
          + "|timex_(pps|loop).*|exporter_build_info|scrape_collector.*|softirqs_total|network_receive_nohandler_total|nf_conntrack_stat_.*)";

  @Test
  void writesTheSeriesOfNodeExporterWithNearlyTheSameValues() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(EXPORTER), "prometheus-node-exporter is not installed");
    int port = freePort();
    Process exporter = new ProcessBuilder(
        EXPORTER.toString(), "--web.listen-address=127.0.0.1:" + port, "--collector.disable-defaults",
        "--collector.cpu", "--collector.diskstats", "--collector.filefd", "--collector.filesystem", "--collector.loadavg",
        "--collector.meminfo", "--collector.netdev", "--collector.pressure", "--collector.stat", "--collector.time", "--collector.timex",
        "--collector.uname", "--collector.vmstat", "--collector.conntrack", "--collector.mdadm",
        // Debian's defaults leave out more than node_exporter's own.
        "--collector.netdev.device-exclude=^$",
        "--collector.filesystem.mount-points-exclude=^/(dev|proc|run/credentials/.+|sys|var/lib/docker/.+|var/lib/containers/storage/.+)($|/)")
        .redirectErrorStream(true).redirectOutput(ProcessBuilder.Redirect.DISCARD).start();
    try (SystemEnvironment system = new SystemEnvironment(); NodeMetrics own = new NodeMetrics(system.environment().clock(), Path.of("/"))) {
      Map<String, Double> theirs = node(scrape(system, port));
      Map<String, Double> ours = node(new String(own.page(), StandardCharsets.UTF_8));

      TreeSet<String> missing = new TreeSet<>(theirs.keySet());
      missing.removeAll(ours.keySet());
      TreeSet<String> extra = new TreeSet<>(ours.keySet());
      extra.removeAll(theirs.keySet());
      assertThat(missing).as("missing").isEmpty();
      assertThat(extra).as("not in node_exporter").isEmpty();
      assertThat(theirs).hasSizeGreaterThan(100);
      theirs.forEach((series, value) -> {
        if (!isRestless(series)) {
          double tolerance = Math.max(Math.abs(value) * 0.2, 5);
          assertThat(ours.get(series)).as(series).isCloseTo(value, within(tolerance));
        }
      });
    } finally {
      exporter.destroy();
      exporter.waitFor();
    }
  }

  @Test
  void needsLessThanTwoMillisecondsOfProcessorTimeAScrape() {
    try (SystemEnvironment system = new SystemEnvironment(); NodeMetrics own = new NodeMetrics(system.environment().clock(), Path.of("/"))) {
      var threads = ManagementFactory.getThreadMXBean();
      for (int i = 0; i < 2_000; i++) {
        own.page();
      }
      long before = threads.getCurrentThreadCpuTime();
      for (int i = 0; i < 200; i++) {
        own.page();
      }
      double millis = (threads.getCurrentThreadCpuTime() - before) / 200e6;
      System.err.println("a page of the agent: " + millis + " ms of processor time, " + own.page().length + " bytes");
      assertThat(millis).isLessThan(2);
    }
  }

  /** Values that change by much between two scrapes, or hang on the moment. */
  private static boolean isRestless(String series) {
    return series.startsWith("node_procs_") || series.startsWith("node_load1") || series.startsWith("node_disk_io_now")
        || series.contains("_Dirty") || series.contains("Writeback") || series.startsWith("node_filefd_allocated")
        || series.startsWith("node_timex_offset") || series.contains("maxerror");
  }

  private static Map<String, Double> node(String page) {
    Map<String, Double> series = new TreeMap<>();
    for (String line : page.split("\n")) {
      if (line.startsWith("node_") && !line.matches(LEFT_OUT + "[{ ].*")) {
        int space = line.lastIndexOf(' ');
        series.put(line.substring(0, space), Double.valueOf(line.substring(space + 1)));
      }
    }
    return series;
  }

  private static String scrape(SystemEnvironment system, int port) throws InterruptedException {
    for (int attempt = 0; ; attempt++) {
      HttpResult result = system.environment().network().exchange(HttpCall.get(URI.create("http://127.0.0.1:" + port + "/metrics"), TlsTrust.PUBLIC));
      if (result instanceof HttpResult.Answer answer) {
        return answer.text();
      }
      assertThat(attempt).as("node_exporter starts").isLessThan(100);
      system.environment().clock().sleep(100);
    }
  }

  private static int freePort() throws java.io.IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
