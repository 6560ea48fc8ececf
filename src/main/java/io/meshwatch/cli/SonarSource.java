package io.meshwatch.cli;

import io.meshwatch.sonar.Diagnosis;
import io.meshwatch.sonar.ErrorBudget;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.TargetKey;
import java.util.List;
import java.util.Optional;

/** Where commands about smoke tests get targets, runs and checks from: a configuration on this machine, or a meshwatch that runs. */
interface SonarSource extends AutoCloseable {
  /** All targets, in the order of the configuration. */
  List<TargetKey> targets() throws InterruptedException;

  /** Runs a target's journey now. */
  SonarRun run(TargetKey target, Trigger trigger) throws InterruptedException;

  /** The newest runs of all targets, newest first. */
  List<PastRun> history(int runsMax) throws InterruptedException;

  /** A whole run; empty if it is not kept, or no more. */
  Optional<SonarRun> recorded(String id) throws InterruptedException;

  /** How much of what may fail has failed, for all targets. */
  List<ErrorBudget> budgets() throws InterruptedException;

  /** Every precondition of the smoke tests. */
  List<Diagnosis> examine() throws InterruptedException;

  @Override
  void close();

  /**
   * A run in one line.
   *
   * @param result passed, flaky, failed, restart, inconclusive
   * @param step the step that failed; empty if none did
   * @param reason the class of the failure; empty if there was none
   */
  record PastRun(String id, TargetKey target, long startedMillis, double durationMillis, String result, String step, String reason) {}
}
