package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Telemetry;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.datapoints.DistributionDataPoint;

/** The head's own metrics under Prometheus' names; all are there, at zero, from the start. */
public final class HeadMetrics {
  private static final double[] COMMIT_SECONDS = {0.0001, 0.0003, 0.001, 0.003, 0.01, 0.03, 0.1, 0.3, 1, 3};

  final CounterDataPoint floatsAppended;
  final CounterDataPoint histogramsAppended;
  final CounterDataPoint outOfOrder;
  final CounterDataPoint outOfOrderAppended;
  final CounterDataPoint outOfBounds;
  final CounterDataPoint tooOld;
  final CounterDataPoint duplicates;
  final CounterDataPoint seriesRefused;
  final CounterDataPoint seriesCreated;
  final CounterDataPoint seriesRemoved;
  final CounterDataPoint chunksCreated;
  final CounterDataPoint chunksRemoved;
  final CounterDataPoint exemplarsAppended;
  final CounterDataPoint writesFailed;
  /** Time to commit a batch, while blocks are written and otherwise. */
  final DistributionDataPoint commitSecondsInCompaction;
  final DistributionDataPoint commitSecondsOtherwise;

  public HeadMetrics(Telemetry telemetry) {
    var appended = telemetry.counter("prometheus_tsdb_head_samples_appended", "Samples appended.", "type");
    floatsAppended = appended.labelValues("float");
    histogramsAppended = appended.labelValues("histogram");
    var disorder = telemetry.counter("prometheus_tsdb_out_of_order_samples", "Samples refused as older than the newest of their series.", "type");
    outOfOrder = disorder.labelValues("float");
    outOfOrderAppended = counter(telemetry, "prometheus_tsdb_head_out_of_order_samples_appended", "Late samples appended.");
    outOfBounds = telemetry.counter("prometheus_tsdb_out_of_bound_samples", "Samples refused as outside of what the head holds.", "type").labelValues("float");
    tooOld = telemetry.counter("prometheus_tsdb_too_old_samples", "Samples refused as older than the out-of-order window.", "type").labelValues("float");
    duplicates = counter(telemetry, "meshwatch_tsdb_duplicate_samples", "Samples refused as another value of this time is there.");
    seriesRefused = counter(telemetry, "meshwatch_tsdb_series_limit_exceeded", "Times a new series was refused as the limit is reached.");
    seriesCreated = counter(telemetry, "prometheus_tsdb_head_series_created", "Series created in the head.");
    seriesRemoved = counter(telemetry, "prometheus_tsdb_head_series_removed", "Series removed from the head.");
    chunksCreated = counter(telemetry, "prometheus_tsdb_head_chunks_created", "Chunks created in the head.");
    chunksRemoved = counter(telemetry, "prometheus_tsdb_head_chunks_removed", "Chunks removed from the head.");
    exemplarsAppended = counter(telemetry, "prometheus_tsdb_exemplar_exemplars_appended", "Exemplars appended.");
    var commits = telemetry.histogram(
        "meshwatch_tsdb_commit_duration_seconds", "Time to commit a batch, while blocks are written or merged and otherwise.", COMMIT_SECONDS,
        "compaction");
    commitSecondsInCompaction = commits.labelValues("running");
    commitSecondsOtherwise = commits.labelValues("none");
    writesFailed = counter(telemetry, "prometheus_tsdb_wal_writes_failed", "Batches that could not be written to the log.");
  }

  private static CounterDataPoint counter(Telemetry telemetry, String name, String help) {
    var counter = telemetry.counter(name, help);
    counter.inc(0);
    return counter;
  }
}
