package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Selectors;
import io.meshwatch.promql.Value;
import java.util.List;
import java.util.stream.Collectors;

/**
 * Finds selectors of rules that no series answers: such a rule can perhaps never fire, for example because an exporter names its
 * metric otherwise. Looked up every few minutes only. Confined to one group.
 */
final class MissingSelectors {
  /** How often rules are looked at. */
  static final long PERIOD_MILLIS = 5 * 60_000L;
  /** How far back a series counts as there. */
  static final long WINDOW_MILLIS = 60 * 60_000L;
  /** The result that stands for "no selector of this rule finds any series". */
  static final Value.Sample NO_DATA = new Value.Sample(Labels.of("meshwatch_no_data", "true"), 0, Double.NaN, null);

  private final Engine engine;
  private long nextMillis;

  MissingSelectors(Engine engine) {
    this.engine = engine;
  }

  /** Stops looking. */
  void never() {
    nextMillis = Long.MAX_VALUE;
  }

  /** Notes in each rule which of its selectors find nothing, if it is time: first a period after the start. Whether it was. */
  boolean update(List<RunningRule> rules, long dueMillis) {
    if (nextMillis == 0) {
      nextMillis = dueMillis + PERIOD_MILLIS;
    }
    if (dueMillis < nextMillis) {
      return false;
    }
    nextMillis = dueMillis + PERIOD_MILLIS;
    try (Querier querier = engine.queryable().querier(dueMillis - WINDOW_MILLIS, dueMillis)) {
      rules.forEach(rule -> look(rule, querier));
    }
    return true;
  }

  private static void look(RunningRule rule, Querier querier) {
    List<List<Matcher>> missing = Selectors.of(rule.expression).stream()
        .distinct()
        .filter(matchers -> !querier.select(matchers).next())
        .toList();
    rule.selectorsWithoutData = missing.stream().map(MissingSelectors::text).distinct().toList();
    rule.unableToFire = rule.rule instanceof AlertingRule
        && !new ResultPossibility(matchers -> !missing.contains(matchers)).of(rule.expression);
  }

  /** Whether an expression has selectors and none of them finds a series. */
  boolean areAllMissing(Expr expression, long dueMillis) {
    List<List<Matcher>> selectors = Selectors.of(expression);
    if (selectors.isEmpty()) {
      return false;
    }
    try (Querier querier = engine.queryable().querier(dueMillis - WINDOW_MILLIS, dueMillis)) {
      return selectors.stream().noneMatch(matchers -> querier.select(matchers).next());
    }
  }

  /** A selector as people write it. */
  static String text(List<Matcher> matchers) {
    String name = matchers.stream()
        .filter(matcher -> matcher.name().equals(Labels.METRIC_NAME) && matcher.op() == Matcher.Op.EQUAL)
        .map(Matcher::value)
        .findFirst()
        .orElse("");
    String others = matchers.stream()
        .filter(matcher -> name.isEmpty() || !matcher.name().equals(Labels.METRIC_NAME))
        .map(Matcher::toString)
        .collect(Collectors.joining(","));
    return others.isEmpty() ? name : name + "{" + others + "}";
  }
}
