package io.meshwatch.scrape;

import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.NameEscaping;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which formats a target may answer in.
 *
 * @param protocols formats in the order of preference
 * @param fallback how an answer without a usable Content-Type is read; empty = the scrape fails
 * @param escaping how names outside of the old alphabet are asked for
 * @param legacyNamesOnly whether such names make the scrape fail
 * @param nativeHistograms whether native histograms are asked for and stored
 * @param alwaysClassicHistograms whether classic buckets are stored beside native ones
 */
public record FormatSettings(
    List<ExpositionFormat> protocols,
    Optional<ExpositionFormat> fallback,
    NameEscaping escaping,
    boolean legacyNamesOnly,
    boolean nativeHistograms,
    boolean alwaysClassicHistograms) {
  public static FormatSettings defaults() {
    return new FormatSettings(
        List.of(
            ExpositionFormat.OPENMETRICS_1_0_0,
            ExpositionFormat.OPENMETRICS_0_0_1,
            ExpositionFormat.TEXT_1_0_0,
            ExpositionFormat.TEXT_0_0_4),
        Optional.empty(),
        NameEscaping.ALLOW_UTF_8,
        false,
        false,
        false);
  }

  /** The Accept header: formats with falling quality, and last "anything". */
  String acceptHeader() {
    List<ExpositionFormat> wanted = new ArrayList<>(protocols);
    if (nativeHistograms && !wanted.contains(ExpositionFormat.PROTOBUF)) {
      wanted.addFirst(ExpositionFormat.PROTOBUF);
    }
    int quality = ExpositionFormat.values().length + 1;
    StringBuilder header = new StringBuilder();
    for (ExpositionFormat format : wanted) {
      header.append(format.mediaType());
      if (format.hasEscaping()) {
        header.append(";escaping=").append(escaping.text());
      }
      header.append(";q=0.").append(quality--).append(',');
    }
    return header.append("*/*;q=0.").append(quality).toString();
  }
}
