package io.meshwatch.tsdb;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.wal.Compression;
import io.meshwatch.tsdb.wal.LogFormat;
import io.meshwatch.tsdb.wal.LogWriter;
import io.meshwatch.tsdb.wal.ReadAhead;
import io.meshwatch.tsdb.wal.RecordSink;
import io.meshwatch.tsdb.wal.RecordSource;
import io.meshwatch.tsdb.wal.Records;
import io.meshwatch.tsdb.wal.SegmentReader;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads a log from its checkpoint to its end, segment by segment, and mends it: a torn end is cut off; a segment that is damaged
 * in the middle is kept in quarantine and replaced by its good records.
 */
final class LogReplay {
  /** Called around each segment. */
  interface Progress {
    /** A segment is to be read: the first, the last and this one's number. */
    void reading(int first, int last, int current);

    void segmentDone();
  }

  /** A segment, the folder it lies in, its number (of a checkpoint, that of the checkpoint), and where to begin in it. */
  private record Segment(Path directory, Path path, int number, long from) {}

  private final Disk disk;
  private final Path quarantine;
  private final Records records;
  private final @Nullable ReadAhead ahead;
  private final List<Recovery.Cut> cuts = new ArrayList<>();
  /** As the last segment with good records had them; NaN while there was none. */
  private double samplesPerByte = Double.NaN;

  /** Segments are read on this thread if nobody reads ahead. */
  LogReplay(Disk disk, Path quarantine, Records records, @Nullable ReadAhead ahead) {
    this.disk = disk;
    this.quarantine = quarantine;
    this.records = records;
    this.ahead = ahead;
  }

  /** What had to be cut. */
  List<Recovery.Cut> cuts() {
    return cuts;
  }

  /** Gives the records of a log from a place in a segment on to the sink. */
  void replayFrom(Path directory, int segment, long offset, RecordSink sink, Progress progress) throws IOException {
    List<Segment> paths = new ArrayList<>();
    for (int number : LogFormat.segments(disk, directory)) {
      if (number >= segment) {
        paths.add(new Segment(directory, directory.resolve(LogFormat.segmentName(number)), number, number == segment ? offset : 0));
      }
    }
    replay(paths, sink, progress);
  }

  /** Gives all records of a log to the sink. */
  void replay(Path directory, RecordSink sink, Progress progress) throws IOException {
    List<Integer> checkpoints = LogFormat.checkpoints(disk, directory);
    List<Segment> paths = new ArrayList<>();
    int after = -1;
    if (!checkpoints.isEmpty()) {
      after = checkpoints.getLast();
      Path checkpoint = directory.resolve(LogFormat.checkpointName(after));
      for (int segment : LogFormat.segments(disk, checkpoint)) {
        paths.add(new Segment(checkpoint, checkpoint.resolve(LogFormat.segmentName(segment)), after, 0));
      }
    }
    for (int segment : LogFormat.segments(disk, directory)) {
      if (segment > after) {
        paths.add(new Segment(directory, directory.resolve(LogFormat.segmentName(segment)), segment, 0));
      }
    }
    replay(paths, sink, progress);
  }

  /** Looks for damage in front of a place in a segment, whose samples are in a snapshot; it is told and left as it is. */
  void check(Path directory, int upToSegment, long offset) throws IOException {
    for (int number : LogFormat.segments(disk, directory)) {
      Path path = directory.resolve(LogFormat.segmentName(number));
      if (number <= upToSegment) {
        try (SegmentReader reader = new SegmentReader(disk, path)) {
          reader.passOverContents();
          boolean found = reader.next();
          CorruptionException damage = reader.damage();
          if (!found && damage != null && (number < upToSegment || damage.offset() < offset)) {
            cuts.add(
                new Recovery.Cut(
                    path.toString(), damage.offset(), 0, 0, 0, "expected " + damage.expected() + ", got " + damage.got()
                        + "; the snapshot of the head has the samples", ""));
          }
        }
      }
    }
  }

  private void replay(List<Segment> paths, RecordSink sink, Progress progress) throws IOException {
    for (int i = 0; i < paths.size(); i++) {
      progress.reading(paths.getFirst().number, paths.getLast().number, paths.get(i).number);
      replaySegment(paths.get(i), i == paths.size() - 1, sink);
      progress.segmentDone();
    }
  }

  private void replaySegment(Segment segment, boolean last, RecordSink sink) throws IOException {
    Tally tally = new Tally(samplesPerByte);
    try (RecordSource reader = source(segment)) {
      do {
        while (reader.next()) {
          read(reader, sink, segment.path, tally);
        }
        CorruptionException damage = reader.damage();
        if (damage != null) {
          tally.damage(damage, reader.recordEnd());
        }
      } while (goesOn(reader));
    }
    samplesPerByte = tally.samplesPerByte();
    if (tally.first != null) {
      mend(segment, tally.first, tally, last);
    }
  }

