package io.meshwatch.web;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.Printer;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;

/** The query side of Prometheus' API: expressions, series and labels. */
final class QueryApi {
  /** As many points as Prometheus gives for one series: a minute's resolution for a week, an hour's for a year. */
  private static final long POINTS_MAX = 11_000;

  private final Engine engine;
  private final Clock clock;
  private final QueryLimits limits;

  QueryApi(Engine engine, Clock clock, QueryLimits limits) {
    this.engine = engine;
    this.clock = clock;
    this.limits = limits;
  }

  void addTo(Routes routes) {
    routes.getOrPost("/api/v1/query", ApiErrors.guarded(this::query));
    routes.getOrPost("/api/v1/query_range", ApiErrors.guarded(this::queryRange));
    routes.getOrPost("/api/v1/format_query", ApiErrors.guarded(this::format));
    routes.getOrPost("/api/v1/series", ApiErrors.guarded(this::series));
    routes.getOrPost("/api/v1/labels", ApiErrors.guarded(this::labelNames));
    routes.get("/api/v1/label/{name}/values", ApiErrors.guarded(this::labelValues));
  }

  private void query(Routes.Call call) throws IOException, InterruptedException {
    Parameters parameters = new Parameters(call.request());
    long at = parameters.timeMillis("time", clock.wallMillis());
    QueryResult result = engine.query(parameters.required("query"), at, limits(parameters));
    Json.stream(call.reply(), json -> PrometheusJson.result(json, result, none -> {}));
  }

  private void queryRange(Routes.Call call) throws IOException, InterruptedException {
    Parameters parameters = new Parameters(call.request());
    long start = parameters.requiredTimeMillis("start");
    long end = parameters.requiredTimeMillis("end");
    if (end < start) {
      throw Parameters.invalid("end", "end timestamp must not be before start time");
    }
    long step = parameters.requiredDurationMillis("step");
    if (step <= 0) {
      throw Parameters.invalid("step", "zero or negative query resolution step widths are not accepted. Try a positive integer");
    }
    if ((end - start) / step > POINTS_MAX) {
      throw new BadRequestException(
          "exceeded maximum resolution of 11,000 points per timeseries. Try decreasing the query resolution (?step=XX)");
    }
    QueryResult result = engine.queryRange(parameters.required("query"), start, end, step, limits(parameters));
    Json.stream(call.reply(), json -> PrometheusJson.result(json, result, none -> {}));
  }

  private QueryLimits limits(Parameters parameters) throws IOException {
    long timeout = Math.min(limits.timeoutMillis(), parameters.durationMillis("timeout").orElse(limits.timeoutMillis()));
    long lookback = parameters.durationMillis("lookback_delta").orElse(limits.lookbackMillis());
    return new QueryLimits(timeout, limits.samplesMax(), lookback);
  }

  private void format(Routes.Call call) throws IOException {
    Expr expression = parse(new Parameters(call.request()).required("query"));
    ApiErrors.success(call.reply(), json -> json.writeString(Printer.format(expression)));
  }

  private static Expr parse(String text) {
    return Parser.parse(text);
  }

  private void series(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    List<List<Matcher>> selectors = selectors(parameters);
    if (selectors.isEmpty()) {
      throw new BadRequestException("no match[] parameter provided");
    }
    int limit = parameters.limit();
    TreeSet<Labels> found = new TreeSet<>();
    try (Querier querier = querier(parameters)) {
      for (List<Matcher> matchers : selectors) {
        SeriesSet series = querier.select(matchers);
        while (series.next() && (limit == 0 || found.size() <= limit)) {
          found.add(series.at().labels());
        }
      }
    }
    ApiErrors.success(call.reply(), json -> {
      json.writeStartArray();
      found.stream().limit(limit == 0 ? Long.MAX_VALUE : limit).forEach(labels -> PrometheusJson.labels(json, labels));
      json.writeEndArray();
    });
  }

  private void labelNames(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    int limit = parameters.limit();
    TreeSet<String> names = new TreeSet<>(Labels::compareText);
    try (Querier querier = querier(parameters)) {
      for (List<Matcher> matchers : selectorsOrAll(parameters)) {
        names.addAll(querier.labelNames(matchers, limit));
      }
    }
    texts(call, names, limit);
  }

  private void labelValues(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    int limit = parameters.limit();
    String name = EscapedNames.unescape(call.segment("name"));
    TreeSet<String> values = new TreeSet<>(Labels::compareText);
    try (Querier querier = querier(parameters)) {
      for (List<Matcher> matchers : selectorsOrAll(parameters)) {
        values.addAll(querier.labelValues(name, matchers, limit));
      }
    }
    texts(call, values, limit);
  }

  private static void texts(Routes.Call call, Set<String> texts, int limit) throws IOException {
    ApiErrors.success(call.reply(), json -> {
      json.writeStartArray();
      texts.stream().limit(limit == 0 ? Long.MAX_VALUE : limit).forEach(json::writeString);
      json.writeEndArray();
    });
  }

  private Querier querier(Parameters parameters) throws IOException {
    long start = parameters.timeMillis("start", Parameters.TIME_MIN);
    long end = parameters.timeMillis("end", Parameters.TIME_MAX);
    if (end < start) {
      throw Parameters.invalid("end", "end timestamp must not be before start time");
    }
    return engine.queryable().querier(start, end);
  }

  private static List<List<Matcher>> selectorsOrAll(Parameters parameters) throws IOException {
    List<List<Matcher>> selectors = selectors(parameters);
    return selectors.isEmpty() ? List.of(List.of()) : selectors;
  }

  private static List<List<Matcher>> selectors(Parameters parameters) throws IOException {
    List<List<Matcher>> selectors = new ArrayList<>();
    for (String text : parameters.all("match[]")) {
      try {
        selectors.add(Parser.parseSelector(text));
      } catch (ParseException e) {
        throw Parameters.invalid("match[]", String.valueOf(e.getMessage()));
      }
    }
    return selectors;
  }
}
