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

  /** A repetition comes no later than this part of the interval: then the next run is near anyway. */
  private static final int CONFIRMATION_PART = 4;

  private final Journey journey;
  private final int number;
  private final JourneyRunner runner;
  private final RunLog runLog;
  private final RestartTolerance restarts;
  private final OutageWatch outages;
  private final MaintenanceCalendar maintenance;
  private final double restartSeconds;
  private final long confirmMillis;
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

  /**
   * @param number which other target has not; it decides where in the interval this one runs
   */
  TargetLoop(Environment environment, Journey journey, int number, JourneyRunner runner, RunLog runLog, RestartTolerance restarts,
      OutageWatch outages, SonarSettings settings, TargetSeries series) {
    this.journey = journey;
    this.number = number;
    this.runner = runner;
    this.runLog = runLog;
    this.restarts = restarts;
    this.outages = outages;
    this.maintenance = new MaintenanceCalendar(settings.maintenance());
    this.restartSeconds = settings.restartSeconds();
    this.confirmMillis = Math.min(Math.round(settings.confirmSeconds() * 1000), journey.intervalMillis() / CONFIRMATION_PART);
    this.clock = environment.clock();
    this.series = series;
  }

  int number() {
    return number;
  }

  Journey journey() {
    return journey;
  }

  TargetSeries series() {
    return series;
  }

  /**
   * Takes up where the run log ends, so that a restart of meshwatch resolves no alert, and starts the timer.
   *
   * @param offsetMillis by how much all targets are shifted
   */
  void start(Timers timers, long offsetMillis) {
    recall();
    long lastGoodMillis = runLog.lastGood(journey.target()).map(RunSummary::startedMillis).orElse(0L);
    aliveMillis = clock.wallMillis();
    Optional<RunSummary> newest = runLog.newest(journey.target(), 1).stream().findFirst();
    series.begin(journey, failures.get(), clock.wallMillis(), lastGoodMillis, newest);
    long phaseMillis = Stagger.phaseMillis(number, journey.intervalMillis()) + Math.floorMod(offsetMillis, journey.intervalMillis());
    timer = timers.every("sonar " + journey.target().name(), journey.intervalMillis(), phaseMillis, this::tick);
  }

  private void recall() {
    List<RunSummary> newest = runLog.newest(journey.target(), RunLog.NEWEST_MAX);
    for (RunSummary run : newest) {
      if (run.isGood() && run.isOwn()) {
        break;
      }
      if (run.counts() && run.isOwn()) {
        failures.addAndGet(run.result() == Result.FAILED ? 1 : 0);
        firstFailureMillis = run.startedMillis();
      }
    }
    lastResult = newest.isEmpty() ? Result.PASSED : newest.getFirst().result();
  }

  private void tick(long dueMillis) throws InterruptedException {
    long gap = previousDueMillis == 0 ? journey.intervalMillis() : dueMillis - previousDueMillis;
    previousDueMillis = dueMillis;
    series.scheduled(Math.max(0, clock.wallMillis() - dueMillis), Math.max(0, gap / journey.intervalMillis() - 1));
    SonarRun run = run(Trigger.SCHEDULE, dueMillis);
    long confirmAtMillis = Math.max(run.startedMillis() + confirmMillis, clock.wallMillis());
    if (isDoubtful(run) && confirmAtMillis < dueMillis + journey.intervalMillis() / 2) {
      clock.sleep(confirmAtMillis - clock.wallMillis());
      run(Trigger.CONFIRMATION, clock.wallMillis());
    }
  }

  /** One failure may be chance. What is known to be broken for all needs no repetition, which would only add to its load. */
  private boolean isDoubtful(SonarRun run) {
    return confirmMillis > 0 && lastResult == Result.FAILED && run.maintenance().isEmpty() && failures.get() == 1 && !outages.isKnown(journey.target());
  }

  private SonarRun run(Trigger trigger, long dueMillis) throws InterruptedException {
    aliveMillis = clock.wallMillis();
    running = true;
    try {
      return finish(runner.run(journey, trigger, dueMillis, () -> aliveMillis = clock.wallMillis()), dueMillis);
    } finally {
      aliveMillis = clock.wallMillis();
      running = false;
    }
  }

  private SonarRun finish(SonarRun raw, long dueMillis) {
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
    return run;
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

  /** When a run last began, got on or ended; before the first one, when the target was taken up. */
  long lastSignMillis() {
    return aliveMillis;
  }

  int failures() {
    return failures.get();
  }

  Result lastResult() {
    return lastResult;
  }
}
