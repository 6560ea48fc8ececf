package io.meshwatch.promql;

import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** When samples began counting, relative to their times, as scripts write it: {@code _ -30s-1mx2 -1mx3}. */
final class StartOffsets {
  private static final Pattern NONE = Pattern.compile("_(?:x(\\d+))?");
  private static final Pattern OFFSETS = Pattern.compile("([-+]?[0-9a-z]+?)(?:([-+][0-9a-z]+?))?(?:x(\\d+))?");

  private StartOffsets() {}

  /** One offset in milliseconds for each sample, null where none is given. */
  static List<@Nullable Long> parse(String text) {
    List<@Nullable Long> offsets = new ArrayList<>();
    for (String item : text.strip().split("\\s+")) {
      Matcher none = NONE.matcher(item);
      if (none.matches()) {
        int count = none.group(1) == null ? 1 : Integer.parseInt(none.group(1));
        for (int i = 0; i < count; i++) {
          offsets.add(null);
        }
        continue;
      }
      Matcher match = OFFSETS.matcher(item);
      if (!match.matches()) {
        throw new IllegalArgumentException("expected an offset, got " + item);
      }
      long value = millis(match.group(1));
      long step = match.group(2) == null ? 0 : millis(match.group(2));
      int times = match.group(3) == null ? 0 : Integer.parseInt(match.group(3));
      for (int i = 0; i <= times; i++) {
        offsets.add(value + i * step);
      }
    }
    return offsets;
  }

  private static long millis(String text) {
    return PromqlScript.millis(text.startsWith("+") ? text.substring(1) : text);
  }
}
