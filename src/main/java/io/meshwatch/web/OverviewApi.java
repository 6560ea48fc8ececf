package io.meshwatch.web;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
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
import io.meshwatch.sonar.Evidence;
import io.meshwatch.sonar.RunSummary;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarStatus;
import io.meshwatch.sonar.StepRun;
import io.meshwatch.sonar.Verdict;
import io.meshwatch.sonar.meshstack.Exchange;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import tools.jackson.core.JsonGenerator;

/** {@code /api/meshwatch/v1}: what the page shows and neither Prometheus nor Alertmanager has. */
final class OverviewApi {
  private static final int RUNS_MAX = 60;
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
    routes.get("/api/meshwatch/v1/sonar", ApiErrors.guarded(this::sonar));
    routes.get("/api/meshwatch/v1/sonar/runs/{id}", ApiErrors.guarded(this::run));
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
    SonarStatus sonar = parts.sonar().status(RUNS_MAX);
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
      sonar.targets().forEach(target -> sonarTarget(json, target));
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

  private void sonar(Routes.Call call) throws IOException {
    SonarStatus status = parts.sonar().status(RUNS_MAX);
    Json.send(call.reply(), json -> {
      json.writeStartArray();
      status.targets().forEach(target -> sonarTarget(json, target));
      json.writeEndArray();
    });
  }

  private static void sonarTarget(JsonGenerator json, SonarStatus.Target target) {
    json.writeStartObject();
    json.writeStringProperty("id", target.key().scope() + "/" + target.key().name());
    json.writeStringProperty("scope", target.key().scope());
    json.writeStringProperty("customer", target.key().customer());
    json.writeStringProperty("project", target.key().project());
    json.writeStringProperty("platform", target.key().platform());
    json.writeStringProperty("url", target.accessUrl());
    json.writeNumberProperty("intervalSeconds", target.intervalMillis() / 1000.0);
    json.writeStringProperty("verdict", verdict(target.state()));
    json.writeName("uptime24h");
    optional(json, target.uptimeDay());
    json.writeName("uptime7d");
    optional(json, target.uptimeWeek());
    json.writeName("uptime30d");
    optional(json, target.uptimeMonth());
    json.writeArrayPropertyStart("runs");
    for (RunSummary run : target.newest()) {
      summary(json, run, message(target, run));
    }
    json.writeEndArray();
    json.writeEndObject();
  }

  /** The newest failure's sentence belongs to the newest failed run. */
  private static String message(SonarStatus.Target target, RunSummary run) {
    boolean newestFailure = target.newest().stream().filter(r -> !r.step().isEmpty()).findFirst().map(r -> r.id().equals(run.id())).orElse(false);
    return newestFailure ? target.lastFailure().map(e -> e.finding().sentence()).orElse("") : "";
  }

  private static void optional(JsonGenerator json, Optional<Double> number) {
    if (number.isPresent()) {
      json.writeNumber(number.get());
    } else {
      json.writeNull();
    }
  }

  private static String verdict(SonarStatus.State state) {
    return switch (state) {
      case GOOD -> "passed";
      case FAILING, RESTARTING -> "failed";
      case MAINTENANCE, UNTESTED -> "inconclusive";
      case NEW -> "waiting";
    };
  }

  private static String verdict(RunSummary.Result result) {
    return switch (result) {
      case PASSED, FLAKY -> "passed";
      case FAILED, RESTART -> "failed";
      case INCONCLUSIVE -> "inconclusive";
    };
  }

  private static void summary(JsonGenerator json, RunSummary run, String message) {
    json.writeStartObject();
    summaryFields(json, run, message);
    json.writeEndObject();
  }

  private static void summaryFields(JsonGenerator json, RunSummary run, String message) {
    json.writeStringProperty("id", run.id());
    json.writeNumberProperty("atMillis", run.startedMillis());
    json.writeNumberProperty("durationMillis", run.durationNanos() / 1e6);
    json.writeStringProperty("verdict", verdict(run.result()));
    json.writeStringProperty("step", run.step());
    json.writeStringProperty("reason", run.reason());
    json.writeStringProperty("message", message);
  }

  private void run(Routes.Call call) throws IOException {
    String id = call.segment("id");
    Optional<SonarRun> found = parts.sonar().run(id);
    if (found.isEmpty()) {
      ApiErrors.error(call.reply(), 404, "not_found", "there is no run " + id + "; old runs are deleted after some time");
      return;
    }
    SonarRun run = found.get();
    Optional<SonarStatus.Target> target = parts.sonar().status(RUNS_MAX).targets().stream().filter(t -> t.key().equals(run.target())).findFirst();
    Json.send(call.reply(), json -> {
      json.writeStartObject();
      run(json, run);
      json.writeName("target");
      target.ifPresentOrElse(t -> sonarTarget(json, t), json::writeNull);
      json.writeEndObject();
    });
  }

