package io.meshwatch.tsdb.wal;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.IntPredicate;
import java.util.function.LongPredicate;

/**
 * Shortens the log: what is still needed of the old segments, and of the checkpoint before, is written into a new checkpoint,
 * which is a folder with a log of its own; then they are deleted. If it fails half-way, the old ones are still there.
 */
public final class Checkpoint {
  /** Records are written when they have grown to so many bytes. */
  private static final int RECORD_BYTES = 256 * 1024;
  private static final String UNFINISHED = ".tmp";

  private Checkpoint() {}

  /**
   * Writes the checkpoint that stands for all segments up to one, and deletes them.
   *
   * @param keepsSeries whether the record of a series is still needed
   * @param fromMillis samples and deletions before this time are left out
   * @param isOld whether all samples of a segment are known to be older than that
   */
  public static void create(
      Disk disk, Path directory, int upToSegment, Compression compression, LongPredicate keepsSeries, long fromMillis, IntPredicate isOld)
      throws IOException {
    Path temporary = directory.resolve(LogFormat.checkpointName(upToSegment) + UNFINISHED);
    Path target = directory.resolve(LogFormat.checkpointName(upToSegment));
    disk.delete(temporary);
    List<Integer> earlier = LogFormat.checkpoints(disk, directory);
    try (LogWriter out = LogWriter.open(disk, temporary, compression, LogFormat.SEGMENT_BYTES, false)) {
      Filter filter = new Filter(out, keepsSeries, fromMillis);
      int after = -1;
      if (!earlier.isEmpty()) {
        after = earlier.getLast();
        copy(disk, directory.resolve(LogFormat.checkpointName(after)), Integer.MAX_VALUE, -1, segment -> false, filter);
      }
      copy(disk, directory, upToSegment, after, isOld, filter);
      filter.finish();
    } catch (UncheckedIOException e) {
      throw e.getCause();
    }
    disk.forceDirectory(temporary);
    disk.delete(target);
    disk.rename(temporary, target);
    disk.forceDirectory(directory);
    for (int segment : LogFormat.segments(disk, directory)) {
      if (segment <= upToSegment) {
        disk.delete(directory.resolve(LogFormat.segmentName(segment)));
      }
    }
    for (int checkpoint : earlier) {
      if (checkpoint < upToSegment) {
        disk.delete(directory.resolve(LogFormat.checkpointName(checkpoint)));
      }
    }
    disk.forceDirectory(directory);
  }

  /** Deletes what an interrupted attempt left. */
  public static void deleteUnfinished(Disk disk, Path directory) throws IOException {
    for (String name : disk.list(directory)) {
      if (name.endsWith(UNFINISHED)) {
        disk.delete(directory.resolve(name));
      }
    }
  }

  private static void copy(Disk disk, Path directory, int upTo, int after, IntPredicate isOld, Filter filter) throws IOException {
    Records records = new Records();
    for (int segment : LogFormat.segments(disk, directory)) {
      if (segment > upTo || segment <= after) {
        continue;
      }
      try (SegmentReader reader = new SegmentReader(disk, directory.resolve(LogFormat.segmentName(segment)))) {
        if (isOld.test(segment)) {
          reader.passOverSamples();
        }
        while (reader.next() || reader.damage() != null) {
          if (reader.damage() != null) {
            // Damage was mended and reported when the log was opened; what is found now came later and costs what it covers.
            reader.skipDamage();
          } else {
            filter.pass(reader.record(), records);
          }
        }
      }
    }
  }

  /** Passes on what is still needed. */
  private static final class Filter implements RecordSink {
    private final LogWriter out;
    private final LongPredicate keepsSeries;
    private final long fromMillis;
    private final ByteWriter series = new ByteWriter(RECORD_BYTES);
    private final ByteWriter samples = new ByteWriter(RECORD_BYTES);
    private final ByteWriter tombstones = new ByteWriter(64);
    private final ByteWriter exemplars = new ByteWriter(1024);
    private final Map<Long, MetricMetadata> metadata = new LinkedHashMap<>();
    private long firstReference;
    private long firstTime;
    private long firstExemplarReference;
    private long firstExemplarTime;

    Filter(LogWriter out, LongPredicate keepsSeries, long fromMillis) {
      this.out = out;
      this.keepsSeries = keepsSeries;
      this.fromMillis = fromMillis;
    }

    /** Most of a checkpoint is series, whose labels need not be made into texts and back. */
    void pass(ByteReader record, Records records) {
      if (Records.isSeries(record)) {
        Records.copySeries(record, keepsSeries, series);
      } else {
        records.read(record, this);
      }
      writeIfLarge();
    }

    @Override
    public void series(long reference, Labels labels) {
      if (keepsSeries.test(reference)) {
        if (series.size() == 0) {
          Records.startSeries(series);
        }
        Records.addSeries(series, reference, labels);
      }
    }

    @Override
    public void sample(long reference, long timeMillis, double value) {
      if (timeMillis >= fromMillis && keepsSeries.test(reference)) {
        if (samples.size() == 0) {
          firstReference = reference;
          firstTime = timeMillis;
          Records.startSamples(samples, reference, timeMillis);
        }
        Records.addSample(samples, reference - firstReference, timeMillis - firstTime, value);
      }
    }

    @Override
    public void histogram(long reference, long timeMillis, Histogram histogram) {
      if (timeMillis >= fromMillis && keepsSeries.test(reference)) {
        ByteWriter record = new ByteWriter(256);
        Records.startHistograms(record, Records.histogramKind(histogram), reference, timeMillis);
        Records.addHistogram(record, 0, 0, histogram);
        write(series);
        write(record);
      }
    }

    @Override
    public void tombstone(long reference, long fromMillisDeleted, long toMillis) {
      if (toMillis >= fromMillis && keepsSeries.test(reference)) {
        if (tombstones.size() == 0) {
          Records.startTombstones(tombstones);
        }
        Records.addTombstone(tombstones, reference, fromMillisDeleted, toMillis);
      }
    }

    @Override
    public void exemplar(long reference, Exemplar exemplar) {
      if (exemplar.timestampMillis() >= fromMillis && keepsSeries.test(reference)) {
        if (exemplars.size() == 0) {
          firstExemplarReference = reference;
          firstExemplarTime = exemplar.timestampMillis();
          Records.startExemplars(exemplars, reference, firstExemplarTime);
        }
        Records.addExemplar(
            exemplars, reference - firstExemplarReference, exemplar.timestampMillis() - firstExemplarTime, exemplar);
      }
    }

    @Override
    public void metadata(long reference, MetricMetadata known) {
      if (keepsSeries.test(reference)) {
        metadata.put(reference, known);
      }
    }

    @Override
    public void headChunk(long reference, long chunkReference) {
      // Only in the log of late samples, which is never checkpointed.
    }

    private void writeIfLarge() {
      if (series.size() + samples.size() + exemplars.size() + tombstones.size() >= RECORD_BYTES) {
        writeAll();
      }
    }

    private void writeAll() {
      // Series first: what follows refers to them.
      write(series);
      write(samples);
      write(tombstones);
      write(exemplars);
    }

    void finish() {
      writeAll();
      ByteWriter record = new ByteWriter(1024);
      metadata.forEach(
          (reference, known) -> {
            if (record.size() == 0) {
              Records.startMetadata(record);
            }
            Records.addMetadata(record, reference, known);
          });
      write(record);
    }

    private void write(ByteWriter record) {
      if (record.size() > 0) {
        try {
          out.append(List.of(record));
        } catch (IOException e) {
          throw new UncheckedIOException(e);
        }
        record.clear();
      }
    }
  }
}
