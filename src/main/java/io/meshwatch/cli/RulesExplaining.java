package io.meshwatch.cli;

import java.io.PrintWriter;
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

/** {@code rules explain}: why an alert fires or not, and what became of its notifications. */
@Command(name = "explain", mixinStandardHelpOptions = true,
    description = "Says why an alert fires or does not: what each selector finds, each value beside its threshold, since when, silenced or inhibited by "
        + "what, which route, which mails.",
    footer = {"", "Examples:", "  meshwatch rules explain NodeFilesystemFull", "  meshwatch rules explain NodeFilesystemFull --at 2026-01-31T03:00:00Z",
        "Exit code 1 if it fires."})
final class RulesExplaining implements Callable<Integer> {
  private static final int EVALUATIONS_SHOWN = 5;

  @Spec private @Nullable CommandSpec spec;
  @Mixin private ServerOptions server = new ServerOptions();

  @Parameters(paramLabel = "ALERT", description = "name of the alert")
  private String alert = "";

  @Option(names = "--at", paramLabel = "TIME", description = "now, -10m, seconds or RFC 3339; default now")
  private @Nullable String at;

  @Override
  public Integer call() throws InterruptedException {
    CommandSpec own = Objects.requireNonNull(spec);
    Map<String, String> parameters = new LinkedHashMap<>(Map.of("alert", alert));
    if (at != null) {
      parameters.put("time", TimeText.seconds(TimeText.parseMillis(at, System.currentTimeMillis())));
    }
    ServerOptions.Answer answer = server.get("/api/meshwatch/v1/explain", parameters);
    if (!answer.isFine()) {
      throw new CommandFailedException(answer.reason());
    }
    PrintWriter out = own.commandLine().getOut();
    out.println(alert + " at " + answer.json().path("at").asString(""));
    boolean fires = false;
    for (JsonNode rule : answer.json().path("rules")) {
      rule(rule, out);
      fires |= firing(rule);
    }
    notifications(answer.json().path("notifications"), out);
    out.flush();
    return fires ? ExitCode.NO : ExitCode.FINE;
  }

  private static boolean firing(JsonNode rule) {
    for (JsonNode each : rule.path("alerts")) {
      if (each.path("state").asString("").equals("firing")) {
        return true;
      }
    }
    return false;
  }

  private static void rule(JsonNode rule, PrintWriter out) {
    out.println();
    out.println(rule.path("group").asString("") + ", severity " + rule.path("severity").asString("-") + ", for "
        + TimeText.number(rule.path("forSeconds").asDouble()) + " s");
    out.println("  " + rule.path("expression").asString("").replace("\n", "\n  "));
    out.println("  => " + rule.path("verdict").asString(""));
    out.println("  selectors:");
    rule.path("selectors").forEach(each -> out.println("    " + each.path("series").asInt() + " series now, " + each.path("seriesLastHour").asInt()
        + " within the last hour: " + each.path("selector").asString("")));
    rule.path("comparisons").forEach(each -> comparison(each, out));
    rule.path("alerts").forEach(each -> alert(each, out));
    List<JsonNode> evaluations = new ArrayList<>();
    rule.path("evaluations").forEach(evaluations::add);
    if (!evaluations.isEmpty()) {
      out.println("  last evaluations:");
      evaluations.stream().limit(EVALUATIONS_SHOWN).forEach(each -> out.println("    " + each.path("at").asString("") + ": "
          + (each.path("error").asString("").isEmpty() ? each.path("results").asInt() + " results, " + each.path("pending").asInt() + " pending, "
              + each.path("firing").asInt() + " firing" : "failed: " + each.path("error").asString(""))));
    }
  }

  private static void comparison(JsonNode comparison, PrintWriter out) {
    String operator = comparison.path("operator").asString("");
    out.println("  " + oneLine(comparison.path("compared").asString("")) + " " + operator + " " + oneLine(comparison.path("threshold").asString("")) + ":");
    comparison.path("values").forEach(each -> {
      String threshold = each.path("threshold").asString("");
      out.println("    " + (each.path("holds").asBoolean() ? "yes " : "no  ") + each.path("value").asString("")
          + (threshold.isEmpty() ? "" : " " + operator + " " + threshold) + "  " + each.path("series").asString(""));
    });
    if (comparison.path("values").isEmpty()) {
      out.println("    (no values)");
    }
    if (comparison.path("left").asInt() > 0) {
      out.println("    and " + comparison.path("left").asInt() + " more");
    }
  }

  private static String oneLine(String text) {
    return text.replaceAll("\\s+", " ");
  }

  private static void alert(JsonNode alert, PrintWriter out) {
    out.println("  " + alert.path("state").asString("") + " since " + alert.path("activeAt").asString("") + ": " + labels(alert.path("labels")));
    alert.path("silencedBy").forEach(each -> out.println("    silenced by " + each.asString()));
    if (alert.has("inhibitedBy")) {
      out.println("    held back by " + labels(alert.path("inhibitedBy")));
    }
    if (alert.has("acknowledged")) {
      JsonNode care = alert.path("acknowledged");
      out.println("    not repeated: " + care.path("author").asString("") + " takes care of it since " + care.path("at").asString("")
          + (care.path("comment").asString("").isEmpty() ? "" : ": " + care.path("comment").asString("")));
    }
    for (JsonNode route : alert.path("routes")) {
      out.println("    route " + route.path("route").asString("") + " to " + route.path("receiver").asString("")
          + (route.path("nextLook").asString("").isEmpty() ? "" : ", looked at next " + route.path("nextLook").asString("")));
      route.path("mutedBy").forEach(each -> out.println("      not now: time interval " + each.asString()));
      route.path("destinations").forEach(each -> out.println("      " + each.path("address").asString("") + ": "
          + (each.path("lastSent").asString("").isEmpty() ? "nothing sent yet" : "last told " + each.path("lastSent").asString(""))
          + (each.path("waitingBecause").asString("").isEmpty() ? "" : ", waits: " + each.path("waitingBecause").asString(""))));
    }
  }

  private static String labels(JsonNode labels) {
    List<String> texts = new ArrayList<>();
    labels.propertyStream().forEach(each -> texts.add(each.getKey() + "=\"" + each.getValue().asString("") + "\""));
    return "{" + String.join(", ", texts) + "}";
  }

  private static void notifications(JsonNode notifications, PrintWriter out) {
    out.println();
    out.println(notifications.isEmpty() ? "No notification about it within a day." : "Notifications about it, newest first:");
    notifications.forEach(each -> out.println("  " + each.path("at").asString("") + " " + each.path("outcome").asString("") + " "
        + each.path("to").asString("") + ": " + each.path("subject").asString("")
        + (each.path("reply").asString("").isEmpty() ? "" : " (" + each.path("reply").asString("") + ")")));
  }
}
