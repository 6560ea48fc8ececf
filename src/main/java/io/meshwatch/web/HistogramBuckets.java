package io.meshwatch.web;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.NumberText;
import java.util.List;
import tools.jackson.core.JsonGenerator;

/** Buckets of a native histogram in the API's JSON: {@code [boundaries, lower, upper, count]}, ascending, empty ones left out. */
final class HistogramBuckets {
  /** What the first number of a bucket says about its bounds. */
  private static final int OPEN_LEFT = 0;

  private static final int OPEN_RIGHT = 1;
  private static final int CLOSED_BOTH = 3;

  private HistogramBuckets() {}

  static void write(JsonGenerator json, Histogram histogram) {
    boolean[] begun = {false};
    eachNegative(histogram, begun, json);
    if (histogram.zeroCount() != 0) {
      bucket(json, begun, CLOSED_BOTH, -histogram.zeroThreshold(), histogram.zeroThreshold(), histogram.zeroCount());
    }
    eachPositive(histogram, begun, json);
    if (begun[0]) {
      json.writeEndArray();
    }
  }

  private static void eachNegative(Histogram histogram, boolean[] begun, JsonGenerator json) {
    int[] indexes = indexes(histogram.negativeSpans(), histogram.negativeBuckets().length);
    for (int i = indexes.length - 1; i >= 0; i--) {
      double upper = bound(histogram.schema(), indexes[i]);
      double lower = bound(histogram.schema(), indexes[i] - 1);
      bucket(json, begun, OPEN_RIGHT, -upper, -lower, histogram.negativeBuckets()[i]);
    }
  }

  private static void eachPositive(Histogram histogram, boolean[] begun, JsonGenerator json) {
    int[] indexes = indexes(histogram.positiveSpans(), histogram.positiveBuckets().length);
    for (int i = 0; i < indexes.length; i++) {
      boolean custom = histogram.hasCustomBuckets();
      double upper = custom ? customBound(histogram, indexes[i]) : bound(histogram.schema(), indexes[i]);
      double lower = custom ? customBound(histogram, indexes[i] - 1) : bound(histogram.schema(), indexes[i] - 1);
      boolean closed = custom && indexes[i] == 0;
      bucket(json, begun, closed ? CLOSED_BOTH : OPEN_LEFT, lower, upper, histogram.positiveBuckets()[i]);
    }
  }

  private static double customBound(Histogram histogram, int index) {
    if (index < 0) {
      return Double.NEGATIVE_INFINITY;
    }
    return index < histogram.customValues().length ? histogram.customValues()[index] : Double.POSITIVE_INFINITY;
  }

  /** Upper bound of an exponential bucket: {@code 2^(index · 2^-schema)}. */
  private static double bound(int schema, int index) {
    return schema <= 0 ? Math.scalb(1.0, index << -schema) : Math.pow(2, index / Math.scalb(1.0, schema));
  }

  private static int[] indexes(List<Histogram.Span> spans, int count) {
    int[] indexes = new int[count];
    int filled = 0;
    int index = 0;
    for (Histogram.Span span : spans) {
      index += span.offset();
      for (int i = 0; i < span.length() && filled < count; i++) {
        indexes[filled++] = index++;
      }
    }
    return indexes;
  }

  private static void bucket(JsonGenerator json, boolean[] begun, int boundaries, double lower, double upper, double count) {
    if (count == 0) {
      return;
    }
    if (!begun[0]) {
      json.writeArrayPropertyStart("buckets");
      begun[0] = true;
    }
    json.writeStartArray();
    json.writeNumber(boundaries);
    json.writeString(NumberText.sample(lower));
    json.writeString(NumberText.sample(upper));
    json.writeString(NumberText.sample(count));
    json.writeEndArray();
  }
}
