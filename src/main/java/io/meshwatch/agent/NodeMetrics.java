package io.meshwatch.agent;

import io.meshwatch.environment.Clock;
import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Asks all collectors and writes the page. A collector that fails costs only its own families. Guarded by this. */
final class NodeMetrics implements AutoCloseable {
  private final Clock clock;
  private final KernelFiles files;
  private final SystemdCollector systemd;
  private final MetricBytes out = new MetricBytes();
  private final Map<String, Collector> collectors = new LinkedHashMap<>();

  private record Outcome(String collector, boolean success, long nanos) {}

  NodeMetrics(Clock clock, Path root) {
    this.clock = clock;
    this.files = new KernelFiles(root);
    this.systemd = new SystemdCollector(root, clock);
    collectors.put("conntrack", MachineCollectors::conntrack);
    collectors.put("cpu", ProcessorCollectors::processors);
    collectors.put("diskstats", DiskCollector::collect);
    collectors.put("filefd", MachineCollectors::openFiles);
    collectors.put("filesystem", new FilesystemCollector());
    collectors.put("loadavg", ProcessorCollectors::load);
    collectors.put("mdadm", RaidCollector::collect);
    collectors.put("meminfo", MemoryCollectors::memory);
    collectors.put("netdev", NetworkCollector::collect);
    collectors.put("pressure", MemoryCollectors::pressure);
    collectors.put("stat", ProcessorCollectors::kernel);
    collectors.put("systemd", systemd);
    collectors.put("time", this::time);
    collectors.put("timex", new TimexCollector());
    collectors.put("uname", MachineCollectors::uname);
    collectors.put("vmstat", MemoryCollectors::paging);
  }

  /** The page as of now. */
  synchronized byte[] page() {
    out.clear();
    List<Outcome> outcomes = new ArrayList<>();
    for (Map.Entry<String, Collector> one : collectors.entrySet()) {
      outcomes.add(collect(one.getKey(), one.getValue()));
    }
    out.gauge("node_scrape_collector_duration_seconds", "How long a collector took.");
    outcomes.forEach(outcome -> out.sample(outcome.nanos() / 1e9, "collector", outcome.collector()));
    out.gauge("node_scrape_collector_success", "Whether a collector succeeded.");
    outcomes.forEach(outcome -> out.sample(outcome.success() ? 1L : 0L, "collector", outcome.collector()));
    return out.copy();
  }

  private Outcome collect(String name, Collector collector) {
    long started = clock.monotonicNanos();
    boolean success = true;
    try {
      collector.collect(files, out);
    } catch (NoSuchFileException e) {
      // This machine has no such part: no RAID, no connection tracking. node_exporter reports that as no success, too.
      success = false;
    } catch (IOException e) {
      success = false;
    }
    return new Outcome(name, success, clock.monotonicNanos() - started);
  }

  private void time(KernelFiles unused, MetricBytes page) {
    page.gauge("node_time_seconds", "The machine's time in seconds since 1970.").parts(clock.wallMillis(), 1000);
  }

  @Override
  public synchronized void close() {
    files.close();
    systemd.close();
  }
}
