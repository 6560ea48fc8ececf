package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.ReplicationState;
import java.util.List;
import java.util.Optional;

/**
 * One run of a journey, with everything that came of it. Redacted: nothing in here is secret.
 *
 * @param id unique and ascending in time
 * @param target which target
 * @param trigger why it ran
 * @param dueMillis when it was due
 * @param startedMillis when it started
 * @param durationNanos from start to verdict
 * @param verdict what it says
 * @param maintenance name of the maintenance window it fell into; empty = none
 * @param replication the last state that was seen
 * @param replicationNanos how long the replication was followed; empty if it was not reached
 * @param certificateExpiryMillis the first end of a certificate that was seen
 * @param leftovers sessions that could not be ended
 * @param steps in order, of all attempts
 */
public record SonarRun(
    String id,
    TargetKey target,
    Trigger trigger,
    long dueMillis,
    long startedMillis,
    long durationNanos,
    Verdict verdict,
    String maintenance,
    ReplicationState replication,
    Optional<Long> replicationNanos,
    Optional<Long> certificateExpiryMillis,
    int leftovers,
    List<StepRun> steps) {
  /** Why a run took place. */
  public enum Trigger {
    SCHEDULE,
    /** The scheduled run before it failed for the first time. */
    CONFIRMATION,
    /** Somebody asked for it. */
    MANUAL,
    /** A repetition of another run. */
    REPLAY
  }

  SonarRun with(Verdict other) {
    return new SonarRun(id, target, trigger, dueMillis, startedMillis, durationNanos, other, maintenance, replication, replicationNanos,
        certificateExpiryMillis, leftovers, steps);
  }

  SonarRun inMaintenance(String window) {
    return new SonarRun(id, target, trigger, dueMillis, startedMillis, durationNanos, verdict, window, replication, replicationNanos,
        certificateExpiryMillis, leftovers, steps);
  }
}
