package io.meshwatch.sonar;

import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.meshstack.FailureClass;

/**
 * A run in one cell of a strip.
 *
 * @param id to find the whole run
 * @param startedMillis when it started
 * @param durationNanos how long it took
 * @param result what came of it
 * @param step the step that failed; empty if none did
 * @param reason the class of the failure; empty if there was none
 * @param maintenance name of the maintenance window; empty = none
 * @param trigger why it ran
 */
public record RunSummary(
    String id, long startedMillis, long durationNanos, Result result, String step, String reason, String maintenance, Trigger trigger) {
  /** What came of a run, seen from the outside. */
  public enum Result {
    PASSED,
    /** Passed, but not at the first attempt. */
    FLAKY,
    FAILED,
    /** Failed while the backend restarted. */
    RESTART,
    /** Sonar's own fault. */
    INCONCLUSIVE
  }

  static RunSummary of(SonarRun run) {
    return switch (run.verdict()) {
      case Verdict.Passed passed -> summary(run, passed.flaky() ? Result.FLAKY : Result.PASSED, "", "");
      case Verdict.Failed failed -> summary(run, failed.failureClass() == FailureClass.RESTART ? Result.RESTART : Result.FAILED,
          failed.evidence().step(), failed.failureClass().label());
      case Verdict.Inconclusive _ -> summary(run, Result.INCONCLUSIVE, "", FailureClass.SONAR.label());
    };
  }

  private static RunSummary summary(SonarRun run, Result result, String step, String reason) {
    return new RunSummary(run.id(), run.startedMillis(), run.durationNanos(), result, step, reason, run.maintenance(), run.trigger());
  }

  /** Whether a user would have got through. */
  boolean isGood() {
    return result == Result.PASSED || result == Result.FLAKY;
  }

  /** Whether Sonar ran it of its own accord. */
  boolean isOwn() {
    return trigger == Trigger.SCHEDULE || trigger == Trigger.CONFIRMATION;
  }

  /** Whether it says anything about meshStack: not in maintenance, and not Sonar's own fault. */
  boolean counts() {
    return maintenance.isEmpty() && result != Result.INCONCLUSIVE;
  }
}
