package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.MetricMetadata;

/**
 * Takes the entries of a page in their order, as ranges of bytes: nothing is copied or decoded unless the sink asks for it
 * ({@link SeriesText}). The array belongs to the parser and may be changed as soon as the method returns. An exception that a
 * sink throws ends the parsing.
 */
public interface ExpositionSink {
  /** Stands for "the page gives no timestamp". */
  long NO_TIMESTAMP = Long.MIN_VALUE;

  /**
   * Asks whether a series that this sink was given before, byte by byte, begins here; the parser then need not look for its
   * end nor check it again. Returns its length, or 0 if the parser has to parse.
   *
   * @param limit end of the page
   */
  default int recognize(byte[] page, int from, int limit) {
    return 0;
  }

  /** Which form of a histogram this sink wants where a page has both. */
  default NativeHistograms nativeHistograms() {
    return NativeHistograms.PREFER;
  }

  /** The type of a metric family; the name may be quoted. */
  void type(byte[] page, int nameFrom, int nameTo, MetricMetadata.Type type);

  /** The help text of a metric family, still escaped; the name may be quoted. */
  void help(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo);

  /** The unit of a metric family; the name may be quoted. */
  void unit(byte[] page, int nameFrom, int nameTo, int textFrom, int textTo);

  /**
   * A float sample.
   *
   * @param seriesFrom where the series begins: its name and labels exactly as on the page
   * @param timestampMillis the page's timestamp or {@link #NO_TIMESTAMP}
   */
  void sample(byte[] page, int seriesFrom, int seriesTo, double value, long timestampMillis);

  /** A native histogram sample; parameters as for {@link #sample}. */
  void histogram(byte[] page, int seriesFrom, int seriesTo, Histogram histogram, long timestampMillis);

  /** An exemplar of the sample that came last; the range holds its labels with the braces. */
  void exemplar(byte[] page, int labelsFrom, int labelsTo, double value, long timestampMillis);

  /**
   * Whether this sink wants to be told when counters, histograms and summaries began. If so, the lines of OpenMetrics that say it
   * ({@code _created}) are no samples.
   */
  default boolean wantsCreated() {
    return false;
  }

  /** When the sample that comes next began to count; said only to sinks that want it. */
  default void created(long timestampMillis) {}
}
