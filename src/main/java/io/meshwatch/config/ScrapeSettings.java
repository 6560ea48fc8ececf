package io.meshwatch.config;

import io.meshwatch.scrape.ScrapeJob;
import java.util.List;
import java.util.Optional;

/**
 * What is common to all scrapes.
 *
 * @param timeoutSeconds most time one scrape may take; empty = two thirds of the interval, at most 10 seconds
 * @param bodyBytesMax largest page
 * @param samplesMax most samples of one page; 0 = no limit
 * @param caFile certificate authority (PEM) of the targets; empty = the deployment's own
 * @param scrapeConfigFiles files in Prometheus' format whose {@code scrape_configs} are taken over as they are
 * @param jobs further targets, listed or discovered
 */
public record ScrapeSettings(
    Optional<Double> timeoutSeconds,
    long bodyBytesMax,
    long samplesMax,
    Optional<String> caFile,
    List<String> scrapeConfigFiles,
    List<ScrapeJob> jobs) {
  private static final long DEFAULT_BODY_BYTES_MAX = 64L << 20;
  private static final long DEFAULT_SAMPLES_MAX = 200_000;
  private static final double LONGEST_DEFAULT_TIMEOUT_SECONDS = 10;

  public static ScrapeSettings defaults() {
    return new ScrapeSettings(Optional.empty(), DEFAULT_BODY_BYTES_MAX, DEFAULT_SAMPLES_MAX, Optional.empty(), List.of(), List.of());
  }

  /** The timeout for scrapes at this interval. */
  public double timeoutSeconds(double intervalSeconds) {
    return timeoutSeconds.orElse(Math.min(LONGEST_DEFAULT_TIMEOUT_SECONDS, intervalSeconds * 2 / 3));
  }
}
