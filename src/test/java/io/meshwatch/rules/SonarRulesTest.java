package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.rules.RuleUnitTests.FileResult;
import io.meshwatch.rules.RuleUnitTests.Options;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Sonar's shipped rules on made-up series: {@code rules/sonar.yml} among the test resources. */
class SonarRulesTest {
  @TempDir Path folder;

  @Test
  void pageOncePerOutageAndOnlyForWhatUsersFeel() throws IOException, InterruptedException {
    Path tests = Files.copy(Path.of("src/test/resources/rules/sonar.yml"), folder.resolve("sonar.yml"));
    Files.writeString(folder.resolve("shipped.yml"), shippedAboutSonar());

    try (SystemEnvironment system = new SystemEnvironment()) {
      FileResult result = RuleUnitTests.run(List.of(tests), system.environment(), Options.ALL).getFirst();

      assertThat(result.mistakes()).isEmpty();
      assertThat(result.tests()).hasSize(12).allSatisfy(test -> assertThat(test.failures()).as(test.name()).isEmpty());
    }
  }

  /** JSON, which is YAML. */
  private static String shippedAboutSonar() {
    ObjectNode file = JsonMapper.shared().createObjectNode();
    ArrayNode groups = file.putArray("groups");
    for (RuleGroupSpec group : RulePack.shipped().groups(RulesSettings.defaults())) {
      ArrayNode rules = groups.addObject().put("name", group.name()).putArray("rules");
      group.rules().stream().filter(rule -> rule.expression().contains("sonar_")).forEach(rule -> add(rules.addObject(), rule));
    }
    return file.toString();
  }

  private static void add(ObjectNode json, Rule rule) {
    json.put(rule instanceof AlertingRule ? "alert" : "record", rule.name()).put("expr", rule.expression());
    ObjectNode labels = json.putObject("labels");
    rule.labels().forEach(labels::put);
    if (rule instanceof AlertingRule alert) {
      json.put("for", alert.forMillis() / 1000 + "s").put("keep_firing_for", alert.keepFiringForMillis() / 1000 + "s");
      ObjectNode annotations = json.putObject("annotations");
      alert.annotations().forEach(annotations::put);
    }
  }
}
