package io.meshwatch.sonar;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.sonar.RunSummary.Result;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One target: runs its journey again and again, and says what the runs mean together. Its timer never overlaps itself, so the fields
 * that others may not look at are confined to its ticks.
 */
final class TargetLoop {
  private static final Logger LOG = LoggerFactory.getLogger(TargetLoop.class);

  private final Journey journey;
  private final JourneyRunner runner;
  private final RunLog runLog;
  private final RestartTolerance restarts;
  private final OutageWatch outages;
  private final MaintenanceCalendar maintenance;
  private final double restartSeconds;
  private final Clock clock;
  private final TargetSeries series;
  private Timers.@Nullable Timer timer;

  private long previousDueMillis;
  private volatile boolean running;
  private volatile long aliveMillis;
  /** What {@code sonar_consecutive_failures} shows. */
  private final AtomicInteger failures = new AtomicInteger();
  /** Failures while the backend seemed to restart: shown as soon as it turns out that it did not. */
  private int withheld;
  private long firstFailureMillis;
  private volatile Result lastResult = Result.PASSED;

  TargetLoop(Environment environment, Journey journey, JourneyRunner runner, RunLog runLog, RestartTolerance restarts,
      OutageWatch outages, SonarSettings settings, TargetSeries series) {
    this.journey = journey;
    this.runner = runner;
    this.runLog = runLog;
    this.restarts = restarts;
    this.outages = outages;
    this.maintenance = new MaintenanceCalendar(settings.maintenance());
    this.restartSeconds = settings.restartSeconds();
    this.clock = environment.clock();
    this.series = series;
  }

  Journey journey() {
    return journey;
  }

  TargetSeries series() {
    return series;
  }

  /** Takes up where the run log ends, so that a restart of meshwatch resolves no alert, and starts the timer. */
  void start(Timers timers) {
    recall();
    long lastGoodMillis = runLog.lastGood(journey.target()).map(RunSummary::startedMillis).orElse(0L);
    Optional<RunSummary> newest = runLog.newest(journey.target(), 1).stream().findFirst();
    series.begin(journey, failures.get(), clock.wallMillis(), lastGoodMillis, newest);
    timer = timers.every("sonar " + journey.target().name(), journey.intervalMillis(), phaseMillis(), this::tick);
  }

  private void recall() {
    List<RunSummary> newest = runLog.newest(journey.target(), RunLog.NEWEST_MAX);
    for (RunSummary run : newest) {
      if (run.isGood()) {
        break;
      }
      if (run.counts()) {
        failures.addAndGet(run.result() == Result.FAILED ? 1 : 0);
        firstFailureMillis = run.startedMillis();
      }
    }
    lastResult = newest.isEmpty() ? Result.PASSED : newest.getFirst().result();
  }

  /** Spreads the targets over the interval, each always at the same place. */
  private long phaseMillis() {
    return Math.floorMod(journey.target().labels().fingerprint(), journey.intervalMillis());
  }

  private void tick(long dueMillis) throws InterruptedException {
    long gap = previousDueMillis == 0 ? journey.intervalMillis() : dueMillis - previousDueMillis;
    previousDueMillis = dueMillis;
    series.scheduled(Math.max(0, clock.wallMillis() - dueMillis), Math.max(0, gap / journey.intervalMillis() - 1));
    aliveMillis = clock.wallMillis();
    running = true;
    try {
      finish(runner.run(journey, Trigger.SCHEDULE, dueMillis, () -> aliveMillis = clock.wallMillis()), dueMillis);
    } finally {
      running = false;
    }
  }

  private void finish(SonarRun raw, long dueMillis) {
    SonarRun marked = raw.inMaintenance(maintenance.windowAt(journey.target().platform(), raw.startedMillis()).orElse(""));
    SonarRun judged = judge(marked);
    SonarRun run = inContext(judged);
    RunSummary summary = RunSummary.of(run);
    logChange(run, summary);
    lastResult = summary.result();
    runLog.append(run);
    outages.note(journey.target(), summary, dueMillis);
    series.observe(run, failures.get());
    write(dueMillis);
  }

  /** Decides whether a 503 is a restart. Looks at the host, which all its targets share. */
  private SonarRun judge(SonarRun run) {
    String host = journey.account().apiUrl().getAuthority();
    long endMillis = clock.wallMillis();
    if (!(run.verdict() instanceof Verdict.Failed failed)) {
      if (run.verdict() instanceof Verdict.Passed) {
        restarts.recovered(host, endMillis);
      }
      return run;
    }
    if (failed.failureClass() != FailureClass.RESTART) {
      if (failed.evidence().finding().status() > 0 && failed.failureClass() != FailureClass.IDP) {
        restarts.recovered(host, endMillis);
      }
      return run;
    }
    if (restarts.tolerates(host, endMillis, restartSeconds)) {
      return run;
    }
    Finding finding = failed.evidence().finding().as(FailureClass.API,
        "The backend has answered 503 for longer than a restart takes: see its log, memory and health page.");
    return run.with(new Verdict.Failed(failed.evidence().as(finding)));
  }

  /** Counts the run, and tells a failure since when it lasts and when all was well. */
  private SonarRun inContext(SonarRun run) {
    if (!run.maintenance().isEmpty() && !(run.verdict() instanceof Verdict.Passed)) {
      return run;
    }
    return switch (run.verdict()) {
      case Verdict.Passed _ -> {
        failures.set(0);
        withheld = 0;
        firstFailureMillis = 0;
        yield run;
      }
      case Verdict.Inconclusive _ -> run;
      case Verdict.Failed failed -> {
        countFailure(run, failed);
        yield run.with(new Verdict.Failed(failed.evidence().of(run.id(), firstFailureMillis, runLog.lastGood(journey.target()))));
      }
    };
  }

  private void countFailure(SonarRun run, Verdict.Failed failed) {
    if (firstFailureMillis == 0) {
      firstFailureMillis = run.startedMillis();
    }
    if (failed.failureClass() == FailureClass.RESTART) {
      withheld++;
    } else {
      failures.addAndGet(withheld + 1);
      withheld = 0;
    }
  }

  private void logChange(SonarRun run, RunSummary summary) {
    if (summary.result() == lastResult) {
      return;
    }
    switch (run.verdict()) {
      case Verdict.Passed _ -> LOG.info("{} is good again", journey.target().name());
      case Verdict.Failed failed -> LOG.warn("{} fails at {} ({}): {}", journey.target().name(), failed.evidence().step(),
          failed.failureClass().label(), failed.evidence().finding().sentence());
      case Verdict.Inconclusive inconclusive -> LOG.warn("{} cannot be tested: {}", journey.target().name(), inconclusive.reason());
    }
  }

  /** Writes the series again, so that they stay visible between runs. */
  void refresh(long atMillis) {
    if (running) {
      series.alive(aliveMillis);
    }
    write(atMillis);
  }

  private void write(long atMillis) {
    try {
      series.group().write(atMillis);
    } catch (StoreUnavailableException full) {
      // The store says so itself, and the next write brings the same values.
      LOG.debug("the series of {} could not be written: {}", journey.target().name(), full.getMessage());
    }
  }

  void cancel() {
    Timers.Timer current = timer;
    if (current != null) {
      current.cancel(true);
    }
  }

  boolean awaitIdle(long timeoutMillis) throws InterruptedException {
    Timers.Timer current = timer;
    return current == null || current.awaitIdle(timeoutMillis);
  }

  boolean isRunning() {
    return running;
  }

  int failures() {
    return failures.get();
  }

  Result lastResult() {
    return lastResult;
  }
}
