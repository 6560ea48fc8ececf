package io.meshwatch.tsdb;

import io.meshwatch.model.Problem;
import io.meshwatch.tsdb.head.LabelLimits;
import io.meshwatch.tsdb.wal.Compression;
import java.util.ArrayList;
import java.util.List;

/**
 * How the store keeps samples.
 *
 * @param retentionSeconds blocks older than this are deleted; 0 keeps them for ever
 * @param retentionBytes the oldest blocks are deleted when the data folder is larger than this; 0 means no limit
 * @param retentionPercent the oldest blocks are deleted when the data folder takes a larger share of its volume; 0 means no limit
 * @param outOfOrderSeconds how late a sample may come; 0 refuses samples older than the newest of their series
 * @param futureSecondsMax how far ahead of the clock a sample may be; 0 means no limit
 * @param seriesMax series in the head at once; only new ones are refused beyond it; 0 means no limit
 * @param exemplarsMax exemplars in memory, the oldest give way
 * @param fsync when the log is forced to the disk
 * @param fsyncIntervalSeconds how often with {@link FsyncPolicy#INTERVAL}
 * @param compression how records of the log are compressed
 * @param blockSeconds length of the shortest blocks
 * @param segmentBytes size of a segment of the log
 * @param reserveBytes appends stop when the volume has less space than this, so that the rest of the system can go on
 * @param labels limits of the labels of new series
 * @param headSnapshot whether a clean end writes the open chunks to a snapshot, so that the next start need not read the log again
 * @param chunkBytesMax bytes of chunks in memory; beyond it only new series are refused; 0 means no limit
 */
public record StoreSettings(
    long retentionSeconds,
    long retentionBytes,
    double retentionPercent,
    long outOfOrderSeconds,
    long futureSecondsMax,
    int seriesMax,
    int exemplarsMax,
    FsyncPolicy fsync,
    double fsyncIntervalSeconds,
    Compression compression,
    long blockSeconds,
    long segmentBytes,
    long reserveBytes,
    LabelLimits labels,
    boolean headSnapshot,
    long chunkBytesMax) {
  private static final long PAGE_BYTES = 32 * 1024;
  /** A quarter of the largest heap that the launcher sets; about a million series whose chunks are full. */
  private static final long CHUNK_BYTES = 256L * 1024 * 1024;

  /** 15 days, at most 80 % of the volume; an fsync every 5 seconds. */
  public static StoreSettings defaults() {
    return new StoreSettings(
        15 * 86_400L, 0, 80, 0, 600, 0, 10_000, FsyncPolicy.INTERVAL, 5, Compression.SNAPPY, 7200, 128L * 1024 * 1024,
        16L * 1024 * 1024);
  }

  /** With the default limits of labels and chunks, and a snapshot of the head. */
  public StoreSettings(
      long retentionSeconds,
      long retentionBytes,
      double retentionPercent,
      long outOfOrderSeconds,
      long futureSecondsMax,
      int seriesMax,
      int exemplarsMax,
      FsyncPolicy fsync,
      double fsyncIntervalSeconds,
      Compression compression,
      long blockSeconds,
      long segmentBytes,
      long reserveBytes) {
    this(
        retentionSeconds, retentionBytes, retentionPercent, outOfOrderSeconds, futureSecondsMax, seriesMax, exemplarsMax, fsync,
        fsyncIntervalSeconds, compression, blockSeconds, segmentBytes, reserveBytes, LabelLimits.DEFAULT, true, CHUNK_BYTES);
  }

  /** The same, but the next start reads the log even after a clean end. */
  public StoreSettings withoutHeadSnapshot() {
    return new StoreSettings(
        retentionSeconds, retentionBytes, retentionPercent, outOfOrderSeconds, futureSecondsMax, seriesMax, exemplarsMax, fsync,
        fsyncIntervalSeconds, compression, blockSeconds, segmentBytes, reserveBytes, labels, false, chunkBytesMax);
  }

  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    require(problems, retentionSeconds >= 0, "retentionSeconds", "0 or more", retentionSeconds);
    require(problems, retentionBytes >= 0, "retentionBytes", "0 or more", retentionBytes);
    require(problems, retentionPercent >= 0 && retentionPercent <= 100, "retentionPercent", "0 to 100", retentionPercent);
    require(problems, outOfOrderSeconds >= 0, "outOfOrderSeconds", "0 or more", outOfOrderSeconds);
    require(problems, futureSecondsMax >= 0, "futureSecondsMax", "0 or more", futureSecondsMax);
    require(problems, seriesMax >= 0, "seriesMax", "0 or more", seriesMax);
    require(problems, exemplarsMax >= 0, "exemplarsMax", "0 or more", exemplarsMax);
    require(problems, fsyncIntervalSeconds > 0, "fsyncIntervalSeconds", "more than 0", fsyncIntervalSeconds);
    require(problems, blockSeconds >= 60, "blockSeconds", "60 or more", blockSeconds);
    require(
        problems, segmentBytes >= 4 * PAGE_BYTES && segmentBytes % PAGE_BYTES == 0, "segmentBytes",
        "a multiple of 32768, at least 131072", segmentBytes);
    require(problems, reserveBytes >= 0, "reserveBytes", "0 or more", reserveBytes);
    require(problems, chunkBytesMax >= 0, "chunkBytesMax", "0 or more", chunkBytesMax);
    require(problems, labels.countMax() >= 1, "labels.countMax", "1 or more", labels.countMax());
    require(problems, labels.nameBytesMax() >= 1, "labels.nameBytesMax", "1 or more", labels.nameBytesMax());
    require(problems, labels.valueBytesMax() >= 1, "labels.valueBytesMax", "1 or more", labels.valueBytesMax());
    return problems;
  }

  private static void require(List<Problem> problems, boolean holds, String setting, String expected, Object got) {
    if (!holds) {
      problems.add(Problem.error("", 0, 0, "store." + setting + ": expected " + expected + ", got " + got));
    }
  }
}
