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
 * @param convertClassicHistograms whether classic histograms are stored as native ones with custom buckets
 * @param compression whether the page may come compressed
 * @param zeroAtStart whether a zero is stored where the page says that a counter began
 */
public record FormatSettings(
    List<ExpositionFormat> protocols,
    Optional<ExpositionFormat> fallback,
    NameEscaping escaping,
    boolean legacyNamesOnly,
    boolean nativeHistograms,
    boolean alwaysClassicHistograms,
    boolean convertClassicHistograms,
    boolean compression,
    boolean zeroAtStart) {
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
        false,
        false,
        true,
        false);
  }

  /** The same with compressed pages allowed or not. */
  FormatSettings withCompression(boolean allowed) {
    return new FormatSettings(protocols, fallback, escaping, legacyNamesOnly, nativeHistograms, alwaysClassicHistograms, convertClassicHistograms,
        allowed, zeroAtStart);
  }

  /** The same with native histograms asked for or not, classic buckets beside them or not, and classic ones converted or not. */
  FormatSettings withHistograms(boolean natives, boolean alwaysClassic, boolean convert) {
    return new FormatSettings(protocols, fallback, escaping, legacyNamesOnly, natives, alwaysClassic, convert, compression, zeroAtStart);
  }

  /** The same with classic histograms stored as native ones, or beside them. */
  FormatSettings withConversion(boolean convert, boolean alwaysClassic) {
    return new FormatSettings(protocols, fallback, escaping, legacyNamesOnly, nativeHistograms, alwaysClassic, convert, compression, zeroAtStart);
  }

  /** The same with zeros where counters began. Protobuf is asked for first, as it says so for every counter, unless formats were chosen. */
  public FormatSettings withZeroAtStart() {
    List<ExpositionFormat> wanted = new ArrayList<>(protocols);
    if (protocols.equals(defaults().protocols)) {
      wanted.addFirst(ExpositionFormat.PROTOBUF);
    }
    return new FormatSettings(wanted, fallback, escaping, legacyNamesOnly, nativeHistograms, alwaysClassicHistograms, convertClassicHistograms,
        compression, true);
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
