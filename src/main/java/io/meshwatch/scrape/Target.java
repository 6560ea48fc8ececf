package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/**
 * One page to scrape.
 *
 * @param labels what all of its series are given
 * @param discovered all labels before relabelling, for the page that explains a target
 * @param uri the page, without credentials
 * @param socketFile a socket in the file system through which it is reached instead of the network
 * @param formats what it is asked for, as the job says unless its own labels say otherwise
 * @param intervalMillis time between two scrapes
 * @param timeoutMillis most time for one
 */
record Target(Labels labels, Labels discovered, URI uri, Optional<Path> socketFile, FormatSettings formats, long intervalMillis, long timeoutMillis) {
  private static final long STEP_MILLIS_MAX = 250;
  /** Steps of an interval that is too short for longer ones. */
  private static final long STEPS_MIN = 10;

  /** What makes it this target and no other: two with the same key would write the same series. */
  String key() {
    return labels + " " + uri + socketFile.map(file -> " " + file).orElse("");
  }

  /** Whether it is scraped as often, as patiently and in the same formats as another. */
  boolean isScrapedLike(Target other) {
    return intervalMillis == other.intervalMillis && timeoutMillis == other.timeoutMillis && formats.equals(other.formats);
  }

  /**
   * Spreads targets evenly over the interval, the same in every run. Targets start in steps of a quarter of a second: those of one step share what a start costs,
   * waking threads and bringing code and data back into the processor's caches, which is a quarter of what a scrape takes otherwise.
   */
  long phaseMillis() {
    long mixed = (labels.fingerprint() ^ uri.toString().hashCode() * 0x9E3779B97F4A7C15L) * 0xBF58476D1CE4E5B9L;
    long stepMillis = Math.clamp(intervalMillis / STEPS_MIN, 1, STEP_MILLIS_MAX);
    return Math.floorMod(mixed >>> 16, intervalMillis) / stepMillis * stepMillis;
  }
}
