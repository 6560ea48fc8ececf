package io.meshwatch.tsdb.wal;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Histogram.ResetHint;
import io.meshwatch.model.Histogram.Span;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.SharedTexts;
import java.util.ArrayList;
import java.util.List;
import java.util.function.LongPredicate;

/**
 * What a record of the log says. Reading is confined to one thread. The first byte is its kind; numbers of eight bytes are big-endian.
 *
 * <pre>
 * series      = 1 {reference:uint64 labels}
 * samples     = 2 [reference:uint64 time:int64 {referenceDelta:varint timeDelta:varint value:float64}]
 * tombstones  = 3 {reference:uint64 from:varint to:varint}
 * exemplars   = 4 [reference:uint64 time:int64 {referenceDelta:varint timeDelta:varint value:float64 labels}]
 * head chunks = 5 {reference:uint64 chunk:uint64}
 * metadata    = 6 {reference:uvarint type:byte fields:uvarint {name:text value:text}}
 * histograms  = 7 [reference:uint64 time:int64 {referenceDelta:varint timeDelta:varint histogram}]      integer
 *             | 8 …                                                                                     float
 *             | 9 … | 10 …                                                                              with custom buckets
 * histogram   = hint:byte schema:varint zeroThreshold:float64 zeroCount count sum:float64 spans spans buckets buckets [custom]
 * spans       = number:uvarint {offset:varint length:uvarint}
 * buckets     = number:uvarint {bucket}          integer: varint difference to the bucket before; float: float64
 * custom      = number:uvarint {bound:float64}
 * labels      = number:uvarint {name:text value:text}
 * text        = length:uvarint UTF-8
 * </pre>
 *
 * Deltas are relative to the pair at the start of the record.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/wal.md">WAL disk format</a>
 */
public final class Records {
  static final int SERIES = 1;
  static final int SAMPLES = 2;
  static final int TOMBSTONES = 3;
  static final int EXEMPLARS = 4;
  static final int HEAD_CHUNKS = 5;
  static final int METADATA = 6;
  static final int HISTOGRAMS = 7;
  static final int FLOAT_HISTOGRAMS = 8;
  static final int CUSTOM_HISTOGRAMS = 9;
  static final int CUSTOM_FLOAT_HISTOGRAMS = 10;
  private static final int[] ALL_HISTOGRAMS = {HISTOGRAMS, FLOAT_HISTOGRAMS, CUSTOM_HISTOGRAMS, CUSTOM_FLOAT_HISTOGRAMS};
  private static final int ENTRIES_MAX = 1 << 20;
  private static final String UNIT = "UNIT";
  private static final String HELP = "HELP";
  /** The order of the hint byte on disk. */
  private static final ResetHint[] RESET_HINTS = {ResetHint.UNKNOWN, ResetHint.RESET, ResetHint.NOT_RESET, ResetHint.GAUGE};
  /** The order of the type byte on disk. */
  private static final MetricMetadata.Type[] TYPES = {
    MetricMetadata.Type.UNKNOWN, MetricMetadata.Type.COUNTER, MetricMetadata.Type.GAUGE,
    MetricMetadata.Type.HISTOGRAM, MetricMetadata.Type.GAUGE_HISTOGRAM, MetricMetadata.Type.SUMMARY, MetricMetadata.Type.INFO, MetricMetadata.Type.STATE_SET,
  };

  /** Names and values of labels, which are the same in many series. */
  private final SharedTexts texts = new SharedTexts();
  /** Names and values of the labels that were read last: series that follow one another mostly differ in one or two. */
  private String[] lastPairs = {};

