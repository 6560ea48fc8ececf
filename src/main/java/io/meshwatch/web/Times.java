package io.meshwatch.web;

import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.time.format.DateTimeFormatterBuilder;
import java.time.temporal.ChronoField;

/** Times as Go's JSON writes them: RFC 3339 in UTC, as many decimals as needed, the year 1 for "never". */
final class Times {
  static final String NEVER = "0001-01-01T00:00:00Z";
  private static final DateTimeFormatter FORMAT = new DateTimeFormatterBuilder()
      .appendPattern("uuuu-MM-dd'T'HH:mm:ss")
      .appendFraction(ChronoField.MILLI_OF_SECOND, 0, 3, true)
      .appendLiteral('Z')
      .toFormatter(java.util.Locale.ROOT)
      .withZone(ZoneOffset.UTC);

  private Times() {}

  /** A moment; 0 is never. */
  static String rfc3339(long millis) {
    return millis == 0 ? NEVER : FORMAT.format(Instant.ofEpochMilli(millis));
  }
}
