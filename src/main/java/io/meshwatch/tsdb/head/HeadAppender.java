package io.meshwatch.tsdb.head;

import io.meshwatch.model.AppendOutcome;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.wal.Records;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * One batch for the head, collected in columns. {@link #append} checks against what is committed; {@link #commit} checks again
 * under the writer lock, because other batches may have come first, and leaves out what no longer fits.
 */
final class HeadAppender implements Appender {
  private static final int FIRST_CAPACITY = 64;

  private final Head head;
  private HeadSeries[] series = new HeadSeries[FIRST_CAPACITY];
  private long[] times = new long[FIRST_CAPACITY];
  private double[] values = new double[FIRST_CAPACITY];
  private int size;
  private final List<HistogramSample> histograms = new ArrayList<>(0);
  private final List<SeriesExemplar> exemplars = new ArrayList<>(0);
  private final List<SeriesMetadata> metadata = new ArrayList<>(0);
  private boolean ended;

  private record HistogramSample(HeadSeries series, long time, Histogram value) {}

  private record SeriesExemplar(HeadSeries series, Exemplar exemplar) {}

  private record SeriesMetadata(HeadSeries series, MetricMetadata metadata) {}

  HeadAppender(Head head) {
    this.head = head;
  }

  @Override
  public SeriesHandle series(Labels labels) {
    return head.series(labels);
  }

  @Override
  public AppendOutcome append(SeriesHandle handle, long timestampMillis, double value) {
    HeadSeries live = head.resolve(handle);
    if (live == null) {
      return AppendOutcome.SERIES_LIMIT;
    }
    long last = live.lastTime();
    if (timestampMillis == last) {
      return duplicate(live.lastIs(value));
    }
    AppendOutcome outcome = outcome(timestampMillis, last, true);
    if (outcome == AppendOutcome.APPENDED) {
      if (size == times.length) {
        grow();
      }
      series[size] = live;
      times[size] = timestampMillis;
      values[size++] = value;
    }
    return outcome;
  }

  @Override
  public AppendOutcome append(SeriesHandle handle, long timestampMillis, Histogram histogram) {
    HeadSeries live = head.resolve(handle);
    if (live == null) {
      return AppendOutcome.SERIES_LIMIT;
    }
    long last = live.lastTime();
    if (timestampMillis == last) {
      return duplicate(live.lastIs(histogram));
    }
    AppendOutcome outcome = outcome(timestampMillis, last, false);
    if (outcome == AppendOutcome.APPENDED) {
      histograms.add(new HistogramSample(live, timestampMillis, histogram));
    }
    return outcome;
  }

  private AppendOutcome duplicate(boolean sameValue) {
    if (sameValue) {
      return AppendOutcome.DUPLICATE_SAME_VALUE;
    }
    head.metrics().duplicates.inc();
    return AppendOutcome.DUPLICATE_TIMESTAMP;
  }

  private AppendOutcome outcome(long time, long last, boolean mayBeLate) {
    if (head.isTooFarAhead(time)) {
      head.metrics().outOfBounds.inc();
      return AppendOutcome.OUT_OF_BOUNDS;
    }
    if (time > last && time >= head.appendableFrom()) {
      return AppendOutcome.APPENDED;
    }
    if (mayBeLate && head.isWithinWindow(time)) {
      return AppendOutcome.APPENDED;
    }
    if (mayBeLate && head.options().outOfOrderMillis() > 0) {
      head.metrics().tooOld.inc();
      return AppendOutcome.TOO_OLD;
    }
    if (time < head.appendableFrom()) {
      head.metrics().outOfBounds.inc();
      return AppendOutcome.OUT_OF_BOUNDS;
    }
    head.metrics().outOfOrder.inc();
    return AppendOutcome.OUT_OF_ORDER;
  }

  private void grow() {
    int capacity = size * 2;
    series = Arrays.copyOf(series, capacity);
    times = Arrays.copyOf(times, capacity);
    values = Arrays.copyOf(values, capacity);
  }

  @Override
  public void exemplar(SeriesHandle handle, Exemplar exemplar) {
    HeadSeries live = head.resolve(handle);
    if (live != null) {
      exemplars.add(new SeriesExemplar(live, exemplar));
    }
  }

  @Override
  public void metadata(SeriesHandle handle, MetricMetadata newMetadata) {
    HeadSeries live = head.resolve(handle);
    if (live != null && !newMetadata.equals(live.metadata())) {
      metadata.add(new SeriesMetadata(live, newMetadata));
    }
  }

  @Override
  public void commit() {
    if (ended) {
      throw new IllegalStateException("the batch has ended already");
    }
    ended = true;
    if (size == 0 && histograms.isEmpty() && exemplars.isEmpty() && metadata.isEmpty()) {
      return;
    }
    String refusal = head.refusal();
    if (refusal != null) {
      head.metrics().writesFailed.inc();
      throw new StoreUnavailableException(refusal);
    }
    head.writerLock().lock();
    try {
      reviveDropped();
      boolean[] late = findLate();
      head.writeToLog(records(late), lateRecords(late));
      markLogged();
      apply(late);
    } catch (IOException e) {
      head.metrics().writesFailed.inc();
      throw new StoreUnavailableException("The write-ahead log cannot be written (" + e.getMessage()
          + "). Samples are refused until it can; free space on the data folder's volume or make it writable.", e);
    } finally {
      head.writerLock().unlock();
    }
  }

  /** Series may have been dropped since their samples were added. */
  private void reviveDropped() {
    for (int i = 0; i < size; i++) {
      series[i] = revived(series[i]);
    }
    histograms.replaceAll(s -> s.series.isDropped() ? new HistogramSample(revived(s.series), s.time, s.value) : s);
    exemplars.replaceAll(e -> e.series.isDropped() ? new SeriesExemplar(revived(e.series), e.exemplar) : e);
    metadata.replaceAll(m -> m.series.isDropped() ? new SeriesMetadata(revived(m.series), m.metadata) : m);
  }

  private HeadSeries revived(HeadSeries dropped) {
    HeadSeries live = dropped.isDropped() ? head.resolve(dropped) : dropped;
    // If the limit keeps the series out now, its sample goes to the dropped object, which nobody reads.
    return live == null ? dropped : live;
  }

  private boolean[] findLate() {
    boolean[] late = new boolean[size];
    if (head.options().outOfOrderMillis() > 0) {
      long from = head.appendableFrom();
      for (int i = 0; i < size; i++) {
        late[i] = times[i] <= series[i].lastTime() || times[i] < from;
      }
    }
    return late;
  }

  private List<ByteWriter> records(boolean[] late) {
    List<ByteWriter> records = new ArrayList<>(4);
    addIfAny(records, newSeries());
    addIfAny(records, samples(late, false));
    for (int kind : Records.histogramKinds()) {
      addIfAny(records, histogramsOf(kind));
    }
    addIfAny(records, exemplarRecord());
    addIfAny(records, metadataRecord());
    return records;
  }

  private List<ByteWriter> lateRecords(boolean[] late) {
    List<ByteWriter> records = new ArrayList<>(1);
    addIfAny(records, samples(late, true));
    return records;
  }

  private static void addIfAny(List<ByteWriter> records, ByteWriter record) {
    if (record.size() > 0) {
      records.add(record);
    }
  }

  private ByteWriter newSeries() {
    ByteWriter out = new ByteWriter(256);
    for (int i = 0; i < size; i++) {
      addNewSeries(out, series[i]);
    }
    histograms.forEach(sample -> addNewSeries(out, sample.series));
    exemplars.forEach(exemplar -> addNewSeries(out, exemplar.series));
    metadata.forEach(known -> addNewSeries(out, known.series));
    return out;
  }

  /** A new series that has several samples in the batch is named several times, which is harmless. */
  private static void addNewSeries(ByteWriter out, HeadSeries one) {
    if (!one.isLogged()) {
      if (out.size() == 0) {
        Records.startSeries(out);
      }
      Records.addSeries(out, one.reference(), one.labels());
    }
  }

  private ByteWriter samples(boolean[] late, boolean wanted) {
    ByteWriter out = new ByteWriter(16 + 12 * size);
    int first = -1;
    for (int i = 0; i < size; i++) {
      if (late[i] == wanted) {
        if (first < 0) {
          first = i;
          Records.startSamples(out, series[i].reference(), times[i]);
        }
        Records.addSample(out, series[i].reference() - series[first].reference(), times[i] - times[first], values[i]);
      }
    }
    return out;
  }

  private ByteWriter histogramsOf(int kind) {
    ByteWriter out = new ByteWriter(histograms.isEmpty() ? 16 : 1024);
    HistogramSample first = null;
    for (HistogramSample sample : histograms) {
      if (Records.histogramKind(sample.value) == kind) {
        if (first == null) {
          first = sample;
          Records.startHistograms(out, kind, sample.series.reference(), sample.time);
        }
        Records.addHistogram(out, sample.series.reference() - first.series.reference(), sample.time - first.time, sample.value);
      }
    }
    return out;
  }

  private ByteWriter exemplarRecord() {
    ByteWriter out = new ByteWriter(exemplars.isEmpty() ? 16 : 256);
    for (SeriesExemplar entry : exemplars) {
      SeriesExemplar first = exemplars.getFirst();
      if (out.size() == 0) {
        Records.startExemplars(out, first.series.reference(), first.exemplar.timestampMillis());
      }
      Records.addExemplar(
          out, entry.series.reference() - first.series.reference(),
          entry.exemplar.timestampMillis() - first.exemplar.timestampMillis(), entry.exemplar);
    }
    return out;
  }

  private ByteWriter metadataRecord() {
    ByteWriter out = new ByteWriter(metadata.isEmpty() ? 16 : 256);
    for (SeriesMetadata entry : metadata) {
      if (out.size() == 0) {
        Records.startMetadata(out);
      }
      Records.addMetadata(out, entry.series.reference(), entry.metadata);
    }
    return out;
  }

  private void markLogged() {
    for (int i = 0; i < size; i++) {
      series[i].markLogged();
    }
    histograms.forEach(sample -> sample.series.markLogged());
    exemplars.forEach(exemplar -> exemplar.series.markLogged());
    metadata.forEach(known -> known.series.markLogged());
  }

  private void apply(boolean[] late) {
    long batch = head.startBatch();
    long range = head.options().chunkRangeMillis();
    int floats = 0;
    int lateCount = 0;
    int refused = 0;
    for (int i = 0; i < size; i++) {
      HeadSeries one = series[i];
      if (late[i]) {
        if (one.addOutOfOrder(times[i], values[i])) {
          head.sawLateSample(times[i]);
          lateCount++;
        }
      } else if (times[i] > one.lastTime()) {
        if (appendFloat(one, times[i], values[i], batch, range)) {
          head.wasCut(one);
        }
        head.sawSample(times[i]);
        floats++;
      } else {
        refused++;
      }
    }
    int histogramCount = applyHistograms(batch, range);
    exemplars.forEach(entry -> head.keepExemplar(entry.series.labels(), entry.exemplar));
    metadata.forEach(entry -> entry.series.setMetadata(entry.metadata));
    head.publish(batch);
    head.metrics().floatsAppended.inc(floats);
    head.metrics().histogramsAppended.inc(histogramCount);
    head.metrics().outOfOrderAppended.inc(lateCount);
    head.metrics().outOfOrder.inc(refused);
  }

  /** A stale marker for a series of histograms is stored as a histogram, so that it ends that series. */
  static boolean appendFloat(HeadSeries one, long time, double value, long batch, long range) {
    return (StaleMarker.is(value) && one.holdsHistograms())
        ? one.append(time, Histogram.stale(), batch, range)
        : one.append(time, value, batch, range);
  }

  private int applyHistograms(long batch, long range) {
    int count = 0;
    for (HistogramSample sample : histograms) {
      if (sample.time > sample.series.lastTime()) {
        if (sample.series.append(sample.time, sample.value, batch, range)) {
          head.wasCut(sample.series);
        }
        head.sawSample(sample.time);
        count++;
      }
    }
    return count;
  }

  @Override
  public void rollback() {
    ended = true;
  }
}
