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
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One batch for the head, collected in columns. {@link #append} checks against what is committed; {@link #commit} checks again
 * under the writer lock, because other batches may have come first, and leaves out what no longer fits.
 */
final class HeadAppender implements Appender {
  /** What {@link #findLate} gives where nothing may be late. */
  private static final boolean[] NONE_LATE = {};

  private final Head head;
  private final long newestAllowed;
  private final SampleColumns samples;
  private final List<HistogramSample> histograms = new ArrayList<>(0);
  private final List<SeriesExemplar> exemplars = new ArrayList<>(0);
  private final List<SeriesMetadata> metadata = new ArrayList<>(0);
  /** The handle that came last and its series: senders put all samples of a series together. */
  private @Nullable SeriesHandle lastHandle;
  private @Nullable HeadSeries lastSeries;
  /** Series whose first record is in this batch. */
  private final List<HeadSeries> newlyLogged = new ArrayList<>(0);
  private boolean ended;

  private record HistogramSample(HeadSeries series, long time, Histogram value, boolean late) {}

  private record SeriesExemplar(HeadSeries series, Exemplar exemplar) {}

  private record SeriesMetadata(HeadSeries series, MetricMetadata metadata) {}

  HeadAppender(Head head) {
    this.head = head;
    this.newestAllowed = head.newestAllowed();
    this.samples = head.buffers().borrowColumns();
  }

  @Override
  public SeriesHandle series(Labels labels) {
    return head.series(labels);
  }

  @Override
  public AppendOutcome append(SeriesHandle handle, long timestampMillis, double value) {
    HeadSeries live = live(handle);
    if (live == null) {
      return AppendOutcome.SERIES_LIMIT;
    }
    long last = live.lastTime();
    if (timestampMillis == last) {
      return duplicate(live.lastIs(value));
    }
    AppendOutcome outcome = outcome(timestampMillis, last);
    if (outcome == AppendOutcome.APPENDED) {
      samples.add(live, timestampMillis, value);
    }
    return outcome;
  }

  @SuppressWarnings("ReferenceEquality") // Another handle of the same series is only looked up again.
  private @Nullable HeadSeries live(SeriesHandle handle) {
    if (handle != lastHandle) {
      lastSeries = head.resolve(handle);
      lastHandle = handle;
    }
    return lastSeries;
  }

  @Override
  public AppendOutcome append(SeriesHandle handle, long timestampMillis, Histogram histogram) {
    HeadSeries live = live(handle);
    if (live == null) {
      return AppendOutcome.SERIES_LIMIT;
    }
    long last = live.lastTime();
    if (timestampMillis == last) {
      return duplicate(live.lastIs(histogram));
    }
    AppendOutcome outcome = outcome(timestampMillis, last);
    if (outcome == AppendOutcome.APPENDED) {
      histograms.add(new HistogramSample(live, timestampMillis, histogram, false));
    }
    return outcome;
  }

  @Override
  public void appendStart(SeriesHandle handle, long startMillis, @Nullable Histogram like) {
    HeadSeries live = live(handle);
    boolean fits = live != null && startMillis > live.lastTime() && startMillis >= head.appendableFrom() && startMillis <= newestAllowed;
    if (live != null && fits) {
      if (like == null) {
        samples.add(live, startMillis, 0);
      } else {
        histograms.add(new HistogramSample(live, startMillis, like.zero(), false));
      }
    }
  }

  private AppendOutcome duplicate(boolean sameValue) {
    if (sameValue) {
      return AppendOutcome.DUPLICATE_SAME_VALUE;
    }
    head.metrics().duplicates.inc();
    return AppendOutcome.DUPLICATE_TIMESTAMP;
  }

  private AppendOutcome outcome(long time, long last) {
    if (time > newestAllowed) {
      head.metrics().outOfBounds.inc();
      return AppendOutcome.OUT_OF_BOUNDS;
    }
    if (time > last && time >= head.appendableFrom()) {
      return AppendOutcome.APPENDED;
    }
    if (head.isWithinWindow(time)) {
      return AppendOutcome.APPENDED;
    }
    if (head.options().outOfOrderMillis() > 0) {
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
    try {
      if (samples.size() > 0 || !histograms.isEmpty() || !exemplars.isEmpty() || !metadata.isEmpty()) {
        commitWhatThereIs();
      }
    } finally {
      head.buffers().returnColumns(samples);
    }
  }

  private void commitWhatThereIs() {
    String refusal = head.refusal();
    if (refusal != null) {
      head.metrics().writesFailed.inc();
      throw new StoreUnavailableException(refusal);
    }
    long start = head.nowNanos();
    head.writerLock().lock();
    try {
      reviveDropped();
      boolean[] late = findLate();
      head.writeToLog(records(late), lateRecords(late), newestTime());
      head.batchWasWritten();
      apply(late);
      head.observeCommit(start);
    } catch (IOException e) {
      newlyLogged.forEach(HeadSeries::wasNotLogged);
      String reason = "The write-ahead log cannot be written (" + e.getMessage()
          + "). Samples are refused until it can; free space on the data folder's volume or make it writable.";
      head.batchFailed(reason);
      throw new StoreUnavailableException(reason, e);
    } finally {
      head.writerLock().unlock();
    }
  }

  /** Series may have been dropped since their samples were added. */
  private void reviveDropped() {
    for (int i = 0; i < samples.size(); i++) {
      if (samples.series(i).isDropped()) {
        samples.setSeries(i, revived(samples.series(i)));
      }
    }
    histograms.replaceAll(s -> s.series.isDropped() ? new HistogramSample(revived(s.series), s.time, s.value, false) : s);
    exemplars.replaceAll(e -> e.series.isDropped() ? new SeriesExemplar(revived(e.series), e.exemplar) : e);
    metadata.replaceAll(m -> m.series.isDropped() ? new SeriesMetadata(revived(m.series), m.metadata) : m);
  }

  private HeadSeries revived(HeadSeries dropped) {
    HeadSeries live = dropped.isDropped() ? head.resolve(dropped) : dropped;
    // If the limit keeps the series out now, its sample goes to the dropped object, which nobody reads.
    return live == null ? dropped : live;
  }

  private boolean[] findLate() {
    if (head.options().outOfOrderMillis() == 0) {
      return NONE_LATE;
    }
    histograms.replaceAll(s -> new HistogramSample(s.series, s.time, s.value, isLate(s)));
    boolean[] late = new boolean[samples.size()];
    long from = head.appendableFrom();
    for (int i = 0; i < late.length; i++) {
      late[i] = samples.time(i) <= samples.series(i).lastTime() || samples.time(i) < from;
    }
    return late;
  }

  private static boolean isLate(boolean[] late, int index) {
    return late.length > 0 && late[index];
  }

  private boolean isLate(HistogramSample sample) {
    return head.options().outOfOrderMillis() > 0
        && (sample.time <= sample.series.lastTime() || sample.time < head.appendableFrom());
  }

  private long newestTime() {
    long newest = Long.MIN_VALUE;
    for (int i = 0; i < samples.size(); i++) {
      newest = Math.max(newest, samples.time(i));
    }
    for (HistogramSample sample : histograms) {
      newest = Math.max(newest, sample.time);
    }
    return newest;
  }

  private List<ByteWriter> records(boolean[] late) {
    List<ByteWriter> records = new ArrayList<>(4);
    addIfAny(records, newSeries());
    addIfAny(records, samples(late, false));
    for (int kind : Records.histogramKinds()) {
      addIfAny(records, histogramsOf(kind, false));
    }
    addIfAny(records, exemplarRecord());
    addIfAny(records, metadataRecord());
    return records;
  }

  private List<ByteWriter> lateRecords(boolean[] late) {
    List<ByteWriter> records = new ArrayList<>(1);
    addIfAny(records, samples(late, true));
    for (int kind : Records.histogramKinds()) {
      addIfAny(records, histogramsOf(kind, true));
    }
    return records;
  }

  private static void addIfAny(List<ByteWriter> records, ByteWriter record) {
    if (record.size() > 0) {
      records.add(record);
    }
  }

  private ByteWriter newSeries() {
    ByteWriter out = head.buffers().record(0);
    for (int i = 0; i < samples.size(); i++) {
      addNewSeries(out, samples.series(i));
    }
    histograms.forEach(sample -> addNewSeries(out, sample.series));
    exemplars.forEach(exemplar -> addNewSeries(out, exemplar.series));
    metadata.forEach(known -> addNewSeries(out, known.series));
    return out;
  }

  private void addNewSeries(ByteWriter out, HeadSeries one) {
    if (!one.isLogged()) {
      if (out.size() == 0) {
        Records.startSeries(out);
      }
      Records.addSeries(out, one.reference(), one.labels());
      one.markLogged();
      newlyLogged.add(one);
    }
  }

  private ByteWriter samples(boolean[] late, boolean wanted) {
    ByteWriter out = head.buffers().record(wanted ? 2 : 1);
    long firstReference = 0;
    long firstTime = 0;
    for (int i = 0; i < samples.size(); i++) {
      if (isLate(late, i) == wanted) {
        long reference = samples.series(i).reference();
        long time = samples.time(i);
        if (out.size() == 0) {
          firstReference = reference;
          firstTime = time;
          Records.startSamples(out, reference, time);
        }
        Records.addSample(out, reference - firstReference, time - firstTime, samples.value(i));
      }
    }
    return out;
  }

  private ByteWriter histogramsOf(int kind, boolean late) {
    ByteWriter out = new ByteWriter(histograms.isEmpty() ? 16 : 1024);
    HistogramSample first = null;
    for (HistogramSample sample : histograms) {
      if (Records.histogramKind(sample.value) == kind && sample.late == late) {
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

  private void apply(boolean[] late) {
    long batch = head.startBatch();
    long range = head.options().chunkRangeMillis();
    int floats = 0;
    int lateCount = 0;
    int refused = 0;
    long bytesGrown = 0;
    for (int i = 0; i < samples.size(); i++) {
      HeadSeries one = samples.series(i);
      long time = samples.time(i);
      if (isLate(late, i)) {
        if (one.addOutOfOrder(time, samples.value(i))) {
          head.sawLateSample(time);
          lateCount++;
        }
      } else if (time > one.lastTime()) {
        bytesGrown -= one.chunkBytes();
        if (appendFloat(one, time, samples.value(i), batch, range)) {
          head.wasCut(one);
        }
        bytesGrown += one.chunkBytes();
        head.sawSample(time);
        floats++;
      } else {
        refused++;
      }
    }
    head.chunksGrew(bytesGrown);
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
      if (sample.late) {
        if (sample.series.addOutOfOrder(sample.time, sample.value)) {
          head.sawLateSample(sample.time);
          head.metrics().outOfOrderAppended.inc();
        }
      } else if (sample.time > sample.series.lastTime()) {
        long bytesBefore = sample.series.chunkBytes();
        if (sample.series.append(sample.time, sample.value, batch, range)) {
          head.wasCut(sample.series);
        }
        head.chunksGrew(sample.series.chunkBytes() - bytesBefore);
        head.sawSample(sample.time);
        count++;
      }
    }
    return count;
  }

  @Override
  public void rollback() {
    if (!ended) {
      ended = true;
      head.buffers().returnColumns(samples);
    }
  }
}
