package io.meshwatch.web;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.sonar.Evidence;
import io.meshwatch.sonar.RunSummary;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarStatus;
import io.meshwatch.sonar.Span;
import io.meshwatch.sonar.StepRun;
import io.meshwatch.sonar.Verdict;
import io.meshwatch.sonar.meshstack.Exchange;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import tools.jackson.core.JsonGenerator;

/** {@code /api/meshwatch/v1/sonar}: targets and runs as the page shows them. */
final class SonarViewApi {
  static final int RUNS_MAX = 60;

  private final Sonar sonar;

  SonarViewApi(Sonar sonar) {
    this.sonar = sonar;
  }

  void addTo(Routes routes) {
    routes.get("/api/meshwatch/v1/sonar", ApiErrors.guarded(this::targets));
    routes.get("/api/meshwatch/v1/sonar/runs/{id}", ApiErrors.guarded(this::run));
  }

  private void targets(Routes.Call call) throws IOException {
    SonarStatus status = sonar.status(RUNS_MAX);
    Json.send(call.reply(), json -> {
      json.writeStartArray();
      status.targets().forEach(target -> target(json, target));
      json.writeEndArray();
    });
  }

  /** One target with its newest runs. */
  static void target(JsonGenerator json, SonarStatus.Target target) {
    json.writeStartObject();
    json.writeStringProperty("id", target.key().scope() + "/" + target.key().name());
    json.writeStringProperty("scope", target.key().scope());
    json.writeStringProperty("customer", target.key().customer());
    json.writeStringProperty("project", target.key().project());
    json.writeStringProperty("platform", target.key().platform());
    json.writeStringProperty("url", target.accessUrl());
    json.writeNumberProperty("intervalSeconds", target.intervalMillis() / 1000.0);
    json.writeStringProperty("verdict", verdict(target.state()));
    for (Span span : List.of(Span.DAY, Span.WEEK, Span.MONTH, Span.QUARTER)) {
      json.writeName("uptime" + span.label());
      optional(json, Optional.ofNullable(target.uptime().get(span)));
    }
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
    json.writeStringProperty("trigger", run.trigger().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("maintenance", run.maintenance());
    json.writeStringProperty("result", run.result().name().toLowerCase(Locale.ROOT));
  }

  private void run(Routes.Call call) throws IOException {
    String id = call.segment("id");
    Optional<SonarRun> found = sonar.run(id);
    if (found.isEmpty()) {
      ApiErrors.error(call.reply(), 404, "not_found", "there is no run " + id + "; old runs are deleted after some time");
      return;
    }
    SonarRun run = found.get();
    Optional<SonarStatus.Target> target = sonar.status(RUNS_MAX).targets().stream().filter(t -> t.key().equals(run.target())).findFirst();
    Json.send(call.reply(), json -> {
      json.writeStartObject();
      run(json, run);
      json.writeName("target");
      target.ifPresentOrElse(t -> target(json, t), json::writeNull);
      json.writeEndObject();
    });
  }

  private static void run(JsonGenerator json, SonarRun run) {
    Optional<Evidence> evidence = run.verdict() instanceof Verdict.Failed failed ? Optional.of(failed.evidence()) : Optional.empty();
    json.writeStringProperty("id", run.id());
    json.writeStringProperty("name", run.target().name());
    json.writeNumberProperty("atMillis", run.startedMillis());
    json.writeNumberProperty("durationMillis", run.durationNanos() / 1e6);
    json.writeStringProperty("trigger", run.trigger().name().toLowerCase(Locale.ROOT));
    json.writeStringProperty("maintenance", run.maintenance());
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
    int last = run.steps().stream().mapToInt(StepRun::attempt).max().orElse(1);
    run.steps().forEach(step -> step(json, run, step, evidence.filter(e -> e.step().equals(step.name()) && step.attempt() == last)));
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

  private static void step(JsonGenerator json, SonarRun run, StepRun step, Optional<Evidence> evidence) {
    Optional<Exchange> last = step.exchanges().isEmpty() ? Optional.empty() : Optional.of(step.exchanges().getLast());
    Optional<Exchange> shown = evidence.flatMap(Evidence::exchange).or(() -> last);
    json.writeStartObject();
    json.writeStringProperty("name", step.name());
    json.writeStringProperty("verdict", step.outcome().name().toLowerCase(Locale.ROOT));
    json.writeNumberProperty("attempt", step.attempt());
    json.writeNumberProperty("offsetMillis", Math.max(0, step.startedMillis() - run.startedMillis()));
    json.writeNumberProperty("durationMillis", step.durationNanos() / 1e6);
    json.writeObjectPropertyStart("phases");
    last.ifPresent(exchange -> phases(json, exchange.phases()));
    json.writeEndObject();
    json.writeStringProperty("request", shown.map(e -> e.method() + " " + e.url()).orElse(""));
    json.writeNumberProperty("status", shown.map(Exchange::status).orElse(0));
    json.writeStringProperty("expected", evidence.map(e -> e.finding().expected()).orElse(""));
    json.writeStringProperty("got", evidence.map(e -> e.finding().got()).orElse(""));
    json.writeStringProperty("message", evidence.map(SonarViewApi::advice).orElse(step.note()));
    json.writeArrayPropertyStart("requestHeaders");
    if (evidence.isPresent()) {
      shown.stream().flatMap(e -> e.requestHeaders().stream()).map(SonarViewApi::headerText).forEach(json::writeString);
    }
    json.writeEndArray();
    json.writeArrayPropertyStart("headers");
    if (evidence.isPresent()) {
      shown.stream().flatMap(e -> e.responseHeaders().stream()).map(SonarViewApi::headerText).forEach(json::writeString);
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
}
