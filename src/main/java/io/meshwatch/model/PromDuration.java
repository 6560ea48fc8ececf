package io.meshwatch.model;

/**
 * Durations as Prometheus writes them: {@code 1h30m}, {@code 15s}, {@code 500ms}, {@code 0}; units y, w, d, h, m, s, ms, each at
 * most once and in this order. A year has 365 days.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/">&lt;duration&gt;</a>
 */
public final class PromDuration {
  private static final String[] UNITS = {"y", "w", "d", "h", "m", "s", "ms"};
  private static final long[] MILLIS = {31_536_000_000L, 604_800_000L, 86_400_000L, 3_600_000L, 60_000L, 1000L, 1L};
  /** Units that {@link #format} uses only when they divide the duration without rest, as Prometheus does. */
  private static final int EXACT_ONLY_UNITS = 2;

  private PromDuration() {}

  /** Milliseconds; throws {@link IllegalArgumentException} naming the text if it is not a duration. */
  public static long parseMillis(String text) {
    if (text.equals("0")) {
      return 0;
    }
    if (text.isEmpty()) {
      throw new IllegalArgumentException("empty duration string");
    }
    long total = 0;
    int at = 0;
    int unitsFrom = 0;
    while (at < text.length()) {
      int digits = at;
      long number = 0;
      while (at < text.length() && text.charAt(at) >= '0' && text.charAt(at) <= '9') {
        number = number * 10 + (text.charAt(at++) - '0');
        if (number > Long.MAX_VALUE / 1_000_000_000_000L) {
          throw new IllegalArgumentException("duration out of range: " + Names.quote(text));
        }
      }
      int unit = at == digits ? -1 : unitAt(text, at, unitsFrom);
      if (unit < 0) {
        throw new IllegalArgumentException("not a valid duration string: " + Names.quote(text));
      }
      total += number * MILLIS[unit];
      // Go's time.Duration holds nanoseconds, so Prometheus refuses what does not fit into them.
      if (total < 0 || total > Long.MAX_VALUE / 1_000_000L) {
        throw new IllegalArgumentException("duration out of range: " + Names.quote(text));
      }
      at += UNITS[unit].length();
      unitsFrom = unit + 1;
    }
    return total;
  }

  private static int unitAt(String text, int at, int unitsFrom) {
    for (int unit = UNITS.length - 1; unit >= unitsFrom; unit--) {
      boolean minutesMeantAsMillis = UNITS[unit].equals("m") && text.startsWith("ms", at);
      if (text.startsWith(UNITS[unit], at) && !minutesMeantAsMillis) {
        return unit;
      }
    }
    return -1;
  }

  /** The shortest text that parses back, as Prometheus prints it: {@code 1h30m}, {@code 0s}. */
  public static String format(long millis) {
    if (millis == 0) {
      return "0s";
    }
    StringBuilder text = new StringBuilder(millis < 0 ? "-" : "");
    long rest = Math.abs(millis);
    for (int unit = 0; unit < UNITS.length; unit++) {
      boolean usable = unit >= EXACT_ONLY_UNITS || rest % MILLIS[unit] == 0;
      if (usable && rest / MILLIS[unit] > 0) {
        text.append(rest / MILLIS[unit]).append(UNITS[unit]);
        rest %= MILLIS[unit];
      }
    }
    return text.toString();
  }
}
