package io.meshwatch.cli;

import io.meshwatch.model.Matcher;
import io.meshwatch.notify.MatcherParser;
import java.io.PrintWriter;
import java.time.Instant;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Silences of a running meshwatch. */
@Command(
    name = "silence",
    mixinStandardHelpOptions = true,
    description = "Adds, lists and ends silences of a running meshwatch.",
    subcommands = {SilenceCommand.Add.class, SilenceCommand.Listing.class, SilenceCommand.Expire.class},
    footer = {"", "Example:", "  meshwatch silence add host=db-1 --for 2h --comment 'disk is being replaced'"})
public final class SilenceCommand extends CommandGroup {
  private static final String PATH = "/api/v2/silences";

  static List<Matcher> matchers(List<String> texts) {
    List<Matcher> matchers = new ArrayList<>();
    for (String text : texts) {
      try {
        matchers.addAll(MatcherParser.parse(text));
      } catch (IllegalArgumentException e) {
        throw new CommandFailedException("expected a matcher such as host=\"db-1\", got '" + text + "': " + e.getMessage(), e);
      }
    }
    return matchers;
  }

  @Command(name = "add", mixinStandardHelpOptions = true,
      description = "Keeps notifications about matching alerts back for a time. First says how many alerts that fire now it matches.",
      footer = {"", "Examples:", "  meshwatch silence add alertname=NodeDown host=db-1 --for 2h --comment 'moved to another rack'",
          "  meshwatch silence add 'platform=~\"aws.*\"' --for 30m --preview"})
  static final class Add implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "MATCHER", arity = "1..*", description = "such as host=db-1 or 'job=~\"mesh.*\"'; all must match")
    private List<String> texts = List.of();

    @Option(names = "--for", paramLabel = "DURATION", description = "how long, such as 30m, 2h or 1d; default 1h")
    private String duration = "1h";

    @Option(names = "--start", paramLabel = "TIME", description = "from when on: +10m, seconds or RFC 3339; default now")
    private String start = "now";

    @Option(names = "--comment", paramLabel = "TEXT", description = "why")
    private String comment = "";

    @Option(names = "--author", paramLabel = "NAME", description = "who, default the user of this terminal")
    private String author = System.getProperty("user.name", "");

    @Option(names = "--preview", description = "only shows what it would match")
    private boolean previewOnly;

    @Option(names = "--force", description = "also if it matches too much")
    private boolean force;

    @Override
    public Integer call() throws InterruptedException {
      CommandSpec own = Objects.requireNonNull(spec);
      PrintWriter out = own.commandLine().getOut();
      List<Matcher> matchers = matchers(texts);
      ObjectNode question = JsonMapper.shared().createObjectNode();
      ArrayNode list = question.putArray("matchers");
      matchers.forEach(each -> list.add(MatcherParser.format(each)));
      ServerOptions.Answer preview = server.post("/api/meshwatch/v1/silences/preview", question);
      if (!preview.isFine()) {
        return preview.refused(own.commandLine().getErr());
      }
      out.println("matches " + preview.json().path("matching").asInt() + " of the " + preview.json().path("firing").asInt() + " alerts that fire");
      preview.json().path("alerts").forEach(each -> out.println("  " + each.asString()));
      out.flush();
      return previewOnly ? ExitCode.FINE : add(matchers, own);
    }

    private int add(List<Matcher> matchers, CommandSpec own) throws InterruptedException {
      long now = System.currentTimeMillis();
      long from = TimeText.parseMillis(start, now);
      long until = TimeText.parseMillis("+" + duration, from);
      ObjectNode silence = JsonMapper.shared().createObjectNode();
      ArrayNode list = silence.putArray("matchers");
      matchers.forEach(each -> list.addObject().put("name", each.name()).put("value", each.value())
          .put("isRegex", each.pattern() != null)
          .put("isEqual", each.op() == Matcher.Op.EQUAL || each.op() == Matcher.Op.MATCH));
      silence.put("startsAt", Instant.ofEpochMilli(from).toString()).put("endsAt", Instant.ofEpochMilli(until).toString());
      silence.put("createdBy", author).put("comment", comment);
      ServerOptions.Answer answer = server.post(PATH + (force ? "?force=true" : ""), silence);
      if (!answer.isFine()) {
        return answer.refused(own.commandLine().getErr());
      }
      own.commandLine().getOut().println(answer.json().path("silenceID").asString(""));
      own.commandLine().getOut().flush();
      return ExitCode.FINE;
    }
  }

  @Command(name = "list", mixinStandardHelpOptions = true, description = "Shows silences, those that end last first.")
  static final class Listing implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ServerOptions server = new ServerOptions();

    @Option(names = "--expired", description = "also those that have ended")
    private boolean expired;

    @Override
    public Integer call() throws InterruptedException {
      CommandSpec own = Objects.requireNonNull(spec);
      ServerOptions.Answer answer = server.get(PATH, Map.of());
      if (!answer.isFine()) {
        return answer.refused(own.commandLine().getErr());
      }
      PrintWriter out = own.commandLine().getOut();
      int shown = 0;
      for (JsonNode silence : answer.json()) {
        String state = silence.path("status").path("state").asString("");
        if (expired || !state.equals("expired")) {
          out.println(line(silence, state));
          shown++;
        }
      }
      if (shown == 0) {
        out.println("(no silences)");
      }
      out.flush();
      return ExitCode.FINE;
    }

    private static String line(JsonNode silence, String state) {
      List<String> matchers = new ArrayList<>();
      silence.path("matchers").forEach(each -> {
        String operator = (each.path("isEqual").asBoolean(true) ? "=" : "!") + (each.path("isRegex").asBoolean(false) ? "~" : "");
        matchers.add(each.path("name").asString("") + (operator.equals("!") ? "!=" : operator) + "\"" + each.path("value").asString("") + "\"");
      });
      return silence.path("id").asString("") + "  " + state + "  until " + silence.path("endsAt").asString("") + "  {" + String.join(", ", matchers)
          + "}  " + silence.path("createdBy").asString("") + ": " + silence.path("comment").asString("");
    }
  }

  @Command(name = "expire", mixinStandardHelpOptions = true, description = "Ends silences now.")
  static final class Expire implements Callable<Integer> {
    @Spec private @Nullable CommandSpec spec;
    @Mixin private ServerOptions server = new ServerOptions();

    @Parameters(paramLabel = "ID", arity = "1..*", description = "as add and list print it")
    private List<String> ids = List.of();

    @Override
    public Integer call() throws InterruptedException {
      CommandSpec own = Objects.requireNonNull(spec);
      Map<String, String> refused = new LinkedHashMap<>();
      for (String id : ids) {
        ServerOptions.Answer answer = server.delete("/api/v2/silence/" + id);
        if (answer.status() == 404) {
          refused.put(id, "there is no silence " + id);
        } else if (!answer.isFine()) {
          refused.put(id, answer.reason());
        }
      }
      refused.values().forEach(reason -> own.commandLine().getErr().println("meshwatch: " + reason));
      return refused.isEmpty() ? ExitCode.FINE : ExitCode.NO;
    }
  }
}
