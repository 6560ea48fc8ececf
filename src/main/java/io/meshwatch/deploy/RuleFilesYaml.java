package io.meshwatch.deploy;

import io.meshwatch.model.PromDuration;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.RecordingRule;
import io.meshwatch.rules.Rule;
import io.meshwatch.rules.RuleGroupSpec;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes rule groups, with their parameters and overrides filled in, as rule files that Prometheus reads: one file for each that the
 * groups came from.
 */
final class RuleFilesYaml {
  private RuleFilesYaml() {}

  /** Texts by file name. */
  static Map<String, String> files(List<RuleGroupSpec> groups) {
    Map<String, List<Map<String, Object>>> byFile = new LinkedHashMap<>();
    groups.forEach(group -> byFile.computeIfAbsent(group.file(), f -> new ArrayList<>()).add(group(group)));
    Map<String, String> texts = new LinkedHashMap<>();
    byFile.forEach((file, all) -> {
      String name = String.valueOf(Path.of(file).getFileName());
      for (int i = 2; texts.containsKey(name); i++) {
        name = i + "-" + Path.of(file).getFileName();
      }
      texts.put(name, new YamlText().set("groups", all).document("Rules of " + file + ", with parameters and overrides filled in."));
    });
    return texts;
  }

  private static Map<String, Object> group(RuleGroupSpec group) {
    YamlText yaml = new YamlText().set("name", group.name());
    group.intervalMillis().ifPresent(millis -> yaml.set("interval", PromDuration.format(millis)));
    yaml.setUnlessEmpty("limit", group.limit());
    group.queryOffsetMillis().ifPresent(millis -> yaml.set("query_offset", PromDuration.format(millis)));
    return yaml.set("rules", group.rules().stream().map(RuleFilesYaml::rule).toList()).fields();
  }

  private static Map<String, Object> rule(Rule rule) {
    return switch (rule) {
      case RecordingRule recording -> new YamlText()
          .set("record", recording.name())
          .set("expr", recording.expression())
          .setUnlessEmpty("labels", new TreeMap<>(recording.labels()))
          .fields();
      case AlertingRule alerting -> new YamlText()
          .set("alert", alerting.name())
          .set("expr", alerting.expression())
          .setUnlessEmpty("for", duration(alerting.forMillis()))
          .setUnlessEmpty("keep_firing_for", duration(alerting.keepFiringForMillis()))
          .setUnlessEmpty("labels", new TreeMap<>(alerting.labels()))
          .setUnlessEmpty("annotations", new TreeMap<>(alerting.annotations()))
          .fields();
    };
  }

  private static String duration(long millis) {
    return millis == 0 ? "" : PromDuration.format(millis);
  }
}
