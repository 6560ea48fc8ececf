package io.meshwatch.promql;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;

/** Finds the parts of an expression that stand in it more than once: the largest ones, by their text. */
final class RepeatedParts {
  private final Map<String, Integer> counts = new HashMap<>();
  private final IdentityHashMap<Expr, String> texts = new IdentityHashMap<>();
  private final Map<String, List<Expr>> places = new HashMap<>();

  private RepeatedParts() {}

  /** The instant vectors with a selector in them that are repeated, with their text. */
  static IdentityHashMap<Expr, String> of(Expr root) {
    RepeatedParts parts = new RepeatedParts();
    IdentityHashMap<Expr, String> repeated = new IdentityHashMap<>();
    if (Selectors.of(root).size() > 1) {
      Selectors.visit(root, parts::count);
      parts.collect(root);
      parts.places.forEach((text, exprs) -> {
        if (exprs.size() > 1) {
          exprs.forEach(expr -> repeated.put(expr, text));
        }
      });
    }
    return repeated;
  }

  private void count(Expr expr) {
    if (expr.type() == ValueType.VECTOR && !(expr instanceof Expr.Paren) && !Selectors.of(expr).isEmpty()) {
      String text = Printer.print(expr);
      texts.put(expr, text);
      counts.merge(text, 1, Integer::sum);
    }
  }

  private void collect(Expr expr) {
    String text = texts.get(expr);
    if (text != null && counts.getOrDefault(text, 0) > 1) {
      places.computeIfAbsent(text, t -> new ArrayList<>()).add(expr);
    } else {
      Selectors.children(expr).forEach(this::collect);
    }
  }
}
