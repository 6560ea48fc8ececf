package io.meshwatch.engine;

import io.meshwatch.model.Problem;
import io.meshwatch.tsdb.FsyncPolicy;
import io.meshwatch.tsdb.StoreSettings;
import io.meshwatch.tsdb.head.LabelLimits;
import io.meshwatch.tsdb.wal.Compression;
import java.util.ArrayList;
import java.util.List;

/**
 * How the embedded store treats disk and limits.
 *
 * @param fsync when the log is forced to the disk
 * @param fsyncIntervalSeconds how often with {@code INTERVAL}
 * @param logCompression how the log is compressed; every kind is read
 * @param labelsMax labels of a series
 * @param labelNameBytesMax bytes of a label name
 * @param labelValueBytesMax bytes of a label value
 * @param chunkBytesMax bytes of chunks in memory; beyond it only new series are refused; 0 means no limit
 * @param headSnapshot whether a clean end writes the newest samples to a snapshot, so that the next start is quick
 * @param adminApi whether the API may delete series, clean tombstones and make snapshots
 */
public record StoreOptions(
    FsyncPolicy fsync,
    double fsyncIntervalSeconds,
    Compression logCompression,
    long labelsMax,
    long labelNameBytesMax,
    long labelValueBytesMax,
    long chunkBytesMax,
    boolean headSnapshot,
    boolean adminApi) {
  public static StoreOptions defaults() {
    StoreSettings store = StoreSettings.defaults();
    LabelLimits labels = store.labels();
    return new StoreOptions(
        store.fsync(), store.fsyncIntervalSeconds(), store.compression(), labels.countMax(), labels.nameBytesMax(), labels.valueBytesMax(),
        store.chunkBytesMax(), store.headSnapshot(), false);
  }

  /** What is wrong; paths begin with {@code store.} */
  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    require(problems, fsyncIntervalSeconds >= 0.1 && fsyncIntervalSeconds <= 3600, "fsyncIntervalSeconds", "0.1 to 3600", fsyncIntervalSeconds);
    require(problems, isLimit(labelsMax), "labelsMax", "1 to 1000000", labelsMax);
    require(problems, isLimit(labelNameBytesMax), "labelNameBytesMax", "1 to 1000000", labelNameBytesMax);
    require(problems, isLimit(labelValueBytesMax), "labelValueBytesMax", "1 to 1000000", labelValueBytesMax);
    require(problems, chunkBytesMax >= 0, "chunkBytesMax", "0 or more", chunkBytesMax);
    return problems;
  }

  private static boolean isLimit(long value) {
    return value >= 1 && value <= 1_000_000;
  }

  private static void require(List<Problem> problems, boolean holds, String setting, String expected, Object got) {
    if (!holds) {
      problems.add(Problem.error("", 0, 0, "store." + setting + ": expected " + expected + ", got " + got));
    }
  }

  /** The store's settings with these options. */
  public StoreSettings settings(long retentionSeconds, long retentionBytes, double retentionPercent, long outOfOrderSeconds, int seriesMax) {
    StoreSettings d = StoreSettings.defaults();
    return new StoreSettings(
        retentionSeconds, retentionBytes, retentionPercent, outOfOrderSeconds, d.futureSecondsMax(), seriesMax, d.exemplarsMax(), fsync,
        fsyncIntervalSeconds, logCompression, d.blockSeconds(), d.segmentBytes(), d.reserveBytes(),
        new LabelLimits((int) labelsMax, (int) labelNameBytesMax, (int) labelValueBytesMax), headSnapshot, chunkBytesMax);
  }
}
