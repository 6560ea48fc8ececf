package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.Exchange;
import java.util.List;

/**
 * How one step went.
 *
 * @param name the step
 * @param attempt from 1
 * @param outcome how it ended
 * @param startedMillis wall time
 * @param durationNanos without waiting for its turn
 * @param note what it found; may be empty
 * @param exchanges its requests; of steps that went through, without what was answered
 */
public record StepRun(
    String name, int attempt, Outcome outcome, long startedMillis, long durationNanos, String note, List<Exchange> exchanges) {
  /** How a step ended. */
  public enum Outcome {
    PASSED,
    FAILED,
    /** Not reached, because a step before it failed. */
    SKIPPED
  }
}
