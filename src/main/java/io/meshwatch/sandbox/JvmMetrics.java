package io.meshwatch.sandbox;

/** What Micrometer tells of every Spring Boot application: heap, garbage collection, threads, files, log lines. */
final class JvmMetrics {
  private static final double HEAP_MAX = 1024.0 * 1024 * 1024;
  private static final long SAWTOOTH_MILLIS = 180_000;
  /** How often a crash-looping application starts. */
  private static final long CRASH_LOOP_MILLIS = 45_000;

  private final Flows flows;
  private final Faults faults;
  private final long startMillis;

  JvmMetrics(Flows flows, Faults faults, long startMillis) {
    this.flows = flows;
    this.faults = faults;
    this.startMillis = startMillis;
  }

  void write(MetricPage page, String component, long now) {
    boolean full = faults.onComponent(FaultKind.HEAP_FULL, component).isPresent();
    writeProcess(page, component, now);
    writeMemory(page, component, now, full);
    writeGarbageCollection(page, component, now, full);
    writeThreads(page, component);
    boolean failing = faults.onComponent(FaultKind.COMPONENT_ERROR_RATE, component).isPresent();
    page.family("logback_events_total", "counter", "Number of log events that were enabled by the effective log level");
    page.sample(flows.whole(component + " log info", 2.5, now), "level", "info");
    page.sample(flows.whole(component + " log warn", 0.01, now), "level", "warn");
    page.sample(flows.whole(component + " log error", failing ? 1.5 : 0, now), "level", "error");
  }

  private void writeProcess(MetricPage page, String component, long now) {
    long started = faults.onComponent(FaultKind.COMPONENT_CRASH_LOOP, component)
        .map(fault -> now - Math.floorMod(now - fault.sinceMillis(), CRASH_LOOP_MILLIS))
        .orElse(startMillis);
    page.gauge("process_start_time_seconds", "Start time of the process since unix epoch.", started / 1000.0);
    page.gauge("process_uptime_seconds", "The uptime of the Java virtual machine", (now - started) / 1000.0);
    page.gauge("process_cpu_usage", "The recent cpu usage for the Java Virtual Machine process", 0.04 + wave(component, now, 60_000) * 0.03);
    page.gauge("system_cpu_usage", "The recent cpu usage of the system the application is running in", 0.1 + wave(component, now, 90_000) * 0.05);
    page.gauge("process_files_open_files", "The open file descriptor count", 180 + Math.floor(wave(component, now, 300_000) * 20));
    page.gauge("process_files_max_files", "The maximum file descriptor count", 65_536);
  }

  private static void writeMemory(MetricPage page, String component, long now, boolean full) {
    double base = full ? 0.94 : 0.25;
    double sawtooth = (full ? 0.05 : 0.35) * Math.floorMod(now + component.hashCode(), SAWTOOTH_MILLIS) / SAWTOOTH_MILLIS;
    double used = HEAP_MAX * (base + sawtooth);
    page.family("jvm_memory_used_bytes", "gauge", "The amount of used memory");
    page.sample(Math.rint(used * 0.3), "area", "heap", "id", "G1 Eden Space");
    page.sample(Math.rint(used * 0.65), "area", "heap", "id", "G1 Old Gen");
    page.sample(Math.rint(used * 0.05), "area", "heap", "id", "G1 Survivor Space");
    page.sample(146_800_640, "area", "nonheap", "id", "Metaspace");
    page.family("jvm_memory_committed_bytes", "gauge", "The amount of memory in bytes that is committed for the Java virtual machine to use");
    page.sample(HEAP_MAX, "area", "heap", "id", "G1 Old Gen");
    page.family("jvm_memory_max_bytes", "gauge", "The maximum amount of memory in bytes that can be used for memory management");
    page.sample(-1, "area", "heap", "id", "G1 Eden Space");
    page.sample(HEAP_MAX, "area", "heap", "id", "G1 Old Gen");
    page.sample(-1, "area", "heap", "id", "G1 Survivor Space");
    page.sample(-1, "area", "nonheap", "id", "Metaspace");
    page.gauge("jvm_memory_usage_after_gc", "The percentage of long-lived heap pool used after the last GC event, in the range [0..1]",
        base * 0.95, "area", "heap", "pool", "long-lived");
  }

  private void writeGarbageCollection(MetricPage page, String component, long now, boolean full) {
    double perSecond = full ? 0.5 : 1.0 / 60;
    double pauseSeconds = full ? 0.4 : 0.012;
    String[] labels = {"action", "end of minor GC", "cause", "G1 Evacuation Pause", "gc", "G1 Young Generation"};
    page.family("jvm_gc_pause_seconds", "summary", "Time spent in GC pause");
    page.part("_count", flows.whole(component + " gc", perSecond, now), labels);
    page.part("_sum", flows.exact(component + " gc seconds", perSecond * pauseSeconds, now), labels);
    page.family("jvm_gc_pause_seconds_max", "gauge", "Time spent in GC pause").sample(pauseSeconds * 1.5, labels);
  }

  private static void writeThreads(MetricPage page, String component) {
    int live = 60 + Math.floorMod(component.hashCode(), 40);
    int runnable = live / 4;
    page.gauge("jvm_threads_live_threads", "The current number of live threads including both daemon and non-daemon threads", live);
    page.family("jvm_threads_states_threads", "gauge", "The current number of threads");
    page.sample(0, "state", "blocked");
    page.sample(runnable, "state", "runnable");
    page.sample(live - runnable, "state", "waiting");
  }

  /** Between 0 and 1, up and down within a period; another phase for each component. */
  static double wave(String component, long now, long periodMillis) {
    double phase = (double) Math.floorMod(now + 1000L * component.hashCode(), periodMillis) / periodMillis;
    return (1 + Math.sin(2 * Math.PI * phase)) / 2;
  }
}
