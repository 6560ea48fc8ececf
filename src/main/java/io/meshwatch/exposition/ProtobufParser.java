package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.NumberText;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The protobuf format: {@code io.prometheus.client.MetricFamily} messages, each behind its length. Read by hand: the messages
 * are few and fixed, and no object is made per label.
 *
 * <p>A series has no text on such a page, so one is written into a buffer, {@code name_bucket{a="b",le="1.0"}}, and handed to
 * the sink like a piece of a text page.
 *
 * @see <a href="https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto">metrics.proto</a>
 */
final class ProtobufParser {
  private final ProtoReader page;
  private final ExpositionSink sink;
  private final SeriesWriter series = new SeriesWriter();
  private String family = "";
  private MetricMetadata.Type type = MetricMetadata.Type.UNKNOWN;

  ProtobufParser(byte[] page, int length, ExpositionSink sink) {
    this.page = new ProtoReader(page, 0, length);
    this.sink = sink;
  }

  void parse() {
    while (page.at < page.limit) {
      family(page.message());
    }
  }

  private void family(ProtoReader message) {
    int start = message.at;
    int helpFrom = 0;
    int helpTo = 0;
    int unitFrom = 0;
    int unitTo = 0;
    family = "";
    type = MetricMetadata.Type.COUNTER;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> family = text(message);
        case 2 -> {
          helpTo = message.lengthEnd();
          helpFrom = message.at;
          message.at = helpTo;
        }
        case 3 -> type = typeOf(message);
        case 5 -> {
          unitTo = message.lengthEnd();
          unitFrom = message.at;
          message.at = unitTo;
        }
        default -> message.skip();
      }
    }
    if (family.isEmpty()) {
      throw message.error("expected a metric family with a name, got none");
    }
    byte[] name = SeriesWriter.nameBytes(family);
    sink.type(name, 0, name.length, type);
    metadata(name, message.bytes, helpFrom, helpTo, unitFrom, unitTo);
    message.at = start;
    while (message.nextField()) {
      if (message.field == 4) {
        metric(message.message());
      } else {
        message.skip();
      }
    }
  }

  private void metadata(byte[] name, byte[] bytes, int helpFrom, int helpTo, int unitFrom, int unitTo) {
    if (helpTo > helpFrom) {
      byte[] help = SeriesWriter.joined(name, SeriesWriter.escapedHelp(bytes, helpFrom, helpTo));
      sink.help(help, 0, name.length, name.length, help.length);
    }
    if (unitTo > unitFrom) {
      byte[] unit = SeriesWriter.joined(name, Arrays.copyOfRange(bytes, unitFrom, unitTo));
      sink.unit(unit, 0, name.length, name.length, unit.length);
    }
  }

  private static MetricMetadata.Type typeOf(ProtoReader message) {
    long number = message.varint();
    return switch ((int) number) {
      case 0 -> MetricMetadata.Type.COUNTER;
      case 1 -> MetricMetadata.Type.GAUGE;
      case 2 -> MetricMetadata.Type.SUMMARY;
      case 3 -> MetricMetadata.Type.UNKNOWN;
      case 4 -> MetricMetadata.Type.HISTOGRAM;
      case 5 -> MetricMetadata.Type.GAUGE_HISTOGRAM;
      default -> throw message.error("expected a metric type from 0 to 5, got " + number);
    };
  }

  private static String text(ProtoReader message) {
    int to = message.lengthEnd();
    int from = message.at;
    if (!Utf8.isValid(message.bytes, from, to)) {
      throw message.error("expected UTF-8, got other bytes");
    }
    message.at = to;
    return new String(message.bytes, from, to - from, java.nio.charset.StandardCharsets.UTF_8);
  }

  /** One metric: labels first, wherever in the message they stand, then its values. */
  private void metric(ProtoReader message) {
    int start = message.at;
    long timestampMillis = ExpositionSink.NO_TIMESTAMP;
    series.begin(family);
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> label(message.message());
        case 6 -> {
          // Zero is how a target without timestamps encodes "none" in older libraries.
          long millis = message.varint();
          timestampMillis = millis == 0 ? ExpositionSink.NO_TIMESTAMP : millis;
        }
        default -> message.skip();
      }
    }
    message.at = start;
    while (message.nextField()) {
      switch (message.field) {
        case 2, 3, 5 -> number(message.message(), timestampMillis);
        case 4 -> summary(message.message(), timestampMillis);
        case 7 -> histogram(message.message(), timestampMillis);
        default -> message.skip();
      }
    }
  }

  private void label(ProtoReader message) {
    String name = "";
    String value = "";
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> name = text(message);
        case 2 -> value = text(message);
        default -> message.skip();
      }
    }
    series.label(name, value);
  }

  /** Gauge, counter and untyped look alike. */
  private void number(ProtoReader message, long timestampMillis) {
    double value = 0;
    ProtoReader exemplar = null;
    long createdMillis = ExpositionSink.NO_TIMESTAMP;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> value = message.fixedDouble();
        case 2 -> exemplar = message.message();
        case 3 -> createdMillis = timestamp(message.message());
        default -> message.skip();
      }
    }
    created(createdMillis);
    emit("", value, timestampMillis);
    if (exemplar != null) {
      exemplar(exemplar);
    }
  }

  private void created(long millis) {
    if (millis != ExpositionSink.NO_TIMESTAMP && sink.wantsCreated()) {
      sink.created(millis);
    }
  }

  private void emit(String suffix, double value, long timestampMillis) {
    int to = series.finish(suffix);
    sink.sample(series.bytes(), 0, to, ordinary(value), timestampMillis);
  }

  /** A target must not be able to write stale markers. */
  private static double ordinary(double value) {
    return Double.isNaN(value) ? StaleMarker.ORDINARY_NAN : value;
  }

  private void emitBound(String label, double bound, String suffix, double value, long timestampMillis) {
    int to = series.finish(suffix, label, NumberText.openMetrics(bound));
    sink.sample(series.bytes(), 0, to, ordinary(value), timestampMillis);
  }

  /** A {@code google.protobuf.Timestamp} in milliseconds. */
  static long timestamp(ProtoReader message) {
    long seconds = 0;
    long nanos = 0;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> seconds = message.varint();
        case 2 -> nanos = message.varint();
        default -> message.skip();
      }
    }
    return seconds * 1000 + nanos / 1_000_000;
  }

  private void exemplar(ProtoReader message) {
    SeriesWriter labels = new SeriesWriter();
    labels.begin("");
    double value = 0;
    long timestampMillis = ExpositionSink.NO_TIMESTAMP;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> {
          ProtoReader pair = message.message();
          String name = "";
          String text = "";
          while (pair.nextField()) {
            switch (pair.field) {
              case 1 -> name = text(pair);
              case 2 -> text = text(pair);
              default -> pair.skip();
            }
          }
          labels.label(name, text);
        }
        case 2 -> value = message.fixedDouble();
        case 3 -> timestampMillis = timestamp(message.message());
        default -> message.skip();
      }
    }
    int to = labels.finishBare();
    sink.exemplar(labels.bytes(), 0, to, value, timestampMillis);
  }

  private void summary(ProtoReader message, long timestampMillis) {
    int start = message.at;
    long count = 0;
    double sum = 0;
    long createdMillis = ExpositionSink.NO_TIMESTAMP;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> count = message.varint();
        case 2 -> sum = message.fixedDouble();
        case 4 -> createdMillis = timestamp(message.message());
        default -> message.skip();
      }
    }
    created(createdMillis);
    emit("_count", unsigned(count), timestampMillis);
    created(createdMillis);
    emit("_sum", sum, timestampMillis);
    message.at = start;
    while (message.nextField()) {
      if (message.field == 3) {
        quantile(message.message(), timestampMillis);
      } else {
        message.skip();
      }
    }
  }

  private void quantile(ProtoReader message, long timestampMillis) {
    double quantile = 0;
    double value = 0;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> quantile = message.fixedDouble();
        case 2 -> value = message.fixedDouble();
        default -> message.skip();
      }
    }
    emitBound("quantile", quantile, "", value, timestampMillis);
  }

  private static double unsigned(long value) {
    return value >= 0 ? value : Double.parseDouble(Long.toUnsignedString(value));
  }

  private void histogram(ProtoReader message, long timestampMillis) {
    ProtobufHistogram histogram = new ProtobufHistogram();
    histogram.read(message);
    boolean wanted = sink.nativeHistograms() != NativeHistograms.IGNORE;
    boolean isNative = histogram.isNative() && wanted;
    if (isNative) {
      Histogram.ResetHint hint =
          type == MetricMetadata.Type.GAUGE_HISTOGRAM ? Histogram.ResetHint.GAUGE : Histogram.ResetHint.UNKNOWN;
      Histogram sample = histogram.toHistogram(hint, message);
      int to = series.finish("");
      created(histogram.createdMillis);
      sink.histogram(series.bytes(), 0, to, sample, timestampMillis);
      nativeExemplars(histogram);
    }
    if (!isNative || sink.nativeHistograms() == NativeHistograms.BOTH) {
      classic(histogram, timestampMillis);
    }
  }

  /** Exemplars of a native histogram, or those of its classic buckets if it has none of its own. */
  private void nativeExemplars(ProtobufHistogram histogram) {
    List<ProtoReader> exemplars = new ArrayList<>(histogram.exemplars);
    if (exemplars.isEmpty()) {
      histogram.buckets.forEach(b -> exemplars.addAll(b.exemplars()));
    }
    for (ProtoReader exemplar : exemplars) {
      int mark = exemplar.at;
      exemplar(exemplar);
      exemplar.at = mark;
    }
  }

  private void classic(ProtobufHistogram histogram, long timestampMillis) {
    created(histogram.createdMillis);
    emit("_count", histogram.count(), timestampMillis);
    created(histogram.createdMillis);
    emit("_sum", histogram.sum, timestampMillis);
    boolean infinite = false;
    for (ProtobufHistogram.Bucket bucket : histogram.buckets) {
      infinite |= bucket.upperBound() == Double.POSITIVE_INFINITY;
      created(histogram.createdMillis);
      emitBound("le", bucket.upperBound(), "_bucket", bucket.cumulativeCount(), timestampMillis);
      bucket.exemplars().forEach(this::exemplar);
    }
    if (!infinite) {
      created(histogram.createdMillis);
      emitBound("le", Double.POSITIVE_INFINITY, "_bucket", histogram.count(), timestampMillis);
    }
  }
}