  /**
   * Tells the sink what a record says. Kinds that are not known are skipped.
   *
   * @return how many samples it has
   * @throws IndexOutOfBoundsException if the record ends too early or has impossible numbers
   */
  public int read(ByteReader in, RecordSink sink) {
    int kind = in.readByte();
    switch (kind) {
      case SERIES -> readSeries(in, sink);
      case SAMPLES -> {
        return readSamples(in, sink);
      }
      case TOMBSTONES -> readTombstones(in, sink);
      case EXEMPLARS -> readExemplars(in, sink);
      case HEAD_CHUNKS -> readHeadChunks(in, sink);
      case METADATA -> readMetadata(in, sink);
      case HISTOGRAMS, FLOAT_HISTOGRAMS, CUSTOM_HISTOGRAMS, CUSTOM_FLOAT_HISTOGRAMS -> {
        return readHistograms(in, kind, sink);
      }
      default -> {
        // Written by a later version; what it says cannot be known, and the records around it are fine.
      }
    }
    return 0;
  }

  private void readSeries(ByteReader in, RecordSink sink) {
    while (in.remaining() > 0) {
      long reference = in.readLong();
      sink.series(reference, readLabels(in));
    }
  }

  /** Whether a record is one of series. */
  static boolean isSeries(ByteReader in) {
    return in.remaining() > 0 && in.peekByte() == SERIES;
  }

  /** Copies the series of a record that pass; their labels stay bytes. */
  static void copySeries(ByteReader in, LongPredicate passes, ByteWriter into) {
    in.readByte();
    while (in.remaining() > 0) {
      int start = in.position();
      long reference = in.readLong();
      int texts = 2 * in.readCount(ENTRIES_MAX);
      for (int i = 0; i < texts; i++) {
        in.skip(in.readCount(in.remaining()));
      }
      if (passes.test(reference)) {
        if (into.size() == 0) {
          startSeries(into);
        }
        into.put(in, start, in.position() - start);
      }
    }
  }

  /** Labels as all records have them. */
  public Labels readLabels(ByteReader in) {
    int number = in.readCount(ENTRIES_MAX);
    String[] pairs = new String[2 * number];
    boolean sorted = true;
    for (int i = 0; i < pairs.length; i += 2) {
      boolean hasGuess = i < lastPairs.length;
      pairs[i] = in.readText(texts, hasGuess ? lastPairs[i] : "");
      pairs[i + 1] = in.readText(texts, hasGuess ? lastPairs[i + 1] : "");
      sorted &= !pairs[i + 1].isEmpty() && (i == 0 || Labels.compareText(pairs[i - 2], pairs[i]) < 0);
    }
    lastPairs = pairs;
    return sorted ? Labels.ofSorted(pairs) : Labels.of(pairs);
  }

  private static int readSamples(ByteReader in, RecordSink sink) {
    if (in.remaining() == 0) {
      return 0;
    }
    long reference = in.readLong();
    long time = in.readLong();
    int count = 0;
    while (in.remaining() > 0) {
      long sampleReference = reference + in.readVarint();
      long sampleTime = time + in.readVarint();
      sink.sample(sampleReference, sampleTime, in.readDouble());
      count++;
    }
    return count;
  }

  private static void readTombstones(ByteReader in, RecordSink sink) {
    while (in.remaining() > 0) {
      long reference = in.readLong();
      long from = in.readVarint();
      sink.tombstone(reference, from, in.readVarint());
    }
  }

  /** The entries of a record of exemplars. */
  public void readExemplars(ByteReader in, RecordSink sink) {
    if (in.remaining() == 0) {
      return;
    }
    long reference = in.readLong();
    long time = in.readLong();
    while (in.remaining() > 0) {
      long exemplarReference = reference + in.readVarint();
      long exemplarTime = time + in.readVarint();
      double value = in.readDouble();
      sink.exemplar(exemplarReference, new Exemplar(readLabels(in), value, exemplarTime));
    }
  }

  private static void readHeadChunks(ByteReader in, RecordSink sink) {
    while (in.remaining() > 0) {
      long reference = in.readLong();
      sink.headChunk(reference, in.readLong());
    }
  }

