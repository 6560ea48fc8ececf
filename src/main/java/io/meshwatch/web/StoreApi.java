package io.meshwatch.web;

import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.OpeningProgress;
import io.meshwatch.engine.StoreStatus;
import io.meshwatch.model.Matcher;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * What fills the store, and what may be done to it.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#tsdb-stats">TSDB stats</a>
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#tsdb-admin-apis">TSDB Admin APIs</a>
 */
final class StoreApi {
  private static final int DEFAULT_LIMIT = 10;
  private static final int LIMIT_MAX = 10_000;

  private final EmbeddedEngine engine;
  private final OpeningProgress progress;
  private final boolean adminEnabled;

  StoreApi(EmbeddedEngine engine, OpeningProgress progress, boolean adminEnabled) {
    this.engine = engine;
    this.progress = progress;
    this.adminEnabled = adminEnabled;
  }

  void addTo(Routes routes) {
    routes.get("/api/v1/status/tsdb", ApiErrors.guarded(this::status));
    routes.get("/api/v1/status/walreplay", call -> ReplayApi.answer(progress, call.reply()));
    admin(routes, "/api/v1/admin/tsdb/delete_series", this::deleteSeries);
    admin(routes, "/api/v1/admin/tsdb/clean_tombstones", this::cleanTombstones);
    admin(routes, "/api/v1/admin/tsdb/snapshot", this::snapshot);
  }

  private void admin(Routes routes, String path, Routes.Endpoint endpoint) {
    Routes.Endpoint guarded = ApiErrors.guarded(call -> {
      if (!adminEnabled) {
        // Prometheus gives this error no status of its own.
        ApiErrors.error(call.reply(), 500, "unavailable", "admin APIs disabled");
        return;
      }
      try {
        endpoint.answer(call);
      } catch (IOException e) {
        ApiErrors.error(call.reply(), 500, "internal", String.valueOf(e.getMessage()));
      }
    });
    routes.post(path, guarded).add("PUT", path, guarded);
  }

  private void status(Routes.Call call) throws IOException {
    int asked = new Parameters(call.request()).limit();
    if (asked > LIMIT_MAX) {
      throw Parameters.invalid("limit", "limit must not exceed " + LIMIT_MAX);
    }
    StoreStatus status = engine.status(asked == 0 ? DEFAULT_LIMIT : asked);
    ApiErrors.success(call.reply(), json -> write(json, status));
  }

  private static void write(JsonGenerator json, StoreStatus status) {
    json.writeStartObject();
    json.writeObjectPropertyStart("headStats");
    json.writeNumberProperty("numSeries", status.series());
    json.writeNumberProperty("numLabelPairs", status.labelPairs());
    json.writeNumberProperty("chunkCount", status.chunks());
    json.writeNumberProperty("minTime", status.minTimeMillis());
    json.writeNumberProperty("maxTime", status.maxTimeMillis());
    json.writeEndObject();
    writeCounts(json, "seriesCountByMetricName", status.seriesByMetric());
    writeCounts(json, "labelValueCountByLabelName", status.valuesByLabel());
    writeCounts(json, "memoryInBytesByLabelName", status.bytesByLabel());
    writeCounts(json, "seriesCountByLabelValuePair", status.seriesByPair());
    json.writeEndObject();
  }

  private static void writeCounts(JsonGenerator json, String name, List<StoreStatus.Count> counts) {
    json.writeArrayPropertyStart(name);
    for (StoreStatus.Count count : counts) {
      json.writeStartObject();
      json.writeStringProperty("name", count.name());
      json.writeNumberProperty("value", count.value());
      json.writeEndObject();
    }
    json.writeEndArray();
  }

  private void deleteSeries(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    List<String> selectors = parameters.all("match[]");
    if (selectors.isEmpty()) {
      throw new BadRequestException("no match[] parameter provided");
    }
    long from = parameters.timeMillis("start", Parameters.TIME_MIN);
    long to = parameters.timeMillis("end", Parameters.TIME_MAX);
    if (to < from) {
      throw Parameters.invalid("end", "end timestamp must not be before start time");
    }
    List<List<Matcher>> matchers = new ArrayList<>();
    for (String selector : selectors) {
      try {
        matchers.add(Parser.parseSelector(selector));
      } catch (ParseException e) {
        throw Parameters.invalid("match[]", String.valueOf(e.getMessage()));
      }
    }
    for (List<Matcher> each : matchers) {
      engine.deleteSeries(from, to, each);
    }
    call.reply().status(204).send(new byte[0]);
  }

  private void cleanTombstones(Routes.Call call) throws IOException {
    engine.cleanTombstones();
    call.reply().status(204).send(new byte[0]);
  }

  private void snapshot(Routes.Call call) throws IOException {
    String skip = new Parameters(call.request()).text("skip_head").orElse("false");
    if (!skip.equals("true") && !skip.equals("false")) {
      throw Parameters.invalid("skip_head", "expected true or false, got " + skip);
    }
    String name = engine.snapshot(!Boolean.parseBoolean(skip));
    ApiErrors.success(call.reply(), json -> {
      json.writeStartObject();
      json.writeStringProperty("name", name);
      json.writeEndObject();
    });
  }
}
