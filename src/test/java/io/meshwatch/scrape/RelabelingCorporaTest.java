package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.Shared;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Relabelling does what Prometheus does. */
class RelabelingCorporaTest {
  private static JsonNode cases(String file) throws IOException {
    return new ObjectMapper().readTree(Files.readAllBytes(Shared.folder("corpora/relabel/" + file))).get("cases");
  }

  private static RelabelAction action(String text) {
    for (RelabelAction action : RelabelAction.values()) {
      if (action.text().equals(text.toLowerCase(Locale.ROOT))) {
        return action;
      }
    }
    throw new AssertionError(text);
  }

  private static RelabelRule rule(JsonNode c) {
    RelabelRule defaults = RelabelRule.defaults();
    List<String> sources = new ArrayList<>();
    if (c.has("source_labels")) {
      c.get("source_labels").forEach(s -> sources.add(s.asString()));
    }
    return new RelabelRule(sources, text(c, "separator", defaults.separator()), text(c, "regex", defaults.regex()),
        c.has("modulus") ? c.get("modulus").asLong() : 0, text(c, "target_label", ""), text(c, "replacement", defaults.replacement()),
        action(text(c, "action", "replace")));
  }

  private static String text(JsonNode c, String name, String otherwise) {
    return c.has(name) && !c.get(name).asString().isEmpty() ? c.get(name).asString() : otherwise;
  }

  private static Labels labels(JsonNode map) {
    Labels.Builder builder = Labels.builder();
    map.properties().forEach(e -> builder.set(e.getKey(), e.getValue().asString()));
    return builder.build();
  }

  @Test
  void rewritesKeepsAndDropsAsPrometheus() throws IOException {
    for (JsonNode c : cases("relabel.json")) {
      List<RelabelRule> rules = new ArrayList<>();
      c.get("relabel_configs").forEach(r -> rules.add(rule(r)));
      Labels result = Relabeling.compile(rules, false).apply(labels(c.get("input")));
      if (c.get("drop").asBoolean()) {
        assertThat(result).as("%s", c).isNull();
      } else {
        assertThat(result).as("%s", c).isEqualTo(labels(c.get("output")));
      }
    }
  }

  @Test
  void knowsWhichTargetLabelsTheOldAlphabetAllows() throws IOException {
    for (JsonNode c : cases("target_label_legacy.json")) {
      String target = c.get("target_label").asString();
      assertThat(RelabelRule.isLegacyTemplate(target)).as(target).isEqualTo(c.get("validLegacy").asBoolean());
    }
  }

  @Test
  void findsTheMistakesPrometheusFinds() throws IOException {
    for (JsonNode c : cases("validate.json")) {
      JsonNode config = c.get("relabel_config");
      String expected = c.get("errorContains").asString();
      if (config.has("action")) {
        boolean legacy = config.get("name_validation_scheme").asString().equals("legacy");
        String problems = String.join("\n", rule(config).check(legacy));
        assertThat(problems).as("%s", c).contains(expected);
        assertThat(problems.isEmpty()).as("%s: %s", c, problems).isEqualTo(expected.isEmpty());
      }
    }
  }
}
