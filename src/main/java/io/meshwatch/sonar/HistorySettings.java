package io.meshwatch.sonar;

/**
 * How long runs are kept. The older limit wins.
 *
 * @param days age
 * @param megabytes size on disk
 */
public record HistorySettings(long days, long megabytes) {
  public static HistorySettings defaults() {
    return new HistorySettings(30, 256);
  }
}
