package io.meshwatch.scrape;

import io.meshwatch.model.Names;
import java.util.ArrayList;
import java.util.List;

/** Reads relabel rules of a {@code prometheus.yml}. */
final class RelabelYaml {
  private RelabelYaml() {}

  /** The rules of a field; {@code what} says in messages what they rewrite. */
  static List<RelabelRule> rules(YamlFields fields, String name, String what, boolean legacyNamesOnly) {
    List<RelabelRule> rules = new ArrayList<>();
    for (YamlFields f : fields.list(name)) {
      if (f.isEmpty()) {
        f.error(f.node(), "empty or null " + what + " relabeling rule");
        continue;
      }
      if (f.isNull("action")) {
        f.errorAt("action", "relabel action cannot be empty");
        continue;
      }
      RelabelRule rule = rule(f);
      f.finish();
      rule.check(legacyNamesOnly).forEach(problem -> f.error(f.node(), problem));
      rules.add(rule);
    }
    return rules;
  }

  private static RelabelRule rule(YamlFields fields) {
    RelabelRule defaults = RelabelRule.defaults();
    return new RelabelRule(
        fields.texts("source_labels"),
        fields.text("separator", defaults.separator()),
        fields.text("regex", defaults.regex()),
        fields.count("modulus", 0),
        fields.text("target_label", ""),
        fields.text("replacement", defaults.replacement()),
        fields.parsed("action", RelabelAction.REPLACE, RelabelYaml::action));
  }

  private static RelabelAction action(String text) {
    for (RelabelAction action : RelabelAction.values()) {
      if (action.text().equalsIgnoreCase(text)) {
        return action;
      }
    }
    throw new IllegalArgumentException("unknown relabel action " + Names.quote(text));
  }
}
