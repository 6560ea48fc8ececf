package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Parser;
import io.meshwatch.rules.RuleStatus.Health;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** A rule with what it remembers between evaluations. Confined to its group's evaluation. */
final class RunningRule {
  private static final Pattern QUERY_CALL = Pattern.compile("\\{\\{[^}]*\\bquery\\b");

  final Rule rule;
  final Expr expression;
  final RuleInputs inputs;
  /** The part of the expression whose value is compared with a threshold; null if there is none. */
  final @Nullable String comparedExpression;

  /** Whether its templates ask the engine themselves, so that nobody knows what it reads. */
  final boolean usesQueriesInTexts;
  final EvaluationHistory history = new EvaluationHistory();

  AlertStates alerts = AlertStates.NONE;
  /** Series stored by the last evaluation: those that are not stored again get a stale marker. */
  Set<Labels> series = Set.of();
  /** Whether the states of before a restart were looked for. */
  boolean restored;
  Health health = Health.UNKNOWN;
  String lastError = "";
  long lastEvaluationMillis;
  double lastDurationSeconds;
  int samples;
  /** How many series the last evaluation found. */
  int results;
  List<String> selectorsWithoutData = List.of();
  boolean unableToFire;

  RunningRule(Rule rule) {
    this.rule = rule;
    this.expression = Parser.parse(rule.expression());
    this.inputs = new RuleInputs(expression);
    this.comparedExpression = ComparedExpression.of(expression, rule.expression());
    this.restored = rule instanceof RecordingRule;
    this.usesQueriesInTexts = rule instanceof AlertingRule alerting
        && (alerting.labels().values().stream().anyMatch(QUERY_CALL.asPredicate())
            || alerting.annotations().values().stream().anyMatch(QUERY_CALL.asPredicate()));
  }

  /** Whether both are of the same kind with the same name and labels. */
  boolean isLike(RunningRule other) {
    return rule.getClass() == other.rule.getClass()
        && rule.name().equals(other.rule.name())
        && rule.labels().equals(other.rule.labels());
  }

  /** Whether it has neither alerts nor series, so that an evaluation without results changes nothing. */
  boolean isQuiet() {
    return alerts.all().isEmpty() && series.isEmpty();
  }

  /** Goes on where another rule of the same name and labels stood. */
  void takeOver(RunningRule other) {
    alerts = other.alerts;
    series = other.series;
    restored = other.restored;
    history.takeOver(other.history);
  }

  RuleStatus status() {
    return new RuleStatus(rule, health, lastError, lastEvaluationMillis, lastDurationSeconds, List.copyOf(alerts.all()), samples,
        selectorsWithoutData, unableToFire, history);
  }
}
