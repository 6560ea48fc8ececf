package io.meshwatch.dhall;

import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/** Finds the known name that was probably meant. */
final class Nearest {
  private static final int SHOWN_MAX = 12;

  private Nearest() {}

  /** {@code  (did you mean `x`?)}, or the known names if none is near and they are few, or nothing. */
  static String hint(String name, Collection<String> known) {
    List<String> near =
        known.stream().filter(candidate -> isNear(name, candidate)).sorted(Comparator.comparingInt(candidate -> distance(name, candidate))).toList();
    if (!near.isEmpty()) {
      return "; did you mean `" + near.getFirst() + "`?";
    }
    if (known.isEmpty() || known.size() > SHOWN_MAX) {
      return "";
    }
    return "; known: " + String.join(", ", known.stream().sorted().map(candidate -> "`" + candidate + "`").toList());
  }

  private static boolean isNear(String name, String candidate) {
    return distance(name, candidate) <= Math.max(1, Math.min(name.length(), candidate.length()) / 3);
  }

  /** Edits (insert, delete, replace, swap neighbours) from one name to the other, without regard to case and dashes. */
  static int distance(String left, String right) {
    String one = plain(left);
    String two = plain(right);
    int[][] edits = new int[one.length() + 1][two.length() + 1];
    for (int i = 0; i <= one.length(); i++) {
      for (int j = 0; j <= two.length(); j++) {
        edits[i][j] = i == 0 || j == 0 ? i + j : cheapest(edits, one, two, i, j);
      }
    }
    return edits[one.length()][two.length()];
  }

  private static int cheapest(int[][] edits, String one, String two, int i, int j) {
    int replace = edits[i - 1][j - 1] + (one.charAt(i - 1) == two.charAt(j - 1) ? 0 : 1);
    int best = Math.min(replace, Math.min(edits[i - 1][j], edits[i][j - 1]) + 1);
    boolean swapped = i > 1 && j > 1 && one.charAt(i - 1) == two.charAt(j - 2) && one.charAt(i - 2) == two.charAt(j - 1);
    return swapped ? Math.min(best, edits[i - 2][j - 2] + 1) : best;
  }

  /** How names are compared where case and dashes are forgiven. */
  static String plain(String name) {
    return name.replace("-", "").replace("_", "").toLowerCase(Locale.ROOT);
  }
}
