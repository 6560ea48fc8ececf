package io.meshwatch.rules;

import io.meshwatch.model.Matcher;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.Printer;
import io.meshwatch.rules.RulesSettings.AlertOverride;
import io.meshwatch.rules.RulesSettings.Match;
import io.meshwatch.rules.RulesSettings.Parameter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Function;

/**
 * One alerting rule while overrides are applied to it, one after the other. An override with conditions splits it: into the rule for
 * what meets all conditions, and for each condition the rule for what meets those before it but not this one; together they cover
 * everything once.
 *
 * @param source makes the rule from parameters that differ from the configured ones
 * @param parameters those parameters
 * @param changes overrides of everything but parameters
 * @param matchers conditions for its selectors
 * @param enabled whether it runs
 */
record OverriddenRule(
    Function<Map<String, String>, AlertingRule> source,
    Map<String, String> parameters,
    List<AlertOverride> changes,
    List<Matcher> matchers,
    boolean enabled) {

  static OverriddenRule of(Function<Map<String, String>, AlertingRule> source) {
    return new OverriddenRule(source, Map.of(), List.of(), List.of(), true);
  }

  /** The rules that the override makes of this one. */
  List<OverriddenRule> with(AlertOverride override) {
    List<OverriddenRule> pieces = new ArrayList<>();
    List<Matcher> met = new ArrayList<>();
    for (Match match : override.match()) {
      List<Matcher> others = new ArrayList<>(met);
      others.add(matcher(match, true));
      pieces.add(narrowed(others));
      met.add(matcher(match, false));
    }
    pieces.addFirst(narrowed(met).changed(override));
    return pieces;
  }

  private static Matcher matcher(Match match, boolean negated) {
    Matcher.Op equal = negated ? Matcher.Op.NOT_EQUAL : Matcher.Op.EQUAL;
    Matcher.Op regex = negated ? Matcher.Op.NOT_MATCH : Matcher.Op.MATCH;
    return new Matcher(match.label(), match.regex() ? regex : equal, match.value());
  }

  private OverriddenRule narrowed(List<Matcher> further) {
    List<Matcher> all = new ArrayList<>(matchers);
    all.addAll(further);
    return new OverriddenRule(source, parameters, changes, all, enabled);
  }

  private OverriddenRule changed(AlertOverride override) {
    Map<String, String> newParameters = new LinkedHashMap<>(parameters);
    override.parameters().forEach(parameter -> newParameters.put(parameter.mapKey(), parameter.mapValue()));
    List<AlertOverride> newChanges = new ArrayList<>(changes);
    newChanges.add(override);
    return new OverriddenRule(source, newParameters, newChanges, matchers, override.enabled());
  }

  /** The rule as it runs; empty if it is switched off. */
  Optional<AlertingRule> rule() {
    if (!enabled) {
      return Optional.empty();
    }
    AlertingRule rule = source.apply(parameters);
    for (AlertOverride change : changes) {
      rule = applied(change, rule);
    }
    return Optional.of(matchers.isEmpty() ? rule : withExpression(rule, injected(rule.expression())));
  }

  private String injected(String expression) {
    return Printer.print(new MatcherInjection(matchers).apply(Parser.parse(expression)));
  }

  private static AlertingRule withExpression(AlertingRule rule, String expression) {
    return new AlertingRule(rule.name(), expression, rule.forMillis(), rule.keepFiringForMillis(), rule.labels(), rule.annotations(),
        rule.onMissingData(), rule.line());
  }

  private static AlertingRule applied(AlertOverride change, AlertingRule rule) {
    Map<String, String> labels = merged(rule.labels(), change.labels());
    change.newSeverity().ifPresent(severity -> labels.put(RulePack.SEVERITY, severity));
    return new AlertingRule(
        rule.name(),
        rule.expression(),
        change.forSeconds().map(OverriddenRule::millis).orElse(rule.forMillis()),
        change.keepFiringForSeconds().map(OverriddenRule::millis).orElse(rule.keepFiringForMillis()),
        labels,
        merged(rule.annotations(), change.annotations()),
        change.onMissingData().orElse(rule.onMissingData()),
        rule.line());
  }

  private static long millis(double seconds) {
    return Math.round(seconds * 1000);
  }

  private static Map<String, String> merged(Map<String, String> before, List<Parameter> changes) {
    Map<String, String> merged = new LinkedHashMap<>(before);
    changes.forEach(change -> merged.put(change.mapKey(), change.mapValue()));
    return merged;
  }
}
