package io.meshwatch.rules;

import java.util.List;
import java.util.OptionalDouble;

/**
 * Why an alerting rule fires or does not at one time.
 *
 * @param group the group it is in
 * @param rule the rule
 * @param atMillis the time that is explained
 * @param results how many series the expression returned then
 * @param error why the expression could not be evaluated; empty if it could
 * @param selectors what each selector of the expression found
 * @param comparisons each comparison with the values that it compared
 * @param states alerts that waited or fired then
 */
public record RuleExplanation(
    String group,
    AlertingRule rule,
    long atMillis,
    int results,
    String error,
    List<SelectorFinding> selectors,
    List<Comparison> comparisons,
    List<State> states) {
  /**
   * What one selector found.
   *
   * @param selector as in the expression
   * @param seriesNow how many series had a value then
   * @param seriesLastHour how many had one within the hour before
   */
  public record SelectorFinding(String selector, int seriesNow, int seriesLastHour) {}

  /**
   * A comparison in the expression.
   *
   * @param compared the part whose value is compared
   * @param operator such as {@code >}
   * @param threshold the other part
   * @param values the compared values, those for which it holds first; bounded
   * @param left how many values are not listed
   */
  public record Comparison(String compared, String operator, String threshold, List<ComparedValue> values, int left) {}

  /**
   * One value of a comparison.
   *
   * @param series labels of the series
   * @param value what it was
   * @param threshold what it was compared with, if that is one number
   * @param holds whether the comparison held
   */
  public record ComparedValue(io.meshwatch.model.Labels series, double value, OptionalDouble threshold, boolean holds) {}

  /**
   * An alert as it was then.
   *
   * @param labels its identity
   * @param phase waiting or firing
   * @param activeAtMillis since when there was a result; 0 if that is not known
   */
  public record State(io.meshwatch.model.Labels labels, ActiveAlert.Phase phase, long activeAtMillis) {}

  /** The answer in one sentence. */
  public String verdict() {
    long firing = states.stream().filter(state -> state.phase() == ActiveAlert.Phase.FIRING).count();
    long pending = states.stream().filter(state -> state.phase() == ActiveAlert.Phase.PENDING).count();
    if (!error.isEmpty()) {
      return "its expression cannot be evaluated: " + error;
    }
    if (firing > 0) {
      return "it fires: " + firing + (firing == 1 ? " alert" : " alerts") + (pending > 0 ? ", and " + pending + " pending" : "");
    }
    if (pending > 0) {
      return "it is pending: the condition holds, but not for as long as the rule wants";
    }
    if (results > 0) {
      return "its condition held at this time, but no alert was stored yet";
    }
    List<String> empty = selectors.stream().filter(each -> each.seriesNow() == 0).map(SelectorFinding::selector).toList();
    return empty.isEmpty() ? "it does not fire: no series meets the condition" : "it does not fire: no series for " + String.join(", ", empty);
  }
}
