package io.meshwatch.web;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.notify.AlertView;
import io.meshwatch.notify.HistoryEntry;
import io.meshwatch.notify.Notifier;
import io.meshwatch.notify.SpoolStatus;
import io.meshwatch.rules.ActiveAlert;
import io.meshwatch.rules.GroupStatus;
import io.meshwatch.rules.Rules;
import io.meshwatch.scrape.Scraper;
import io.meshwatch.scrape.TargetStatus;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarStatus;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** {@code /api/meshwatch/v1}: what the page shows and neither Prometheus nor Alertmanager has. */
final class OverviewApi {
    private static final int HISTORY_MAX = 1_000;
  private static final String CRITICAL = "critical";

  private final Parts parts;

  /**
   * What the page looks at.
   *
   * @param facts asked for each time, as a reload may change them
   */
  record Parts(
      Clock clock, Scraper scraper, Rules rules, Notifier notifier, Sonar sonar, Supplier<WebServer.Facts> facts) {}

  OverviewApi(Parts parts) {
    this.parts = parts;
  }

  void addTo(Routes routes) {
    routes.get("/api/meshwatch/v1/overview", ApiErrors.guarded(this::overview));
    routes.get("/api/meshwatch/v1/notifications", ApiErrors.guarded(this::notifications));
  }

  private record Shown(ActiveAlert alert, String severity, String muted) {
    boolean firing() {
      return alert.phase() == ActiveAlert.Phase.FIRING;
    }
  }

  private void overview(Routes.Call call) throws IOException {
    List<Shown> alerts = alerts();
    List<TargetStatus> targets = parts.scraper().targets();
    SonarStatus sonar = parts.sonar().status(SonarViewApi.RUNS_MAX);
    SpoolStatus spool = parts.notifier().spool();
    WebServer.Facts facts = parts.facts().get();
    long now = parts.clock().wallMillis();
    Json.send(call.reply(), json -> {
      json.writeStartObject();
      json.writeStringProperty("installation", facts.installation());
      json.writeStringProperty("version", facts.version());
      json.writeNumberProperty("nowMillis", now);
      json.writeNumberProperty("startedAtMillis", facts.startedAtMillis());
      State state = State.of(alerts, targets, sonar);
      json.writeStringProperty("state", state.word());
      json.writeStringProperty("headline", state.headline());
      json.writeArrayPropertyStart("notices");
      notices(facts, spool, now).forEach(json::writeString);
      json.writeEndArray();
      json.writeArrayPropertyStart("alerts");
      alerts.forEach(alert -> alert(json, alert));
      json.writeEndArray();
      targets(json, targets);
      json.writeArrayPropertyStart("sonar");
      sonar.targets().forEach(target -> SonarViewApi.target(json, target));
      json.writeEndArray();
      mail(json, facts, spool, now);
      json.writeObjectPropertyStart("store");
      json.writeNumberProperty("series", facts.seriesCount().getAsLong());
      json.writeNumberProperty("diskAvailableBytes", facts.diskAvailableBytes().getAsLong());
      json.writeNumberProperty("diskTotalBytes", facts.diskTotalBytes().getAsLong());
      json.writeEndObject();
      json.writeEndObject();
    });
  }

  /** Alerts that mean something to an operator: Watchdog, which always fires, is not shown. */
  private List<Shown> alerts() {
    Map<Labels, String> muted = new HashMap<>();
    for (AlertView view : parts.notifier().alerts()) {
      muted.put(view.alert().labels(), mutedText(view));
    }
    List<Shown> shown = new ArrayList<>();
    for (GroupStatus group : parts.rules().groups()) {
      group.rules().stream()
          .flatMap(rule -> rule.alerts().stream())
          .filter(ActiveAlert::isActive)
          .filter(alert -> !alert.labels().get("severity").equals("none"))
          .forEach(alert -> shown.add(new Shown(alert, alert.labels().get("severity"), muted.getOrDefault(alert.labels(), ""))));
    }
    shown.sort((a, b) -> {
      int byPhase = Boolean.compare(b.firing(), a.firing());
      int bySeverity = Integer.compare(rank(a.severity), rank(b.severity));
      return byPhase != 0 ? byPhase : bySeverity != 0 ? bySeverity : Long.compare(b.alert.activeAtMillis(), a.alert.activeAtMillis());
    });
    return shown;
  }

  private static int rank(String severity) {
    return switch (severity) {
      case CRITICAL -> 0;
      case "warning" -> 1;
      case "info" -> 2;
      default -> 3;
    };
  }

  private static String mutedText(AlertView view) {
    if (!view.silencedBy().isEmpty()) {
      return "silenced";
    }
    return view.inhibitedBy().map(by -> "explained by " + by.get(Alert.ALERT_NAME)).orElse("");
  }

