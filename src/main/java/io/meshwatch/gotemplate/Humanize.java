package io.meshwatch.gotemplate;

import java.math.BigDecimal;
import java.math.RoundingMode;

/**
 * Numbers for people, as Prometheus' template functions write them.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/template_reference/#numbers">numbers</a>
 */
public final class Humanize {
  private static final String[] LARGE = {"k", "M", "G", "T", "P", "E", "Z", "Y"};
  private static final String[] SMALL = {"m", "u", "n", "p", "f", "a", "z", "y"};
  private static final String[] BINARY = {"ki", "Mi", "Gi", "Ti", "Pi", "Ei", "Zi", "Yi"};

  private Humanize() {}

  /** With metric prefixes: {@code 1.235M}, {@code 120m}. */
  public static String decimal(double value) {
    if (value == 0 || !Double.isFinite(value)) {
      return shortText(value);
    }
    return Math.abs(value) >= 1 ? scaledDown(value, 1000, LARGE) : scaledUp(value);
  }

  /** With binary prefixes: {@code 1.177Mi}; values up to 1 as they are. */
  public static String binary(double value) {
    return Math.abs(value) <= 1 || !Double.isFinite(value) ? shortText(value) : scaledDown(value, 1024, BINARY);
  }

  private static String scaledDown(double value, double base, String[] prefixes) {
    String prefix = "";
    double rest = value;
    for (int i = 0; i < prefixes.length && Math.abs(rest) >= base; i++) {
      rest /= base;
      prefix = prefixes[i];
    }
    return shortText(rest) + prefix;
  }

  private static String scaledUp(double value) {
    String prefix = "";
    double rest = value;
    for (int i = 0; i < SMALL.length && Math.abs(rest) < 1; i++) {
      rest *= 1000;
      prefix = SMALL[i];
    }
    return shortText(rest) + prefix;
  }

  /** Seconds as days, hours, minutes and seconds, or with a metric prefix below one: {@code 1d 1h 0m 0s}, {@code 123.5ms}. */
  public static String duration(double seconds) {
    if (!Double.isFinite(seconds)) {
      return shortText(seconds);
    }
    if (seconds == 0) {
      return "0s";
    }
    if (Math.abs(seconds) < 1) {
      return scaledUp(seconds) + "s";
    }
    String sign = seconds < 0 ? "-" : "";
    double magnitude = Math.abs(seconds);
    long whole = (long) magnitude;
    if (whole < 60) {
      return sign + shortText(magnitude) + "s";
    }
    long days = whole / 86_400;
    long hours = whole / 3600 % 24;
    String smaller = whole / 60 % 60 + "m " + whole % 60 + "s";
    if (days > 0) {
      return sign + days + "d " + hours + "h " + smaller;
    }
    return sign + (hours > 0 ? hours + "h " : "") + smaller;
  }

  /** A share as percentage: {@code 12.35%}. */
  public static String percentage(double share) {
    return shortText(share * 100) + "%";
  }

  /** Seconds since the epoch as a time in UTC; throws {@link FunctionException} if nanoseconds do not hold it. */
  public static String timestamp(double seconds) {
    return Double.isFinite(seconds) ? time(seconds).toString() : shortText(seconds);
  }

  /** Seconds since the epoch as a time in UTC, to the millisecond. */
  public static GoTime time(double seconds) {
    if (Math.abs(seconds) >= Long.MAX_VALUE / 1e9) {
      throw new FunctionException(
          GoFloat.format(seconds, 'g', GoFloat.SHORTEST) + " cannot be represented as a nanoseconds timestamp since it overflows int64");
    }
    return GoTime.ofMillis(new BigDecimal(seconds).movePointRight(3).setScale(0, RoundingMode.HALF_EVEN).longValueExact());
  }

  /** Four significant digits. */
  private static String shortText(double value) {
    return GoFloat.format(value, 'g', 4);
  }
}
