package io.meshwatch.web;

import io.meshwatch.engine.Engine;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Names;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.Querier;
import io.meshwatch.model.SeriesSet;
import io.meshwatch.model.TextSet;
import io.meshwatch.promql.Expr;
import io.meshwatch.promql.ParseException;
import io.meshwatch.promql.Parser;
import io.meshwatch.promql.Selectors;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.Function;
import tools.jackson.core.JsonGenerator;

/** What the store holds, as Prometheus' API tells it: series, label names and values, exemplars. */
final class CatalogueApi {
  private final Engine engine;

  CatalogueApi(Engine engine) {
    this.engine = engine;
  }

  void addTo(Routes routes) {
    routes.getOrPost("/api/v1/series", ApiErrors.guarded(this::series));
    routes.add("DELETE", "/api/v1/series", call -> ApiErrors.error(call.reply(), 500, "internal", "not implemented"));
    routes.getOrPost("/api/v1/labels", ApiErrors.guarded(this::labelNames));
    routes.get("/api/v1/label/{name}/values", ApiErrors.guarded(this::labelValues));
    routes.getOrPost("/api/v1/query_exemplars", ApiErrors.guarded(this::exemplars));
  }

  private void series(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    if (parameters.all("match[]").isEmpty()) {
      throw new BadRequestException("no match[] parameter provided");
    }
    int limit = parameters.limit();
    TreeSet<Labels> found = new TreeSet<>();
    try (Querier querier = querier(parameters)) {
      for (List<Matcher> matchers : selectors(parameters)) {
        SeriesSet series = querier.select(matchers);
        while (series.next() && (limit == 0 || found.size() <= limit)) {
          found.add(series.at().labels());
        }
      }
    }
    list(call, found, limit, PrometheusJson::labels);
  }

  private void labelNames(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    int limit = parameters.limit();
    try (Querier querier = querier(parameters)) {
      List<String> names = union(selectorsOrAll(parameters), matchers -> querier.labelNames(matchers, oneMore(limit)));
      list(call, names, limit, JsonGenerator::writeString);
    }
  }

  private void labelValues(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    String name = EscapedNames.unescape(call.segment("name"));
    if (!Names.isValid(name)) {
      throw new BadRequestException("invalid label name: " + Names.quote(name));
    }
    int limit = parameters.limit();
    try (Querier querier = querier(parameters)) {
      List<String> values = union(selectorsOrAll(parameters), matchers -> querier.labelValues(name, matchers, oneMore(limit)));
      list(call, values, limit, JsonGenerator::writeString);
    }
  }

  private static List<String> union(List<List<Matcher>> selectors, Function<List<Matcher>, List<String>> texts) {
    if (selectors.size() == 1) {
      return texts.apply(selectors.getFirst());
    }
    TextSet union = new TextSet();
    selectors.forEach(matchers -> union.addAll(texts.apply(matchers)));
    return union.sorted(0);
  }

  /** One result more than wanted shows that there are more. */
  private static int oneMore(int limit) {
    return limit == 0 ? 0 : limit + 1;
  }

  /** Writes one element of a list. */
  @FunctionalInterface
  private interface ElementWriter<T> {
    void write(JsonGenerator json, T element);
  }

  private static <T> void list(Routes.Call call, Collection<T> elements, int limit, ElementWriter<T> writer) throws IOException {
    boolean truncated = limit > 0 && elements.size() > limit;
    ApiErrors.success(call.reply(), truncated ? List.of(PrometheusJson.TRUNCATED) : List.of(), json -> {
      json.writeStartArray();
      elements.stream().limit(truncated ? limit : elements.size()).forEach(element -> writer.write(json, element));
      json.writeEndArray();
    });
  }

  private Querier querier(Parameters parameters) throws IOException {
    long start = parameters.timeMillis("start", Parameters.TIME_MIN);
    long end = parameters.timeMillis("end", Parameters.TIME_MAX);
    // As in Prometheus a range that ends before it starts is no mistake here, it is empty.
    return engine.queryable().querier(start, end);
  }

  private static List<List<Matcher>> selectorsOrAll(Parameters parameters) throws IOException {
    List<List<Matcher>> selectors = selectors(parameters);
    return selectors.isEmpty() ? List.of(List.of()) : selectors;
  }

  private static List<List<Matcher>> selectors(Parameters parameters) throws IOException {
    List<List<Matcher>> selectors = new ArrayList<>();
    for (String text : parameters.all("match[]")) {
      List<Matcher> matchers = selector(text);
      if (matchers.stream().allMatch(Matcher::matchesMissing)) {
        throw Parameters.invalid("match[]", "match[] must contain at least one non-empty matcher");
      }
      selectors.add(matchers);
    }
    return selectors;
  }

  private static List<Matcher> selector(String text) {
    try {
      return Parser.parseSelector(text);
    } catch (ParseException e) {
      throw Parameters.invalid("match[]", String.valueOf(e.getMessage()));
    }
  }

  private void exemplars(Routes.Call call) throws IOException {
    Parameters parameters = new Parameters(call.request());
    long start = parameters.timeMillis("start", Parameters.TIME_MIN);
    long end = parameters.timeMillis("end", Parameters.TIME_MAX);
    if (end < start) {
      throw new BadRequestException("end timestamp must not be before start timestamp");
    }
    List<List<Matcher>> selectors = Selectors.of(expression(parameters.required("query")));
    if (selectors.isEmpty()) {
      call.reply().status(204).send(new byte[0]);
      return;
    }
    Map<Labels, List<Exemplar>> found = engine.exemplars(start, end, selectors);
    ApiErrors.success(call.reply(), json -> {
      json.writeStartArray();
      found.entrySet().stream().sorted(Map.Entry.comparingByKey()).forEach(series -> exemplars(json, series.getKey(), series.getValue()));
      json.writeEndArray();
    });
  }

  private Expr expression(String text) {
    try {
      return Parser.parse(text, engine.language());
    } catch (ParseException e) {
      throw new BadRequestException(String.valueOf(e.getMessage()));
    }
  }

  private static void exemplars(JsonGenerator json, Labels series, List<Exemplar> exemplars) {
    json.writeStartObject();
    json.writeName("seriesLabels");
    PrometheusJson.labels(json, series);
    json.writeArrayPropertyStart("exemplars");
    for (Exemplar exemplar : exemplars) {
      json.writeStartObject();
      json.writeName("labels");
      PrometheusJson.labels(json, exemplar.labels());
      json.writeStringProperty("value", NumberText.sample(exemplar.value()));
      json.writeName("timestamp");
      json.writeRawValue(PrometheusJson.seconds(exemplar.timestampMillis()));
      json.writeEndObject();
    }
    json.writeEndArray();
    json.writeEndObject();
  }
}