  private static void readMetadata(ByteReader in, RecordSink sink) {
    while (in.remaining() > 0) {
      long reference = in.readUvarint();
      int type = in.readByte();
      String unit = "";
      String help = "";
      int fields = in.readCount(ENTRIES_MAX);
      for (int i = 0; i < fields; i++) {
        String name = in.readText();
        String value = in.readText();
        unit = name.equals(UNIT) ? value : unit;
        help = name.equals(HELP) ? value : help;
      }
      sink.metadata(reference, new MetricMetadata(type < TYPES.length ? TYPES[type] : MetricMetadata.Type.UNKNOWN, unit, help));
    }
  }

  private static int readHistograms(ByteReader in, int kind, RecordSink sink) {
    if (in.remaining() == 0) {
      return 0;
    }
    boolean integral = kind == HISTOGRAMS || kind == CUSTOM_HISTOGRAMS;
    boolean custom = kind == CUSTOM_HISTOGRAMS || kind == CUSTOM_FLOAT_HISTOGRAMS;
    long reference = in.readLong();
    long time = in.readLong();
    int count = 0;
    while (in.remaining() > 0) {
      long sampleReference = reference + in.readVarint();
      long sampleTime = time + in.readVarint();
      sink.histogram(sampleReference, sampleTime, readHistogram(in, integral, custom));
      count++;
    }
    return count;
  }

  private static Histogram readHistogram(ByteReader in, boolean integral, boolean custom) {
    int hint = in.readByte();
    int schema = (int) in.readVarint();
    double zeroThreshold = in.readDouble();
    double zeroCount = integral ? in.readUvarint() : in.readDouble();
    double count = integral ? in.readUvarint() : in.readDouble();
    double sum = in.readDouble();
    List<Span> positiveSpans = readSpans(in);
    List<Span> negativeSpans = readSpans(in);
    double[] positive = readBuckets(in, integral);
    double[] negative = readBuckets(in, integral);
    double[] bounds = new double[custom ? in.readCount(ENTRIES_MAX) : 0];
    for (int i = 0; i < bounds.length; i++) {
      bounds[i] = in.readDouble();
    }
    ResetHint resetHint = hint < RESET_HINTS.length ? RESET_HINTS[hint] : ResetHint.UNKNOWN;
    return new Histogram(
        resetHint, schema, zeroThreshold, zeroCount, count, sum, positiveSpans, positive, negativeSpans, negative, bounds, integral);
  }

  private static List<Span> readSpans(ByteReader in) {
    int number = in.readCount(ENTRIES_MAX);
    List<Span> spans = new ArrayList<>(Math.min(number, 64));
    for (int i = 0; i < number; i++) {
      int offset = (int) in.readVarint();
      spans.add(new Span(offset, in.readCount(ENTRIES_MAX)));
    }
    return List.copyOf(spans);
  }

  private static double[] readBuckets(ByteReader in, boolean integral) {
    double[] buckets = new double[in.readCount(Math.min(ENTRIES_MAX, in.remaining()))];
    long running = 0;
    for (int i = 0; i < buckets.length; i++) {
      if (integral) {
        running += in.readVarint();
        buckets[i] = running;
      } else {
        buckets[i] = in.readDouble();
      }
    }
    return buckets;
  }

  // Writing. Each kind has a start, then one call for each entry; a record without entries is not to be logged.

  public static void startSeries(ByteWriter out) {
    out.putByte(SERIES);
  }

  public static void addSeries(ByteWriter out, long reference, Labels labels) {
    out.putLong(reference);
    putLabels(out, labels);
  }

  private static void putLabels(ByteWriter out, Labels labels) {
    out.putUvarint(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      out.putText(labels.name(i)).putText(labels.value(i));
    }
  }

  /** Starts a record of samples with the pair that the entries are relative to. */
  public static void startSamples(ByteWriter out, long firstReference, long firstTime) {
    out.putByte(SAMPLES).putLong(firstReference).putLong(firstTime);
  }

  public static void addSample(ByteWriter out, long referenceDelta, long timeDelta, double value) {
    out.putVarintsAndDouble(referenceDelta, timeDelta, value);
  }

