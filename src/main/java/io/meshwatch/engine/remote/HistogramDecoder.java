package io.meshwatch.engine.remote;

import io.meshwatch.model.Histogram;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * The Histogram message, the same in both versions.
 *
 * <pre>
 * 1 count_int | 2 count_float   3 sum   4 schema   5 zero_threshold   6 zero_count_int | 7 zero_count_float
 * 8 negative_spans{1 offset, 2 length}*   9 negative_deltas[]   10 negative_counts[]
 * 11 positive_spans*   12 positive_deltas[]   13 positive_counts[]   14 reset_hint   15 timestamp   16 custom_values[]
 * 17 start_timestamp (2.0)
 * </pre>
 */
final class HistogramDecoder {
  /** A histogram at its time; {@code startMillis} says when its counting began, 0 = unknown. */
  record Decoded(long timestampMillis, long startMillis, Histogram histogram) {}

  private final ProtoReader in;
  private boolean integral = true;
  private double count;
  private double sum;
  private int schema;
  private double zeroThreshold;
  private double zeroCount;
  private final List<Histogram.Span> negativeSpans = new ArrayList<>();
  private final List<Histogram.Span> positiveSpans = new ArrayList<>();
  private final Numbers negative = new Numbers();
  private final Numbers positive = new Numbers();
  private final Numbers custom = new Numbers();
  private int resetHint;
  private long timestampMillis;
  private long startMillis;

  private HistogramDecoder(ProtoReader in) {
    this.in = in;
  }

  /** Reads up to the end of the message that was entered. */
  static Decoded decode(ProtoReader in) {
    HistogramDecoder decoder = new HistogramDecoder(in);
    while (in.hasMore()) {
      decoder.field(in.tag());
    }
    return new Decoded(decoder.timestampMillis, decoder.startMillis, decoder.histogram());
  }

  private void field(int tag) {
    switch (tag >>> 3) {
      case 1 -> count = in.varint();
      case 2 -> {
        count = in.fixedDouble();
        integral = false;
      }
      case 3 -> sum = in.fixedDouble();
      case 4 -> schema = (int) in.signed();
      case 5 -> zeroThreshold = in.fixedDouble();
      case 6 -> zeroCount = in.varint();
      case 7 -> zeroCount = in.fixedDouble();
      case 8 -> negativeSpans.add(span());
      case 9 -> deltas(tag, negative);
      case 10 -> doubles(tag, negative);
      case 11 -> positiveSpans.add(span());
      case 12 -> deltas(tag, positive);
      case 13 -> doubles(tag, positive);
      case 14 -> resetHint = (int) in.varint();
      case 15 -> timestampMillis = in.varint();
      case 16 -> doubles(tag, custom);
      case 17 -> startMillis = in.varint();
      default -> in.skip(tag);
    }
  }

  private Histogram.Span span() {
    int offset = 0;
    int length = 0;
    int outer = in.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> offset = (int) in.signed();
        case 2 -> length = (int) in.varint();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    return new Histogram.Span(offset, length);
  }

  /** Integer buckets are differences to the bucket before. */
  private void deltas(int tag, Numbers into) {
    if ((tag & 7) != ProtoReader.BYTES) {
      into.add(into.last() + in.signed());
      return;
    }
    int outer = in.enter();
    while (in.hasMore()) {
      into.add(into.last() + in.signed());
    }
    in.leave(outer);
  }

  private void doubles(int tag, Numbers into) {
    if ((tag & 7) != ProtoReader.BYTES) {
      into.add(in.fixedDouble());
      return;
    }
    int outer = in.enter();
    while (in.hasMore()) {
      into.add(in.fixedDouble());
    }
    in.leave(outer);
  }

  private Histogram histogram() {
    check("negative", negativeSpans, negative);
    check("positive", positiveSpans, positive);
    Histogram.ResetHint hint = switch (resetHint) {
      case 1 -> Histogram.ResetHint.RESET;
      case 2 -> Histogram.ResetHint.NOT_RESET;
      case 3 -> Histogram.ResetHint.GAUGE;
      default -> Histogram.ResetHint.UNKNOWN;
    };
    return new Histogram(hint, schema, zeroThreshold, zeroCount, count, sum, List.copyOf(positiveSpans), positive.array(),
        List.copyOf(negativeSpans), negative.array(), custom.array(), integral);
  }

  private static void check(String side, List<Histogram.Span> spans, Numbers buckets) {
    long expected = spans.stream().mapToLong(Histogram.Span::length).sum();
    if (expected != buckets.size) {
      throw new ProtoReader.MalformedException(
          "a histogram's " + side + " spans need " + expected + " buckets, got " + buckets.size);
    }
  }

  private static final class Numbers {
    private double[] values = new double[16];
    private int size;

    void add(double value) {
      if (size == values.length) {
        values = Arrays.copyOf(values, size * 2);
      }
      values[size++] = value;
    }

    double last() {
      return size == 0 ? 0 : values[size - 1];
    }

    double[] array() {
      return Arrays.copyOf(values, size);
    }
  }
}
