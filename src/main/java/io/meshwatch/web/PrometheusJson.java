package io.meshwatch.web;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.NumberText;
import io.meshwatch.promql.HistogramBuckets;
import io.meshwatch.promql.QueryResult;
import io.meshwatch.promql.QueryStatistics;
import io.meshwatch.promql.Value;
import java.math.BigDecimal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/**
 * Query results in the JSON of Prometheus' HTTP API: values as strings, times as seconds with up to three decimals.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/querying/api/#expression-query-result-formats">Result formats</a>
 */
final class PrometheusJson {
  /** What is said when a limit of the request left something out. */
  static final String TRUNCATED = "results truncated due to limit";

  /** Most warnings, and most infos, in one answer. */
  private static final int ANNOTATIONS_MAX = 10;

  private PrometheusJson() {}

  /** The whole answer to a query, envelope included. */
  static void result(JsonGenerator json, QueryResult result, Json.Writer statistics) {
    json.writeStartObject();
    json.writeStringProperty("status", "success");
    json.writeObjectPropertyStart("data");
    json.writeStringProperty("resultType", result.value().type().text());
    json.writeName("result");
    value(json, result.value());
    statistics.write(json);
    json.writeEndObject();
    annotations(json, "warnings", first(result.warnings(), "warning"));
    annotations(json, "infos", first(result.infos(), "info"));
    json.writeEndObject();
  }

  /** As many annotations as Prometheus shows, and how many there are besides. */
  private static List<String> first(List<String> texts, String kind) {
    int more = texts.size() - ANNOTATIONS_MAX;
    if (more <= 0) {
      return texts;
    }
    List<String> shown = new ArrayList<>(texts.subList(0, ANNOTATIONS_MAX));
    shown.add(more + " more " + kind + " annotations omitted");
    return shown;
  }

  /** How long it took and how much was looked at, if wanted at each step. The parts of the time that Prometheus tells apart are one here. */
  static void statistics(JsonGenerator json, QueryStatistics statistics, long tookNanos, boolean eachStep) {
    json.writeObjectPropertyStart("stats");
    json.writeObjectPropertyStart("timings");
    decimalSeconds(json, "evalTotalTime", tookNanos);
    decimalSeconds(json, "resultSortTime", 0);
    decimalSeconds(json, "queryPreparationTime", 0);
    decimalSeconds(json, "innerEvalTime", tookNanos);
    decimalSeconds(json, "execQueueTime", 0);
    decimalSeconds(json, "execTotalTime", tookNanos);
    json.writeEndObject();
    json.writeObjectPropertyStart("samples");
    if (eachStep && !statistics.perStep().isEmpty()) {
      json.writeArrayPropertyStart("totalQueryableSamplesPerStep");
      statistics.perStep().forEach(step -> stepCount(json, step));
      json.writeEndArray();
    }
    json.writeNumberProperty("totalQueryableSamples", statistics.samplesCounted());
    json.writeNumberProperty("peakSamples", statistics.samplesPeak());
    json.writeEndObject();
    json.writeEndObject();
  }

  private static void stepCount(JsonGenerator json, QueryStatistics.StepCount step) {
    json.writeStartArray();
    json.writeRawValue(BigDecimal.valueOf(step.timestampMillis(), 3).stripTrailingZeros().toPlainString());
    json.writeNumber(step.samples());
    json.writeEndArray();
  }

  private static void decimalSeconds(JsonGenerator json, String name, long nanos) {
    json.writeName(name);
    json.writeRawValue(BigDecimal.valueOf(nanos, 9).stripTrailingZeros().toPlainString());
  }

  static void annotations(JsonGenerator json, String name, List<String> texts) {
    if (!texts.isEmpty()) {
      json.writeArrayPropertyStart(name);
      texts.forEach(json::writeString);
      json.writeEndArray();
    }
  }

  private static void value(JsonGenerator json, Value value) {
    switch (value) {
      case Value.Scalar scalar -> single(json, scalar.timestampMillis(), NumberText.plain(scalar.value()));
      case Value.Text text -> single(json, text.timestampMillis(), wellFormed(text.value()));
      case Value.Vector vector -> {
        json.writeStartArray();
        PointText text = new PointText();
        vector.samples().forEach(sample -> sample(json, sample, text));
        json.writeEndArray();
      }
      case Value.Matrix matrix -> {
        json.writeStartArray();
        PointText text = new PointText();
        matrix.series().forEach(series -> points(json, series, text));
        json.writeEndArray();
      }
    }
  }

