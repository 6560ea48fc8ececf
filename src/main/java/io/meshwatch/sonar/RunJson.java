package io.meshwatch.sonar;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.sonar.meshstack.Exchange;
import io.meshwatch.sonar.meshstack.FailureClass;
import io.meshwatch.sonar.meshstack.Finding;
import io.meshwatch.sonar.meshstack.Json;
import io.meshwatch.sonar.meshstack.ReplicationState;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Runs as JSON: one line of the run log, and what the API and {@code sonar run --json} show. A field that is missing when reading, because an
 * older meshwatch wrote the line, is taken as empty.
 */
public final class RunJson {
  private RunJson() {}

  /** The whole run. The id comes first: the run log finds a run by the beginning of its line. */
  public static ObjectNode write(SonarRun run) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("id", run.id());
    json.set("target", write(run.target()));
    json.put("trigger", run.trigger().name());
    json.put("dueMillis", run.dueMillis());
    json.put("startedMillis", run.startedMillis());
    json.put("durationNanos", run.durationNanos());
    json.set("verdict", verdict(run.verdict()));
    json.put("maintenance", run.maintenance());
    json.put("replication", run.replication().name());
    run.replicationNanos().ifPresent(nanos -> json.put("replicationNanos", nanos));
    run.certificateExpiryMillis().ifPresent(millis -> json.put("certificateExpiryMillis", millis));
    json.put("leftovers", run.leftovers());
    ArrayNode steps = json.putArray("steps");
    run.steps().forEach(step -> steps.add(step(step)));
    return json;
  }

  /** Which target, for requests about it. */
  public static ObjectNode write(TargetKey target) {
    return Json.MAPPER.createObjectNode()
        .put("scope", target.scope())
        .put("customer", target.customer())
        .put("project", target.project())
        .put("platform", target.platform());
  }

  private static ObjectNode verdict(Verdict verdict) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    switch (verdict) {
      case Verdict.Passed passed -> json.put("kind", "passed").put("flaky", passed.flaky()).put("note", passed.note());
      case Verdict.Failed failed -> json.put("kind", "failed").set("evidence", evidence(failed.evidence()));
      case Verdict.Inconclusive inconclusive -> json.put("kind", "inconclusive").put("reason", inconclusive.reason());
    }
    return json;
  }

  /** The evidence of a failure. */
  public static ObjectNode evidence(Evidence evidence) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    Finding finding = evidence.finding();
    json.put("step", evidence.step());
    json.put("reason", finding.failureClass().label());
    json.put("expected", finding.expected());
    json.put("got", finding.got());
    json.put("advice", finding.advice());
    json.put("status", finding.status());
    json.put("errorCode", finding.errorCode());
    json.put("errorId", finding.errorId());
    ArrayNode remarks = json.putArray("remarks");
    finding.remarks().forEach(remarks::add);
    evidence.exchange().ifPresent(exchange -> json.set("exchange", exchange(exchange)));
    json.put("firstFailureMillis", evidence.firstFailureMillis());
    evidence.lastGoodMillis().ifPresent(millis -> json.put("lastGoodMillis", millis));
    json.put("lastGoodRun", evidence.lastGoodRun());
    json.put("run", evidence.run());
    return json;
  }

  private static ObjectNode step(StepRun step) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("name", step.name());
    json.put("attempt", step.attempt());
    json.put("outcome", step.outcome().name());
    json.put("startedMillis", step.startedMillis());
    json.put("durationNanos", step.durationNanos());
    json.put("note", step.note());
    ArrayNode exchanges = json.putArray("exchanges");
    step.exchanges().forEach(exchange -> exchanges.add(exchange(exchange)));
    return json;
  }

  private static ObjectNode exchange(Exchange exchange) {
    ObjectNode json = Json.MAPPER.createObjectNode();
    json.put("startedMillis", exchange.startedMillis());
    json.put("method", exchange.method());
    json.put("url", exchange.url());
    json.set("requestHeaders", headers(exchange.requestHeaders()));
    json.put("requestBody", exchange.requestBody());
    json.put("status", exchange.status());
    json.set("responseHeaders", headers(exchange.responseHeaders()));
    json.put("responseBody", exchange.responseBody());
    json.put("failure", exchange.failure());
    HttpResult.Phases phases = exchange.phases();
    ObjectNode times = json.putObject("phases");
    times.put("resolveNanos", phases.resolveNanos());
    times.put("connectNanos", phases.connectNanos());
    times.put("tlsNanos", phases.tlsNanos());
    times.put("sendNanos", phases.sendNanos());
    times.put("firstByteNanos", phases.firstByteNanos());
    times.put("bodyNanos", phases.bodyNanos());
    exchange.certificateExpiryMillis().ifPresent(millis -> json.put("certificateExpiryMillis", millis));
    return json;
  }

  private static ArrayNode headers(List<HttpCall.Header> headers) {
    ArrayNode json = Json.MAPPER.createArrayNode();
    headers.forEach(header -> json.addObject().put("name", header.name()).put("value", header.value()));
    return json;
  }

  // ---- reading

  /** A run that {@link #write} wrote; throws {@link IllegalArgumentException} if this is none. */
  public static SonarRun read(JsonNode json) {
    if (text(json, "id").isEmpty() || !json.path("target").isObject()) {
      throw new IllegalArgumentException("expected a run with id and target");
    }
    return new SonarRun(
        text(json, "id"),
        target(json.path("target")),
        SonarRun.Trigger.valueOf(text(json, "trigger")),
        number(json, "dueMillis"),
        number(json, "startedMillis"),
        number(json, "durationNanos"),
        readVerdict(json.path("verdict")),
        text(json, "maintenance"),
        ReplicationState.valueOf(text(json, "replication")),
        optionalNumber(json, "replicationNanos"),
        optionalNumber(json, "certificateExpiryMillis"),
        (int) number(json, "leftovers"),
        list(json.path("steps"), RunJson::readStep));
  }

  /** The target that {@link #write} wrote; fields that are missing are empty. */
  public static TargetKey target(JsonNode json) {
    return new TargetKey(text(json, "scope"), text(json, "customer"), text(json, "project"), text(json, "platform"));
  }

  private static Verdict readVerdict(JsonNode json) {
    return switch (text(json, "kind")) {
      case "passed" -> new Verdict.Passed(json.path("flaky").asBoolean(false), text(json, "note"));
      case "failed" -> new Verdict.Failed(readEvidence(json.path("evidence")));
      case "inconclusive" -> new Verdict.Inconclusive(text(json, "reason"));
      default -> throw new IllegalArgumentException("expected passed, failed or inconclusive, got \"" + text(json, "kind") + "\"");
    };
  }

  private static Evidence readEvidence(JsonNode json) {
    FailureClass failureClass = FailureClass.valueOf(text(json, "reason").toUpperCase(java.util.Locale.ROOT));
    Finding finding = new Finding(failureClass, text(json, "expected"), text(json, "got"), text(json, "advice"), (int) number(json, "status"),
        text(json, "errorCode"), text(json, "errorId"), list(json.path("remarks"), JsonNode::asString));
    Optional<Exchange> exchange = json.path("exchange").isObject() ? Optional.of(readExchange(json.path("exchange"))) : Optional.empty();
    return new Evidence(text(json, "step"), finding, exchange, number(json, "firstFailureMillis"), optionalNumber(json, "lastGoodMillis"),
        text(json, "lastGoodRun"), text(json, "run"));
  }

  private static StepRun readStep(JsonNode json) {
    return new StepRun(text(json, "name"), (int) number(json, "attempt"), StepRun.Outcome.valueOf(text(json, "outcome")), number(json, "startedMillis"),
        number(json, "durationNanos"), text(json, "note"), list(json.path("exchanges"), RunJson::readExchange));
  }

  private static Exchange readExchange(JsonNode json) {
    JsonNode phases = json.path("phases");
    return new Exchange(
        number(json, "startedMillis"), text(json, "method"), text(json, "url"), readHeaders(json.path("requestHeaders")), text(json, "requestBody"),
        (int) number(json, "status"), readHeaders(json.path("responseHeaders")), text(json, "responseBody"), text(json, "failure"),
        new HttpResult.Phases(number(phases, "resolveNanos"), number(phases, "connectNanos"), number(phases, "tlsNanos"), number(phases, "sendNanos"),
            number(phases, "firstByteNanos"), number(phases, "bodyNanos")),
        optionalNumber(json, "certificateExpiryMillis"));
  }

  private static List<HttpCall.Header> readHeaders(JsonNode json) {
    return list(json, header -> new HttpCall.Header(text(header, "name"), text(header, "value")));
  }

  private static <T> List<T> list(JsonNode json, Function<JsonNode, T> element) {
    List<T> list = new ArrayList<>();
    json.forEach(node -> list.add(element.apply(node)));
    return List.copyOf(list);
  }

  private static String text(JsonNode json, String name) {
    return json.path(name).isString() ? json.path(name).stringValue() : "";
  }

  private static long number(JsonNode json, String name) {
    return json.path(name).isNumber() ? json.path(name).asLong() : 0;
  }

  private static Optional<Long> optionalNumber(JsonNode json, String name) {
    return json.path(name).isNumber() ? Optional.of(json.path(name).asLong()) : Optional.empty();
  }
}
