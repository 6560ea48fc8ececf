package io.meshwatch.engine.remote;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.Names;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.tsdb.chunk.SharedTexts;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads both versions of the request into a batch.
 *
 * <pre>
 * 1.0 WriteRequest:   1 timeseries*  3 metadata*
 *     TimeSeries:     1 labels{1 name, 2 value}*  2 samples*  3 exemplars{1 labels*, 2 value, 3 timestamp}*  4 histograms*
 * 2.0 Request:        4 symbols*  5 timeseries*
 *     TimeSeries:     1 labels_refs[]  2 samples*  3 histograms*  4 exemplars{1 labels_refs[], 2 value, 3 timestamp}*
 *                     5 metadata{1 type, 3 help_ref, 4 unit_ref}  6 created_timestamp
 *     Sample:         1 value  2 timestamp  3 start_timestamp (2.0)
 * </pre>
 */
final class RequestDecoder {
  private final ProtoReader in;
  private final RemoteWriteReceiver.Batch batch;
  private final List<String> symbols = new ArrayList<>();
  private int[] references = new int[64];
  private int referenceCount;
  /** Labels of series that were not seen before. */
  private final Labels.Builder labels = Labels.builder();
  /** The texts of these labels, many of which come with each series; made when the first of them comes. */
  private @Nullable SharedTexts texts;

  RequestDecoder(ProtoReader in, RemoteWriteReceiver.Batch batch) {
    this.in = in;
    this.batch = batch;
  }

