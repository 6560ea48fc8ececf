package io.meshwatch.cli;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/** Acknowledgements of a running meshwatch. */
@Command(
    name = "acknowledge",
    aliases = "ack",
    mixinStandardHelpOptions = true,
    description = "Says that somebody takes care of alerts that fire: they are not repeated any more, only their end is told.",
    subcommands = {AcknowledgeCommand.Add.class, AcknowledgeCommand.Listing.class, AcknowledgeCommand.Withdraw.class},
    footer = {"", "Example:", "  meshwatch ack add alertname=NodeFilesystemFull host=db-1 --comment 'disk is ordered'"})
public final class AcknowledgeCommand extends CommandGroup {
  private static final String PATH = "/api/meshwatch/v1/acknowledgements";

  /** What both changing commands need: which alerts, and where. */
  private static final class Choice {
    @Mixin private ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "MATCHER", arity = "1..*", description = "such as host=db-1 or 'job=~\"mesh.*\"'; all must match")
    private List<String> texts = List.of();

    /** Sends a change for each alert that is found and matches; the exit code. */
    private int change(String from, String to, ObjectNode body, String done, CommandSpec spec) throws InterruptedException {
      ServerOptions.Answer found = server.get(from, Map.of());
      if (!found.isFine()) {
        return found.refused(spec.commandLine().getErr());
      }
      List<Labels> matching = matching(found.json());
      PrintWriter out = spec.commandLine().getOut();
      for (Labels alert : matching) {
        body.set("labels", JsonMapper.shared().valueToTree(alert.toMap()));
        ServerOptions.Answer answer = server.post(to, body);
        if (!answer.isFine()) {
          return answer.refused(spec.commandLine().getErr());
        }
        out.println(done + " " + alert);
      }
      if (matching.isEmpty()) {
        out.println("(no alert matches)");
      }
      out.flush();
      return matching.isEmpty() ? ExitCode.NO : ExitCode.FINE;
    }

    private List<Labels> matching(JsonNode alerts) {
      List<Matcher> matchers = SilenceCommand.matchers(texts);
      Predicate<Labels> all = labels -> matchers.stream().allMatch(each -> each.matches(labels));
      List<Labels> matching = new ArrayList<>();
      alerts.forEach(each -> matching.add(labels(each)));
      return matching.stream().filter(all).toList();
    }
  }

  private static Labels labels(JsonNode alert) {
    Labels.Builder labels = Labels.builder();
    alert.path("labels").propertyStream().forEach(each -> labels.set(each.getKey(), each.getValue().asString("")));
    return labels.build();
  }

  @Command(name = "add", mixinStandardHelpOptions = true, description = "Acknowledges all alerts that fire and match.")
  static final class Add implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private Choice choice = new Choice();

    @Option(names = "--comment", paramLabel = "TEXT", description = "what is being done")
    private String comment = "";

    @Option(names = "--author", paramLabel = "NAME", description = "who, default the user of this terminal")
    private String author = System.getProperty("user.name", "");

    @Override
    public Integer call() throws InterruptedException {
      ObjectNode body = JsonMapper.shared().createObjectNode().put("author", author).put("comment", comment);
      return choice.change("/api/v2/alerts", PATH, body, "acknowledged", Objects.requireNonNull(spec));
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows who takes care of what.")
  static final class Listing implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ServerOptions server = new ServerOptions();

    @Override
    public Integer call() throws InterruptedException {
      CommandSpec own = Objects.requireNonNull(spec);
      ServerOptions.Answer answer = server.get(PATH, Map.of());
      if (!answer.isFine()) {
        return answer.refused(own.commandLine().getErr());
      }
      PrintWriter out = own.commandLine().getOut();
      answer.json().forEach(each -> out.println(Instant.ofEpochMilli(each.path("atMillis").asLong()) + "  " + labels(each) + "  "
          + each.path("author").asString("") + ": " + each.path("comment").asString("")));
      if (answer.json().isEmpty()) {
        out.println("(no acknowledgements)");
      }
      out.flush();
      return ExitCode.FINE;
    }
  }

  @Command(name = "withdraw", mixinStandardHelpOptions = true, description = "Takes acknowledgements back: matching alerts are repeated again.")
  static final class Withdraw implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private Choice choice = new Choice();

    @Override
    public Integer call() throws InterruptedException {
      return choice.change(PATH, PATH + "/withdraw", JsonMapper.shared().createObjectNode(), "withdrawn", Objects.requireNonNull(spec));
    }
  }
}
