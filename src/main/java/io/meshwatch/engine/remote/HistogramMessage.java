package io.meshwatch.engine.remote;

import io.meshwatch.exposition.ProtoWriter;
import io.meshwatch.model.Histogram;
import java.util.List;

/** Writes the Histogram message; {@link HistogramDecoder} has its grammar and reads it. */
final class HistogramMessage {
  private HistogramMessage() {}

  static ProtoWriter of(Histogram h, long timestampMillis) {
    ProtoWriter out = new ProtoWriter();
    if (h.integral()) {
      out.varint(1, (long) h.count());
    } else {
      out.fixedDouble(2, h.count());
    }
    out.fixedDouble(3, h.sum()).zigzag(4, h.schema()).fixedDouble(5, h.zeroThreshold());
    if (h.integral()) {
      out.varint(6, (long) h.zeroCount());
    } else {
      out.fixedDouble(7, h.zeroCount());
    }
    spans(out, 8, h.negativeSpans());
    buckets(out, 9, h.integral(), h.negativeBuckets());
    spans(out, 11, h.positiveSpans());
    buckets(out, 12, h.integral(), h.positiveBuckets());
    out.varint(14, resetHint(h.resetHint())).varint(15, timestampMillis);
    return out.packedDoubles(16, h.customValues());
  }

  private static int resetHint(Histogram.ResetHint hint) {
    return switch (hint) {
      case UNKNOWN -> 0;
      case RESET -> 1;
      case NOT_RESET -> 2;
      case GAUGE -> 3;
    };
  }

  private static void spans(ProtoWriter out, int field, List<Histogram.Span> spans) {
    spans.forEach(span -> out.message(field, new ProtoWriter().zigzag(1, span.offset()).varint(2, span.length())));
  }

  /** Integer counts as differences to the bucket before, others as they are in the field that follows. */
  private static void buckets(ProtoWriter out, int field, boolean integral, double[] counts) {
    if (!integral) {
      out.packedDoubles(field + 1, counts);
      return;
    }
    long[] differences = new long[counts.length];
    long before = 0;
    for (int i = 0; i < counts.length; i++) {
      differences[i] = (long) counts[i] - before;
      before = (long) counts[i];
    }
    out.packedZigzags(field, differences);
  }
}
