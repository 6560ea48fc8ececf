package io.meshwatch.sonar;

import java.util.List;
import java.util.Map;
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
   * @param uptime part of the runs that were good, for the last 24 hours and 7, 30 and 90 days; a span without runs is missing
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
      Map<Span, Double> uptime,
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
