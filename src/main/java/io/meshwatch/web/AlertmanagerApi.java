package io.meshwatch.web;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.AlertView;
import io.meshwatch.notify.GroupView;
import io.meshwatch.notify.MatcherParser;
import io.meshwatch.notify.Notifier;
import io.meshwatch.notify.Silence;
import java.io.IOException;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.OptionalDouble;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * Alertmanager's API v2, so that amtool and other clients manage alerts and silences here.
 *
 * @see <a href="https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml">its description</a>
 */
final class AlertmanagerApi {
  private static final int BODY_BYTES_MAX = 8 << 20;

  private final Notifier notifier;
  private final Clock clock;
  private final AlertSink sink;
  private final String version;
  private final long startedAtMillis;

  AlertmanagerApi(Notifier notifier, Clock clock, String version, long startedAtMillis) {
    this.notifier = notifier;
    this.sink = notifier;
    this.clock = clock;
    this.version = version;
    this.startedAtMillis = startedAtMillis;
  }

  void addTo(Routes routes) {
    routes.get("/api/v2/status", guarded(this::status));
    routes.get("/api/v2/receivers", guarded(this::receivers));
    routes.get("/api/v2/alerts", guarded(this::alerts));
    routes.post("/api/v2/alerts", guarded(this::postAlerts));
    routes.get("/api/v2/alerts/groups", guarded(this::groups));
    routes.get("/api/v2/silences", guarded(this::silences));
    routes.post("/api/v2/silences", guarded(this::postSilence));
    routes.get("/api/v2/silence/{id}", guarded(this::silence));
    routes.add("DELETE", "/api/v2/silence/{id}", guarded(this::expireSilence));
  }

  /** Errors are a JSON string in this API. */
  private static Routes.Endpoint guarded(Routes.Endpoint endpoint) {
    return call -> {
      try {
        endpoint.answer(call);
      } catch (BadRequestException | ProblemsException | IllegalArgumentException e) {
        Json.send(call.reply().status(400), json -> json.writeString(String.valueOf(e.getMessage())));
      }
    };
  }

  private void status(Routes.Call call) throws IOException {
    Json.send(call.reply(), json -> {
      json.writeStartObject();
      json.writeObjectPropertyStart("cluster");
      json.writeStringProperty("status", "disabled");
      json.writeArrayPropertyStart("peers");
      json.writeEndArray();
      json.writeEndObject();
      json.writeObjectPropertyStart("versionInfo");
      json.writeStringProperty("version", version);
      for (String field : List.of("branch", "buildDate", "buildUser", "goVersion", "revision")) {
        json.writeStringProperty(field, "");
      }
      json.writeEndObject();
      json.writeObjectPropertyStart("config");
      json.writeStringProperty("original", notifier.routingText());
      json.writeEndObject();
      json.writeStringProperty("uptime", Times.rfc3339(startedAtMillis));
      json.writeEndObject();
    });
  }

  private void receivers(Routes.Call call) throws IOException {
    Json.send(call.reply(), json -> {
      json.writeStartArray();
      notifier.receivers().forEach(name -> named(json, name));
      json.writeEndArray();
    });
  }

  private static void named(JsonGenerator json, String name) {
    json.writeStartObject();
    json.writeStringProperty("name", name);
    json.writeEndObject();
  }

  private void alerts(Routes.Call call) throws IOException {
    AlertFilter filter = AlertFilter.of(call);
    Json.stream(call.reply(), json -> {
      json.writeStartArray();
      notifier.alerts().stream().filter(filter::accepts).forEach(alert -> alert(json, alert));
      json.writeEndArray();
    });
  }

  private void groups(Routes.Call call) throws IOException {
    AlertFilter filter = AlertFilter.of(call);
    Json.stream(call.reply(), json -> {
      json.writeStartArray();
      for (GroupView group : notifier.groups()) {
        List<AlertView> shown = group.alerts().stream().filter(filter::accepts).toList();
        if (!shown.isEmpty()) {
          json.writeStartObject();
          json.writeName("labels");
          PrometheusJson.labels(json, group.labels());
          json.writeName("receiver");
          named(json, group.receiver());
          json.writeArrayPropertyStart("alerts");
          shown.forEach(alert -> alert(json, alert));
          json.writeEndArray();
          json.writeEndObject();
        }
      }
      json.writeEndArray();
    });
  }

