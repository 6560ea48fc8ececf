package io.meshwatch.sonar;

import io.meshwatch.environment.HttpResult.Phases;
import io.meshwatch.sonar.RunSummary.Result;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.StepRun.Outcome;
import io.meshwatch.sonar.meshstack.Exchange;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.ReplicationState;
import java.util.List;
import java.util.Optional;
import java.util.function.ToLongFunction;

/** Turns the runs of one target into its series. Confined to the target's runs; the group behind it is safe for all threads. */
final class TargetSeries {
  private static final double[] RUN_BOUNDS = {0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300, 600, 1200, 1800};
  private static final double[] STEP_BOUNDS = {0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10};
  static final double[] REPLICATION_BOUNDS = {1, 2, 5, 10, 30, 60, 120, 300, 600, 1200, 1800};
  private static final String[] RESULTS = {"success", "failure"};

  private final SeriesGroup group;

  TargetSeries(SeriesGroup group) {
    this.group = group;
  }

  /** All that counts starts at zero, so that the first failure is an increase; what measures starts with the first run. */
  void begin(Journey journey, int consecutiveFailures, long lastRunMillis, long lastSuccessMillis, Optional<RunSummary> newest) {
    group.removeAll(MetricName.STEP_SUCCESS);
    group.removeAll(MetricName.STEP_DURATION);
    group.removeAll(MetricName.STEP_PHASE);
    newest.filter(run -> run.result() != Result.INCONCLUSIVE).ifPresent(this::failureInfo);
    for (String result : new String[] {"success", "failure", "error"}) {
      group.add(MetricName.RUNS_TOTAL, 0, "result", result);
    }
    for (String result : new String[] {"ok", "flaky", "maintenance"}) {
      group.add(MetricName.RUN_TOTAL, 0, "result", result);
    }
    for (FailureClass reason : FailureClass.values()) {
      group.add(MetricName.RUN_TOTAL, 0, "result", reason == FailureClass.SONAR ? "error" : "failed", "reason", reason.label());
    }
    for (String result : RESULTS) {
      group.add(MetricName.ACCESS_PROJECT_TOTAL, 0, "result", result);
      group.add(MetricName.REPLICATE_PROJECT_TOTAL, 0, "result", result);
      group.add(MetricName.PLATFORM_ACCESS_TOTAL, 0, "result", result);
    }
    group.histogram(MetricName.RUN_DURATION, RUN_BOUNDS);
    group.histogram(MetricName.REPLICATION_DURATION, REPLICATION_BOUNDS);
    journey.steps().forEach(step -> group.histogram(MetricName.STEP_DURATION_HISTOGRAM, bounds(step.name()), "step", step.name()));
    replicationState(ReplicationState.UNKNOWN);
    group.add(MetricName.OVERRUNS_TOTAL, 0);
    group.set(MetricName.SCHEDULE_LAG, 0);
    group.set(MetricName.LEFTOVERS, 0);
    group.set(MetricName.MAINTENANCE, 0);
    group.set(MetricName.CONSECUTIVE_FAILURES, consecutiveFailures);
    group.set(MetricName.LAST_RUN, lastRunMillis / 1e3);
    group.set(MetricName.LAST_SUCCESS, lastSuccessMillis / 1e3);
    group.set(MetricName.RUN_INTERVAL, journey.intervalMillis() / 1e3);
  }

  private static double[] bounds(String step) {
    return step.equals("replicate") ? REPLICATION_BOUNDS : STEP_BOUNDS;
  }

  /** A run under way has got on: a long one must not look like none. */
  void alive(long atMillis) {
    group.set(MetricName.LAST_RUN, atMillis / 1e3);
  }

  /** Its runs end because they are no longer wanted: no time of a last run, so that the rule that misses runs looks away. */
  void retire() {
    group.set(MetricName.LAST_RUN, 0);
  }

  void scheduled(long lagMillis, long overruns) {
    group.set(MetricName.SCHEDULE_LAG, lagMillis / 1e3);
    group.add(MetricName.OVERRUNS_TOTAL, (double) overruns);
  }

  /** Takes over a run. The number of failures is handed in: it is not for every failure that it grows. */
  void observe(SonarRun run, int consecutiveFailures) {
    RunSummary summary = RunSummary.of(run);
    count(run, summary);
    group.observe(MetricName.RUN_DURATION, RUN_BOUNDS, run.durationNanos() / 1e9);
    group.set(MetricName.CONSECUTIVE_FAILURES, consecutiveFailures);
    group.set(MetricName.LEFTOVERS, run.leftovers());
    group.set(MetricName.MAINTENANCE, run.maintenance().isEmpty() ? 0 : 1);
    if (summary.result() != Result.INCONCLUSIVE) {
      group.set(MetricName.LAST_RUN, run.startedMillis() / 1e3);
      failureInfo(summary);
    }
    if (summary.isGood()) {
      group.set(MetricName.LAST_SUCCESS, run.startedMillis() / 1e3);
    }
    run.certificateExpiryMillis().ifPresent(millis -> group.set(MetricName.CERTIFICATE_EXPIRY, millis / 1e3));
    run.steps().forEach(this::step);
    replication(run);
  }

