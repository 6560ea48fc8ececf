package io.meshwatch.config;

/**
 * How much the store keeps; the first limit that is reached counts.
 *
 * @param days samples older than this are deleted; 0 = never for their age
 * @param bytes the oldest samples are deleted when the data folder is larger than this; 0 = no limit
 * @param percent the oldest samples are deleted when the data folder takes a larger share of its volume; 0 = no limit
 * @param seriesMax series that may be active at once; only new ones are refused beyond it; 0 = no limit
 * @param outOfOrderSeconds how late a sample may come
 */
public record RetentionSettings(double days, long bytes, double percent, long seriesMax, long outOfOrderSeconds) {
  public static RetentionSettings defaults() {
    return new RetentionSettings(15, 0, 80, 2_000_000, 0);
  }
}
