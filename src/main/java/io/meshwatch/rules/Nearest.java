package io.meshwatch.rules;

import io.meshwatch.model.Names;
import java.util.Collection;
import java.util.Comparator;

/** The known name that a wrong one was probably meant to be. */
final class Nearest {
  private Nearest() {}

  /** {@code ; did you mean "x"?} if some name is near enough, else the names if they are few, else nothing. */
  static String suggestion(String wrong, Collection<String> known) {
    int farthest = Math.max(2, wrong.length() / 3);
    return known.stream()
        .min(Comparator.<String>comparingInt(name -> distance(wrong, name)).thenComparing(Comparator.naturalOrder()))
        .filter(name -> distance(wrong, name) <= farthest)
        .map(name -> "; did you mean " + Names.quote(name) + "?")
        .orElse(known.size() > 12 ? "" : "; known: " + String.join(", ", known));
  }

  /** Levenshtein's: how many letters to insert, delete or change, upper and lower case being alike. */
  private static int distance(String a, String b) {
    int[] row = new int[b.length() + 1];
    for (int j = 0; j <= b.length(); j++) {
      row[j] = j;
    }
    for (int i = 1; i <= a.length(); i++) {
      int diagonal = row[0];
      row[0] = i;
      for (int j = 1; j <= b.length(); j++) {
        boolean same = Character.toLowerCase(a.charAt(i - 1)) == Character.toLowerCase(b.charAt(j - 1));
        int change = diagonal + (same ? 0 : 1);
        diagonal = row[j];
        row[j] = Math.min(change, Math.min(row[j], row[j - 1]) + 1);
      }
    }
    return row[b.length()];
  }
}
