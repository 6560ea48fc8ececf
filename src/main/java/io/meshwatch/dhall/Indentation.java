package io.meshwatch.dhall;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Takes the common indentation out of a multi-line text. It is the longest run of blanks and tabs with which every line begins; lines
 * without anything do not count, except the last one.
 */
final class Indentation {
  private Indentation() {}

  /** Pieces between interpolations, line ends as {@code \n}; an interpolation counts as a character that is no blank. */
  static List<String> strip(List<String> pieces) {
    String common = null;
    for (int i = 0; i < pieces.size(); i++) {
      String[] lines = pieces.get(i).split("\n", -1);
      // The first line of a later piece continues the line with the interpolation.
      for (int line = i == 0 ? 0 : 1; line < lines.length; line++) {
        boolean lastLine = line == lines.length - 1;
        if (lastLine || !lines[line].isEmpty()) {
          common = common(common, margin(lines[line]));
        }
      }
    }
    int length = common == null ? 0 : common.length();
    List<String> stripped = new ArrayList<>(pieces.size());
    for (int i = 0; i < pieces.size(); i++) {
      stripped.add(strip(pieces.get(i), length, i == 0));
    }
    return List.copyOf(stripped);
  }

  private static String strip(String piece, int length, boolean beginsLine) {
    StringBuilder text = new StringBuilder(piece.length());
    String[] lines = piece.split("\n", -1);
    for (int line = 0; line < lines.length; line++) {
      if (line > 0) {
        text.append('\n');
      }
      boolean indented = line > 0 || beginsLine;
      text.append(indented && !lines[line].isEmpty() ? lines[line].substring(length) : lines[line]);
    }
    return text.toString();
  }

  private static String margin(String line) {
    int end = 0;
    while (end < line.length() && (line.charAt(end) == ' ' || line.charAt(end) == '\t')) {
      end++;
    }
    return line.substring(0, end);
  }

  private static String common(@Nullable String one, String other) {
    if (one == null) {
      return other;
    }
    int end = 0;
    while (end < one.length() && end < other.length() && one.charAt(end) == other.charAt(end)) {
      end++;
    }
    return one.substring(0, end);
  }
}
