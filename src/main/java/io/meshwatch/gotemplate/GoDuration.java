package io.meshwatch.gotemplate;

import org.jspecify.annotations.Nullable;

/** A span of time with the methods that templates use of Go's {@code time.Duration}. */
public record GoDuration(long nanos) implements GoObject {
  private static final long SECOND = 1_000_000_000L;

  /** From seconds, cut to whole nanoseconds. */
  public static GoDuration ofSeconds(double seconds) {
    return new GoDuration((long) (seconds * SECOND));
  }

  @Override
  public String typeName() {
    return "time.Duration";
  }

  @Override
  public @Nullable GoFunction member(String name) {
    return switch (name) {
      case "String" -> GoFunction.field(toString());
      case "Seconds" -> GoFunction.field(nanos / 1e9);
      case "Minutes" -> GoFunction.field(nanos / 60e9);
      case "Hours" -> GoFunction.field(nanos / 3600e9);
      case "Nanoseconds" -> GoFunction.field(nanos);
      case "Microseconds" -> GoFunction.field(nanos / 1000);
      case "Milliseconds" -> GoFunction.field(nanos / 1_000_000);
      case "Abs" -> GoFunction.field(new GoDuration(Math.abs(nanos)));
      case "Round" -> GoFunction.of(1, a -> rounded(a.object(0, GoDuration.class, typeName()), true));
      case "Truncate" -> GoFunction.of(1, a -> rounded(a.object(0, GoDuration.class, typeName()), false));
      default -> null;
    };
  }

  private GoDuration rounded(GoDuration unit, boolean toNearest) {
    if (unit.nanos <= 0) {
      return this;
    }
    long rest = nanos % unit.nanos;
    long down = nanos - rest;
    boolean away = toNearest && Math.abs(rest) * 2 >= unit.nanos;
    return new GoDuration(away ? down + Long.signum(rest) * unit.nanos : down);
  }

  @Override
  public Object plain() {
    return toString();
  }

  /** As Go prints it: {@code 1h0m30.5s}, {@code 1.5ms}. */
  @Override
  public String toString() {
    if (nanos == 0) {
      return "0s";
    }
    String sign = nanos < 0 ? "-" : "";
    long rest = Math.abs(nanos);
    if (rest < SECOND) {
      return sign + belowOneSecond(rest);
    }
    long seconds = rest / SECOND;
    long hours = seconds / 3600;
    long minutes = seconds / 60 % 60;
    String minutesAndMore = hours > 0 ? hours + "h" + minutes + "m" : minutes > 0 ? minutes + "m" : "";
    return sign + minutesAndMore + decimal(seconds % 60, rest % SECOND, 9) + "s";
  }

  private static String belowOneSecond(long nanos) {
    if (nanos < 1000) {
      return nanos + "ns";
    }
    return nanos < 1_000_000
        ? decimal(nanos / 1000, nanos % 1000, 3) + "µs"
        : decimal(nanos / 1_000_000, nanos % 1_000_000, 6) + "ms";
  }

  private static String decimal(long whole, long fraction, int digits) {
    if (fraction == 0) {
      return Long.toString(whole);
    }
    String padded = "0".repeat(digits - Long.toString(fraction).length()) + fraction;
    int end = padded.length();
    while (padded.charAt(end - 1) == '0') {
      end--;
    }
    return whole + "." + padded.substring(0, end);
  }
}
