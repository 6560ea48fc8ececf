package io.meshwatch.rules;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Selectors;
import java.util.List;
import java.util.function.Predicate;

/** Which samples an expression can read, as far as its selectors tell. Immutable. */
final class RuleInputs {
  private final List<List<Matcher>> selectors;

  RuleInputs(Expr expression) {
    this.selectors = Selectors.of(expression).stream().distinct().toList();
  }

  /**
   * Whether samples of a source may be among what the expression reads.
   *
   * @param source labels that all samples have
   * @param mayHave whether there may be samples of a metric among them
   */
  boolean mayRead(Labels source, Predicate<String> mayHave) {
    return selectors.stream().anyMatch(matchers -> matchers.stream().allMatch(matcher -> mayMatch(matcher, source, mayHave)));
  }

  private static boolean mayMatch(Matcher matcher, Labels source, Predicate<String> mayHave) {
    if (matcher.name().equals(Labels.METRIC_NAME)) {
      return matcher.op() != Matcher.Op.EQUAL || mayHave.test(matcher.value());
    }
    return !source.has(matcher.name()) || matcher.matches(source.get(matcher.name()));
  }
}
