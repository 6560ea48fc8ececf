package io.meshwatch.rules;

import io.meshwatch.gotemplate.FunctionException;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Selectors;
import io.meshwatch.promql.Value;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Knows whether the target that an alert speaks of does not answer: {@code up} is 0 for its {@code job} and {@code instance}, or
 * for all targets of its {@code job} if it has no {@code instance}. A target that is no longer there is not silent, it is gone.
 * For one evaluation; asks at most once.
 */
final class SilentTargets {
  private static final String UP = "up";

  private final RuleTemplates.Query query;
  private final Expr expression;
  private @Nullable List<Value.Sample> up;

  SilentTargets(RuleTemplates.Query query, Expr expression) {
    this.query = query;
    this.expression = expression;
  }

  boolean isSilent(Labels alert) {
    String job = alert.get(Labels.JOB);
    String instance = alert.get(Labels.INSTANCE);
    if (job.isEmpty() || ruleLooksAtUp()) {
      return false;
    }
    List<Value.Sample> targets = up().stream()
        .filter(sample -> sample.labels().get(Labels.JOB).equals(job))
        .filter(sample -> instance.isEmpty() || sample.labels().get(Labels.INSTANCE).equals(instance))
        .toList();
    return !targets.isEmpty() && targets.stream().allMatch(sample -> sample.value() == 0);
  }

  /** A rule over {@code up} itself sees what is missing. */
  private boolean ruleLooksAtUp() {
    return Selectors.of(expression).stream().anyMatch(matchers -> matchers.contains(Matcher.equal(Labels.METRIC_NAME, UP)));
  }

  private List<Value.Sample> up() {
    List<Value.Sample> known = up;
    if (known == null) {
      known = ask();
      up = known;
    }
    return known;
  }

  /** Without an answer nothing counts as silent: the alert then goes the way that Prometheus' would. */
  private List<Value.Sample> ask() {
    try {
      return query.vector(UP);
    } catch (FunctionException e) {
      return List.of();
    }
  }
}
