package io.meshwatch.sonar;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import io.meshwatch.tsdb.StoreSettings;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.IntStream;

/**
 * Measures Sonar over HTTPS: how punctual runs start, how much memory and CPU they take. docs/performance.md says how to start it. The
 * meshStack is the tests' own, in a process of its own, so that its work is not counted.
 */
public final class SonarMeasurement {
  /** Starting opens a thousand connections and makes two hundred thousand series; it is not what is measured. */
  private static final long WARM_UP_MILLIS = 120_000;
  private static final long SLEEP_NANOS = 60_000_000;

  private SonarMeasurement() {}

  public static void main(String[] arguments) throws Exception {
    switch (arguments.length == 0 ? "" : arguments[0]) {
      case "meshstack" -> serve(Path.of(arguments[1]), Integer.parseInt(arguments[2]));
      case "schedule" -> schedule(Path.of(arguments[1]), arguments[2], Integer.parseInt(arguments[3]), Integer.parseInt(arguments[4]));
      case "cpu" -> cpu(Path.of(arguments[1]), arguments[2], Integer.parseInt(arguments[3]));
      default -> System.err.println("meshstack FOLDER PORT | schedule FOLDER URL TARGETS MINUTES | cpu FOLDER URL RUNS");
    }
  }

  // ---- the other side

  private static void serve(Path folder, int port) throws Exception {
    ListenerSpec.ServerTls tls = new TestCertificates(Files.createDirectories(folder)).server("meshstack", "127.0.0.1", 10);
    FakeMeshStack fake = new FakeMeshStack(new SimulatedEnvironment(SonarWorld.START).time());
    String own = "https://127.0.0.1:" + port;
    try (SystemEnvironment system = new SystemEnvironment();
        HttpListener listener = system.environment().listeners().open(
            new ListenerSpec("meshstack", "127.0.0.1", port, Optional.of(tls), Optional.empty(), 1 << 20), (request, reply) -> answer(fake, own, request, reply))) {
      System.out.println("ready on " + listener.port());
      Thread.currentThread().join();
    }
  }

  private static void answer(FakeMeshStack fake, String own, HttpRequest request, HttpReply reply) throws IOException {
    boolean toBroker = request.path().startsWith("/auth/");
    StringBuilder query = new StringBuilder();
    if (request.method().equals("GET")) {
      request.parameters().forEach((name, values) -> query.append(query.isEmpty() ? "?" : "&").append(name).append('=').append(values.getFirst()));
    }
    List<HttpCall.Header> headers = new ArrayList<>();
    for (String name : List.of("Authorization", "Accept", "Content-Type")) {
      request.header(name).ifPresent(value -> headers.add(new HttpCall.Header(name, value)));
    }
    HttpCall call = new HttpCall(request.method(), URI.create((toBroker ? FakeMeshStack.SSO : FakeMeshStack.API) + request.rawPath() + query), headers,
        request.body(1 << 20), Optional.empty(), TlsTrust.PUBLIC, 1_000, 1 << 20, false);
    HttpResult.Answer result;
    synchronized (fake) {
      request.parameter("platformIdentifier").ifPresent(platform -> fake.tenantPlatform = platform);
      result = (HttpResult.Answer) fake.exchange(call);
    }
    String body = result.text().replace(FakeMeshStack.SSO, own).replace(FakeMeshStack.API, own);
    result.headers().stream().filter(h -> h.name().equals("Content-Type")).forEach(h -> reply.header(h.name(), h.value()));
    reply.status(result.status()).send(body.getBytes(StandardCharsets.UTF_8));
  }

  // ---- punctuality and memory

  private static SonarSettings settings(Path folder, String url, int targets) {
    List<TargetSettings> all = IntStream.range(0, targets)
        .mapToObj(i -> new TargetSettings("p" + i + ".here", url + "/projects/my-project/locations/here/platformInstances/" + i + "/access", "GET",
            SuccessCriteria.defaults()))
        .toList();
    SonarSettings flat = SonarWorld.flat(60, all);
    return SonarWorld.withCaFile(flat, folder.resolve("ca.pem").toString());
  }

  private static void schedule(Path folder, String url, int targets, int minutes) throws Exception {
    Path data = Files.createTempDirectory("sonar-measurement");
    try (SystemEnvironment system = new SystemEnvironment();
        EmbeddedEngine engine = EmbeddedEngine.open(system.environment(), data.resolve("store"), StoreSettings.defaults(), QueryOptions.DEFAULT);
        RunLog runLog = RunLog.open(system.environment(), data.resolve("runs"), HistorySettings.defaults());
        Sonar sonar = new Sonar(system.environment(), engine::appender, runLog, settings(folder, url, targets))) {
      sonar.start();
      system.environment().clock().sleep(WARM_UP_MILLIS);
      long fromMillis = system.environment().clock().wallMillis();
      double cpuBefore = cpuSeconds();
      List<Long> machine = new ArrayList<>();
      List<Long> carriers = new ArrayList<>();
      Thread sleeper = Thread.ofPlatform().daemon().start(() -> sleep(machine, minutes));
      Thread virtual = Thread.ofVirtual().start(() -> sleep(carriers, minutes));
      sleeper.join();
      virtual.join();
      double cpu = (cpuSeconds() - cpuBefore) / (minutes * 60.0);
      report(runLog, fromMillis, cpu, engine.seriesCount());
      report("a platform thread that only sleeps", machine);
      report("a virtual thread that only sleeps", carriers);
    }
  }