  private static void alert(JsonGenerator json, AlertView view) {
    Alert alert = view.alert();
    json.writeStartObject();
    json.writeName("annotations");
    PrometheusJson.labels(json, alert.annotations());
    json.writeStringProperty("endsAt", Times.rfc3339(alert.endsAtMillis()));
    json.writeStringProperty("fingerprint", view.fingerprint());
    json.writeArrayPropertyStart("receivers");
    view.receivers().forEach(name -> named(json, name));
    json.writeEndArray();
    json.writeStringProperty("startsAt", Times.rfc3339(alert.startsAtMillis()));
    json.writeObjectPropertyStart("status");
    texts(json, "inhibitedBy", view.inhibitedBy().map(by -> List.of(String.format(Locale.ROOT, "%016x", by.fingerprint()))).orElse(List.of()));
    texts(json, "silencedBy", view.silencedBy());
    texts(json, "mutedBy", view.mutedBy());
    json.writeStringProperty("state", view.suppressed() ? "suppressed" : "active");
    json.writeEndObject();
    json.writeStringProperty("updatedAt", Times.rfc3339(alert.updatedAtMillis()));
    json.writeStringProperty("generatorURL", alert.generatorUrl());
    json.writeName("labels");
    PrometheusJson.labels(json, alert.labels());
    json.writeEndObject();
  }

  private static void texts(JsonGenerator json, String name, List<String> texts) {
    json.writeArrayPropertyStart(name);
    texts.forEach(json::writeString);
    json.writeEndArray();
  }

  /** The body of a change, which must say that it is JSON: so no other page's form can make one. */
  private static JsonNode body(Routes.Call call) throws IOException {
    String type = call.request().header("Content-Type").orElse("");
    if (!type.startsWith("application/json")) {
      throw new BadRequestException("unsupported media type \"" + type + "\", only [application/json] are allowed");
    }
    return Json.read(call.request().body(BODY_BYTES_MAX));
  }

  private void postAlerts(Routes.Call call) throws IOException {
    JsonNode body = body(call);
    if (!body.isArray()) {
      throw new BadRequestException("expected a list of alerts");
    }
    long now = clock.wallMillis();
    List<Alert> alerts = new ArrayList<>();
    for (JsonNode each : body) {
      alerts.add(alert(each, now));
    }
    sink.accept(alerts);
    call.reply().status(200).send(new byte[0]);
  }

  private Alert alert(JsonNode json, long nowMillis) {
    Labels labels = labels(json.path("labels"));
    if (labels.isEmpty()) {
      throw new BadRequestException("expected labels of the alert, got " + json.path("labels"));
    }
    long endsAt = time(json.path("endsAt")).orElse(nowMillis + notifier.resolveTimeoutMillis());
    long startsAt = time(json.path("startsAt")).orElse(Math.min(nowMillis, endsAt));
    return new Alert(labels, labels(json.path("annotations")), startsAt, endsAt, nowMillis, json.path("generatorURL").asString(""),
        OptionalDouble.empty());
  }

  private static Labels labels(JsonNode json) {
    Labels.Builder labels = Labels.builder();
    json.propertyStream().forEach(each -> labels.set(each.getKey(), each.getValue().asString("")));
    return labels.build();
  }

  private static Optional<Long> time(JsonNode json) {
    String text = json.asString("");
    if (text.isEmpty() || text.startsWith("0001-01-01")) {
      return Optional.empty();
    }
    try {
      return Optional.of(OffsetDateTime.parse(text).toInstant().toEpochMilli());
    } catch (DateTimeParseException e) {
      throw new BadRequestException("expected a time such as 2026-01-31T12:00:00Z, got " + json);
    }
  }

  private void silences(Routes.Call call) throws IOException {
    List<Matcher> filter = AlertFilter.matchers(call);
    Json.stream(call.reply(), json -> {
      json.writeStartArray();
      notifier.care().silences().stream().filter(s -> filter.stream().allMatch(m -> concerns(s, m))).forEach(s -> silence(json, s));
      json.writeEndArray();
    });
  }

  /** Whether a silence has a matcher for the filter's label whose value the filter accepts. */
  private static boolean concerns(Silence silence, Matcher filter) {
    return silence.matchers().stream().anyMatch(m -> m.name().equals(filter.name()) && filter.matches(m.value()));
  }

  private void silence(Routes.Call call) throws IOException {
    Optional<Silence> silence = notifier.care().silence(call.segment("id"));
    if (silence.isEmpty()) {
      call.reply().status(404).send(new byte[0]);
    } else {
      Json.send(call.reply(), json -> silence(json, silence.get()));
    }
  }

