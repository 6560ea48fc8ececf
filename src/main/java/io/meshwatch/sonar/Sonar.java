package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.sonar.RunSummary.Result;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.SonarStatus.State;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import java.io.IOException;
import java.net.URI;
import java.util.Collections;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.PrimitiveIterator;
import java.util.Set;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Smoke-tests all targets, each on its own timer, and keeps what came of it: numbers in the store, detail in the run log. There is one
 * alert path: ordinary rules over these numbers.
 *
 * <p>Targets do not know of each other; they share only the number of requests that may be out at once, and what was learnt about the
 * API. Starting, reloading and closing are confined to one thread; asking is safe for all.
 */
public final class Sonar implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sonar.class);
  /** Series are written again at least this often: well within PromQL's lookback of five minutes. */
  private static final long REFRESH_MILLIS = 30_000;
  /** Looked at so often which series are due: few at a time, so that writing those of a thousand targets delays no run. */
  private static final long REFRESH_TICK_MILLIS = 1_000;
  /** These are few, and how old they are decides how soon Sonar's silence is noticed. */
  private static final long OWN_REFRESH_MILLIS = 10_000;
  /** Between the end of a run and the moment at which that can be seen. */
  private static final long SIGN_SLACK_MILLIS = 30_000;
  private static final long STOP_MILLIS = 5_000;
  /** The label that tells several Sonars apart which test the same from different places. */
  private static final String VANTAGE = "vantage";
  private static final List<Span> UPTIMES = List.of(Span.DAY, Span.WEEK, Span.MONTH, Span.QUARTER);

  private final Environment environment;
  private final Supplier<Appender> appenders;
  private final RunLog runLog;
  private final RestartTolerance restarts = new RestartTolerance();
  private final ApiMemory memory = new ApiMemory();
  private final SeriesGroup own;
  private final OutageWatch outages;
  private final Heartbeat heartbeat;
  private final DomainWatch domains;
  private final Labels common;

  /** In the order of the configuration; replaced as a whole, so that those who look need not wait for those who change it. */
  private volatile Map<TargetKey, TargetLoop> loops = Map.of();
  private volatile ExchangeGate gate;
  private volatile JourneyRunner runner;
  private volatile int configHash;
  private volatile SonarSettings settings;
  private Timers.@Nullable Timer refresher;

  /** Starts nothing yet. The appender's supplier and the run log must outlive it; neither is closed. */
  public Sonar(Environment environment, Supplier<Appender> appenders, RunLog runLog, SonarSettings settings) {
    this.environment = environment;
    this.appenders = appenders;
    this.runLog = runLog;
    this.settings = settings;
    this.gate = new ExchangeGate((int) settings.concurrentRequestsMax(), environment.clock());
    this.runner = new JourneyRunner(environment, memory, gate);
    Labels job = Labels.of(Labels.JOB, "sonar");
    this.common = settings.vantagePoint().map(name -> job.toBuilder().set(VANTAGE, name).build()).orElse(job);
    this.own = new SeriesGroup(common, appenders, environment.clock());
    this.outages = new OutageWatch(common, appenders, environment.clock());
    this.heartbeat = new Heartbeat(environment, own, this::isAlive);
    this.domains = new DomainWatch(environment, own, this::hosts);
  }

  /** Starts testing. */
  public void start() {
    apply(settings, true);
    refresher = environment.timers().every("sonar refresh", REFRESH_TICK_MILLIS, 0, this::refresh);
  }

  /**
   * Takes over changed settings: targets that are new start, those that are gone stop and their series end, those whose journey is
   * unchanged do not notice.
   *
   * @throws ProblemsException if the settings are wrong; then nothing changes
   */
  public void apply(SonarSettings changed) {
    boolean concernsAll = changed.concurrentRequestsMax() != settings.concurrentRequestsMax()
        || !changed.maintenance().equals(settings.maintenance())
        || changed.restartSeconds() != settings.restartSeconds()
        || changed.confirmSeconds() != settings.confirmSeconds();
    apply(changed, concernsAll);
  }

  private void apply(SonarSettings changed, boolean concernsAll) {
    List<Problem> errors = changed.check().stream().filter(p -> !p.warning()).toList();
    if (!errors.isEmpty()) {
      throw new ProblemsException(errors);
    }
    List<Journey> journeys = Journey.of(changed);
    settings = changed;
    if (concernsAll) {
      gate = new ExchangeGate((int) changed.concurrentRequestsMax(), environment.clock());
      runner = new JourneyRunner(environment, memory, gate);
    }
    outages.begin(journeys.stream().map(Journey::target).toList(), runLog, environment.clock().wallMillis());
    replace(journeys, concernsAll);
    heartbeat.apply(changed.heartbeat());
    domains.apply(changed.domainExpiry());
    configHash = journeys.stream().map(j -> j.target().hashCode() * 31 + j.accessUrl().hashCode()).toList().hashCode();
    writeOwn(environment.clock().wallMillis());
  }

  /** Stops what has gone or changed; what has changed goes on under the same series, so that nothing looks like a gap or a reset. */
  private void replace(List<Journey> journeys, boolean concernsAll) {
    Map<TargetKey, TargetLoop> before = loops;
    List<TargetLoop> unchanged = journeys.stream()
        .map(journey -> concernsAll ? null : before.get(journey.target()))
        .filter(loop -> loop != null && journeys.contains(loop.journey()))
        .toList();
    List<TargetLoop> outdated = before.values().stream().filter(loop -> !unchanged.contains(loop)).toList();
    outdated.forEach(TargetLoop::cancel);
    outdated.forEach(Sonar::awaitIdle);
    Set<TargetKey> wanted = journeys.stream().map(Journey::target).collect(Collectors.toSet());
    PrimitiveIterator.OfInt free = freeNumbers(before.values().stream().filter(loop -> wanted.contains(loop.journey().target())).toList());
    Map<TargetKey, TargetLoop> after = new LinkedHashMap<>();
    for (Journey journey : journeys) {
      TargetLoop predecessor = before.get(journey.target());
      boolean keeps = predecessor != null && unchanged.contains(predecessor);
      after.put(journey.target(), keeps ? predecessor : started(journey, predecessor, free));
    }
    outdated.stream().filter(loop -> !wanted.contains(loop.journey().target())).forEach(this::retire);
    loops = Collections.unmodifiableMap(after);
  }

  /** Numbers that none of these has, lowest first. */
  private static PrimitiveIterator.OfInt freeNumbers(List<TargetLoop> loops) {
    Set<Integer> taken = loops.stream().map(TargetLoop::number).collect(Collectors.toSet());
    return IntStream.iterate(0, number -> number + 1).filter(number -> !taken.contains(number)).iterator();
  }

  /** Ends a target that is no longer tested; nobody is to miss its runs. */
  private void retire(TargetLoop loop) {
    loop.series().retire();
    loop.refresh(environment.clock().wallMillis());
    end(loop.series().group());
  }

  private Labels labels(TargetKey target) {
    return common.has(VANTAGE) ? target.labels().toBuilder().set(VANTAGE, common.get(VANTAGE)).build() : target.labels();
  }

  private TargetLoop started(Journey journey, @Nullable TargetLoop predecessor, PrimitiveIterator.OfInt free) {
    SeriesGroup group = predecessor == null
        ? new SeriesGroup(labels(journey.target()), appenders, environment.clock())
        : predecessor.series().group();
    int number = predecessor == null ? free.nextInt() : predecessor.number();
    TargetLoop loop = new TargetLoop(environment, journey, number, runner, runLog, restarts, outages, settings, new TargetSeries(group));
    // Several Sonars that test the same do not all do it in the same moment.
    loop.start(environment.timers(), common.fingerprint());
    loop.refresh(environment.clock().wallMillis());
    return loop;
  }

  private void refresh(long dueMillis) {
    if (isDue(own, OWN_REFRESH_MILLIS, dueMillis)) {
      writeOwn(dueMillis);
    }
    if (isDue(outages.group(), REFRESH_MILLIS, dueMillis)) {
      outages.write(dueMillis);
    }
    loops.values().stream().filter(loop -> isDue(loop.series().group(), REFRESH_MILLIS, dueMillis)).forEach(loop -> loop.refresh(dueMillis));
  }

  private static boolean isDue(SeriesGroup series, long everyMillis, long atMillis) {
    return atMillis - series.lastWrittenMillis() >= everyMillis;
  }

  /** When a run last began, got on or ended. */
  private long lastSignMillis() {
    return loops.values().stream().mapToLong(TargetLoop::lastSignMillis).max().orElse(0);
  }

  private boolean isAlive() {
    return environment.clock().wallMillis() - lastSignMillis() <= 2_000 * settings.scanInterval() + SIGN_SLACK_MILLIS;
  }

  /** The hosts that the journeys use, the identity brokers that were found included. */
  private Set<String> hosts() {
    Set<URI> addresses = new LinkedHashSet<>();
    for (TargetLoop loop : loops.values()) {
      Journey journey = loop.journey();
      addresses.addAll(List.of(journey.account().apiUrl(), journey.accessUrl()));
      journey.account().broker().issuer().map(URI::create).or(() -> memory.issuer(journey.account().apiUrl())).ifPresent(addresses::add);
    }
    return addresses.stream().map(URI::getHost).filter(Objects::nonNull).collect(Collectors.toCollection(LinkedHashSet::new));
  }

  private void writeOwn(long atMillis) {
    if (loops.isEmpty() && own.lastWrittenMillis() == 0) {
      return;
    }
    own.set(MetricName.TARGETS, loops.size());
    if (loops.isEmpty()) {
      own.remove(MetricName.HEARTBEAT);
      own.remove(MetricName.SCAN_INTERVAL);
    } else {
      own.set(MetricName.HEARTBEAT, lastSignMillis() / 1e3);
      own.set(MetricName.SCAN_INTERVAL, (double) settings.scanInterval());
    }
    own.set(MetricName.RUNS_IN_FLIGHT, (double) loops.values().stream().filter(TargetLoop::isRunning).count());
    own.set(MetricName.REQUESTS_IN_FLIGHT, gate.open());
    own.set(MetricName.BUILD_INFO, 1, "version", runner.version());
    own.removeAll(MetricName.CONFIG_INFO);
    own.set(MetricName.CONFIG_INFO, 1, "hash", Integer.toHexString(configHash));
    try {
      own.write(atMillis);
    } catch (StoreUnavailableException full) {
      LOG.debug("Sonar's own series could not be written: {}", full.getMessage());
    }
  }

  // ---- asking

  /** How all targets are. */
  public SonarStatus status(int runsMax) {
    return new SonarStatus(loops.values().stream().map(loop -> status(loop, runsMax)).toList());
  }

  private SonarStatus.Target status(TargetLoop loop, int runsMax) {
    TargetKey key = loop.journey().target();
    List<RunSummary> newest = runLog.newest(key, runsMax);
    return new SonarStatus.Target(
        key, loop.journey().accessUrl().toString(), loop.journey().intervalMillis(), state(newest), loop.isRunning(), loop.failures(), newest,
        uptime(key),
        runLog.lastGood(key).map(RunSummary::startedMillis), runLog.lastFailure(key));
  }

  private Map<Span, Double> uptime(TargetKey key) {
    Map<Span, Double> uptime = new EnumMap<>(Span.class);
    for (Span span : UPTIMES) {
      runLog.tally(key, span, environment.clock().wallMillis()).uptime().ifPresent(part -> uptime.put(span, part));
    }
    return uptime;
  }

  /** How much of what may fail has failed, for all targets. */
  public List<ErrorBudget> budgets(Objectives objectives) {
    return budgets(loops.values().stream().map(TargetLoop::journey).toList(), objectives, runLog, environment.clock().wallMillis());
  }

  /** The budgets of these settings' targets from a run log alone. */
  public static List<ErrorBudget> budgets(SonarSettings settings, Objectives objectives, RunLog runLog, long nowMillis) {
    return budgets(Journey.of(settings), objectives, runLog, nowMillis);
  }

  private static List<ErrorBudget> budgets(List<Journey> journeys, Objectives objectives, RunLog runLog, long nowMillis) {
    return journeys.stream().map(journey -> ErrorBudget.of(journey, objectives, span -> runLog.tally(journey.target(), span, nowMillis))).toList();
  }

  private static State state(List<RunSummary> newest) {
    if (newest.isEmpty()) {
      return State.NEW;
    }
    RunSummary last = newest.getFirst();
    return switch (last.result()) {
      case PASSED, FLAKY -> State.GOOD;
      case FAILED -> last.maintenance().isEmpty() ? State.FAILING : State.MAINTENANCE;
      case RESTART -> last.maintenance().isEmpty() ? State.RESTARTING : State.MAINTENANCE;
      case INCONCLUSIVE -> State.UNTESTED;
    };
  }

  /** A whole run, with every request. */
  public Optional<SonarRun> run(String id) throws IOException {
    return runLog.run(id);
  }

  /**
   * Evidence for an alert about a target or a scope, for its mail: that of the failing target whose labels agree with the alert's.
   */
  public Optional<Evidence> evidence(Labels alertLabels) {
    return loops.values().stream()
        .filter(loop -> loop.lastResult() == Result.FAILED || loop.lastResult() == Result.RESTART)
        .map(loop -> loop.journey().target())
        .filter(key -> agrees(key.labels(), alertLabels))
        .findFirst()
        .flatMap(runLog::lastFailure);
  }

  private static boolean agrees(Labels target, Labels alert) {
    return alert.has("scope")
        && List.of("scope", "customer", "project", "platform", "target").stream().allMatch(l -> !alert.has(l) || alert.get(l).equals(target.get(l)));
  }

  /**
   * Runs a target's journey now, beside its schedule; it is kept in the run log but changes no series. Empty if there is no such target.
   *
   * @param heartbeat called whenever the run gets on
   */
  public Optional<SonarRun> runNow(TargetKey target, Trigger trigger, Runnable heartbeat) throws InterruptedException {
    TargetLoop loop = loops.get(target);
    return loop == null
        ? Optional.empty()
        : Optional.of(HandRuns.run(environment, runner, runLog, loop.journey(), trigger, heartbeat));
  }

  /** Checks everything that must be in place for the settings in force. */
  public List<Diagnosis> examine() throws InterruptedException {
    return new Doctor(environment).examine(settings);
  }

  // ---- the end

  /** Stops all runs and ends all series. */
  @Override
  public void close() {
    stopRefreshing();
    heartbeat.close();
    domains.close();
    Map<TargetKey, TargetLoop> all = loops;
    loops = Map.of();
    all.values().forEach(TargetLoop::cancel);
    all.values().forEach(Sonar::awaitIdle);
    all.values().forEach(loop -> end(loop.series().group()));
    end(outages.group());
    end(own);
  }

  /** First of all: a refresh under way would write to series that have ended. */
  private void stopRefreshing() {
    Timers.Timer timer = refresher;
    if (timer == null) {
      return;
    }
    timer.cancel(false);
    try {
      timer.awaitIdle(STOP_MILLIS);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void awaitIdle(TargetLoop loop) {
    try {
      if (!loop.awaitIdle(STOP_MILLIS)) {
        LOG.warn("a run of {} did not stop in time", loop.journey().target().name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void end(SeriesGroup group) {
    try {
      group.end(environment.clock().wallMillis());
    } catch (StoreUnavailableException full) {
      LOG.debug("series could not be ended: {}", full.getMessage());
    }
  }
}