  /** How late a thread wakes that has nothing to do: what the machine, and what the JVM's scheduler is responsible for. */
  private static void sleep(List<Long> lateMillis, int minutes) {
    long end = System.nanoTime() + minutes * 60_000_000_000L;
    for (long due = System.nanoTime(); due < end; due += SLEEP_NANOS) {
      long left = due - System.nanoTime();
      if (left > 0) {
        LockSupport.parkNanos(left);
      }
      lateMillis.add(Math.max(0, (System.nanoTime() - due) / 1_000_000));
    }
  }

  private static void report(String who, List<Long> lateMillis) {
    lateMillis.sort(Long::compare);
    System.out.printf(Locale.ROOT, "%s wakes late by: median %d ms, p99 %d ms, longest %d ms%n", who, at(lateMillis, 0.5), at(lateMillis, 0.99), at(lateMillis, 1));
  }

  private static void report(RunLog runLog, long fromMillis, double cpu, long series) throws IOException {
    List<Long> errors = new ArrayList<>();
    Map<String, Integer> failures = new TreeMap<>();
    long runs = 0;
    long good = 0;
    for (TargetKey target : runLog.targets()) {
      List<RunSummary> newest = runLog.newest(target, RunLog.NEWEST_MAX).stream().filter(run -> run.startedMillis() >= fromMillis).toList();
      newest.stream().filter(run -> !run.isGood()).forEach(run -> failures.merge(run.reason() + " at " + run.step(), 1, Integer::sum));
      runs += newest.size();
      good += newest.stream().filter(RunSummary::isGood).count();
      for (int i = 0; i + 1 < newest.size(); i++) {
        errors.add(Math.abs(newest.get(i).startedMillis() - newest.get(i + 1).startedMillis() - 60_000));
      }
    }
    errors.sort(Long::compare);
    System.out.println("failed: " + failures);
    System.gc();
    long heap = ManagementFactory.getMemoryMXBean().getHeapMemoryUsage().getUsed() >> 20;
    System.out.printf(Locale.ROOT, "%d targets, %d runs, %d good; start-to-start error of %d intervals: median %d ms, p99 %d ms, longest %d ms%n",
        runLog.targets().size(), runs, good, errors.size(), at(errors, 0.5), at(errors, 0.99), at(errors, 1));
    System.out.printf(Locale.ROOT, "%.1f %% of a core; heap in use %d MiB, %s; %d series%n", cpu * 100, heap, residentMemory(), series);
  }

  private static long at(List<Long> sorted, double part) {
    return sorted.isEmpty() ? -1 : sorted.get((int) Math.min(sorted.size() - 1L, Math.round(part * sorted.size())));
  }

  private static String residentMemory() throws IOException {
    return Files.readAllLines(Path.of("/proc/self/status")).stream().filter(line -> line.startsWith("VmRSS")).findFirst().orElse("").replaceAll("\\s+", " ");
  }

  private static double cpuSeconds() {
    return ((com.sun.management.OperatingSystemMXBean) ManagementFactory.getOperatingSystemMXBean()).getProcessCpuTime() / 1e9;
  }

  // ---- CPU per request

  private static void cpu(Path folder, String url, int runs) throws Exception {
    try (SystemEnvironment system = new SystemEnvironment()) {
      JourneyRunner runner = new JourneyRunner(system.environment(), new ApiMemory(), new ExchangeGate(10, system.environment().clock()));
      Journey journey = Journey.of(settings(folder, url, 1)).getFirst();
      for (int round = 1; round <= 3; round++) {
        double before = cpuSeconds();
        long exchanges = 0;
        for (int i = 0; i < runs; i++) {
          SonarRun run = runner.run(journey, Trigger.MANUAL, system.environment().clock().wallMillis(), () -> { });
          if (!(run.verdict() instanceof Verdict.Passed)) {
            throw new IllegalStateException(run.toString());
          }
          exchanges += run.steps().stream().mapToLong(step -> step.exchanges().size()).sum();
        }
        double used = cpuSeconds() - before;
        System.out.printf(Locale.ROOT, "round %d: %d runs, %d requests, %.2f ms CPU per run, %.3f ms per request%n", round, runs, exchanges,
            used * 1000 / runs, used * 1000 / exchanges);
      }
    }
  }
}
