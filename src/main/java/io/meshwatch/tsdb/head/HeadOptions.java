package io.meshwatch.tsdb.head;

/**
 * Limits of the head.
 *
 * @param chunkRangeMillis chunks and the smallest blocks end at multiples of this
 * @param seriesMax series at once; only new ones are refused beyond it; 0 means no limit
 * @param chunkBytesMax bytes of chunks in memory; beyond it, too, only new series are refused; 0 means no limit
 * @param outOfOrderMillis how much older than the newest sample of the store a late sample may be; 0 accepts none
 * @param futureMillisMax how far ahead of the clock a sample may be; 0 means no limit
 * @param exemplarsMax exemplars kept
 * @param labels limits of the labels of new series
 */
public record HeadOptions(
    long chunkRangeMillis, int seriesMax, long chunkBytesMax, long outOfOrderMillis, long futureMillisMax, int exemplarsMax,
    LabelLimits labels) {}
