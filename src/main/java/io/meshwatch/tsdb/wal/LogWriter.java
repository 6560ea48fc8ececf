package io.meshwatch.tsdb.wal;

import io.airlift.compress.v3.Compressor;
import io.airlift.compress.v3.snappy.SnappyJavaCompressor;
import io.airlift.compress.v3.zstd.ZstdJavaCompressor;
import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteWriter;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Appends batches of records to the log. A batch is laid out in memory, fragments and all, and written with one call, never
 * across two segments; so after a failure nothing of it counts, and the next batch is written over it. Opening always starts a
 * new segment: what an earlier process left stays as it is.
 *
 * <p>Appending is confined to one thread at a time; {@link #sync} may be called from another one.
 *
 * @see LogFormat
 */
public final class LogWriter implements AutoCloseable {
  private final Disk disk;
  private final Path directory;
  private final Compression compression;
  private final long segmentBytes;
  private final boolean syncsEachBatch;
  private final SnappyJavaCompressor snappy = new SnappyJavaCompressor();
  private final ZstdJavaCompressor zstd = new ZstdJavaCompressor();
  private final ByteWriter batch = new ByteWriter(64 * 1024);
  private byte[] compressed = new byte[0];
  private volatile Disk.File file;
  private volatile int segment;
  /** End of the last batch that counts. */
  private long position;
  /** Whether bytes of a failed batch may lie behind the position. */
  private boolean tailIsDirty;
  /** Whether the open file cannot be trusted: a failure, or an interrupt of the writing thread, may have closed it. */
  private volatile boolean fileIsSuspect;
  private volatile boolean unsynced;
  private int lastBatchBytes;

  private LogWriter(
      Disk disk, Path directory, Compression compression, long segmentBytes, boolean syncsEachBatch, int segment)
      throws IOException {
    this.disk = disk;
    this.syncsEachBatch = syncsEachBatch;
    this.directory = directory;
    this.compression = compression;
    this.segmentBytes = segmentBytes;
    this.segment = segment;
    this.file = create(segment);
  }

  /**
   * Opens the log of a directory, which is made if it is missing, and starts the segment after the last.
   *
   * @param syncsEachBatch whether {@link #append} returns only when the batch is safe against loss of power
   */
  public static LogWriter open(Disk disk, Path directory, Compression compression, long segmentBytes, boolean syncsEachBatch)
      throws IOException {
    disk.createDirectories(directory);
    List<Integer> segments = LogFormat.segments(disk, directory);
    List<Integer> checkpoints = LogFormat.checkpoints(disk, directory);
    int last = Math.max(segments.isEmpty() ? -1 : segments.getLast(), checkpoints.isEmpty() ? -1 : checkpoints.getLast());
    return new LogWriter(disk, directory, compression, segmentBytes, syncsEachBatch, last + 1);
  }

  private Disk.File create(int number) throws IOException {
    Path path = directory.resolve(LogFormat.segmentName(number));
    // A file can only be here if an earlier attempt failed half-way: nothing in it counts.
    disk.delete(path);
    Disk.File created = disk.open(path, Disk.Mode.CREATE);
    disk.forceDirectory(directory);
    return created;
  }

  /** The segment that is written now. */
  public int segment() {
    return segment;
  }

  /** Bytes in the current segment. */
  public long position() {
    return position;
  }

  /** Appends records; they count when this returns, and none of them does if it throws. An interrupt does not disturb it. */
  public void append(List<ByteWriter> records) throws IOException {
    // A file channel closes itself when its thread is interrupted, so the interrupt waits until the batch is written.
    boolean interrupted = Thread.interrupted();
    try {
      appendUninterrupted(records);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void appendUninterrupted(List<ByteWriter> records) throws IOException {
    long bound = 0;
    for (ByteWriter record : records) {
      bound += record.size() + (record.size() / (LogFormat.PAGE_BYTES - LogFormat.HEADER_BYTES) + 2L) * LogFormat.HEADER_BYTES * 2;
    }
    if (position > 0 && position + bound + LogFormat.PAGE_BYTES > segmentBytes) {
      startSegment();
    }
    cleanTail();
    batch.clear();
    for (ByteWriter record : records) {
      layOut(record);
    }
    try {
      file.write(position, ByteBuffer.wrap(batch.bytes(), 0, batch.size()));
      if (syncsEachBatch) {
        file.force();
      }
    } catch (IOException e) {
      tailIsDirty = true;
      fileIsSuspect = true;
      throw e;
    }
    lastBatchBytes = batch.size();
    position += lastBatchBytes;
    unsynced = !syncsEachBatch;
  }

  /** Undoes the last {@link #append}, because what belongs to it failed elsewhere. */
  public void takeBackLastBatch() {
    position -= lastBatchBytes;
    lastBatchBytes = 0;
    tailIsDirty = true;
  }

  private void cleanTail() throws IOException {
    if (fileIsSuspect) {
      Disk.File reopened = disk.open(directory.resolve(LogFormat.segmentName(segment)), Disk.Mode.WRITE);
      file.close();
      file = reopened;
      fileIsSuspect = false;
    }
    if (tailIsDirty) {
      file.truncate(position);
      tailIsDirty = false;
    }
  }

  private void layOut(ByteWriter record) {
    byte[] data = record.bytes();
    int length = record.size();
    int flag = 0;
    Compressor compressor = compressor();
    if (compressor != null && length > 0) {
      int bound = compressor.maxCompressedLength(length);
      if (compressed.length < bound) {
        compressed = new byte[bound];
      }
      int size = compressor.compress(data, 0, length, compressed, 0, compressed.length);
      if (size < length) {
        data = compressed;
        length = size;
        flag = compression == Compression.SNAPPY ? LogFormat.SNAPPY_FLAG : LogFormat.ZSTD_FLAG;
      }
    }
    layOutFragments(data, length, flag);
  }

  private @Nullable Compressor compressor() {
    return switch (compression) {
      case NONE -> null;
      case SNAPPY -> snappy;
      case ZSTD -> zstd;
    };
  }

  private void layOutFragments(byte[] data, int length, int flag) {
    int at = 0;
    do {
      int room = LogFormat.PAGE_BYTES - (int) ((position + batch.size()) % LogFormat.PAGE_BYTES);
      if (room <= LogFormat.HEADER_BYTES) {
        for (int i = 0; i < room; i++) {
          batch.putByte(0);
        }
        room = LogFormat.PAGE_BYTES;
      }
      int part = Math.min(length - at, room - LogFormat.HEADER_BYTES);
      boolean first = at == 0;
      boolean last = at + part == length;
      int type = first ? (last ? LogFormat.WHOLE : LogFormat.FIRST) : (last ? LogFormat.LAST : LogFormat.MIDDLE);
      batch.putByte(type | flag).putByte(part >>> 8).putByte(part).putInt(ByteWriter.checksum(data, at, part)).put(data, at, part);
      at += part;
    } while (at < length);
  }

  /** Ends the current segment, forces it to the disk, and starts the next one. Returns the number of the one that was ended. */
  public int startSegment() throws IOException {
    cleanTail();
    file.force();
    Disk.File next = create(segment + 1);
    Disk.File ended = file;
    file = next;
    position = 0;
    int endedSegment = segment;
    segment = endedSegment + 1;
    ended.close();
    return endedSegment;
  }

  /** Makes everything appended so far safe against loss of power. */
  public void sync() throws IOException {
    if (unsynced) {
      unsynced = false;
      try {
        file.force();
      } catch (IOException | RuntimeException e) {
        unsynced = true;
        fileIsSuspect = true;
        throw e;
      }
    }
  }

  @Override
  public void close() throws IOException {
    try (Disk.File last = file) {
      last.force();
    }
  }
}
