package io.meshwatch.scrape;

import io.meshwatch.model.AnchoredPattern;
import io.meshwatch.model.Names;
import java.util.ArrayList;
import java.util.List;

/**
 * One step that rewrites, keeps or drops a set of labels.
 *
 * @param sourceLabels labels whose values are joined and matched
 * @param separator what stands between them
 * @param regex must match the whole joined value, or label name
 * @param modulus for {@link RelabelAction#HASH_MOD}
 * @param targetLabel the label that is written or compared
 * @param replacement the new value; {@code $1} and {@code ${name}} are groups of the pattern
 * @param action what is done
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#relabel_config">relabel_config</a>
 */
public record RelabelRule(
    List<String> sourceLabels,
    String separator,
    String regex,
    long modulus,
    String targetLabel,
    String replacement,
    RelabelAction action) {
  static final String ANYTHING = "(.*)";
  private static final String SEPARATOR = ";";
  private static final String WHOLE_MATCH = "$1";

  public static RelabelRule defaults() {
    return new RelabelRule(List.of(), SEPARATOR, ANYTHING, 0, "", WHOLE_MATCH, RelabelAction.REPLACE);
  }

  /** Mistakes of this rule. */
  public List<String> check(boolean legacyNamesOnly) {
    List<String> problems = new ArrayList<>();
    try {
      AnchoredPattern.compile(regex);
    } catch (IllegalArgumentException e) {
      problems.add(e.getMessage());
    }
    if (action.needsTarget() && targetLabel.isEmpty()) {
      problems.add("relabel configuration for " + action.text() + " action requires 'target_label' value");
    } else if (action.needsTarget() && !isPossibleTarget(legacyNamesOnly)) {
      problems.add(Names.quote(targetLabel) + " is invalid 'target_label' for " + action.text() + " action");
    }
    if (action == RelabelAction.HASH_MOD && modulus == 0) {
      problems.add("relabel configuration for hashmod requires non-zero modulus");
    }
    if (action == RelabelAction.LABEL_MAP && legacyNamesOnly && !isLegacyTemplate(replacement)) {
      problems.add(Names.quote(replacement) + " is invalid 'replacement' for labelmap action");
    }
    checkUnusedFields(problems);
    return problems;
  }

  private boolean isPossibleTarget(boolean legacyNamesOnly) {
    if (!legacyNamesOnly) {
      return true;
    }
    return action == RelabelAction.REPLACE ? isLegacyTemplate(targetLabel) : Names.isLegacyLabelName(targetLabel);
  }

  /** Whether a text with group references in it can become a label name of the old alphabet. */
  static boolean isLegacyTemplate(String template) {
    String withoutGroups = template.replaceAll("\\$\\{\\w+}|\\$\\w+", "_");
    return Names.isLegacyLabelName(withoutGroups);
  }

  private void checkUnusedFields(List<String> problems) {
    boolean defaultTexts = separator.equals(SEPARATOR) && replacement.equals(WHOLE_MATCH) && modulus == 0;
    switch (action) {
      case LABEL_DROP, LABEL_KEEP -> {
        if (!defaultTexts || !sourceLabels.isEmpty() || !targetLabel.isEmpty()) {
          problems.add(action.text() + " action requires only 'regex', and no other fields");
        }
      }
      case KEEP_EQUAL, DROP_EQUAL -> {
        if (!defaultTexts || !regex.equals(ANYTHING)) {
          problems.add(action.text() + " action requires only 'source_labels' and 'target_label', and no other fields");
        }
      }
      case REPLACE, KEEP, DROP, HASH_MOD, LABEL_MAP, LOWERCASE, UPPERCASE -> {}
    }
  }
}
