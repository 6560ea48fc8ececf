package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.QueryException;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.Selectors;
import io.meshwatch.promql.Value;
import io.meshwatch.promql.ValueType;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.OptionalDouble;
import java.util.Set;

/**
 * Says why alerting rules fire or not, now or at any time for which there are samples: it asks the engine again, and reads the states of
 * alerts from the series {@code ALERTS} and {@code ALERTS_FOR_STATE}. Safe for all threads.
 */
public final class RuleExplainer {
  /** Values of one comparison that are listed. */
  private static final int VALUES_MAX = 20;
  private static final int STATES_MAX = 100;

  private final Engine engine;
  private final QueryLimits limits;

  public RuleExplainer(Engine engine, QueryLimits limits) {
    this.engine = engine;
    this.limits = limits;
  }

  /** Explains one rule at one time. */
  public RuleExplanation explain(String group, AlertingRule rule, long atMillis) throws InterruptedException {
    Expr expression = Parser.parse(rule.expression());
    int results = 0;
    String error = "";
    try {
      results = samples(rule.expression(), atMillis).size();
    } catch (QueryException | ParseException e) {
      error = String.valueOf(e.getMessage());
    }
    List<RuleExplanation.Comparison> comparisons = new ArrayList<>();
    for (Expr.Binary each : comparisons(expression)) {
      comparisons.add(comparison(each, rule.expression(), atMillis));
    }
    return new RuleExplanation(
        group, rule, atMillis, results, error, selectors(expression, atMillis), comparisons, states(rule, atMillis));
  }

  private List<RuleExplanation.SelectorFinding> selectors(Expr expression, long atMillis) throws InterruptedException {
    List<RuleExplanation.SelectorFinding> found = new ArrayList<>();
    for (List<Matcher> matchers : new java.util.LinkedHashSet<>(Selectors.of(expression))) {
      found.add(new RuleExplanation.SelectorFinding(MissingSelectors.text(matchers),
          countNow(matchers, atMillis), count(matchers, atMillis - MissingSelectors.WINDOW_MILLIS, atMillis)));
    }
    return found;
  }

  /** Series with a value that a selector sees; stale ones are not counted. */
  private int countNow(List<Matcher> matchers, long atMillis) throws InterruptedException {
    try {
      return samples("{" + String.join(",", matchers.stream().map(Matcher::toString).toList()) + "}", atMillis).size();
    } catch (QueryException | ParseException e) {
      return count(matchers, atMillis - limits.lookbackMillis(), atMillis);
    }
  }

  private int count(List<Matcher> matchers, long fromMillis, long toMillis) {
    int count = 0;
    try (Querier querier = engine.queryable().querier(fromMillis, toMillis)) {
      SeriesSet set = querier.select(matchers);
      while (set.next()) {
        count++;
      }
    }
    return count;
  }

  /** The comparisons that decide whether there is a result, the outermost first. */
  private static List<Expr.Binary> comparisons(Expr expression) {
    List<Expr.Binary> found = new ArrayList<>();
    Selectors.visit(expression, each -> {
      if (each instanceof Expr.Binary binary && binary.op().isComparison() && !binary.returnBool() && binary.type() == ValueType.VECTOR) {
        found.add(binary);
      }
    });
    return found;
  }

  private RuleExplanation.Comparison comparison(Expr.Binary binary, String text, long atMillis) throws InterruptedException {
    boolean turned = binary.left().type() == ValueType.SCALAR;
    Expr compared = turned ? binary.right() : binary.left();
    Expr threshold = turned ? binary.left() : binary.right();
    List<RuleExplanation.ComparedValue> values = values(binary, compared, threshold, text, atMillis);
    return new RuleExplanation.Comparison(text(compared, text), binary.op().text(), text(threshold, text),
        values.stream().limit(VALUES_MAX).toList(), Math.max(0, values.size() - VALUES_MAX));
  }

  private List<RuleExplanation.ComparedValue> values(Expr.Binary whole, Expr compared, Expr threshold, String text, long atMillis)
      throws InterruptedException {
    try {
      Set<Labels> holding = new HashSet<>();
      samples(text(whole, text), atMillis).forEach(sample -> holding.add(sample.labels().withoutMetricName()));
      Map<Labels, Double> thresholds = new HashMap<>();
      samples(text(threshold, text), atMillis).forEach(sample -> thresholds.put(sample.labels().withoutMetricName(), sample.value()));
      boolean oneForAll = threshold.type() == ValueType.SCALAR;
      return samples(text(compared, text), atMillis).stream()
          .map(sample -> {
            Labels series = sample.labels().withoutMetricName();
            Double limit = thresholds.get(oneForAll ? Labels.EMPTY : series);
            return new RuleExplanation.ComparedValue(
                series, sample.value(), limit == null ? OptionalDouble.empty() : OptionalDouble.of(limit), holding.contains(series));
          })
          .sorted(Comparator.comparing((RuleExplanation.ComparedValue each) -> !each.holds()).thenComparing(RuleExplanation.ComparedValue::series))
          .toList();
    } catch (QueryException | ParseException e) {
      // The whole expression says why it cannot be evaluated; a part of it adds nothing.
      return List.of();
    }
  }

  private static String text(Expr part, String whole) {
    return whole.substring(part.position().start(), part.position().end());
  }

  private List<Value.Sample> samples(String expression, long atMillis) throws InterruptedException {
    return switch (engine.query(expression, atMillis, limits).value()) {
      case Value.Vector vector -> vector.samples();
      case Value.Scalar scalar -> List.of(new Value.Sample(Labels.EMPTY, scalar.timestampMillis(), scalar.value(), null));
      case Value.Matrix matrix -> List.of();
      case Value.Text other -> List.of();
    };
  }

  private List<RuleExplanation.State> states(AlertingRule rule, long atMillis) throws InterruptedException {
    String selector = "{" + Alert.ALERT_NAME + "=" + io.meshwatch.model.Names.quote(rule.name()) + "}";
    List<RuleExplanation.State> states = new ArrayList<>();
    try {
      Map<Labels, Double> since = new HashMap<>();
      samples(AlertSeries.ALERTS_FOR_STATE + selector, atMillis)
          .forEach(sample -> since.put(sample.labels().withoutMetricName(), sample.value()));
      for (Value.Sample sample : samples(AlertSeries.ALERTS + selector, atMillis)) {
        Labels labels = sample.labels().toBuilder().set(Labels.METRIC_NAME, "").set(AlertSeries.ALERT_STATE, "").build();
        boolean firing = sample.labels().get(AlertSeries.ALERT_STATE).equals(ActiveAlert.Phase.FIRING.text());
        boolean ofThisRule = rule.labels().entrySet().stream()
            .allMatch(each -> each.getValue().contains("{{") || labels.get(each.getKey()).equals(each.getValue()));
        if (ofThisRule && states.size() < STATES_MAX) {
          states.add(new RuleExplanation.State(labels, firing ? ActiveAlert.Phase.FIRING : ActiveAlert.Phase.PENDING,
              Math.round(since.getOrDefault(labels, 0.0) * 1000)));
        }
      }
      return states;
    } catch (QueryException | ParseException e) {
      return List.of();
    }
  }
}
