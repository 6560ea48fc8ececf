package io.meshwatch.agent;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Processors, load and what the kernel counts in {@code /proc/stat}. */
final class ProcessorCollectors {
  /** The kernel counts processor time in hundredths of a second (USER_HZ), whatever its own clock. */
  private static final int TICKS_PER_SECOND = 100;
  /** Columns of a processor's line; the page lists them by name. */
  private static final String[] MODES = {"user", "nice", "system", "idle", "iowait", "irq", "softirq", "steal"};
  private static final int[] BY_NAME = {3, 4, 5, 1, 6, 7, 2, 0};
  private static final int COLUMNS = 10;

  private record Processor(String number, long[] ticks) {}

  private ProcessorCollectors() {}

  static void processors(KernelFiles files, MetricBytes out) throws IOException {
    List<Processor> processors = new ArrayList<>();
    Cursor stat = files.read("proc/stat");
    for (stat.nextLine(); stat.skip("cpu"); stat.nextLine()) {
      String number = stat.word();
      long[] ticks = new long[COLUMNS];
      for (int column = 0; column < COLUMNS; column++) {
        ticks[column] = stat.number();
      }
      processors.add(new Processor(number, ticks));
    }
    out.counter("node_cpu_guest_seconds_total", "Seconds the processors spent for guests (virtual machines), by mode.");
    for (Processor processor : processors) {
      out.parts(processor.ticks[9], TICKS_PER_SECOND, "cpu", processor.number, "mode", "nice");
      out.parts(processor.ticks[8], TICKS_PER_SECOND, "cpu", processor.number, "mode", "user");
    }
    out.counter("node_cpu_seconds_total", "Seconds the processors spent, by mode.");
    for (Processor processor : processors) {
      for (int column : BY_NAME) {
        out.parts(processor.ticks[column], TICKS_PER_SECOND, "cpu", processor.number, "mode", MODES[column]);
      }
    }
  }

  static void kernel(KernelFiles files, MetricBytes out) throws IOException {
    for (Cursor stat = files.read("proc/stat"); !stat.atEnd(); stat.nextLine()) {
      if (stat.skip("intr ")) {
        out.counter("node_intr_total", "Interrupts served.").sample(stat.number());
      } else if (stat.skip("ctxt ")) {
        out.counter("node_context_switches_total", "Context switches.").sample(stat.number());
      } else if (stat.skip("btime ")) {
        out.gauge("node_boot_time_seconds", "When the machine started, in seconds since 1970.").sample(stat.number());
      } else if (stat.skip("processes ")) {
        out.counter("node_forks_total", "Processes and threads made.").sample(stat.number());
      } else if (stat.skip("procs_running ")) {
        out.gauge("node_procs_running", "Processes that run or could run.").sample(stat.number());
      } else if (stat.skip("procs_blocked ")) {
        out.gauge("node_procs_blocked", "Processes that wait for input or output.").sample(stat.number());
      }
    }
  }

  static void load(KernelFiles files, MetricBytes out) throws IOException {
    Cursor load = files.read("proc/loadavg");
    out.gauge("node_load1", "Load, mean of a minute.").verbatim(load.word());
    out.gauge("node_load5", "Load, mean of five minutes.").verbatim(load.word());
    out.gauge("node_load15", "Load, mean of fifteen minutes.").verbatim(load.word());
  }
}
