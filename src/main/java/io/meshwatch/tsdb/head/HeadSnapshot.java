package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.FloatHistogramEncoder;
import io.meshwatch.tsdb.chunk.HistogramEncoder;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import io.meshwatch.tsdb.wal.Compression;
import io.meshwatch.tsdb.wal.LogFormat;
import io.meshwatch.tsdb.wal.LogWriter;
import io.meshwatch.tsdb.wal.Records;
import io.meshwatch.tsdb.wal.SegmentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import java.util.function.Predicate;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * The open chunks of all series, written when the store is closed cleanly, so that the next start need not read the log again but
 * only what came after. It goes when the log is shortened.
 *
 * <pre>
 * folder     = chunk_snapshot.SEGMENT.OFFSET      the log up to here is in the snapshot; segments of records as in the log, and
 *              {@link HeadChunkEnds}, of which Prometheus knows nothing
 * series     = 1 reference:uint64 labels zero:int64 (0:uvarint | 1:uvarint chunk)
 * chunk      = minTime:int64 maxTime:int64 encoding:byte length:uvarint bytes last
 * last       = 3 × (0:int64 0:float64) 0:int64 value:float64        the newest sample
 *            | histogram zeros                                       as a log's record has it, at least 64 bytes
 * tombstones = 2 length:uvarint 1:byte {reference:uvarint from:varint to:varint}
 * exemplars  = 3 as in the log
 * </pre>
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/memory_snapshot.md">Memory snapshot format</a>
 */
public final class HeadSnapshot {
  private static final Pattern NAME = Pattern.compile("chunk_snapshot\\.([0-9]{6,9})\\.([0-9]{10,18})");
  private static final String PREFIX = "chunk_snapshot.";
  private static final String UNFINISHED = ".tmp";
  private static final int SERIES = 1;
  private static final int TOMBSTONES = 2;
  private static final int EXEMPLARS = 3;
  private static final int TOMBSTONES_VERSION = 1;
  /** Older places of the newest samples, which nobody reads any more. */
  private static final int UNUSED_SAMPLES = 3;
  private static final int LAST_BYTES = (UNUSED_SAMPLES + 1) * 2 * Long.BYTES;
  private static final int EXEMPLARS_PER_RECORD = 10_000;
  private static final int RECORDS_PER_WRITE = 256;
  /** Enough for most series. */
  private static final int RECORD_BYTES = 512;

  private final Disk disk;
  private final Path folder;
  private final int segment;
  private final long offset;

  private HeadSnapshot(Disk disk, Path folder, int segment, long offset) {
    this.disk = disk;
    this.folder = folder;
    this.segment = segment;
    this.offset = offset;
  }

  /** The newest snapshot in a data folder. */
  public static Optional<HeadSnapshot> newest(Disk disk, Path dataFolder) throws IOException {
    HeadSnapshot newest = null;
    for (String name : disk.list(dataFolder)) {
      Matcher matcher = NAME.matcher(name);
      if (matcher.matches()) {
        // Names are sorted, and so are their numbers.
        newest = new HeadSnapshot(disk, dataFolder.resolve(name), Integer.parseInt(matcher.group(1)), Long.parseLong(matcher.group(2)));
      }
    }
    return Optional.ofNullable(newest);
  }

  /** How long the head chunk files were when the newest snapshot was written; unknown without one, or if it is damaged, which {@link #damage} tells. */
  public static HeadChunkEnds chunkEnds(Disk disk, Path dataFolder) throws IOException {
    Optional<HeadSnapshot> newest = newest(disk, dataFolder);
    try {
      return newest.isEmpty() ? HeadChunkEnds.UNKNOWN : HeadChunkEnds.read(disk, newest.get().folder);
    } catch (CorruptionException e) {
      return HeadChunkEnds.UNKNOWN;
    }
  }

  /** Deletes all snapshots of a data folder, unfinished ones too. */
  public static void deleteAll(Disk disk, Path dataFolder) throws IOException {
    delete(disk, dataFolder, name -> true);
  }

  private static void delete(Disk disk, Path dataFolder, Predicate<String> chosen) throws IOException {
    for (String name : disk.list(dataFolder)) {
      if (name.startsWith(PREFIX) && chosen.test(name)) {
        disk.delete(dataFolder.resolve(name));
      }
    }
  }

  /** The segment of the log that {@link #offset} lies in. */
  public int segment() {
    return segment;
  }

