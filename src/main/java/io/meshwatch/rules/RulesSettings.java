package io.meshwatch.rules;

import io.meshwatch.model.Problem;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/**
 * Which rules run and how they differ from what is shipped.
 *
 * @param core whether the shipped rules of the default tier run
 * @param extended whether the shipped rules of the extended tier run
 * @param kubernetes whether the shipped rules for Kubernetes run
 * @param onMissingData what an active alert does when its target stops answering
 * @param parameters values of the shipped rules' parameters that differ from the defaults
 * @param overrides changes to single alerts, in order; later ones win where several match the same labels
 * @param files further rule files in Prometheus' format
 */
public record RulesSettings(
    boolean core,
    boolean extended,
    boolean kubernetes,
    OnMissingData onMissingData,
    List<Parameter> parameters,
    List<AlertOverride> overrides,
    List<String> files) {

  public RulesSettings {
    parameters = List.copyOf(parameters);
    overrides = List.copyOf(overrides);
    files = List.copyOf(files);
  }

  /** The default tier with the default parameters. */
  public static RulesSettings defaults() {
    return new RulesSettings(true, false, false, OnMissingData.KEEP, List.of(), List.of(), List.of());
  }

  /**
   * A name with its value, as Dhall's {@code toMap} writes it.
   *
   * @param mapKey the name
   * @param mapValue the value
   */
  public record Parameter(String mapKey, String mapValue) {}

  /**
   * A change to one alert. Without {@code match} it changes the alert everywhere; with it the alert becomes two rules, the changed one
   * for what meets all conditions and the old one for the rest.
   *
   * @param alert name of the alert
   * @param severity only the rule of this name with this severity, where a name has several
   * @param match conditions on labels of the series in the expression
   * @param enabled whether the rule runs
   * @param forSeconds how long the condition must last
   * @param keepFiringForSeconds how long the alert goes on after the condition is gone
   * @param newSeverity another severity
   * @param labels labels to set besides
   * @param annotations annotations to set or replace
   * @param parameters values of parameters in this rule's expression and texts
   * @param onMissingData what an active alert does when its target stops answering
   */
  public record AlertOverride(
      String alert,
      Optional<String> severity,
      List<Match> match,
      boolean enabled,
      Optional<Double> forSeconds,
      Optional<Double> keepFiringForSeconds,
      Optional<String> newSeverity,
      List<Parameter> labels,
      List<Parameter> annotations,
      List<Parameter> parameters,
      Optional<OnMissingData> onMissingData) {

    public AlertOverride {
      match = List.copyOf(match);
      labels = List.copyOf(labels);
      annotations = List.copyOf(annotations);
      parameters = List.copyOf(parameters);
    }

    /** What is not said stays as it is; the name must be given. */
    public static AlertOverride defaults() {
      return new AlertOverride("", Optional.empty(), List.of(), true, Optional.empty(), Optional.empty(), Optional.empty(), List.of(),
          List.of(), List.of(), Optional.empty());
    }
  }

  /**
   * A condition on a label.
   *
   * @param label its name
   * @param value the value it has, or a regular expression for all of it
   * @param regex whether {@code value} is a regular expression
   */
  public record Match(String label, String value, boolean regex) {
    /** Compares for equality; label and value must be given. */
    public static Match defaults() {
      return new Match("", "", false);
    }
  }

  /** Mistakes that types cannot express; rule files are checked when they are read. */
  public List<Problem> check() {
    List<Problem> problems = new ArrayList<>();
    RulePack pack = RulePack.shipped();
    parameters.forEach(parameter -> pack.checkParameter(parameter, problems));
    overrides.forEach(override -> pack.checkOverride(override, !files.isEmpty(), problems));
    return problems;
  }
}
