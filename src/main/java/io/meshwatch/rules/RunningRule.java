package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Parser;
import io.meshwatch.rules.RuleStatus.Health;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** A rule with what it remembers between evaluations. Confined to its group's evaluation. */
final class RunningRule {
  final Rule rule;
  final Expr expression;
  /** The part of the expression whose value is compared with a threshold; null if there is none. */
  final @Nullable String comparedExpression;

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
  List<String> selectorsWithoutData = List.of();

  RunningRule(Rule rule) {
    this.rule = rule;
    this.expression = Parser.parse(rule.expression());
    this.comparedExpression = ComparedExpression.of(expression, rule.expression());
    this.restored = rule instanceof RecordingRule;
  }

  /** Whether both are of the same kind with the same name and labels. */
  boolean isLike(RunningRule other) {
    return rule.getClass() == other.rule.getClass()
        && rule.name().equals(other.rule.name())
        && rule.labels().equals(other.rule.labels());
  }

  /** Goes on where another rule of the same name and labels stood. */
  void takeOver(RunningRule other) {
    alerts = other.alerts;
    series = other.series;
    restored = other.restored;
  }

  RuleStatus status() {
    return new RuleStatus(rule, health, lastError, lastEvaluationMillis, lastDurationSeconds, List.copyOf(alerts.all()), samples,
        selectorsWithoutData);
  }
}