  /** Where in that segment the records begin that the snapshot does not have. */
  public long offset() {
    return offset;
  }

  public Path folder() {
    return folder;
  }

  // Writing.

  /** Writes the snapshot of a head that takes no more samples and whose full chunks are in files; earlier ones go. */
  static void write(Disk disk, Path dataFolder, Head head, LogWriter log) throws IOException {
    int segment = log.segment();
    long offset = log.position();
    writeMetadata(head, log);
    log.sync();
    String name = String.format("%s%06d.%010d", PREFIX, segment, offset);
    Path target = dataFolder.resolve(name);
    Path temporary = dataFolder.resolve(name + UNFINISHED);
    disk.delete(temporary);
    try (LogWriter out = LogWriter.open(disk, temporary, Compression.NONE, LogFormat.SEGMENT_BYTES, false)) {
      writeSeries(head, out);
      out.append(List.of(tombstones(head)));
      writeExemplars(head, out);
    }
    head.files().ends().write(disk, temporary);
    disk.forceDirectory(temporary);
    disk.rename(temporary, target);
    disk.forceDirectory(dataFolder);
    delete(disk, dataFolder, other -> !other.equals(name));
  }

  /** Snapshots have no place for metadata: it follows in the log, behind the place that the snapshot names. */
  private static void writeMetadata(Head head, LogWriter log) throws IOException {
    ByteWriter known = new ByteWriter(256);
    for (HeadSeries series : head.allSeries()) {
      MetricMetadata metadata = series.metadata();
      if (metadata != null && series.isLogged()) {
        if (known.size() == 0) {
          Records.startMetadata(known);
        }
        Records.addMetadata(known, series.reference(), metadata);
      }
    }
    if (known.size() > 0) {
      log.append(List.of(known));
    }
  }

  private static void writeSeries(Head head, LogWriter out) throws IOException {
    ByteWriter[] records = new ByteWriter[RECORDS_PER_WRITE];
    Arrays.setAll(records, i -> new ByteWriter(RECORD_BYTES));
    int count = 0;
    for (HeadSeries series : head.allSeries()) {
      writeSeries(records[count++], series);
      if (count == RECORDS_PER_WRITE) {
        out.append(List.of(records));
        count = 0;
      }
    }
    out.append(List.of(records).subList(0, count));
  }

  private static void writeSeries(ByteWriter record, HeadSeries series) {
    record.clear();
    record.putByte(SERIES);
    Records.addSeries(record, series.reference(), series.labels());
    record.putLong(0);
    putChunk(record, series.openChunk());
  }

  private static void putChunk(ByteWriter record, @Nullable OpenChunk chunk) {
    if (chunk == null) {
      record.putUvarint(0);
      return;
    }
    byte[] bytes = chunk.toBytes();
    record.putUvarint(1).putLong(chunk.minTime()).putLong(chunk.maxTime()).putByte(chunk.encoding().code());
    record.putUvarint(bytes.length).put(bytes, 0, bytes.length);
    switch (chunk) {
      case XorEncoder floats -> {
        for (int i = 0; i < UNUSED_SAMPLES; i++) {
          record.putLong(0).putLong(0);
        }
        record.putLong(0).putDouble(floats.lastValue());
      }
      case HistogramEncoder integers -> putLast(record, integers.last());
      case FloatHistogramEncoder floats -> putLast(record, floats.last());
    }
  }

  /** Prometheus 2.42 reads the newest sample as if it were a float and needs as many bytes; later versions pass over what is too much. */
  private static void putLast(ByteWriter record, Histogram last) {
    int start = record.size();
    Records.putHistogram(record, last);
    while (record.size() - start < LAST_BYTES) {
      record.putByte(0);
    }
  }

  private static ByteWriter tombstones(Head head) {
    ByteWriter encoded = new ByteWriter(64).putByte(TOMBSTONES_VERSION);
    head.deletions().forEach((series, gone) -> {
      for (int i = 0; i < gone.size(); i++) {
        encoded.putUvarint(series.reference()).putVarint(gone.from(i)).putVarint(gone.to(i));
      }
    });
    return new ByteWriter(encoded.size() + 16).putByte(TOMBSTONES).putUvarint(encoded.size()).put(encoded.bytes(), 0, encoded.size());
  }