  private void count(SonarRun run, RunSummary summary) {
    String result = switch (summary.result()) {
      case PASSED -> "ok";
      case FLAKY -> "flaky";
      case FAILED, RESTART -> "failed";
      case INCONCLUSIVE -> "error";
    };
    if (!run.maintenance().isEmpty()) {
      group.add(MetricName.RUN_TOTAL, 1, "result", "maintenance");
      return;
    }
    group.add(MetricName.RUN_TOTAL, 1, "result", result, "reason", summary.reason());
    if (run.trigger() != Trigger.SCHEDULE) {
      // Looking twice at failures and once at successes would make service levels worse than they are.
      return;
    }
    switch (summary.result()) {
      case PASSED, FLAKY -> group.add(MetricName.RUNS_TOTAL, 1, "result", "success");
      case FAILED -> group.add(MetricName.RUNS_TOTAL, 1, "result", "failure");
      case INCONCLUSIVE -> group.add(MetricName.RUNS_TOTAL, 1, "result", "error");
      // Every burn rate is made of sonar_runs_total, and a short restart must not page by that way either.
      case RESTART -> { }
    }
  }

  private void failureInfo(RunSummary summary) {
    group.removeAll(MetricName.FAILURE_INFO);
    if (!summary.isGood()) {
      group.set(MetricName.FAILURE_INFO, 1, "step", summary.step(), "reason", summary.reason());
    }
  }

  private void step(StepRun step) {
    if (step.outcome() == Outcome.SKIPPED) {
      group.remove(MetricName.STEP_SUCCESS, "step", step.name());
      group.remove(MetricName.STEP_DURATION, "step", step.name());
      return;
    }
    double seconds = step.durationNanos() / 1e9;
    group.set(MetricName.STEP_SUCCESS, step.outcome() == Outcome.PASSED ? 1 : 0, "step", step.name());
    group.set(MetricName.STEP_DURATION, seconds, "step", step.name());
    group.observe(MetricName.STEP_DURATION_HISTOGRAM, bounds(step.name()), seconds, "step", step.name());
    phases(step);
    oldNames(step);
    if (step.name().equals("login") && !step.exchanges().isEmpty()) {
      group.set(MetricName.TOKEN_DURATION, step.exchanges().getLast().phases().totalNanos() / 1e9);
    }
  }

  private void phases(StepRun step) {
    phase(step, "resolve", Phases::resolveNanos);
    phase(step, "connect", Phases::connectNanos);
    phase(step, "tls", Phases::tlsNanos);
    phase(step, "send", Phases::sendNanos);
    phase(step, "first_byte", Phases::firstByteNanos);
    phase(step, "body", Phases::bodyNanos);
  }

  private void phase(StepRun step, String phase, ToLongFunction<Phases> nanos) {
    long sum = step.exchanges().stream().map(Exchange::phases).mapToLong(nanos).sum();
    group.set(MetricName.STEP_PHASE, sum / 1e9, "step", step.name(), "phase", phase);
  }

  private void oldNames(StepRun step) {
    String result = RESULTS[step.outcome() == Outcome.PASSED ? 0 : 1];
    List<MetricName> names = switch (step.name()) {
      case "access" -> List.of(MetricName.ACCESS_PROJECT_TOTAL, MetricName.PLATFORM_ACCESS_TOTAL);
      case "replicate" -> List.of(MetricName.REPLICATE_PROJECT_TOTAL);
      default -> List.of();
    };
    names.forEach(name -> group.add(name, 1, "result", result));
  }

  private void replication(SonarRun run) {
    Optional<Long> nanos = run.replicationNanos();
    if (nanos.isEmpty()) {
      return;
    }
    replicationState(run.replication());
    if (isReplicated(run)) {
      group.observe(MetricName.REPLICATION_DURATION, REPLICATION_BOUNDS, nanos.get() / 1e9);
    }
  }

  /** Whether the run followed a replication to its good end. */
  static boolean isReplicated(SonarRun run) {
    return run.replication() == ReplicationState.SUCCESSFUL;
  }

  private void replicationState(ReplicationState current) {
    for (ReplicationState state : ReplicationState.values()) {
      group.set(MetricName.REPLICATION_STATE, state == current ? 1 : 0, "state", state.label());
    }
  }

  SeriesGroup group() {
    return group;
  }
}
