package io.meshwatch.cli;

import io.meshwatch.model.PromDuration;
import java.math.BigDecimal;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/** Moments on the command line: {@code now}, {@code -10m}, seconds since 1970, RFC 3339. */
final class TimeText {
  private TimeText() {}

  static long parseMillis(String text, long nowMillis) {
    if (text.equals("now")) {
      return nowMillis;
    }
    try {
      if (text.startsWith("-") || text.startsWith("+")) {
        long distance = PromDuration.parseMillis(text.substring(1));
        return text.startsWith("-") ? nowMillis - distance : nowMillis + distance;
      }
      return OffsetDateTime.parse(text).toInstant().toEpochMilli();
    } catch (IllegalArgumentException | DateTimeParseException e) {
      return parseSeconds(text);
    }
  }

  private static long parseSeconds(String text) {
    try {
      return new BigDecimal(text).movePointRight(3).longValue();
    } catch (NumberFormatException e) {
      throw new CommandFailedException(
          "cannot read the time \"" + text + "\": expected now, a distance such as -10m, seconds since 1970, or 2026-01-31T12:00:00Z", e);
    }
  }

  /** Seconds with milliseconds, as the HTTP API takes them. */
  static String seconds(long millis) {
    return BigDecimal.valueOf(millis, 3).toPlainString();
  }

  /** A time in the API's seconds, for people. */
  static String show(double seconds) {
    return Instant.ofEpochMilli(Math.round(seconds * 1000)).toString();
  }

  /** A number without a needless fraction. */
  static String number(double value) {
    return BigDecimal.valueOf(value).stripTrailingZeros().toPlainString();
  }
}
