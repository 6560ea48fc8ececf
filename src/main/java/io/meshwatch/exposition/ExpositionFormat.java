package io.meshwatch.exposition;

import java.util.Locale;
import java.util.Optional;

/** The formats a target may answer in, with their media types. */
public enum ExpositionFormat {
  PROTOBUF("application/vnd.google.protobuf;proto=io.prometheus.client.MetricFamily;encoding=delimited"),
  OPENMETRICS_1_0_0("application/openmetrics-text;version=1.0.0"),
  OPENMETRICS_0_0_1("application/openmetrics-text;version=0.0.1"),
  TEXT_1_0_0("text/plain;version=1.0.0"),
  TEXT_0_0_4("text/plain;version=0.0.4");

  private final String mediaType;

  ExpositionFormat(String mediaType) {
    this.mediaType = mediaType;
  }

  /** The media type with the parameters that distinguish it, as an Accept header names it. */
  public String mediaType() {
    return mediaType;
  }

  /** Whether it can carry names outside of the old alphabet and takes an {@code escaping} parameter. */
  public boolean hasEscaping() {
    return this == OPENMETRICS_1_0_0 || this == TEXT_1_0_0;
  }

  public boolean isOpenMetrics() {
    return this == OPENMETRICS_1_0_0 || this == OPENMETRICS_0_0_1;
  }

  /** The format that a Content-Type header names, empty if it is none of them. */
  public static Optional<ExpositionFormat> ofContentType(String contentType) {
    String[] parts = contentType.toLowerCase(Locale.ROOT).split(";", -1);
    return switch (parts[0].strip()) {
      case "text/plain" -> Optional.of(hasParameter(parts, "version=1.0.0") ? TEXT_1_0_0 : TEXT_0_0_4);
      case "application/openmetrics-text" ->
          Optional.of(hasParameter(parts, "version=0.0.1") ? OPENMETRICS_0_0_1 : OPENMETRICS_1_0_0);
      case "application/vnd.google.protobuf" ->
          hasParameter(parts, "proto=io.prometheus.client.metricfamily") && hasParameter(parts, "encoding=delimited")
              ? Optional.of(PROTOBUF)
              : Optional.empty();
      default -> Optional.empty();
    };
  }

  private static boolean hasParameter(String[] parts, String parameter) {
    for (int i = 1; i < parts.length; i++) {
      if (parts[i].replace("\"", "").replace(" ", "").equals(parameter)) {
        return true;
      }
    }
    return false;
  }
}
