package io.meshwatch.cli;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.BudgetJson;
import io.meshwatch.sonar.Diagnosis;
import io.meshwatch.sonar.ErrorBudget;
import io.meshwatch.sonar.RunJson;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.TargetKey;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Smoke tests of a meshwatch that runs, asked over HTTP. */
final class RemoteSonar implements SonarSource {
  private static final String PATH = "/api/meshwatch/v1/sonar";
  private static final long QUICK_MILLIS = 30_000;
  /** A replication is followed for half an hour by default, and a run may have several attempts. */
  private static final long RUN_MILLIS = 4 * 3_600_000L;
  private static final long BODY_BYTES_MAX = 64L << 20;

  private final SystemEnvironment system = new SystemEnvironment();
  private final SonarOptions.Server server;

  RemoteSonar(SonarOptions.Server server) {
    this.server = server;
  }

  @Override
  public List<TargetKey> targets() throws InterruptedException {
    List<TargetKey> targets = new ArrayList<>();
    get(PATH).orElseThrow(this::tooOld).forEach(target -> targets.add(RunJson.target(target)));
    return targets;
  }

  @Override
  public SonarRun run(TargetKey target, Trigger trigger) throws InterruptedException {
    JsonNode body = JsonMapper.shared().createObjectNode().put("replay", trigger == Trigger.REPLAY).set("target", RunJson.write(target));
    return post(PATH + "/runs", body.toString()).filter(JsonNode::isObject).map(RunJson::read)
        .orElseThrow(() -> new CommandFailedException(target.name() + " is no target of " + server.url() + " any more"));
  }

  @Override
  public List<PastRun> history(int runsMax) throws InterruptedException {
    List<PastRun> all = new ArrayList<>();
    for (JsonNode target : get(PATH).orElseThrow(this::tooOld)) {
      TargetKey key = RunJson.target(target);
      target.path("runs").forEach(run -> all.add(new PastRun(run.path("id").asString(""), key, run.path("atMillis").asLong(0),
          run.path("durationMillis").asDouble(0), run.path("result").asString(run.path("verdict").asString("")), run.path("step").asString(""),
          run.path("reason").asString(""))));
    }
    return all.stream().sorted(Comparator.comparingLong(PastRun::startedMillis).reversed()).limit(runsMax).toList();
  }

  @Override
  public Optional<SonarRun> recorded(String id) throws InterruptedException {
    return get(PATH + "/runs/" + URLEncoder.encode(id, StandardCharsets.UTF_8) + "/record").map(RunJson::read);
  }

  @Override
  public List<Diagnosis> examine() throws InterruptedException {
    List<Diagnosis> found = new ArrayList<>();
    for (JsonNode each : post(PATH + "/doctor", "{}").orElseThrow(this::tooOld)) {
      found.add(new Diagnosis(each.path("subject").asString(""), each.path("check").asString(""),
          Diagnosis.Outcome.valueOf(each.path("outcome").asString("")), each.path("detail").asString(""), each.path("advice").asString("")));
    }
    return found;
  }

  @Override
  public List<ErrorBudget> budgets() throws InterruptedException {
    return get(PATH + "/budgets").orElseThrow(this::tooOld).valueStream().map(BudgetJson::read).toList();
  }

  private CommandFailedException tooOld() {
    return new CommandFailedException(server.url() + " does not know smoke tests; is it a meshwatch?");
  }

  private Optional<JsonNode> get(String path) throws InterruptedException {
    return send(HttpCall.get(uri(path), server.trust()).withLimits(QUICK_MILLIS, BODY_BYTES_MAX));
  }

  /** Without compression, whose buffers would hold back what keeps the connection awake. */
  private Optional<JsonNode> post(String path, String body) throws InterruptedException {
    return send(HttpCall.post(uri(path), "application/json", body.getBytes(StandardCharsets.UTF_8), server.trust())
        .header("Accept-Encoding", "identity")
        .withLimits(RUN_MILLIS, BODY_BYTES_MAX));
  }

  private URI uri(String path) {
    return URI.create(server.url().replaceAll("/+$", "") + path);
  }

  /** The answer; empty if there is nothing of this name. */
  private Optional<JsonNode> send(HttpCall call) throws InterruptedException {
    HttpCall complete = server.user().map(user -> call.withBasicAuth(user, Secret.of(Optional.ofNullable(System.getenv("MESHWATCH_PASSWORD")).orElse(""))))
        .orElse(call);
    return switch (system.environment().network().exchange(complete)) {
      case HttpResult.Failure failure -> throw new CommandFailedException(
          failure.message() + "; name a running meshwatch with --url URL, or a configuration with --config FILE");
      case HttpResult.Answer answer -> read(answer);
    };
  }

  private Optional<JsonNode> read(HttpResult.Answer answer) {
    if (answer.status() == 404) {
      return Optional.empty();
    }
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(answer.body(), 0, answer.bodyLength());
    } catch (JacksonException e) {
      throw new CommandFailedException(server.url() + " answered " + answer.status() + " without JSON; is it a meshwatch?", e);
    }
    if (answer.status() != 200) {
      throw new CommandFailedException(server.url() + " answered " + answer.status() + ": " + json.path("error").asString("without a reason"));
    }
    return Optional.of(json);
  }

  @Override
  public void close() {
    system.close();
  }
}