  private RecordSource source(Segment segment) throws IOException {
    SegmentReader reader = new SegmentReader(disk, segment.path);
    try {
      if (segment.from > 0) {
        reader.startAt(segment.from);
      }
    } catch (IOException e) {
      reader.close();
      throw e;
    }
    return ahead == null ? reader : ahead.of(reader);
  }

  private static boolean goesOn(RecordSource reader) {
    boolean damaged = reader.damage() != null;
    if (damaged) {
      reader.skipDamage();
    }
    return damaged;
  }

  /** What was read of a segment, and what could not be. */
  private static final class Tally {
    @Nullable CorruptionException first;
    /** Where the last good record before the first damage ends. */
    long goodEnd;
    long recordsAfter;
    private long lostBytes;
    /** Start of damage that no good record has followed yet; −1 outside of damage. */
    private long lostFrom = -1;
    private final double samplesPerByteBefore;
    private long goodBytes;
    private long samples;

    Tally(double samplesPerByteBefore) {
      this.samplesPerByteBefore = samplesPerByteBefore;
    }

    void record(long start, long end, int sampleCount) {
      if (lostFrom >= 0) {
        lostBytes += start - lostFrom;
        lostFrom = -1;
      }
      recordsAfter += first == null ? 0 : 1;
      goodBytes += end - start;
      samples += sampleCount;
    }

    void damage(CorruptionException found, long lastGoodEnd) {
      if (first == null) {
        first = found;
        goodEnd = lastGoodEnd;
      }
      if (lostFrom < 0) {
        lostFrom = found.offset();
      }
    }

    long lostBytes(long size) {
      return lostFrom < 0 ? lostBytes : lostBytes + Math.max(0, size - lostFrom);
    }

    double samplesPerByte() {
      return goodBytes == 0 ? samplesPerByteBefore : (double) samples / goodBytes;
    }

    /** How many samples so many bytes probably had, as the good records of the segment are, or of one before it. */
    long samplesIn(long bytes) {
      double perByte = samplesPerByte();
      return Double.isNaN(perByte) ? Recovery.Cut.SAMPLES_UNKNOWN : Math.round(bytes * perByte);
    }
  }

  /** A record whose checksum is right but which does not say anything sensible is passed over. */
  private void read(RecordSource reader, RecordSink sink, Path path, Tally tally) {
    try {
      int samples = records.read(reader.record(), sink);
      tally.record(reader.recordStart(), reader.recordEnd(), samples);
    } catch (IndexOutOfBoundsException e) {
      long bytes = reader.recordEnd() - reader.recordStart();
      cuts.add(
          new Recovery.Cut(
              path.toString(), reader.recordStart(), bytes, tally.samplesIn(bytes), 0, "a record that cannot be understood: " + e.getMessage(), ""));
    }
  }

  private void mend(Segment segment, CorruptionException damage, Tally tally, boolean last) throws IOException {
    Path path = segment.path;
    String reason = "expected " + damage.expected() + ", got " + damage.got();
    long size = disk.size(path);
    if (last && tally.recordsAfter == 0) {
      try (Disk.File file = disk.open(path, Disk.Mode.WRITE)) {
        file.truncate(tally.goodEnd);
        file.force();
      }
      long torn = size - tally.goodEnd;
      cuts.add(new Recovery.Cut(path.toString(), tally.goodEnd, torn, tally.samplesIn(torn), 0, reason, ""));
      return;
    }
    Path kept = rewrite(path, segment.directory);
    long lost = tally.lostBytes(size);
    cuts.add(
        new Recovery.Cut(path.toString(), damage.offset(), lost, tally.samplesIn(lost), tally.recordsAfter, reason, kept.toString()));
  }

  /** Replaces a segment by its good records; returns where the damaged one lies now. */
  private Path rewrite(Path path, Path directory) throws IOException {
    Path workplace = path.resolveSibling(path.getFileName() + ".mended.tmp");
    disk.delete(workplace);
    try (SegmentReader reader = new SegmentReader(disk, path);
        LogWriter writer = LogWriter.open(disk, workplace, Compression.SNAPPY, Long.MAX_VALUE, false)) {
      while (reader.next() || reader.damage() != null) {
        if (reader.damage() != null) {
          reader.skipDamage();
        } else {
          ByteReader record = reader.record();
          writer.append(List.of(new ByteWriter(record.remaining()).put(record)));
        }
      }
    }
    disk.createDirectories(quarantine);
    Path kept = free(quarantine.resolve(directory.getFileName() + "-" + path.getFileName()));
    disk.rename(path, kept);
    disk.rename(workplace.resolve(LogFormat.segmentName(0)), path);
    disk.forceDirectory(directory);
    disk.forceDirectory(quarantine);
    disk.delete(workplace);
    return kept;
  }

  private Path free(Path wanted) {
    Path path = wanted;
    for (int i = 1; disk.exists(path); i++) {
      path = wanted.resolveSibling(wanted.getFileName() + "." + i);
    }
    return path;
  }
}
