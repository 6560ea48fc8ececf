package io.meshwatch.exposition;

import io.meshwatch.model.Histogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/** The fields of one {@code io.prometheus.client.Histogram} while it is read. Confined to one thread. */
final class ProtobufHistogram {
  /** Most buckets of one native histogram; more is taken for a broken page. */
  static final int BUCKETS_MAX = 100_000;

  record Bucket(double upperBound, double cumulativeCount, List<ProtoReader> exemplars) {}

  final List<Bucket> buckets = new ArrayList<>();
  final List<ProtoReader> exemplars = new ArrayList<>();
  double sum;
  long createdMillis = ExpositionSink.NO_TIMESTAMP;

  private final List<Histogram.Span> positiveSpans = new ArrayList<>();
  private final List<Histogram.Span> negativeSpans = new ArrayList<>();
  private final DoubleList positive = new DoubleList();
  private final DoubleList negative = new DoubleList();
  private double count;
  private double countFloat;
  private int schema;
  private double zeroThreshold;
  private double zeroCount;
  private double zeroCountFloat;
  private boolean deltas;

  void read(ProtoReader message) {
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> count = message.varint();
        case 2 -> sum = message.fixedDouble();
        case 3 -> buckets.add(bucket(message.message()));
        case 4 -> countFloat = message.fixedDouble();
        case 5 -> schema = (int) message.zigzag();
        case 6 -> zeroThreshold = message.fixedDouble();
        case 7 -> zeroCount = message.varint();
        case 8 -> zeroCountFloat = message.fixedDouble();
        case 9 -> negativeSpans.add(span(message.message()));
        case 10 -> deltas(message, negative);
        case 11 -> counts(message, negative);
        case 12 -> positiveSpans.add(span(message.message()));
        case 13 -> deltas(message, positive);
        case 14 -> counts(message, positive);
        case 15 -> createdMillis = ProtobufParser.timestamp(message.message());
        case 16 -> exemplars.add(message.message());
        default -> message.skip();
      }
    }
  }

  private static Bucket bucket(ProtoReader message) {
    double bound = 0;
    double cumulative = 0;
    List<ProtoReader> exemplar = List.of();
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> cumulative = message.varint();
        case 2 -> bound = message.fixedDouble();
        case 3 -> exemplar = List.of(message.message());
        case 4 -> cumulative = message.fixedDouble();
        default -> message.skip();
      }
    }
    return new Bucket(bound, cumulative, exemplar);
  }

  private static Histogram.Span span(ProtoReader message) {
    int offset = 0;
    int length = 0;
    while (message.nextField()) {
      switch (message.field) {
        case 1 -> offset = (int) message.zigzag();
        case 2 -> length = (int) message.varint();
        default -> message.skip();
      }
    }
    return new Histogram.Span(offset, length);
  }

  /** Counts of an integer histogram come as differences to the bucket before. */
  private void deltas(ProtoReader message, DoubleList into) {
    deltas = true;
    if (!message.isPacked()) {
      into.addDelta(message.zigzag());
      return;
    }
    ProtoReader packed = message.message();
    while (packed.at < packed.limit) {
      into.addDelta(packed.zigzag());
    }
  }

  private static void counts(ProtoReader message, DoubleList into) {
    if (!message.isPacked()) {
      into.add(message.fixedDouble());
      return;
    }
    ProtoReader packed = message.message();
    while (packed.at < packed.limit) {
      into.add(packed.fixedDouble());
    }
  }

  double count() {
    return countFloat > 0 ? countFloat : count;
  }

  /** Whether it has native buckets; an empty native histogram says so by a span of length 0 or a zero threshold. */
  boolean isNative() {
    return zeroThreshold > 0 || zeroCount > 0 || zeroCountFloat > 0 || !positiveSpans.isEmpty() || !negativeSpans.isEmpty();
  }

  Histogram toHistogram(Histogram.ResetHint hint, ProtoReader message) {
    checkSpans(positiveSpans, positive, message);
    checkSpans(negativeSpans, negative, message);
    if (schema < Histogram.SCHEMA_MIN || schema > Histogram.SCHEMA_MAX) {
      throw message.error("expected a histogram schema from -4 to 8, got " + schema);
    }
    boolean integral = deltas || countFloat == 0;
    return new Histogram(hint, schema, zeroThreshold, integral ? zeroCount : zeroCountFloat, count(), sum,
        withoutEmpty(positiveSpans), positive.toArray(), withoutEmpty(negativeSpans), negative.toArray(), new double[0], integral);
  }

  /** Drops the span of length 0 that only marks a histogram as native. */
  private static List<Histogram.Span> withoutEmpty(List<Histogram.Span> spans) {
    return spans.size() == 1 && spans.getFirst().length() == 0 ? List.of() : List.copyOf(spans);
  }

  private static void checkSpans(List<Histogram.Span> spans, DoubleList values, ProtoReader message) {
    long total = 0;
    for (Histogram.Span span : spans) {
      total += Integer.toUnsignedLong(span.length());
    }
    if (total != values.size || total > BUCKETS_MAX) {
      throw message.error("expected as many histogram buckets as the spans say (" + total + ", at most " + BUCKETS_MAX + "), got " + values.size);
    }
  }

  /** Numbers as they come in. */
  private static final class DoubleList {
    private double[] values = new double[16];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    void addDelta(long delta) {
      add((size == 0 ? 0 : values[size - 1]) + delta);
    }

    double[] toArray() {
      return Arrays.copyOf(values, size);
    }
  }
}