  /** A scalar or a string: other than samples, Prometheus writes its time as an ordinary number and a scalar without exponent. */
  private static void single(JsonGenerator json, long timestampMillis, String value) {
    json.writeStartArray();
    json.writeRawValue(BigDecimal.valueOf(timestampMillis, 3).stripTrailingZeros().toPlainString());
    json.writeString(value);
    json.writeEndArray();
  }

  /** JSON is Unicode: what a string literal says in bytes that are no UTF-8 becomes the replacement character. */
  private static String wellFormed(String text) {
    return new String(text.getBytes(StandardCharsets.UTF_16), StandardCharsets.UTF_16);
  }

  private static void sample(JsonGenerator json, Value.Sample sample, PointText text) {
    json.writeStartObject();
    json.writeName("metric");
    labels(json, sample.labels());
    Histogram histogram = sample.histogram();
    if (histogram == null) {
      json.writeName("value");
      text.write(json, sample.timestampMillis(), sample.value());
    } else {
      json.writeName("histogram");
      point(json, sample.timestampMillis(), histogram);
    }
    json.writeEndObject();
  }

  private static void points(JsonGenerator json, Value.Points series, PointText text) {
    json.writeStartObject();
    json.writeName("metric");
    labels(json, series.labels());
    if (series.floats().length > 0) {
      json.writeArrayPropertyStart("values");
      for (int i = 0; i < series.floats().length; i++) {
        text.write(json, series.floatTimestamps()[i], series.floats()[i]);
      }
      json.writeEndArray();
    }
    if (series.histograms().length > 0) {
      json.writeArrayPropertyStart("histograms");
      for (int i = 0; i < series.histograms().length; i++) {
        point(json, series.histogramTimestamps()[i], series.histograms()[i]);
      }
      json.writeEndArray();
    }
    json.writeEndObject();
  }

  static void labels(JsonGenerator json, Labels labels) {
    json.writeStartObject();
    for (int i = 0; i < labels.size(); i++) {
      json.writeStringProperty(labels.name(i), labels.value(i));
    }
    json.writeEndObject();
  }

  private static void point(JsonGenerator json, long timestampMillis, Histogram histogram) {
    json.writeStartArray();
    timestamp(json, timestampMillis);
    json.writeStartObject();
    json.writeStringProperty("count", NumberText.sample(histogram.count()));
    json.writeStringProperty("sum", NumberText.sample(histogram.sum()));
    buckets(json, histogram);
    json.writeEndObject();
    json.writeEndArray();
  }

  /** Buckets as {@code [boundaries, lower, upper, count]}, ascending, empty ones left out. */
  private static void buckets(JsonGenerator json, Histogram histogram) {
    List<HistogramBuckets.Bucket> filled = HistogramBuckets.ascending(histogram).stream().filter(b -> b.count() != 0).toList();
    if (filled.isEmpty()) {
      return;
    }
    json.writeArrayPropertyStart("buckets");
    for (HistogramBuckets.Bucket bucket : filled) {
      json.writeStartArray();
      json.writeNumber(boundaries(bucket));
      json.writeString(NumberText.sample(bucket.lower()));
      json.writeString(NumberText.sample(bucket.upper()));
      json.writeString(NumberText.sample(bucket.count()));
      json.writeEndArray();
    }
    json.writeEndArray();
  }

  /** 0 = open left, 1 = open right, 2 = open on both sides, 3 = closed on both sides. */
  private static int boundaries(HistogramBuckets.Bucket bucket) {
    if (bucket.lowerInclusive()) {
      return bucket.upperInclusive() ? 3 : 1;
    }
    return bucket.upperInclusive() ? 0 : 2;
  }

  private static void timestamp(JsonGenerator json, long millis) {
    json.writeRawValue(seconds(millis));
  }

  /** Seconds with as many decimals as needed: {@code 1435781430.781}, {@code 12}. */
  static String seconds(long millis) {
    long whole = millis / 1000;
    long rest = Math.abs(millis % 1000);
    String sign = millis < 0 && whole == 0 ? "-" : "";
    if (rest == 0) {
      return Long.toString(whole);
    }
    return sign + whole + "." + (rest < 100 ? "0" : "") + (rest < 10 ? "0" : "") + rest;
  }
}
