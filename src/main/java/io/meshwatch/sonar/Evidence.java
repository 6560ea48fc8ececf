package io.meshwatch.sonar;

import io.meshwatch.sonar.meshstack.Exchange;
import io.meshwatch.sonar.meshstack.Finding;
import java.util.Optional;

/**
 * Everything needed to understand a failure without looking anywhere else. Redacted.
 *
 * @param step which step failed
 * @param finding expected, got, advice, error code and id, remarks
 * @param exchange the request at which it failed; empty if there was none
 * @param firstFailureMillis when this target began to fail
 * @param lastGoodMillis the last good run; empty if none is known
 * @param lastGoodRun its id; may be empty
 * @param run id of the run that failed; may be empty
 */
public record Evidence(
    String step,
    Finding finding,
    Optional<Exchange> exchange,
    long firstFailureMillis,
    Optional<Long> lastGoodMillis,
    String lastGoodRun,
    String run) {
  /** What one run saw; nothing is known yet of those before. */
  Evidence(String step, Finding finding, Optional<Exchange> exchange, long startedMillis) {
    this(step, finding, exchange, startedMillis, Optional.empty(), "", "");
  }

  /** This evidence of a run, with what is known of those before. */
  Evidence of(String id, long firstFailure, Optional<RunSummary> lastGood) {
    return new Evidence(
        step, finding, exchange, firstFailure, lastGood.map(RunSummary::startedMillis), lastGood.map(RunSummary::id).orElse(""), id);
  }

  Evidence as(Finding other) {
    return new Evidence(step, other, exchange, firstFailureMillis, lastGoodMillis, lastGoodRun, run);
  }
}
