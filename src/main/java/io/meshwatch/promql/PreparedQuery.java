package io.meshwatch.promql;

import org.jspecify.annotations.Nullable;

/**
 * An expression that was read, with what is known about it: for those who ask the same again and again, as rules and dashboards do.
 * Made by {@link QueryEngine#prepare} and of use to that engine only. Safe for all threads.
 */
public final class PreparedQuery {
  private final Expr expr;
  private final String text;
  private volatile @Nullable Plan lastPlan;

  PreparedQuery(Expr expr, String text) {
    this.expr = expr;
    this.text = text;
  }

  public Expr expr() {
    return expr;
  }

  public String text() {
    return text;
  }

  /** The plan for some times: the last one moved there, if it can be. */
  Plan plan(Steps steps, long endMillis, boolean isRange, QueryOptions options, long lookbackMillis) {
    Plan last = lastPlan;
    Plan moved = last == null ? null : last.movedTo(steps, endMillis, isRange, lookbackMillis);
    if (moved != null) {
      return moved;
    }
    Plan made = new Plan(text, expr, steps, endMillis, isRange, options, lookbackMillis);
    lastPlan = made;
    return made;
  }
}
