package io.meshwatch.scrape;

import io.meshwatch.environment.Telemetry;
import io.prometheus.metrics.core.metrics.Counter;
import io.prometheus.metrics.core.metrics.Gauge;
import io.prometheus.metrics.core.metrics.Histogram;

/** meshwatch's own metrics about scraping, under Prometheus' names. All of them exist, at 0, from the start. */
final class ScrapeMetrics {
  private static final double[] INTERVAL_BOUNDS = {0.5, 1, 2, 5, 9.5, 10, 10.5, 14.5, 15, 15.5, 29, 30, 31, 59, 60, 61, 120, 300};

  final Counter outOfOrder;
  final Counter duplicateTimestamp;
  final Counter outOfBounds;
  final Counter exceededSampleLimit;
  final Counter exceededBodySizeLimit;
  final Counter exceededLabelLimits;
  final Counter exceededTargetLimit;
  final Counter exceededBucketLimit;
  final Counter seriesRefused;
  final Counter reloads;
  final Counter syncs;
  final Counter failedSyncs;
  final Counter discoveryFailures;
  final Gauge pools;
  final Gauge poolTargets;
  final Gauge poolTargetLimit;
  final Gauge discoveredTargets;
  final Histogram intervalSeconds;

  ScrapeMetrics(Telemetry telemetry) {
    outOfOrder = started(telemetry, "prometheus_target_scrapes_sample_out_of_order", "Samples that were not stored because they are older than the newest of their series.");
    duplicateTimestamp = started(telemetry, "prometheus_target_scrapes_sample_duplicate_timestamp", "Samples that were not stored because their series has another value at that time.");
    outOfBounds = started(telemetry, "prometheus_target_scrapes_sample_out_of_bounds", "Samples that were not stored because their time is too far from now.");
    exceededSampleLimit = started(telemetry, "prometheus_target_scrapes_exceeded_sample_limit", "Scrapes that failed because of too many samples.");
    exceededBodySizeLimit = started(telemetry, "prometheus_target_scrapes_exceeded_body_size_limit", "Scrapes that failed because the page was too large.");
    exceededLabelLimits = started(telemetry, "prometheus_target_scrape_pool_exceeded_label_limits", "Scrapes that failed because of too many or too long labels.");
    exceededTargetLimit = started(telemetry, "prometheus_target_scrape_pool_exceeded_target_limit", "Times a job had too many targets.");
    exceededBucketLimit = started(telemetry, "prometheus_target_scrapes_exceeded_native_histogram_bucket_limit", "Scrapes that failed because of a native histogram with too many buckets.");
    seriesRefused = started(telemetry, "meshwatch_scrape_series_refused", "Samples that were not stored because the store's limit of series is reached.");
    reloads = started(telemetry, "prometheus_target_scrape_pool_reloads", "Times a running job was given other settings.");
    syncs = telemetry.counter("prometheus_target_scrape_pool_sync", "Times the targets of a job were compared with those that run.", "scrape_job");
    failedSyncs = telemetry.counter("prometheus_target_sync_failed", "Targets that could not be made from what discovery found.", "scrape_job");
    discoveryFailures = started(telemetry, "prometheus_sd_refresh_failures", "Times targets could not be looked up.");
    pools = telemetry.gauge("prometheus_target_scrape_pools", "Scrape jobs.");
    poolTargets = telemetry.gauge("prometheus_target_scrape_pool_targets", "Targets of a job.", "scrape_job");
    poolTargetLimit = telemetry.gauge("prometheus_target_scrape_pool_target_limit", "Most targets a job may have, 0 = no limit.", "scrape_job");
    discoveredTargets = telemetry.gauge("prometheus_sd_discovered_targets", "Targets found before relabelling.", "name", "config");
    intervalSeconds = telemetry.histogram("prometheus_target_interval_length_seconds", "Time from one scrape's start to the next.", INTERVAL_BOUNDS, "interval");
  }

  private static Counter started(Telemetry telemetry, String name, String help) {
    Counter counter = telemetry.counter(name, help);
    counter.inc(0);
    return counter;
  }

  /** Makes the series of a job exist. */
  void startJob(String job, long targetLimit) {
    syncs.labelValues(job).inc(0);
    failedSyncs.labelValues(job).inc(0);
    poolTargets.labelValues(job).set(0);
    poolTargetLimit.labelValues(job).set((double) targetLimit);
  }

  void endJob(String job) {
    syncs.remove(job);
    failedSyncs.remove(job);
    poolTargets.remove(job);
    poolTargetLimit.remove(job);
    discoveredTargets.remove(job, "scrape");
  }
}
