package io.meshwatch.sonar;

import java.util.List;
import java.util.Optional;

/**
 * What Sonar knows now.
 *
 * @param targets in the order of the configuration
 */
public record SonarStatus(List<Target> targets) {
  /**
   * One target.
   *
   * @param key which target
   * @param accessUrl its access URL
   * @param intervalMillis from start to start
   * @param state how it is
   * @param running whether a run is under way
   * @param consecutiveFailures failed runs since the last good one
   * @param newest its newest runs, newest first
   * @param uptimeDay part of the runs of the last 24 hours that were good; empty if there were none
   * @param uptimeWeek of the last 7 days
   * @param uptimeMonth of the last 30 days
   * @param lastGoodMillis when it was last good
   * @param lastFailure evidence of the last failure, which may be over
   */
  public record Target(
      TargetKey key,
      String accessUrl,
      long intervalMillis,
      State state,
      boolean running,
      int consecutiveFailures,
      List<RunSummary> newest,
      Optional<Double> uptimeDay,
      Optional<Double> uptimeWeek,
      Optional<Double> uptimeMonth,
      Optional<Long> lastGoodMillis,
      Optional<Evidence> lastFailure) {}

  /** How a target is. */
  public enum State {
    GOOD,
    FAILING,
    /** The backend restarts; nobody is alerted yet. */
    RESTARTING,
    /** It fails in a maintenance window. */
    MAINTENANCE,
    /** Sonar itself cannot test it. */
    UNTESTED,
    /** No run yet. */
    NEW
  }
}
