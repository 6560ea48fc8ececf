package io.meshwatch.scrape;

import io.meshwatch.model.Labels;

/**
 * A target as it stands on the targets page.
 *
 * @param job name of its job
 * @param labels labels of its series
 * @param discoveredLabels labels before relabelling
 * @param url its page, without credentials
 * @param health whether the last scrape succeeded
 * @param lastError why it did not, in one sentence; empty if it did
 * @param lastWarning what of its last page was not stored, in one sentence; empty if everything was
 * @param lastScrapeMillis when the last scrape was due, 0 if there was none
 * @param lastDurationSeconds how long it took
 * @param intervalMillis time between two scrapes
 * @param timeoutMillis most time for one
 * @param lastSamples samples on its last page
 */
public record TargetStatus(
    String job,
    Labels labels,
    Labels discoveredLabels,
    String url,
    Health health,
    String lastError,
    String lastWarning,
    long lastScrapeMillis,
    double lastDurationSeconds,
    long intervalMillis,
    long timeoutMillis,
    long lastSamples) {
  /** Whether a target can be scraped. */
  public enum Health {
    /** Not scraped yet. */
    UNKNOWN,
    UP,
    DOWN;

    /** As Prometheus' API names it. */
    public String text() {
      return name().toLowerCase(java.util.Locale.ROOT);
    }
  }
}
