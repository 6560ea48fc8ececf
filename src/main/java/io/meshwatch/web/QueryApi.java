package io.meshwatch.web;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.Printer;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.Value;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/** The query side of Prometheus' API: what is asked in PromQL. */
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
    routes.getOrPost("/api/v1/parse_query", ApiErrors.guarded(this::parse));
  }

  private void query(Routes.Call call) throws IOException, InterruptedException {
    Parameters parameters = new Parameters(call.request());
    int limit = parameters.limit();
    long at = parameters.timeMillis("time", clock.wallMillis());
    String expression = parameters.required("query");
    QueryLimits own = limits(parameters);
    answer(call, parameters, limit, () -> engine.query(expression, at, own));
  }

  private void queryRange(Routes.Call call) throws IOException, InterruptedException {
    Parameters parameters = new Parameters(call.request());
    int limit = parameters.limit();
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
    String expression = parameters.required("query");
    QueryLimits own = limits(parameters);
    answer(call, parameters, limit, () -> engine.queryRange(expression, start, end, step, own));
  }

  private QueryLimits limits(Parameters parameters) throws IOException {
    long timeout = Math.min(limits.timeoutMillis(), parameters.durationMillis("timeout").orElse(limits.timeoutMillis()));
    long lookback = parameters.durationMillis("lookback_delta").filter(millis -> millis > 0).orElse(limits.lookbackMillis());
    return new QueryLimits(timeout, limits.samplesMax(), lookback);
  }

  /** One evaluation. */
  @FunctionalInterface
  private interface Evaluation {
    QueryResult run() throws InterruptedException;
  }

  private void answer(Routes.Call call, Parameters parameters, int limit, Evaluation evaluation)
      throws IOException, InterruptedException {
    long begunNanos = clock.monotonicNanos();
    QueryResult result = limited(evaluation.run(), limit);
    long tookNanos = clock.monotonicNanos() - begunNanos;
    Optional<String> statistics = parameters.text("stats");
    Json.stream(call.reply(), json -> PrometheusJson.result(json, result, last -> statistics.ifPresent(
        wanted -> PrometheusJson.statistics(last, result.statistics(), tookNanos, wanted.equals("all")))));
  }

  /** The first {@code limit} series (0 = all), with a warning if there are more. */
  private static QueryResult limited(QueryResult result, int limit) {
    Optional<Value> shortened = switch (result.value()) {
      case Value.Vector vector when limit > 0 && vector.samples().size() > limit ->
        Optional.of(new Value.Vector(vector.samples().subList(0, limit)));
      case Value.Matrix matrix when limit > 0 && matrix.series().size() > limit ->
        Optional.of(new Value.Matrix(matrix.series().subList(0, limit)));
      case Value other -> Optional.empty();
    };
    if (shortened.isEmpty()) {
      return result;
    }
    List<String> warnings = new ArrayList<>(result.warnings());
    warnings.add(PrometheusJson.TRUNCATED);
    return new QueryResult(shortened.get(), warnings, result.infos(), result.statistics());
  }

  private void format(Routes.Call call) throws IOException {
    Expr expression = parsed(call);
    ApiErrors.success(call.reply(), json -> json.writeString(Printer.format(expression)));
  }

  private void parse(Routes.Call call) throws IOException {
    Expr expression = parsed(call);
    ApiErrors.success(call.reply(), json -> ExpressionJson.write(json, expression));
  }

  private Expr parsed(Routes.Call call) throws IOException {
    return Parser.parse(new Parameters(call.request()).required("query"), engine.language());
  }
}
