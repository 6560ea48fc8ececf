package io.meshwatch.sandbox;

import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.util.function.LongSupplier;
import tools.jackson.databind.node.ObjectNode;

/** The backend's management port: health, uptime, and its metrics page. */
final class ManagementSite implements HttpHandler {
  private final Faults faults;
  private final ComponentSite metrics;
  private final LongSupplier uptimeMillis;

  ManagementSite(Faults faults, ComponentSite metrics, LongSupplier uptimeMillis) {
    this.faults = faults;
    this.metrics = metrics;
    this.uptimeMillis = uptimeMillis;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    if (faults.isActive(FaultKind.API_RESTART)) {
      reply.abort();
      return;
    }
    switch (request.path()) {
      case "/actuator/health" -> sendHealth(reply);
      case "/actuator/metrics/process.uptime" -> sendUptime(reply);
      default -> metrics.handle(request, reply);
    }
  }

  private void sendHealth(HttpReply reply) throws IOException {
    boolean database = !faults.isActive(FaultKind.MARIADB_DOWN);
    boolean broker = !faults.isActive(FaultKind.RABBITMQ_OUTAGE);
    boolean up = database && broker;
    ObjectNode body = Json.object().put("status", word(up));
    ObjectNode components = body.putObject("components");
    ObjectNode db = components.putObject("db").put("status", word(database));
    if (database) {
      db.putObject("details").put("database", "MariaDB").put("result", 1).put("validationQuery", "SELECT 1");
    } else {
      db.putObject("details").put("error", "java.sql.SQLNonTransientConnectionException: Could not connect to address");
    }
    components.putObject("rabbit").put("status", word(broker));
    components.putObject("diskSpace").put("status", "UP");
    components.putObject("ping").put("status", "UP");
    Json.send(reply, up ? 200 : 503, "application/vnd.spring-boot.actuator.v3+json", body);
  }

  private void sendUptime(HttpReply reply) throws IOException {
    ObjectNode body = Json.object().put("name", "process.uptime").put("baseUnit", "seconds");
    body.putArray("measurements").addObject().put("statistic", "VALUE").put("value", uptimeMillis.getAsLong() / 1000.0);
    Json.send(reply, 200, "application/vnd.spring-boot.actuator.v3+json", body);
  }

  private static String word(boolean up) {
    return up ? "UP" : "DOWN";
  }
}
