package io.meshwatch.tsdb.index;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;

/** Recognises expressions like {@code a|b|c}, whose values can be looked up instead of tried one by one. */
final class LiteralAlternatives {
  private static final String SPECIAL = "\\.+*?()[]{}^$";

  private LiteralAlternatives() {}

  /** The alternatives, each once; empty if the expression is more than an alternation of plain texts. */
  static List<String> of(String expression) {
    Set<String> alternatives = new LinkedHashSet<>();
    int start = 0;
    for (int i = 0; i <= expression.length(); i++) {
      if (i == expression.length() || expression.charAt(i) == '|') {
        alternatives.add(expression.substring(start, i));
        start = i + 1;
      } else if (SPECIAL.indexOf(expression.charAt(i)) >= 0) {
        return List.of();
      }
    }
    return new ArrayList<>(alternatives);
  }
}