  private static void run(JsonGenerator json, SonarRun run) {
    Optional<Evidence> evidence = run.verdict() instanceof Verdict.Failed failed ? Optional.of(failed.evidence()) : Optional.empty();
    json.writeStringProperty("id", run.id());
    json.writeNumberProperty("atMillis", run.startedMillis());
    json.writeNumberProperty("durationMillis", run.durationNanos() / 1e6);
    switch (run.verdict()) {
      case Verdict.Passed passed -> verdict(json, "passed", "", "", passed.note());
      case Verdict.Failed failed -> verdict(json, "failed", failed.evidence().step(), failed.failureClass().label(), advice(failed.evidence()));
      case Verdict.Inconclusive inconclusive -> verdict(json, "inconclusive", "", "sonar", inconclusive.reason());
    }
    json.writeName("lastGoodMillis");
    Optional<Long> lastGood = evidence.flatMap(Evidence::lastGoodMillis);
    if (lastGood.isPresent()) {
      json.writeNumber(lastGood.get());
    } else {
      json.writeNull();
    }
    json.writeNumberProperty("failingSinceMillis", evidence.map(Evidence::firstFailureMillis).orElse(0L));
    json.writeStringProperty("again", "meshwatch sonar replay " + run.id());
    json.writeArrayPropertyStart("steps");
    run.steps().forEach(step -> step(json, step, evidence.filter(e -> e.step().equals(step.name()))));
    json.writeEndArray();
  }

  private static String advice(Evidence evidence) {
    String advice = evidence.finding().advice();
    return evidence.finding().sentence() + (advice.isEmpty() ? "" : ". " + advice);
  }

  private static void verdict(JsonGenerator json, String word, String step, String reason, String message) {
    json.writeStringProperty("verdict", word);
    json.writeStringProperty("step", step);
    json.writeStringProperty("reason", reason);
    json.writeStringProperty("message", message);
  }

  private static void step(JsonGenerator json, StepRun step, Optional<Evidence> evidence) {
    Optional<Exchange> last = step.exchanges().isEmpty() ? Optional.empty() : Optional.of(step.exchanges().getLast());
    Optional<Exchange> shown = evidence.flatMap(Evidence::exchange).or(() -> last);
    json.writeStartObject();
    json.writeStringProperty("name", step.name());
    json.writeStringProperty("verdict", step.outcome().name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("durationMillis", step.durationNanos() / 1e6);
    json.writeObjectPropertyStart("phases");
    last.ifPresent(exchange -> phases(json, exchange.phases()));
    json.writeEndObject();
    json.writeStringProperty("request", shown.map(e -> e.method() + " " + e.url()).orElse(""));
    json.writeNumberProperty("status", shown.map(Exchange::status).orElse(0));
    json.writeStringProperty("expected", evidence.map(e -> e.finding().expected()).orElse(""));
    json.writeStringProperty("got", evidence.map(e -> e.finding().got()).orElse(""));
    json.writeStringProperty("message", evidence.map(OverviewApi::advice).orElse(step.note()));
    json.writeArrayPropertyStart("requestHeaders");
    if (evidence.isPresent()) {
      shown.stream().flatMap(e -> e.requestHeaders().stream()).map(OverviewApi::headerText).forEach(json::writeString);
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("headers");
    if (evidence.isPresent()) {
      shown.stream().flatMap(e -> e.responseHeaders().stream()).map(OverviewApi::headerText).forEach(json::writeString);
    }
    json.writeEndArray();
    json.writeStringProperty("body", evidence.isPresent() ? shown.map(Exchange::responseBody).orElse("") : "");
    json.writeStringProperty("errorCode", evidence.map(e -> e.finding().errorCode()).orElse(""));
    json.writeStringProperty("errorId", evidence.map(e -> e.finding().errorId()).orElse(""));
    json.writeArrayPropertyStart("remarks");
    evidence.stream().flatMap(e -> e.finding().remarks().stream()).forEach(json::writeString);
    json.writeEndArray();
    json.writeEndObject();
  }

  private static String headerText(HttpCall.Header header) {
    return header.name() + ": " + header.value();
  }

  private static void phases(JsonGenerator json, HttpResult.Phases phases) {
    json.writeNumberProperty("resolve", phases.resolveNanos() / 1e6);
    json.writeNumberProperty("connect", phases.connectNanos() / 1e6);
    json.writeNumberProperty("tls", phases.tlsNanos() / 1e6);
    json.writeNumberProperty("send", phases.sendNanos() / 1e6);
    json.writeNumberProperty("first byte", phases.firstByteNanos() / 1e6);
    json.writeNumberProperty("body", phases.bodyNanos() / 1e6);
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
