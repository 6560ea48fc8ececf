package io.meshwatch.notify.mail;

import java.nio.charset.StandardCharsets;

/** Shortens texts for receivers with limits; an ellipsis shows that something was cut. */
public final class Truncation {
  private static final String ELLIPSIS = "…";
  private static final int ELLIPSIS_BYTES = 3;

  private Truncation() {}

  /** At most so many characters (code points). */
  public static String toCharacters(String text, int max) {
    int length = text.codePointCount(0, text.length());
    if (length <= max) {
      return text;
    }
    return max < 1 ? "" : text.substring(0, text.offsetByCodePoints(0, max - 1)) + ELLIPSIS;
  }

  /** At most so many bytes of UTF-8, never half a character; without the ellipsis where it does not fit. */
  public static String toBytes(String text, int max) {
    if (text.getBytes(StandardCharsets.UTF_8).length <= max) {
      return text;
    }
    int room = Math.max(0, max < ELLIPSIS_BYTES ? max : max - ELLIPSIS_BYTES);
    int end = 0;
    int bytes = 0;
    while (end < text.length()) {
      int c = text.codePointAt(end);
      bytes += Character.toString(c).getBytes(StandardCharsets.UTF_8).length;
      if (bytes > room) {
        break;
      }
      end += Character.charCount(c);
    }
    return text.substring(0, end) + (max < ELLIPSIS_BYTES ? "" : ELLIPSIS);
  }
}
