package io.meshwatch.cli;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.rules.AlertingRule;
import io.meshwatch.rules.PackDifference;
import io.meshwatch.rules.RuleGroupSpec;
import io.meshwatch.rules.RulePack;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;

/** {@code rules list}: what runs, how it fares, and how it differs from what is shipped. */
@Command(name = "list", mixinStandardHelpOptions = true,
    description = "Shows the rules of a running meshwatch with their health, those that can never fire, and the difference to the shipped rules.",
    footer = {"", "Examples:", "  meshwatch rules list", "  meshwatch rules list --diff --config monitor.dhall"})
final class RulesListing implements Callable<Integer> {
  @Spec private @Nullable CommandSpec spec;
  @Mixin private ServerOptions server = new ServerOptions();

  @Option(names = "--config", paramLabel = "FILE", description = "rules of this configuration, without a running meshwatch")
  private @Nullable Path config;

  @Option(names = "--diff", description = "only the difference to the shipped rules")
  private boolean onlyDifference;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = Objects.requireNonNull(spec);
    PrintWriter out = own.commandLine().getOut();
    if (config != null) {
      ofConfiguration(config, out);
      return ExitCode.FINE;
    }
    ServerOptions.Answer answer = server.get("/api/meshwatch/v1/rules", Map.of());
    if (!answer.isFine()) {
      return answer.refused(own.commandLine().getErr());
    }
    if (!onlyDifference) {
      rules(answer.json().path("rules"), out);
    }
    List<String> differences = new ArrayList<>();
    answer.json().path("differences").forEach(each -> {
      differences.add(title(each.path("kind").asString(""), each.path("group").asString(""), each.path("rule").asString("")));
      each.path("changes").forEach(change -> differences.add("    " + change.asString()));
    });
    differences(differences, out);
    return ExitCode.FINE;
  }

  private void ofConfiguration(Path file, PrintWriter out) {
    SystemDisk disk = new SystemDisk();
    Config loaded = new ConfigLoader(disk, name -> Optional.ofNullable(System.getenv(name)), Path.of(System.getProperty("user.home", ".")))
        .load(file).config();
    List<RuleGroupSpec> groups = RulePack.load(loaded.rules(), disk, ConfigLoader.folder(file));
    if (!onlyDifference) {
      groups.forEach(group -> group.rules().forEach(rule -> out.printf("%-10s %-12s %-24s %s%n", rule instanceof AlertingRule ? "alert" : "record",
          rule.labels().getOrDefault("severity", ""), group.name(), rule.name())));
    }
    List<String> differences = new ArrayList<>();
    for (PackDifference each : PackDifference.of(groups)) {
      differences.add(title(each.kind().name().toLowerCase(java.util.Locale.ROOT), each.group(), each.rule()));
      each.changes().forEach(change -> differences.add("    " + change));
    }
    differences(differences, out);
  }

  private static void rules(JsonNode rules, PrintWriter out) {
    int never = 0;
    for (JsonNode rule : rules) {
      String state = rule.path("type").asString("").equals("recording") ? "" : rule.path("state").asString("");
      out.printf("%-8s %-9s %-10s %-24s %s%n", rule.path("health").asString(""), state, rule.path("severity").asString(""),
          rule.path("group").asString(""), rule.path("name").asString(""));
      if (!rule.path("lastError").asString("").isEmpty()) {
        out.println("         fails: " + rule.path("lastError").asString(""));
      }
      if (rule.path("unableToFire").asBoolean(false)) {
        never++;
        List<String> missing = new ArrayList<>();
        rule.path("selectorsWithoutData").forEach(each -> missing.add(each.asString()));
        out.println("         can never fire, no data for: " + String.join(", ", missing));
      }
    }
    out.println();
    out.println(rules.size() + " rules, " + never + " alerts can never fire with the data of the last hour");
    out.println();
  }

  private static String title(String kind, String group, String rule) {
    return String.format("%-8s %s / %s", kind, group, rule);
  }

  private static void differences(List<String> lines, PrintWriter out) {
    out.println(lines.isEmpty() ? "No difference to the shipped rules." : "Difference to the shipped rules (shipped -> running):");
    lines.forEach(line -> out.println("  " + line));
    out.flush();
  }
}
