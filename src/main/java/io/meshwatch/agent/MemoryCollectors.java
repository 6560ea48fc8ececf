package io.meshwatch.agent;

import java.io.IOException;

/** Memory, paging, and how long tasks waited for memory, processors and disks. */
final class MemoryCollectors {
  private static final int MICROSECONDS = 1_000_000;

  private MemoryCollectors() {}

  static void memory(KernelFiles files, MetricBytes out) throws IOException {
    for (Cursor meminfo = files.read("proc/meminfo"); !meminfo.atEnd(); meminfo.nextLine()) {
      // "Active(anon):" becomes Active_anon; a line without a unit, such as HugePages_Total, is a number and not bytes.
      String name = meminfo.until(':').replace("(", "_").replace(")", "");
      long value = meminfo.number();
      boolean bytes = meminfo.word().equals("kB");
      out.gauge("node_memory_" + name + (bytes ? "_bytes" : ""), "Memory information field " + name + ".").sample(bytes ? value * 1024 : value);
    }
  }

  static void paging(KernelFiles files, MetricBytes out) throws IOException {
    for (Cursor vmstat = files.read("proc/vmstat"); !vmstat.atEnd(); vmstat.nextLine()) {
      if (!vmstat.startsWith("pg") && !vmstat.startsWith("pswp") && !vmstat.startsWith("oom_kill")) {
        continue;
      }
      String name = vmstat.word();
      boolean wanted = name.startsWith("oom_kill") || name.startsWith("pgpg") || name.startsWith("pswp") || name.contains("fault");
      if (wanted) {
        out.family("node_vmstat_" + name, "untyped", "/proc/vmstat information field " + name + ".").sample(vmstat.number());
      }
    }
  }

  static void pressure(KernelFiles files, MetricBytes out) throws IOException {
    for (String resource : new String[] {"cpu", "io", "memory"}) {
      for (Cursor pressure = files.read("proc/pressure/" + resource); !pressure.atEnd(); pressure.nextLine()) {
        boolean some = pressure.startsWith("some");
        // The kernel's "full" line for the processor is always 0 for the whole machine; node_exporter leaves it out.
        boolean full = pressure.startsWith("full") && !resource.equals("cpu");
        if (some || full) {
          while (!pressure.atLineEnd() && !pressure.skip("total=")) {
            pressure.word();
          }
          String name = "node_pressure_" + resource + (some ? "_waiting" : "_stalled") + "_seconds_total";
          String who = some ? "some tasks" : "all tasks";
          out.counter(name, "Seconds during which " + who + " waited for " + resource + ".").parts(pressure.number(), MICROSECONDS);
        }
      }
    }
  }
}