  private static void writeExemplars(Head head, LogWriter out) throws IOException {
    List<Head.SeriesExemplar> all = head.exemplarsInOrder();
    for (int start = 0; start < all.size(); start += EXEMPLARS_PER_RECORD) {
      Head.SeriesExemplar first = all.get(start);
      ByteWriter record = new ByteWriter(1024);
      record.putByte(EXEMPLARS).putLong(first.series().reference()).putLong(first.exemplar().timestampMillis());
      for (Head.SeriesExemplar each : all.subList(start, Math.min(all.size(), start + EXEMPLARS_PER_RECORD))) {
        Records.addExemplar(
            record, each.series().reference() - first.series().reference(),
            each.exemplar().timestampMillis() - first.exemplar().timestampMillis(), each.exemplar());
      }
      out.append(List.of(record));
    }
  }

  // Reading.

  /** What is damaged of the snapshot, which then cannot be used; nothing is loaded yet. */
  public Optional<CorruptionException> damage() throws IOException {
    AtomicBoolean complete = new AtomicBoolean();
    try {
      readAll(record -> {
        if (check(record) == TOMBSTONES) {
          complete.set(true);
        }
      });
      HeadChunkEnds.read(disk, folder);
    } catch (CorruptionException e) {
      return Optional.of(e);
    }
    return complete.get()
        ? Optional.empty()
        : Optional.of(new CorruptionException(folder.toString(), 0, "a record of tombstones, which stands behind the series", "the end"));
  }

  /** Reads a record without using it; returns its kind. */
  private static int check(ByteReader record) {
    int kind = record.readByte();
    switch (kind) {
      case SERIES -> {
        record.readLong();
        int texts = 2 * record.readCount(record.remaining());
        for (int i = 0; i < texts; i++) {
          record.skip(record.readCount(record.remaining()));
        }
        record.readLong();
        if (record.readUvarint() == 1) {
          record.skip(2 * Long.BYTES);
          if (ChunkEncoding.of(record.readByte()) == null) {
            throw new IndexOutOfBoundsException("an encoding of chunks that is not known");
          }
          record.skip(record.readCount(record.remaining()));
        }
      }
      case TOMBSTONES -> {
        if (record.readCount(record.remaining()) == 0 || record.readByte() != TOMBSTONES_VERSION) {
          throw new IndexOutOfBoundsException("a version of tombstones that is not known");
        }
      }
      case EXEMPLARS -> record.skip(0);
      default -> throw new IndexOutOfBoundsException("a kind of record that is not known");
    }
    return kind;
  }

  /** Fills the head; to be called only if there is no {@link #damage}. */
  public void load(HeadReplay replay) throws IOException {
    Records texts = new Records();
    readAll(record -> {
      switch (record.readByte()) {
        case SERIES -> loadSeries(record, texts, replay);
        case TOMBSTONES -> loadTombstones(record, replay);
        default -> texts.readExemplars(record, replay);
      }
    });
  }

  private static void loadSeries(ByteReader record, Records texts, HeadReplay replay) {
    long reference = record.readLong();
    replay.series(reference, texts.readLabels(record));
    record.readLong();
    if (record.readUvarint() == 1) {
      long minTime = record.readLong();
      record.readLong();
      ChunkEncoding encoding = Objects.requireNonNull(ChunkEncoding.of(record.readByte()), "checked before");
      byte[] bytes = record.readBytes(record.readCount(record.remaining()));
      replay.openChunk(reference, minTime, ChunkBytes.finished(encoding, bytes));
    }
  }

  private static void loadTombstones(ByteReader record, HeadReplay replay) {
    record.readCount(record.remaining());
    record.readByte();
    while (record.remaining() > 0) {
      long reference = record.readUvarint();
      long from = record.readVarint();
      replay.tombstone(reference, from, record.readVarint());
    }
  }

  private void readAll(Consumer<ByteReader> sink) throws IOException {
    for (int number : LogFormat.segments(disk, folder)) {
      Path path = folder.resolve(LogFormat.segmentName(number));
      try (SegmentReader reader = new SegmentReader(disk, path)) {
        while (reader.next()) {
          accept(reader, path, sink);
        }
        CorruptionException damage = reader.damage();
        if (damage != null) {
          throw damage;
        }
      }
    }
  }

  private static void accept(SegmentReader reader, Path path, Consumer<ByteReader> sink) {
    try {
      sink.accept(reader.record());
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptionException(path.toString(), reader.recordStart(), "a record of a snapshot", String.valueOf(e.getMessage()));
    }
  }
}
