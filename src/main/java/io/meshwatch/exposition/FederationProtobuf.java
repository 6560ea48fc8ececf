package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import java.io.ByteArrayOutputStream;
import java.util.List;
import java.util.SequencedMap;

/**
 * Federation in delimited protobuf, native histograms with all their buckets.
 *
 * @see <a href="https://github.com/prometheus/client_model/blob/master/io/prometheus/client/metrics.proto">metrics.proto</a>
 */
final class FederationProtobuf implements FederationPage {
  private static final int TYPE_UNTYPED = 3;
  private static final int TYPE_HISTOGRAM = 4;
  private static final int TYPE_GAUGE_HISTOGRAM = 5;

  private final NameEscaping escaping;
  private final ByteArrayOutputStream page = new ByteArrayOutputStream(1 << 12);
  private ProtoWriter family = new ProtoWriter();
  private String familyKey = "";

  FederationProtobuf(NameEscaping escaping) {
    this.escaping = escaping;
  }

  @Override
  public void sample(String metricName, SequencedMap<String, String> labels, double value, long timestampMillis) {
    begin(metricName, TYPE_UNTYPED);
    family.message(4, metric(labels).message(5, new ProtoWriter().fixedDouble(1, value)).varint(6, timestampMillis));
  }

  @Override
  public void histogram(String metricName, SequencedMap<String, String> labels, Histogram histogram, long timestampMillis) {
    begin(metricName, histogram.resetHint() == Histogram.ResetHint.GAUGE ? TYPE_GAUGE_HISTOGRAM : TYPE_HISTOGRAM);
    family.message(4, metric(labels).message(7, histogram(histogram)).varint(6, timestampMillis));
  }

  private ProtoWriter metric(SequencedMap<String, String> labels) {
    ProtoWriter metric = new ProtoWriter();
    labels.forEach((name, value) -> metric.message(1, new ProtoWriter().text(1, escaping.escape(name)).text(2, value)));
    return metric;
  }

  private void begin(String metricName, int type) {
    String key = metricName + ' ' + type;
    if (!key.equals(familyKey)) {
      end();
      familyKey = key;
      family = new ProtoWriter().text(1, escaping.escape(metricName)).varint(3, type);
    }
  }

  private void end() {
    if (!familyKey.isEmpty()) {
      family.writeDelimitedTo(page);
    }
  }

  private static ProtoWriter histogram(Histogram h) {
    ProtoWriter out = new ProtoWriter();
    if (h.integral()) {
      out.varint(1, (long) h.count()).fixedDouble(2, h.sum());
    } else {
      out.fixedDouble(4, h.count()).fixedDouble(2, h.sum());
    }
    if (h.hasCustomBuckets()) {
      return customBuckets(out, h);
    }
    out.zigzag(5, h.schema()).fixedDouble(6, h.zeroThreshold());
    if (h.integral()) {
      out.varint(7, (long) h.zeroCount());
    } else {
      out.fixedDouble(8, h.zeroCount());
    }
    spans(out, 9, h.negativeSpans());
    counts(out, h.integral() ? 10 : 11, h.integral(), h.negativeBuckets());
    spans(out, 12, h.positiveSpans());
    counts(out, h.integral() ? 13 : 14, h.integral(), h.positiveBuckets());
    return out;
  }

  /** Custom buckets exist only in the store; outside they are a classic histogram. */
  private static ProtoWriter customBuckets(ProtoWriter out, Histogram h) {
    double[] counts = new double[h.customValues().length + 1];
    int bucket = 0;
    int used = 0;
    for (Histogram.Span span : h.positiveSpans()) {
      bucket += span.offset();
      for (int i = 0; i < span.length(); i++) {
        counts[bucket++] = h.positiveBuckets()[used++];
      }
    }
    double cumulative = 0;
    for (int i = 0; i < counts.length; i++) {
      cumulative += counts[i];
      double bound = i < h.customValues().length ? h.customValues()[i] : Double.POSITIVE_INFINITY;
      ProtoWriter one = new ProtoWriter();
      if (h.integral()) {
        one.varint(1, (long) cumulative);
      } else {
        one.fixedDouble(4, cumulative);
      }
      out.message(3, one.fixedDouble(2, bound));
    }
    return out;
  }

  private static void spans(ProtoWriter out, int field, List<Histogram.Span> spans) {
    spans.forEach(span -> out.message(field, new ProtoWriter().zigzag(1, span.offset()).varint(2, span.length())));
  }

  private static void counts(ProtoWriter out, int field, boolean asDeltas, double[] counts) {
    double previous = 0;
    for (double count : counts) {
      if (asDeltas) {
        out.zigzag(field, (long) (count - previous));
        previous = count;
      } else {
        out.fixedDouble(field, count);
      }
    }
  }

  @Override
  public byte[] finish() {
    end();
    return page.toByteArray();
  }
}
