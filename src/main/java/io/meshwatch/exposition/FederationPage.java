package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import java.util.SequencedMap;

/**
 * A page of series with their times, one family after the other, for other servers to scrape. Unlike elsewhere a label may be there with
 * an empty value: {@code instance=""} keeps the scraping server from setting its own. Confined to one thread.
 */
public sealed interface FederationPage permits FederationText, FederationProtobuf {
  /** A page in a negotiated format, which must be text or delimited protobuf. */
  static FederationPage in(Negotiation negotiation) {
    return switch (negotiation.format()) {
      case TEXT -> new FederationText(negotiation.escaping());
      case PROTOBUF_DELIMITED -> new FederationProtobuf(negotiation.escaping());
      case PROTOBUF_TEXT, PROTOBUF_COMPACT_TEXT, OPENMETRICS_0_0_1, OPENMETRICS_1_0_0 ->
          throw new IllegalArgumentException("federation has no " + negotiation.format());
    };
  }

  /** Adds a float sample of a metric. */
  void sample(String metricName, SequencedMap<String, String> labels, double value, long timestampMillis);

  /** Adds a native histogram of a metric. */
  void histogram(String metricName, SequencedMap<String, String> labels, Histogram histogram, long timestampMillis);

  /** The whole page. */
  byte[] finish();
}
