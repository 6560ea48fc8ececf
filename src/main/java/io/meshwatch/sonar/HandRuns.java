package io.meshwatch.sonar;

import io.meshwatch.environment.Environment;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.ApiMemory;
import io.meshwatch.sonar.meshstack.ExchangeGate;
import java.util.List;
import java.util.Optional;

/** Runs journeys because somebody asks for it, without a schedule. Such runs are kept in the run log and change no series. */
public final class HandRuns {
  private final Environment environment;
  private final RunLog runLog;
  private final JourneyRunner runner;
  private final List<Journey> journeys;

  /** The run log must outlive it; it is not closed. The settings must have been checked. */
  public HandRuns(Environment environment, SonarSettings settings, RunLog runLog) {
    this.environment = environment;
    this.runLog = runLog;
    this.runner = new JourneyRunner(
        environment, new ApiMemory(), new ExchangeGate((int) settings.concurrentRequestsMax(), environment.clock()));
    this.journeys = Journey.of(settings);
  }

  /** All targets, in the order of the configuration. */
  public List<TargetKey> targets() {
    return journeys.stream().map(Journey::target).toList();
  }

  /** Runs a target's journey now; empty if there is no such target. */
  public Optional<SonarRun> run(TargetKey target, Trigger trigger) throws InterruptedException {
    Optional<Journey> journey = journeys.stream().filter(each -> each.target().equals(target)).findFirst();
    return journey.isEmpty() ? Optional.empty() : Optional.of(run(environment, runner, runLog, journey.get(), trigger, () -> { }));
  }

  static SonarRun run(Environment environment, JourneyRunner runner, RunLog runLog, Journey journey, Trigger trigger, Runnable heartbeat)
      throws InterruptedException {
    SonarRun raw = runner.run(journey, trigger, environment.clock().wallMillis(), heartbeat);
    SonarRun run = withLastGood(raw, runLog.lastGood(journey.target()));
    runLog.append(run);
    return run;
  }

  private static SonarRun withLastGood(SonarRun run, Optional<RunSummary> good) {
    return run.verdict() instanceof Verdict.Failed failed
        ? run.with(new Verdict.Failed(failed.evidence().of(run.id(), run.startedMillis(), good)))
        : run;
  }
}
