package io.meshwatch.web;

import io.meshwatch.sonar.BudgetJson;
import io.meshwatch.sonar.Diagnosis;
import io.meshwatch.sonar.Objectives;
import io.meshwatch.sonar.RunJson;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarRun;
import io.meshwatch.sonar.SonarRun.Trigger;
import io.meshwatch.sonar.TargetKey;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.JsonNode;

/**
 * What the commands of Sonar ask of a meshwatch that runs: a run by hand, a run's whole record, budgets, the doctor. Bodies must be JSON, which
 * no page of another site can send without being asked first.
 */
final class SonarApi {
  private static final Logger LOG = LoggerFactory.getLogger(SonarApi.class);
  private static final String RUNS = "/api/meshwatch/v1/sonar/runs";
  private static final int BODY_BYTES_MAX = 16 << 10;
  /** Runs by hand and doctors at once; each may take half an hour. */
  private static final int BY_HAND_MAX = 4;

  private final Sonar sonar;
  private final Supplier<Objectives> objectives;
  private final Semaphore byHand = new Semaphore(BY_HAND_MAX);

  SonarApi(Sonar sonar, Supplier<Objectives> objectives) {
    this.sonar = sonar;
    this.objectives = objectives;
  }

  void addTo(Routes routes) {
    routes.post(RUNS, ApiErrors.guarded(call -> limited(call, this::run)));
    routes.get(RUNS + "/{id}/record", ApiErrors.guarded(this::showRecord));
    routes.get("/api/meshwatch/v1/sonar/budgets", ApiErrors.guarded(this::showBudgets));
    routes.post("/api/meshwatch/v1/sonar/doctor", ApiErrors.guarded(call -> limited(call, this::examine)));
  }

  private void limited(Routes.Call call, Routes.Endpoint endpoint) throws IOException, InterruptedException {
    if (!call.request().header("Content-Type").orElse("").toLowerCase(Locale.ROOT).startsWith("application/json")) {
      throw new BadRequestException("expected the content type application/json");
    }
    if (!byHand.tryAcquire()) {
      ApiErrors.error(call.reply(), 429, "too_many_requests", BY_HAND_MAX + " runs by hand are under way, which is the most at once");
      return;
    }
    try {
      endpoint.answer(call);
    } finally {
      byHand.release();
    }
  }

  /** Runs a target's journey and answers with its record. Blanks before it keep the connection awake during a long replication. */
  private void run(Routes.Call call) throws IOException, InterruptedException {
    JsonNode body = Json.read(call.request().body(BODY_BYTES_MAX));
    TargetKey target = RunJson.target(body.path("target"));
    Trigger trigger = body.path("replay").asBoolean(false) ? Trigger.REPLAY : Trigger.MANUAL;
    if (sonar.status(0).targets().stream().noneMatch(each -> each.key().equals(target))) {
      ApiErrors.error(call.reply(), 404, "not_found", "there is no target " + target.name());
      return;
    }
    try (OutputStream out = call.reply().header("Content-Type", "application/json").stream()) {
      Optional<SonarRun> run = sonar.runNow(target, trigger, () -> blank(out));
      out.write(run.map(each -> RunJson.write(each).toString()).orElse("null").getBytes(StandardCharsets.UTF_8));
    }
  }

  private static void blank(OutputStream out) {
    try {
      out.write('\n');
      out.flush();
    } catch (IOException gone) {
      // Whoever asked has left. The run goes on to its end all the same, so that the log has a whole one.
      LOG.debug("nobody waits for the run any more: {}", gone.getMessage());
    }
  }

  private void showRecord(Routes.Call call) throws IOException {
    String id = call.segment("id");
    Optional<SonarRun> found = sonar.run(id);
    if (found.isPresent()) {
      Json.send(call.reply(), RunJson.write(found.get()));
    } else {
      ApiErrors.error(call.reply(), 404, "not_found", "there is no run " + id + "; old runs are deleted after some time");
    }
  }

  private void showBudgets(Routes.Call call) throws IOException {
    Json.send(call.reply(), sonar.budgets(objectives.get()).stream().map(BudgetJson::write).toList());
  }

  private void examine(Routes.Call call) throws IOException, InterruptedException {
    List<Diagnosis> found = sonar.examine();
    Json.send(call.reply(), found);
  }
}
