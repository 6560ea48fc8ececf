package io.meshwatch.tsdb.chunk;

import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What all histograms of a chunk share, written once at its start: where the buckets lie and whether counters were reset before.
 *
 * <pre>
 * layout        = flags:byte zeroThreshold schema:varbit spans(positive) spans(negative) [custom]
 * flags         = 2 bits: 00 unknown, 10 reset, 01 no reset, 11 gauge; 6 bits zero
 * zeroThreshold = 0x00 | power of two as exponent+243 in one byte | 0xFF float64
 * spans         = number:unsignedVarbit {length:unsignedVarbit offset:varbit}
 * custom        = number:unsignedVarbit {"0" float64 | thousandths+1:unsignedVarbit}       only for schema -53
 * </pre>
 *
 * @param resetHint what is known about a reset before the chunk's first histogram
 * @param customValues upper bounds, empty unless the schema is that of custom buckets
 */
record HistogramLayout(
    ResetHint resetHint, int schema, double zeroThreshold, List<Span> positive, List<Span> negative, double[] customValues) {
  /** Most buckets or spans that a chunk is believed to have; more means that it is damaged. */
  private static final int ENTRIES_MAX = 1 << 20;
  private static final int FLAG_SHIFT = 6;
  private static final int EXPONENT_SHIFT = 243;
  private static final int EXPONENT_MIN = -242;
  private static final int EXPONENT_MAX = 11;
  private static final double THOUSANDTHS_MAX = 33_554_430;
  private static final double[] NONE = {};

  static HistogramLayout of(Histogram histogram, ResetHint resetHint) {
    if (histogram.isStale()) {
      return new HistogramLayout(resetHint, 0, 0, List.of(), List.of(), NONE);
    }
    return new HistogramLayout(
        resetHint, histogram.schema(), histogram.zeroThreshold(), histogram.positiveSpans(), histogram.negativeSpans(),
        histogram.customValues());
  }

  /** Whether the histogram's buckets are exactly those of this layout. */
  boolean fits(Histogram histogram) {
    return schema == histogram.schema()
        && Double.doubleToRawLongBits(zeroThreshold) == Double.doubleToRawLongBits(histogram.zeroThreshold())
        && positive.equals(histogram.positiveSpans())
        && negative.equals(histogram.negativeSpans())
        && Arrays.equals(customValues, histogram.customValues());
  }

  int positiveBuckets() {
    return buckets(positive);
  }

  int negativeBuckets() {
    return buckets(negative);
  }

  private static int buckets(List<Span> spans) {
    int sum = 0;
    for (Span span : spans) {
      sum += span.length();
    }
    return sum;
  }

  /** A histogram of this layout. */
  Histogram histogram(
      ResetHint hint, double zeroCount, double count, double sum, double[] positiveCounts, double[] negativeCounts, boolean integral) {
    return new Histogram(
        hint, schema, zeroThreshold, zeroCount, count, sum, positive, positiveCounts, negative, negativeCounts, customValues, integral);
  }

  void write(BitWriter out) {
    int flags =
        switch (resetHint) {
          case UNKNOWN -> 0b00;
          case RESET -> 0b10;
          case NOT_RESET -> 0b01;
          case GAUGE -> 0b11;
        };
    out.writeBits((long) flags << FLAG_SHIFT, 8);
    writeZeroThreshold(out);
    out.writeVarbit(schema);
    writeSpans(out, positive);
    writeSpans(out, negative);
    if (schema == Histogram.CUSTOM_BUCKETS_SCHEMA) {
      writeCustomValues(out);
    }
  }

  private void writeZeroThreshold(BitWriter out) {
    if (zeroThreshold == 0) {
      out.writeBits(0, 8);
      return;
    }
    // As a fraction in [0.5, 1) times a power of two; a fraction of one half means that it is a power of two itself.
    int exponent = Math.getExponent(zeroThreshold) + 1;
    boolean powerOfTwo = zeroThreshold == Math.scalb(0.5, exponent);
    if (powerOfTwo && exponent >= EXPONENT_MIN && exponent <= EXPONENT_MAX) {
      out.writeBits(exponent + EXPONENT_SHIFT, 8);
    } else {
      out.writeBits(0xFF, 8);
      out.writeDouble(zeroThreshold);
    }
  }

  private static void writeSpans(BitWriter out, List<Span> spans) {
    out.writeUnsignedVarbit(spans.size());
    for (Span span : spans) {
      out.writeUnsignedVarbit(span.length());
      out.writeVarbit(span.offset());
    }
  }

  private void writeCustomValues(BitWriter out) {
    out.writeUnsignedVarbit(customValues.length);
    for (double value : customValues) {
      double thousandths = value * 1000;
      if (thousandths >= 0 && thousandths <= THOUSANDTHS_MAX && thousandths == Math.rint(thousandths)) {
        out.writeUnsignedVarbit((long) thousandths + 1);
      } else {
        out.writeBit(false);
        out.writeDouble(value);
      }
    }
  }

  static HistogramLayout read(BitReader in) {
    ResetHint hint =
        switch ((int) in.readBits(8) >>> FLAG_SHIFT) {
          case 0b10 -> ResetHint.RESET;
          case 0b01 -> ResetHint.NOT_RESET;
          case 0b11 -> ResetHint.GAUGE;
          default -> ResetHint.UNKNOWN;
        };
    double zeroThreshold = readZeroThreshold(in);
    int schema = (int) in.readVarbit();
    List<Span> positive = readSpans(in);
    List<Span> negative = readSpans(in);
    double[] custom = schema == Histogram.CUSTOM_BUCKETS_SCHEMA ? readCustomValues(in) : NONE;
    return new HistogramLayout(hint, schema, zeroThreshold, positive, negative, custom);
  }

  private static double readZeroThreshold(BitReader in) {
    int code = (int) in.readBits(8);
    return switch (code) {
      case 0 -> 0;
      case 0xFF -> in.readDouble();
      default -> Math.scalb(0.5, code - EXPONENT_SHIFT);
    };
  }

  private static List<Span> readSpans(BitReader in) {
    int number = readNumber(in);
    List<Span> spans = new ArrayList<>(Math.min(number, 64));
    long buckets = 0;
    for (int i = 0; i < number; i++) {
      int length = readNumber(in);
      spans.add(new Span((int) in.readVarbit(), length));
      buckets += length;
    }
    if (buckets > ENTRIES_MAX) {
      throw new IndexOutOfBoundsException("histogram with " + buckets + " buckets");
    }
    return List.copyOf(spans);
  }

  private static double[] readCustomValues(BitReader in) {
    double[] values = new double[readNumber(in)];
    for (int i = 0; i < values.length; i++) {
      long thousandths = in.readUnsignedVarbit();
      values[i] = thousandths == 0 ? in.readDouble() : (thousandths - 1) / 1000.0;
    }
    return values;
  }

  private static int readNumber(BitReader in) {
    long number = in.readUnsignedVarbit();
    if (number < 0 || number > ENTRIES_MAX) {
      throw new IndexOutOfBoundsException("histogram with " + number + " entries");
    }
    return (int) number;
  }
}
