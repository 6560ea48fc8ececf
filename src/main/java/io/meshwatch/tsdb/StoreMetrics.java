package io.meshwatch.tsdb;

import io.meshwatch.environment.Telemetry;
import io.meshwatch.tsdb.head.Head;
import io.prometheus.metrics.core.datapoints.CounterDataPoint;
import io.prometheus.metrics.core.metrics.Histogram;

/** The store's own metrics under Prometheus' names; all are there, at zero, from the start. */
final class StoreMetrics {
  private static final double[] SECONDS = {0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60};

  final CounterDataPoint logCorruptions;
  final CounterDataPoint headChunkCorruptions;
  final CounterDataPoint snapshotsDamaged;
  final CounterDataPoint compactions;
  final CounterDataPoint compactionsFailed;
  final CounterDataPoint headTruncations;
  final CounterDataPoint headTruncationsFailed;
  final CounterDataPoint logTruncationsFailed;
  final CounterDataPoint checkpoints;
  final CounterDataPoint checkpointsFailed;
  final CounterDataPoint reloads;
  final CounterDataPoint reloadsFailed;
  final CounterDataPoint timeRetentions;
  final CounterDataPoint sizeRetentions;
  final CounterDataPoint blocksQuarantined;
  final CounterDataPoint syncsFailed;
  final Histogram syncSeconds;
  final Histogram compactionSeconds;

  StoreMetrics(Telemetry telemetry) {
    logCorruptions = counter(telemetry, "prometheus_tsdb_wal_corruptions", "Damaged places found in the write-ahead log.");
    headChunkCorruptions = counter(telemetry, "prometheus_tsdb_mmap_chunk_corruptions", "Damaged head chunk files found.");
    snapshotsDamaged = counter(telemetry, "prometheus_tsdb_snapshot_replay_error", "Snapshots of the head that could not be used.");
    compactions = counter(telemetry, "prometheus_tsdb_compactions", "Blocks written.");
    compactionsFailed = counter(telemetry, "prometheus_tsdb_compactions_failed", "Blocks that could not be written.");
    headTruncations = counter(telemetry, "prometheus_tsdb_head_truncations", "Times the head let go of what is in blocks.");
    headTruncationsFailed = counter(telemetry, "prometheus_tsdb_head_truncations_failed", "Times it could not.");
    logTruncationsFailed = counter(telemetry, "prometheus_tsdb_wal_truncations_failed", "Times the log could not be shortened.");
    checkpoints = counter(telemetry, "prometheus_tsdb_checkpoint_creations", "Checkpoints of the log tried.");
    checkpointsFailed = counter(telemetry, "prometheus_tsdb_checkpoint_creations_failed", "Checkpoints of the log that failed.");
    reloads = counter(telemetry, "prometheus_tsdb_reloads", "Times the list of blocks was read.");
    reloadsFailed = counter(telemetry, "prometheus_tsdb_reloads_failures", "Times it could not be read in full.");
    timeRetentions = counter(telemetry, "prometheus_tsdb_time_retentions", "Blocks deleted for their age.");
    sizeRetentions = counter(telemetry, "prometheus_tsdb_size_retentions", "Blocks deleted for lack of space.");
    blocksQuarantined = counter(telemetry, "meshwatch_tsdb_blocks_quarantined", "Damaged blocks put aside.");
    syncsFailed = counter(telemetry, "meshwatch_tsdb_wal_syncs_failed", "Times the log could not be forced to the disk.");
    syncSeconds = telemetry.histogram("prometheus_tsdb_wal_fsync_duration_seconds", "Time to force the log to the disk.", SECONDS);
    compactionSeconds = telemetry.histogram("prometheus_tsdb_compaction_duration_seconds", "Time to write a block.", SECONDS);
  }

  private static CounterDataPoint counter(Telemetry telemetry, String name, String help) {
    var counter = telemetry.counter(name, help);
    counter.inc(0);
    return counter;
  }

  /** Gauges that ask the store when they are scraped. */
  static void registerGauges(Telemetry telemetry, Store store, Head head) {
    telemetry.gauge("prometheus_tsdb_head_series", "Series in the head.", head::seriesCount);
    telemetry.gauge("prometheus_tsdb_head_chunks", "Chunks in the head.", head::chunkCount);
    telemetry.gauge("meshwatch_tsdb_head_chunk_bytes", "Bytes of chunks in memory.", head::chunkBytes);
    telemetry.gauge("prometheus_tsdb_head_min_time", "Oldest sample in the head, in milliseconds.", () -> known(head.minTime()));
    telemetry.gauge("prometheus_tsdb_head_max_time", "Newest sample in the head, in milliseconds.", () -> known(head.maxTime()));
    telemetry.gauge("prometheus_tsdb_lowest_timestamp", "Oldest sample in the store, in milliseconds.", () -> known(store.minTime()));
    telemetry.gauge("prometheus_tsdb_blocks_loaded", "Blocks that can be queried.", store::blockCount);
    telemetry.gauge("prometheus_tsdb_storage_blocks_bytes", "Bytes of all blocks.", store::blockBytes);
    telemetry.gauge("prometheus_tsdb_wal_segment_current", "Segment of the log that is written.", store::currentSegment);
    telemetry.gauge("meshwatch_storage_volume_available_bytes", "Bytes left on the data folder's volume.", store::volumeAvailableBytes);
    telemetry.gauge("meshwatch_storage_volume_size_bytes", "Size of the data folder's volume.", store::volumeBytes);
  }

  /** Times that stand for "none" are shown as zero. */
  private static double known(long time) {
    return time == Long.MIN_VALUE || time == Long.MAX_VALUE ? 0 : time;
  }
}
