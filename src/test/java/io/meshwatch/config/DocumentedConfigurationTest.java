package io.meshwatch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.DynamicTest;
import org.junit.jupiter.api.TestFactory;
import org.junit.jupiter.api.io.TempDir;

/** Every piece of configuration that the pages on alerts and rules show loads as it stands there. */
class DocumentedConfigurationTest {
  private static final Pattern SNIPPET = Pattern.compile("```dhall\n(.*?)```", Pattern.DOTALL);

  @TempDir static Path folder;

  @TestFactory
  Stream<DynamicTest> loads() throws IOException {
    Files.createDirectories(folder.resolve("rules"));
    Files.writeString(folder.resolve("rules").resolve("own.yml"), "groups: [{name: own, rules: [{alert: Own, expr: up == 0}]}]\n");
    Files.writeString(folder.resolve("alertmanager.yml"), "route: {receiver: none}\nreceivers: [{name: none}]\n");
    List<DynamicTest> tests = new ArrayList<>();
    for (String page : List.of("alerting.md", "rules.md")) {
      Matcher snippets = SNIPPET.matcher(Files.readString(Path.of("docs").resolve(page)));
      while (snippets.find()) {
        String text = snippets.group(1);
        tests.add(DynamicTest.dynamicTest(page + ": " + text.lines().findFirst().orElse(""), () -> load(text)));
      }
    }
    assertThat(tests).hasSizeGreaterThanOrEqualTo(8);
    return tests.stream();
  }

  private static void load(String text) {
    ConfigLoader loader = new ConfigLoader(new SystemDisk(), variable -> Optional.of("https://example.com/" + variable), folder);
    assertThat(loader.load(text, folder.resolve("monitor.dhall")).warnings()).extracting(Problem::message).isEmpty();
  }
}