  private void silence(JsonGenerator json, Silence silence) {
    json.writeStartObject();
    json.writeStringProperty("id", silence.id());
    json.writeObjectPropertyStart("status");
    json.writeStringProperty("state", silence.stateAt(clock.wallMillis()).name().toLowerCase(Locale.ROOT));
    json.writeEndObject();
    json.writeStringProperty("updatedAt", Times.rfc3339(silence.updatedAtMillis()));
    json.writeStringProperty("comment", silence.comment());
    json.writeStringProperty("createdBy", silence.createdBy());
    json.writeStringProperty("endsAt", Times.rfc3339(silence.endsAtMillis()));
    json.writeArrayPropertyStart("matchers");
    for (Matcher matcher : silence.matchers()) {
      json.writeStartObject();
      boolean equal = matcher.op() == Matcher.Op.EQUAL || matcher.op() == Matcher.Op.MATCH;
      json.writeBooleanProperty("isEqual", equal);
      json.writeBooleanProperty("isRegex", matcher.pattern() != null);
      json.writeStringProperty("name", matcher.name());
      json.writeStringProperty("value", matcher.value());
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeStringProperty("startsAt", Times.rfc3339(silence.startsAtMillis()));
    json.writeEndObject();
  }

  private void postSilence(Routes.Call call) throws IOException {
    JsonNode body = body(call);
    List<Matcher> matchers = new ArrayList<>();
    for (JsonNode each : body.path("matchers")) {
      matchers.add(matcher(each));
    }
    long startsAt = time(body.path("startsAt")).orElse(clock.wallMillis());
    long endsAt = time(body.path("endsAt")).orElseThrow(() -> new BadRequestException("expected endsAt, got none"));
    Optional<String> id = Optional.of(body.path("id").asString("")).filter(text -> !text.isEmpty());
    boolean force = new Parameters(call.request()).text("force").orElse("false").equals("true");
    Silence silence =
        notifier.care().silence(id, matchers, startsAt, endsAt, body.path("createdBy").asString(""), body.path("comment").asString(""), force);
    Json.send(call.reply(), json -> {
      json.writeStartObject();
      json.writeStringProperty("silenceID", silence.id());
      json.writeEndObject();
    });
  }

  private static Matcher matcher(JsonNode json) {
    boolean regex = json.path("isRegex").asBoolean(false);
    boolean equal = json.path("isEqual").asBoolean(true);
    Matcher.Op op = regex ? (equal ? Matcher.Op.MATCH : Matcher.Op.NOT_MATCH) : (equal ? Matcher.Op.EQUAL : Matcher.Op.NOT_EQUAL);
    return new Matcher(json.path("name").asString(""), op, json.path("value").asString(""));
  }

  private void expireSilence(Routes.Call call) throws IOException {
    if (notifier.care().silence(call.segment("id")).isEmpty()) {
      call.reply().status(404).send(new byte[0]);
      return;
    }
    notifier.care().expireSilence(call.segment("id"));
    call.reply().status(200).send(new byte[0]);
  }

  /** The parameters with which clients choose alerts. */
  private record AlertFilter(List<Matcher> matchers, boolean active, boolean silenced, boolean inhibited, Optional<Matcher> receiver) {
    static AlertFilter of(Routes.Call call) throws IOException {
      Parameters parameters = new Parameters(call.request());
      return new AlertFilter(
          matchers(call),
          flag(parameters, "active"),
          flag(parameters, "silenced"),
          flag(parameters, "inhibited"),
          parameters.text("receiver").map(regex -> new Matcher("receiver", Matcher.Op.MATCH, regex)));
    }

    static List<Matcher> matchers(Routes.Call call) throws IOException {
      List<Matcher> matchers = new ArrayList<>();
      for (String text : new Parameters(call.request()).all("filter")) {
        matchers.addAll(MatcherParser.parse(text));
      }
      return matchers;
    }

    private static boolean flag(Parameters parameters, String name) throws IOException {
      return !parameters.text(name).orElse("true").equals("false");
    }

    boolean accepts(AlertView view) {
      boolean shown = view.suppressed()
          ? (silenced || view.silencedBy().isEmpty()) && (inhibited || view.inhibitedBy().isEmpty())
          : active;
      return shown
          && matchers.stream().allMatch(m -> m.matches(view.alert().labels()))
          && receiver.map(r -> view.receivers().stream().anyMatch(r::matches)).orElse(true);
    }
  }
}