  public static void startTombstones(ByteWriter out) {
    out.putByte(TOMBSTONES);
  }

  public static void addTombstone(ByteWriter out, long reference, long fromMillis, long toMillis) {
    out.putLong(reference).putVarint(fromMillis).putVarint(toMillis);
  }

  public static void startExemplars(ByteWriter out, long firstReference, long firstTime) {
    out.putByte(EXEMPLARS).putLong(firstReference).putLong(firstTime);
  }

  public static void addExemplar(ByteWriter out, long referenceDelta, long timeDelta, Exemplar exemplar) {
    out.putVarint(referenceDelta).putVarint(timeDelta).putDouble(exemplar.value());
    putLabels(out, exemplar.labels());
  }

  public static void startHeadChunks(ByteWriter out) {
    out.putByte(HEAD_CHUNKS);
  }

  public static void addHeadChunk(ByteWriter out, long reference, long chunkReference) {
    out.putLong(reference).putLong(chunkReference);
  }

  public static void startMetadata(ByteWriter out) {
    out.putByte(METADATA);
  }

  public static void addMetadata(ByteWriter out, long reference, MetricMetadata metadata) {
    int type = 0;
    while (TYPES[type] != metadata.type()) {
      type++;
    }
    out.putUvarint(reference).putByte(type).putUvarint(2);
    out.putText(UNIT).putText(metadata.unit()).putText(HELP).putText(metadata.help());
  }

  /** Starts a record of histograms that are all of the first one's kind, see {@link #histogramKind}. */
  public static void startHistograms(ByteWriter out, int kind, long firstReference, long firstTime) {
    out.putByte(kind).putLong(firstReference).putLong(firstTime);
  }

  /** The kinds of records that hold histograms. */
  public static int[] histogramKinds() {
    return ALL_HISTOGRAMS.clone();
  }

  /** The kind of record that a histogram goes into. */
  public static int histogramKind(Histogram histogram) {
    if (histogram.hasCustomBuckets()) {
      return histogram.integral() ? CUSTOM_HISTOGRAMS : CUSTOM_FLOAT_HISTOGRAMS;
    }
    return histogram.integral() ? HISTOGRAMS : FLOAT_HISTOGRAMS;
  }

  public static void addHistogram(ByteWriter out, long referenceDelta, long timeDelta, Histogram histogram) {
    out.putVarint(referenceDelta).putVarint(timeDelta);
    putHistogram(out, histogram);
  }

  /** A histogram as its record has it, without reference and time. */
  public static void putHistogram(ByteWriter out, Histogram histogram) {
    out.putByte(List.of(RESET_HINTS).indexOf(histogram.resetHint()));
    out.putVarint(histogram.schema()).putDouble(histogram.zeroThreshold());
    if (histogram.integral()) {
      out.putUvarint((long) histogram.zeroCount()).putUvarint((long) histogram.count());
    } else {
      out.putDouble(histogram.zeroCount()).putDouble(histogram.count());
    }
    out.putDouble(histogram.sum());
    putSpans(out, histogram.positiveSpans());
    putSpans(out, histogram.negativeSpans());
    putBuckets(out, histogram.positiveBuckets(), histogram.integral());
    putBuckets(out, histogram.negativeBuckets(), histogram.integral());
    if (histogram.hasCustomBuckets()) {
      out.putUvarint(histogram.customValues().length);
      for (double bound : histogram.customValues()) {
        out.putDouble(bound);
      }
    }
  }

  private static void putSpans(ByteWriter out, List<Span> spans) {
    out.putUvarint(spans.size());
    for (Span span : spans) {
      out.putVarint(span.offset()).putUvarint(span.length());
    }
  }

  private static void putBuckets(ByteWriter out, double[] buckets, boolean integral) {
    out.putUvarint(buckets.length);
    long before = 0;
    for (double bucket : buckets) {
      if (integral) {
        out.putVarint((long) bucket - before);
        before = (long) bucket;
      } else {
        out.putDouble(bucket);
      }
    }
  }
}
