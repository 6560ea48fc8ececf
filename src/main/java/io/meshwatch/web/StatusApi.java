package io.meshwatch.web;

import io.meshwatch.model.PromDuration;
import java.io.IOException;
import java.util.Map;
import java.util.function.BooleanSupplier;
import java.util.function.LongSupplier;
import java.util.function.Supplier;

/** What Prometheus' API says about the server itself. */
final class StatusApi {
  private final ServerFacts facts;

  /**
   * What is shown of the server.
   *
   * @param version of meshwatch
   * @param configuration the configuration, secrets replaced
   * @param startedAtMillis when it started
   * @param retentionMillis how long samples are kept
   * @param flags settings of the command line
   * @param seriesCount series in the head now
   * @param reloadedAtMillis when the configuration was last taken over
   * @param reloadSucceeded whether the last attempt to take it over was successful
   * @param nowMillis the time
   */
  record ServerFacts(
      String version,
      Supplier<String> configuration,
      long startedAtMillis,
      long retentionMillis,
      Map<String, String> flags,
      LongSupplier seriesCount,
      LongSupplier reloadedAtMillis,
      BooleanSupplier reloadSucceeded,
      LongSupplier nowMillis) {}

  StatusApi(ServerFacts facts) {
    this.facts = facts;
  }

  void addTo(Routes routes) {
    routes.get("/api/v1/status/buildinfo", ApiErrors.guarded(this::buildInfo));
    routes.get("/api/v1/status/runtimeinfo", ApiErrors.guarded(this::runtimeInfo));
    routes.get("/api/v1/status/config", ApiErrors.guarded(this::configuration));
    routes.get("/api/v1/status/flags", ApiErrors.guarded(this::flags));
  }

  private void buildInfo(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      // Programs that ask which features they may use look for a Prometheus version; ours follow 3.
      json.writeStringProperty("version", "3.14.0");
      json.writeStringProperty("revision", facts.version());
      json.writeStringProperty("branch", "meshwatch");
      json.writeStringProperty("buildUser", "");
      json.writeStringProperty("buildDate", "");
      json.writeStringProperty("goVersion", "");
      json.writeEndObject();
    });
  }

  private void runtimeInfo(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeStringProperty("startTime", Times.rfc3339(facts.startedAtMillis()));
      json.writeStringProperty("CWD", "");
      json.writeStringProperty("hostname", "");
      json.writeStringProperty("serverTime", Times.rfc3339(facts.nowMillis().getAsLong()));
      json.writeBooleanProperty("reloadConfigSuccess", facts.reloadSucceeded().getAsBoolean());
      json.writeStringProperty("lastConfigTime", Times.rfc3339(facts.reloadedAtMillis().getAsLong()));
      json.writeNumberProperty("timeSeriesCount", facts.seriesCount().getAsLong());
      json.writeNumberProperty("corruptionCount", 0);
      json.writeNumberProperty("goroutineCount", Thread.activeCount());
      json.writeNumberProperty("GOMAXPROCS", Runtime.getRuntime().availableProcessors());
      json.writeNumberProperty("GOMEMLIMIT", Runtime.getRuntime().maxMemory());
      json.writeStringProperty("GOGC", "");
      json.writeStringProperty("GODEBUG", "");
      json.writeStringProperty("storageRetention", PromDuration.format(facts.retentionMillis()));
      json.writeEndObject();
    });
  }

  private void configuration(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeStringProperty("yaml", facts.configuration().get());
      json.writeEndObject();
    });
  }

  private void flags(Routes.Call call) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      facts.flags().forEach(json::writeStringProperty);
      json.writeEndObject();
    });
  }
}