  /** The answer to "is everything fine?". */
  private record State(String word, String headline) {
    static State of(List<Shown> alerts, List<TargetStatus> targets, SonarStatus sonar) {
      List<Shown> loud = alerts.stream().filter(a -> a.firing() && a.muted.isEmpty() && rank(a.severity) < 2).toList();
      if (!loud.isEmpty()) {
        boolean critical = loud.stream().anyMatch(a -> a.severity.equals(CRITICAL));
        String first = loud.getFirst().alert.annotations().get("summary");
        String text = first.isEmpty() ? loud.getFirst().alert.labels().get(Alert.ALERT_NAME) : first;
        String more = loud.size() == 1 ? "" : " and " + (loud.size() - 1) + " more";
        return new State(critical ? CRITICAL : "warning", text + more);
      }
      List<String> wrong = new ArrayList<>();
      sonar.targets().stream().filter(t -> t.state() == SonarStatus.State.FAILING).forEach(t -> wrong.add(t.key().platform() + " fails its smoke test"));
      targets.stream().filter(t -> t.health() == TargetStatus.Health.DOWN).forEach(t -> wrong.add(t.job() + " does not answer"));
      if (!wrong.isEmpty()) {
        String more = wrong.size() == 1 ? "" : " and " + (wrong.size() - 1) + " more";
        return new State("warning", wrong.getFirst() + more + "; no alert yet");
      }
      boolean unseen = targets.stream().anyMatch(t -> t.health() == TargetStatus.Health.UNKNOWN)
          || sonar.targets().stream().anyMatch(t -> t.state() == SonarStatus.State.NEW);
      if (unseen) {
        return new State("starting", "Looking for the first time…");
      }
      return targets.isEmpty() && sonar.targets().isEmpty()
          ? new State("warning", "Nothing is watched yet")
          : new State("ok", "Everything is fine");
    }
  }

  private static List<String> notices(WebServer.Facts facts, SpoolStatus spool, long nowMillis) {
    List<String> notices = new ArrayList<>();
    if (!facts.mailConfigured()) {
      notices.add("No mail relay is configured: alerts show here only.");
    } else if (facts.recipients().isEmpty()) {
      notices.add("No mailbox is configured: alerts show here only.");
    }
    if (spool.messages() > 0) {
      String reply = spool.entries().stream().map(SpoolStatus.Entry::lastReply).filter(r -> !r.isEmpty()).findFirst().orElse("");
      if (!reply.isEmpty()) {
        long minutes = (nowMillis - spool.oldestSinceMillis()) / 60_000;
        notices.add(spool.messages() + " mails wait" + (minutes > 0 ? " for up to " + minutes + " min" : "") + ": " + reply);
      }
    }
    return notices;
  }

  private static void alert(JsonGenerator json, Shown shown) {
    ActiveAlert alert = shown.alert;
    json.writeStartObject();
    json.writeStringProperty("name", alert.labels().get(Alert.ALERT_NAME));
    json.writeStringProperty("severity", shown.severity);
    json.writeStringProperty("component", alert.labels().get("component"));
    json.writeStringProperty("state", alert.phase().text());
    json.writeStringProperty("summary", alert.annotations().get("summary"));
    json.writeStringProperty("description", alert.annotations().get("description"));
    json.writeName("labels");
    PrometheusJson.labels(json, alert.labels());
    json.writeNumberProperty("activeAtMillis", alert.activeAtMillis());
    json.writeStringProperty("value", NumberText.sample(alert.value()));
    json.writeStringProperty("muted", shown.muted);
    json.writeEndObject();
  }

  private static void targets(JsonGenerator json, List<TargetStatus> targets) {
    json.writeObjectPropertyStart("targets");
    json.writeNumberProperty("total", targets.size());
    json.writeNumberProperty("up", count(targets, TargetStatus.Health.UP));
    json.writeNumberProperty("unknown", count(targets, TargetStatus.Health.UNKNOWN));
    json.writeArrayPropertyStart("problems");
    for (TargetStatus target : targets) {
      if (target.health() == TargetStatus.Health.DOWN) {
        json.writeStartObject();
        json.writeStringProperty("job", target.job());
        json.writeStringProperty("instance", target.labels().get(Labels.INSTANCE));
        json.writeStringProperty("url", target.url());
        json.writeStringProperty("error", target.lastError());
        json.writeNumberProperty("sinceMillis", 0);
        json.writeEndObject();
      }
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  private static long count(List<TargetStatus> targets, TargetStatus.Health health) {
    return targets.stream().filter(t -> t.health() == health).count();
  }

  private static void mail(JsonGenerator json, WebServer.Facts facts, SpoolStatus spool, long nowMillis) {
    json.writeObjectPropertyStart("mail");
    json.writeBooleanProperty("configured", facts.mailConfigured());
    json.writeArrayPropertyStart("recipients");
    facts.recipients().forEach(json::writeString);
    json.writeEndArray();
    json.writeNumberProperty("queued", spool.messages());
    json.writeNumberProperty("oldestAgeSeconds", spool.oldestSinceMillis() == 0 ? 0 : (nowMillis - spool.oldestSinceMillis()) / 1000);
    json.writeStringProperty("lastError",
        spool.entries().stream().map(SpoolStatus.Entry::lastReply).filter(r -> !r.isEmpty()).findFirst().orElse(""));
    json.writeEndObject();
  }

  private void notifications(Routes.Call call) throws IOException {
    int limit = new Parameters(call.request()).limit();
    List<HistoryEntry> history = parts.notifier().history(limit == 0 ? HISTORY_MAX : Math.min(limit, HISTORY_MAX));
    Json.send(call.reply(), json -> {
      json.writeStartArray();
      for (HistoryEntry entry : history) {
        json.writeStartObject();
        json.writeNumberProperty("atMillis", entry.atMillis());
        json.writeStringProperty("receiver", entry.receiver());
        json.writeStringProperty("to", entry.destination());
        json.writeStringProperty("subject", entry.subject());
        json.writeStringProperty("outcome", outcome(entry.outcome()));
        json.writeStringProperty("reply", entry.reply());
        json.writeEndObject();
      }
      json.writeEndArray();
    });
  }

  private static String outcome(HistoryEntry.Outcome outcome) {
    return switch (outcome) {
      case ACCEPTED -> "delivered";
      case DELAYED -> "queued";
      case REFUSED -> "refused";
    };
  }
}