  RemoteWriteReceiver.Outcome decodeV1() {
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> {
          int outer = in.enter();
          seriesV1();
          in.leave(outer);
        }
        case 4, 5 -> throw new RemoteWriteReceiver.OtherVersionException();
        default -> in.skip(tag);
      }
    }
    return batch.outcome();
  }

  private void seriesV1() {
    int labelsFrom = in.position();
    int labelsTo = labelsFrom;
    while (in.hasMore()) {
      int before = in.position();
      int tag = in.tag();
      if (tag >>> 3 != 1) {
        in.moveTo(before);
        break;
      }
      in.skip(tag);
      labelsTo = in.position();
    }
    SeriesHandle series = batch.known(in.bytes(), labelsFrom, labelsTo);
    if (series == null) {
      series = batch.seen(labelsV1(labelsFrom, labelsTo));
    }
    // As Prometheus' receiver of 1.0 does: a series that cannot be one is left out, and the sender is not told to stop.
    while (in.hasMore()) {
      int tag = in.tag();
      if (series == null) {
        in.skip(tag);
        continue;
      }
      switch (tag >>> 3) {
        case 2 -> sample(series, 0);
        case 3 -> exemplarV1(series);
        case 4 -> histogram(series, 0);
        default -> in.skip(tag);
      }
    }
  }

  private Labels labelsV1(int from, int to) {
    int after = in.position();
    in.moveTo(from);
    labels.reset(Labels.EMPTY);
    while (in.position() < to) {
      in.tag();
      int outer = in.enter();
      labelV1(labels);
      in.leave(outer);
    }
    in.moveTo(after);
    return labels.build();
  }

  private void labelV1(Labels.Builder into) {
    SharedTexts known = texts == null ? new SharedTexts() : texts;
    texts = known;
    String name = "";
    String value = "";
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> name = in.text(known);
        case 2 -> value = in.text(known);
        default -> in.skip(tag);
      }
    }
    into.set(name, value);
  }

  /** With the start of its series in case it does not say its own; 0 = unknown. */
  private void sample(SeriesHandle series, long seriesStart) {
    double value = 0;
    long timestamp = 0;
    long start = seriesStart;
    int outer = in.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> value = in.fixedDouble();
        case 2 -> timestamp = in.varint();
        case 3 -> start = in.varint();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    batch.start(series, start, timestamp, null);
    batch.sample(series, timestamp, value);
  }

  private void exemplarV1(SeriesHandle series) {
    labels.reset(Labels.EMPTY);
    double value = 0;
    long timestamp = 0;
    int outer = in.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> {
          int nested = in.enter();
          labelV1(labels);
          in.leave(nested);
        }
        case 2 -> value = in.fixedDouble();
        case 3 -> timestamp = in.varint();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    exemplar(series, new Exemplar(labels.build(), value, timestamp));
  }

  private void exemplar(SeriesHandle series, Exemplar exemplar) {
    batch.appender().exemplar(series, exemplar);
    batch.countExemplar();
  }

  private void histogram(SeriesHandle series, long seriesStart) {
    int outer = in.enter();
    HistogramDecoder.Decoded decoded = HistogramDecoder.decode(in);
    in.leave(outer);
    long start = decoded.startMillis() == 0 ? seriesStart : decoded.startMillis();
    batch.start(series, start, decoded.timestampMillis(), decoded.histogram());
    batch.histogram(series, decoded.timestampMillis(), decoded.histogram());
  }

  RemoteWriteReceiver.Outcome decodeV2() {
    // Symbols stand before the series that use them in every known sender, but the encoding does not promise it.
    readSymbols();
    in.moveTo(0);
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> 3 == 5) {
        int outer = in.enter();
        seriesV2();
        in.leave(outer);
      } else {
        in.skip(tag);
      }
    }
    return batch.outcome();
  }

  private void readSymbols() {
    while (in.hasMore()) {
      int tag = in.tag();
      if (tag >>> 3 == 4) {
        symbols.add(in.text());
      } else {
        in.skip(tag);
      }
    }
  }

  private void seriesV2() {
    int begin = in.position();
    // Drafts of 2.0 said the start once for the series.
    long start = 0;
    referenceCount = 0;
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> references(tag);
        case 6 -> start = in.varint();
        default -> in.skip(tag);
      }
    }
    Labels labels = labelsV2();
    String mistake = mistake(labels);
    if (!mistake.isEmpty()) {
      batch.refuse(mistake + ": " + labels);
      return;
    }
    SeriesHandle series = batch.series(labels);
    in.moveTo(begin);
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 2 -> sample(series, start);
        case 3 -> histogram(series, start);
        case 4 -> exemplarV2(series);
        case 5 -> metadata(series);
        default -> in.skip(tag);
      }
    }
  }

  /** What keeps the labels that were read last from being those of a series; empty if nothing does. */
  private String mistake(Labels labels) {
    if (labels.metricName().isEmpty()) {
      return "a series has no metric name";
    }
    for (int i = 0; i + 2 < referenceCount; i += 2) {
      for (int j = i + 2; j < referenceCount; j += 2) {
        if (symbol(references[i]).equals(symbol(references[j]))) {
          return "a series has the label " + Names.quote(symbol(references[i])) + " twice";
        }
      }
    }
    return "";
  }

  private void references(int tag) {
    if ((tag & 7) == ProtoReader.VARINT) {
      addReference((int) in.varint());
      return;
    }
    int outer = in.enter();
    while (in.hasMore()) {
      addReference((int) in.varint());
    }
    in.leave(outer);
  }

  private void addReference(int reference) {
    if (referenceCount == references.length) {
      references = java.util.Arrays.copyOf(references, referenceCount * 2);
    }
    references[referenceCount++] = reference;
  }

  private Labels labelsV2() {
    if (referenceCount % 2 != 0) {
      throw new ProtoReader.MalformedException("a series has " + referenceCount + " label references, expected pairs");
    }
    labels.reset(Labels.EMPTY);
    for (int i = 0; i < referenceCount; i += 2) {
      labels.set(symbol(references[i]), symbol(references[i + 1]));
    }
    return labels.build();
  }

  private String symbol(int reference) {
    if (reference < 0 || reference >= symbols.size()) {
      throw new ProtoReader.MalformedException("reference to symbol " + reference + ", there are " + symbols.size());
    }
    return symbols.get(reference);
  }

  private void exemplarV2(SeriesHandle series) {
    double value = 0;
    long timestamp = 0;
    referenceCount = 0;
    int outer = in.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> references(tag);
        case 2 -> value = in.fixedDouble();
        case 3 -> timestamp = in.varint();
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    exemplar(series, new Exemplar(labelsV2(), value, timestamp));
  }

  private void metadata(SeriesHandle series) {
    MetricMetadata.Type type = MetricMetadata.Type.UNKNOWN;
    String help = "";
    String unit = "";
    int outer = in.enter();
    while (in.hasMore()) {
      int tag = in.tag();
      switch (tag >>> 3) {
        case 1 -> type = type((int) in.varint());
        case 3 -> help = symbol((int) in.varint());
        case 4 -> unit = symbol((int) in.varint());
        default -> in.skip(tag);
      }
    }
    in.leave(outer);
    batch.appender().metadata(series, new MetricMetadata(type, unit, help));
  }

  private static MetricMetadata.Type type(int number) {
    return switch (number) {
      case 1 -> MetricMetadata.Type.COUNTER;
      case 2 -> MetricMetadata.Type.GAUGE;
      case 3 -> MetricMetadata.Type.HISTOGRAM;
      case 4 -> MetricMetadata.Type.GAUGE_HISTOGRAM;
      case 5 -> MetricMetadata.Type.SUMMARY;
      case 6 -> MetricMetadata.Type.INFO;
      case 7 -> MetricMetadata.Type.STATE_SET;
      default -> MetricMetadata.Type.UNKNOWN;
    };
  }
}
