package io.meshwatch;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What PromDiff wrote: the expressions that the reference (A) and meshwatch (B) answer differently, shrunk and grouped by the kind of
 * difference and the words of the expression, and the differences of other endpoints.
 *
 * @param queries how many queries were compared
 * @param mismatches groups of random expressions, each with its shortest member, and fixed expressions
 * @param apiMismatches what else differs, one line each
 */
record PromDiffReport(int queries, List<Mismatch> mismatches, List<String> apiMismatches) {
  private static final Pattern COUNT = Pattern.compile("queries: (\\d+) in .*");
  private static final Pattern GROUP = Pattern.compile("\\[(\\d+) x\\] (\\w+) \\[(.*?)\\](  \\(topk/bottomk: may be a tie\\))?");
  private static final Pattern FIXED = Pattern.compile("  (\\w+) +([ir]) (.*?)   (.*)");
  private static final String API = "API MISMATCH ";

  /**
   * A difference.
   *
   * @param count how many expressions were shrunk to this group
   * @param kind how the answers differ: SERIES, VALUE, POINTS, ONLY_A_FAILS…
   * @param words functions, operators and modifiers of the shrunk expression
   * @param expression the shortest of the group
   * @param range whether it is a range query
   * @param detail what differs
   */
  record Mismatch(int count, String kind, Set<String> words, String expression, boolean range, String detail) {
    boolean hasAny(String... wanted) {
      for (String word : wanted) {
        if (words.contains(word)) {
          return true;
        }
      }
      return false;
    }

    @Override
    public String toString() {
      return count + " x " + kind + " " + words + "\n    " + expression + (range ? "  (range)" : "") + "\n    " + detail;
    }
  }

  static PromDiffReport parse(List<String> lines) {
    int queries = 0;
    List<Mismatch> mismatches = new ArrayList<>();
    List<String> apiMismatches = new ArrayList<>();
    for (int i = 0; i < lines.size(); i++) {
      Matcher count = COUNT.matcher(lines.get(i));
      Matcher group = GROUP.matcher(lines.get(i));
      Matcher fixed = FIXED.matcher(lines.get(i));
      if (count.matches()) {
        queries = Integer.parseInt(count.group(1));
      } else if (group.matches()) {
        mismatches.add(new Mismatch(Integer.parseInt(group.group(1)), group.group(2), Set.of(group.group(3).split(", ")),
            lines.get(i + 1).strip(), lines.get(i + 2).contains("Range["), lines.get(i + 3).strip()));
      } else if (fixed.matches() && fixed.group(1).chars().allMatch(c -> c == '_' || Character.isUpperCase(c))) {
        mismatches.add(new Mismatch(1, fixed.group(1), Set.of("fixed"), fixed.group(3), fixed.group(2).equals("r"), fixed.group(4)));
      } else if (lines.get(i).startsWith(API)) {
        apiMismatches.add(lines.get(i).substring(API.length()));
      }
    }
    return new PromDiffReport(queries, mismatches, apiMismatches);
  }
}
