package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;

/**
 * Full chunks of the head in files, so that they leave the heap. Everything here can be made again from the log; a damaged file
 * therefore costs time, not samples.
 *
 * <pre>
 * file  = 0x0130BC91:uint32 version=1:byte zero:3 bytes {chunk} zeros       chunks_head/000001, 000002…
 * chunk = series:uint64 minTime:int64 maxTime:int64 encoding:byte length:uvarint data crc32c:uint32
 * </pre>
 *
 * The checksum covers the chunk from the series reference on. Bit 7 of the encoding marks samples that came out of order. A
 * reference to a chunk is the file number in the upper and the offset in the lower four bytes.
 *
 * <p>Writing is guarded by the caller; reading is safe for all threads. Whole windows of a file are mapped once they are written;
 * the mapping lives as long as a reader uses it.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/head_chunks.md">Head chunks on disk</a>
 */
public final class HeadChunkFiles implements AutoCloseable {
  private static final int FILE_BYTES_MAX = 128 * 1024 * 1024;
  private static final int BUFFER_BYTES = 256 * 1024;
  private static final int WINDOW_BYTES = 4 * 1024 * 1024;
  /** Read at once for a chunk that is not mapped; nearly all chunks are shorter. */
  private static final int GUESSED_CHUNK_BYTES = 1024;
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;

  private final Disk disk;
  private final Path directory;
  private final ConcurrentSkipListMap<Integer, ChunkFile> files = new ConcurrentSkipListMap<>();
  private final ByteWriter buffer = new ByteWriter(BUFFER_BYTES + 4096);
  /** Whether the last file was made by this process; those of an earlier one are left as they are. */
  private volatile boolean isWritable;
  /** Files before this one only wait for readers that still hold them. */
  private volatile long firstNeeded;

  /** One file: how far it is written, and the windows of it that are mapped. */
  private static final class ChunkFile {
    final Path path;
    volatile Disk.File file;
    final Arena arena = Arena.ofAuto();
    final MemorySegment[] windows = new MemorySegment[FILE_BYTES_MAX / WINDOW_BYTES + 1];
    volatile long size;
    volatile long maxTime = Long.MIN_VALUE;

    ChunkFile(Path path, Disk.File file, long size) {
      this.path = path;
      this.file = file;
      this.size = size;
    }
  }

  HeadChunkFiles(Disk disk, Path directory) throws IOException {
    this.disk = disk;
    this.directory = directory;
    disk.createDirectories(directory);
  }

  /**
   * What was cut from a file when it was opened, or is missing there.
   *
   * @param bytes how many, from the damage on
   */
  public record Cut(CorruptionException damage, long bytes) {}

  /**
   * Opens the files and reports their chunks. At the first damage the file is cut there and later files are deleted, because
   * chunks of a series must not miss one in between; their samples come back from the log. A file that is missing between others,
   * or missing or shorter than at the last clean end, is such a damage too.
   *
   * @return what was cut, empty if all was well
   */
  List<Cut> load(HeadChunkEnds ends, HeadChunkScan.Sink sink) throws IOException {
    List<Cut> cut = new ArrayList<>();
    SortedMap<Integer, Path> present = present(disk, directory);
    for (int number : ends.withMissing(present.keySet())) {
      Path path = present.get(number);
      if (path == null) {
        cut.add(new Cut(ends.missing(number, directory), ends.length(number)));
      } else if (cut.isEmpty()) {
        load(number, path, ends, sink).ifPresent(cut::add);
      } else {
        long bytes = disk.size(path);
        disk.delete(path);
        cut.add(new Cut(new CorruptionException(path.toString(), 0, "whole files before it", "the damage in " + cut.getFirst().damage.file()), bytes));
      }
    }
    return cut;
  }

  /** The files of a directory by their numbers. */
  private static SortedMap<Integer, Path> present(Disk disk, Path directory) throws IOException {
    SortedMap<Integer, Path> present = new TreeMap<>();
    for (String name : disk.list(directory)) {
      if (name.matches("[0-9]{6,9}")) {
        present.put(Integer.parseInt(name), directory.resolve(name));
      }
    }
    return present;
  }

  private Optional<Cut> load(int number, Path path, HeadChunkEnds ends, HeadChunkScan.Sink sink) throws IOException {
    long bytes = disk.size(path);
    try {
      loadFile(number, path, sink);
    } catch (CorruptionException e) {
      cutFile(number, path, e.offset());
      return Optional.of(new Cut(e, bytes - e.offset()));
    }
    ChunkFile file = files.get(number);
    long end = file == null ? 0 : file.size;
    return ends.damage(number, path, end).map(damage -> new Cut(damage, ends.length(number) - end));
  }

  /** Looks at all files of a directory without changing any; gives the first damage of each. */
  public static List<CorruptionException> check(Disk disk, Path directory, HeadChunkEnds ends, Runnable onChunk) throws IOException {
    List<CorruptionException> damages = new ArrayList<>();
    SortedMap<Integer, Path> present = present(disk, directory);
    for (int number : ends.withMissing(present.keySet())) {
      Path path = present.get(number);
      if (path == null) {
        damages.add(ends.missing(number, directory));
        continue;
      }
      try {
        ends.damage(number, path, checkFile(disk, path, onChunk)).ifPresent(damages::add);
      } catch (CorruptionException e) {
        damages.add(e);
      }
    }
    return damages;
  }

  /** Where the last chunk of a file ends. */
  private static long checkFile(Disk disk, Path path, Runnable onChunk) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.READ)) {
      return file.size() == 0 ? 0 : new HeadChunkScan(file, path, 0, (series, reference, minTime, maxTime, late) -> onChunk.run()).run();
    }
  }

  /** How long the files are that are needed, without what waits for {@link #flush}. */
  HeadChunkEnds ends() {
    SortedMap<Integer, Long> lengths = new TreeMap<>();
    files.forEach((number, file) -> {
      if (number >= firstNeeded) {
        lengths.put(number, file.size);
      }
    });
    return new HeadChunkEnds(lengths);
  }

  private void cutFile(int number, Path path, long offset) throws IOException {
    if (offset <= HeadChunkScan.FILE_HEADER_BYTES) {
      ChunkFile damaged = files.remove(number);
      if (damaged != null) {
        damaged.file.close();
      }
      disk.delete(path);
      return;
    }
    ChunkFile damaged = files.get(number);
    try (Disk.File writable = disk.open(path, Disk.Mode.WRITE)) {
      writable.truncate(offset);
      writable.force();
    }
    if (damaged != null) {
      damaged.size = offset;
    }
  }

  private void loadFile(int number, Path path, HeadChunkScan.Sink sink) throws IOException {
    if (disk.size(path) == 0) {
      // The file was made just before the end of the process.
      disk.delete(path);
      return;
    }
    ChunkFile file = new ChunkFile(path, disk.open(path, Disk.Mode.READ), disk.size(path));
    files.put(number, file);
    HeadChunkScan scan = new HeadChunkScan(file.file, path, number, (series, reference, minTime, maxTime, late) -> {
      file.maxTime = Math.max(file.maxTime, maxTime);
      sink.found(series, reference, minTime, maxTime, late);
    });
    file.size = scan.run();
  }

  /**
   * Puts a chunk into the write buffer and returns its reference, which is good after {@link #flush}.
   *
   * @throws IOException if a new file was needed and could not be made
   */
  long write(long series, SealedChunk chunk) throws IOException {
    int bound = HeadChunkScan.CHUNK_HEADER_BYTES + 5 + chunk.length() + HeadChunkScan.CHECKSUM_BYTES;
    ChunkFile current = current(bound);
    long offset = current.size + buffer.size();
    int start = buffer.size();
    buffer.putLong(series).putLong(chunk.minTime()).putLong(chunk.maxTime()).putByte(chunk.encoding().code());
    buffer.putUvarint(chunk.length()).put(chunk.data(), 0, chunk.length()).putChecksumFrom(start);
    current.maxTime = Math.max(current.maxTime, chunk.maxTime());
    return (long) files.lastKey() << 32 | offset;
  }

  private ChunkFile current(int room) throws IOException {
    Map.Entry<Integer, ChunkFile> last = files.lastEntry();
    if (last != null && isWritable && last.getValue().size + buffer.size() + room <= FILE_BYTES_MAX) {
      return last.getValue();
    }
    flush();
    return startFile();
  }

  private ChunkFile startFile() throws IOException {
    int number = files.isEmpty() ? 1 : files.lastKey() + 1;
    Path path = directory.resolve(String.format("%06d", number));
    disk.delete(path);
    Disk.File file = disk.open(path, Disk.Mode.CREATE);
    ByteWriter header = new ByteWriter(HeadChunkScan.FILE_HEADER_BYTES).putInt(HeadChunkScan.MAGIC).putByte(HeadChunkScan.VERSION).putByte(0).putByte(0).putByte(0);
    try {
      file.write(0, ByteBuffer.wrap(header.toBytes()));
    } catch (IOException e) {
      file.close();
      throw e;
    }
    disk.forceDirectory(directory);
    ChunkFile created = new ChunkFile(path, file, HeadChunkScan.FILE_HEADER_BYTES);
    files.put(number, created);
    isWritable = true;
    return created;
  }

  /** Writes the buffer to the file; if that fails, the chunks in it are as if they were never written. */
  void flush() throws IOException {
    if (buffer.size() == 0) {
      return;
    }
    ChunkFile current = files.lastEntry().getValue();
    try {
      long end = current.size + buffer.size();
      current.file.write(current.size, ByteBuffer.wrap(buffer.bytes(), 0, buffer.size()));
      current.size = end;
    } finally {
      buffer.clear();
    }
  }

  /** Bytes that wait for {@link #flush}. */
  boolean isBufferFull() {
    return buffer.size() >= BUFFER_BYTES;
  }

  /** Makes all flushed chunks safe. */
  void sync() throws IOException {
    Map.Entry<Integer, ChunkFile> last = files.lastEntry();
    if (last != null && isWritable) {
      last.getValue().file.force();
    }
  }

  /** The bytes of a chunk; its checksum is verified. */
  ChunkBytes read(long reference) {
    int number = (int) (reference >>> 32);
    long offset = reference & 0xFFFF_FFFFL;
    ChunkFile file = files.get(number);
    if (file == null) {
      throw missing(number, offset);
    }
    try {
      byte[] bytes = copy(file, offset, GUESSED_CHUNK_BYTES);
      ByteReader in = new ByteReader(bytes);
      in.skip(HeadChunkScan.CHUNK_HEADER_BYTES - 1);
      int encodingByte = in.readByte();
      int length = in.readCount(HeadChunkScan.CHUNK_BYTES_MAX);
      int from = in.position();
      if (from + length + HeadChunkScan.CHECKSUM_BYTES > bytes.length) {
        bytes = copy(file, offset, from + length + HeadChunkScan.CHECKSUM_BYTES);
      }
      ByteReader tail = new ByteReader(bytes, from + length, bytes.length - from - length);
      int stored = tail.readInt();
      int computed = ByteWriter.checksum(bytes, 0, from + length);
      ChunkEncoding encoding = ChunkEncoding.of(encodingByte & ~HeadChunkScan.OUT_OF_ORDER_BIT);
      if (stored != computed || encoding == null) {
        throw new CorruptionException(
            file.path.toString(), offset, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
      }
      return ChunkBytes.finished(encoding, bytes, from, length);
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptionException(file.path.toString(), offset, "a chunk", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** The time of a chunk's last sample. */
  long maxTime(long reference) {
    int number = (int) (reference >>> 32);
    long offset = reference & 0xFFFF_FFFFL;
    ChunkFile file = files.get(number);
    if (file == null) {
      throw missing(number, offset);
    }
    try {
      ByteReader in = new ByteReader(copy(file, offset, HeadChunkScan.CHUNK_HEADER_BYTES));
      in.skip(16);
      return in.readLong();
    } catch (IndexOutOfBoundsException e) {
      throw new CorruptionException(file.path.toString(), offset, "a chunk", String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private CorruptionException missing(int number, long offset) {
    return new CorruptionException(
        directory.resolve(String.format("%06d", number)).toString(), offset, "a chunk", "no such file");
  }

  /** Copies bytes of a file. A file channel closes itself when its thread is interrupted, so the interrupt waits. */
  private byte[] copy(ChunkFile file, long offset, int wanted) throws IOException {
    boolean interrupted = Thread.interrupted();
    try {
      return copyUninterrupted(file, offset, wanted);
    } catch (ClosedChannelException e) {
      reopen(file);
      return copyUninterrupted(file, offset, wanted);
    } finally {
      if (interrupted) {
        Thread.currentThread().interrupt();
      }
    }
  }

  private void reopen(ChunkFile file) throws IOException {
    file.file = disk.open(file.path, isWritable && file == files.lastEntry().getValue() ? Disk.Mode.WRITE : Disk.Mode.READ);
  }

  private static byte[] copyUninterrupted(ChunkFile file, long offset, int wanted) throws IOException {
    int length = (int) Math.min(wanted, file.size - offset);
    if (length < 0) {
      throw new IndexOutOfBoundsException("the file has " + file.size + " bytes");
    }
    byte[] bytes = new byte[length];
    int window = (int) (offset / WINDOW_BYTES);
    long inWindow = offset % WINDOW_BYTES;
    if (inWindow + length <= WINDOW_BYTES && (window + 1L) * WINDOW_BYTES <= file.size) {
      MemorySegment.copy(window(file, window), BYTE, inWindow, bytes, 0, length);
    } else {
      file.file.read(offset, ByteBuffer.wrap(bytes));
    }
    return bytes;
  }

  private static MemorySegment window(ChunkFile file, int window) throws IOException {
    synchronized (file.windows) {
      MemorySegment mapped = file.windows[window];
      if (mapped == null) {
        mapped = file.file.map((long) window * WINDOW_BYTES, WINDOW_BYTES, file.arena);
        file.windows[window] = mapped;
      }
      return mapped;
    }
  }

  /** The number of the file that the next chunk comes into, unless that one is full. */
  long newest() {
    if (files.isEmpty()) {
      return 1;
    }
    return isWritable ? files.lastKey() : files.lastKey() + 1;
  }

  /** Tells that the files before a number hold nothing that is needed; {@link #truncate} follows when no reader has them any more. */
  void needFrom(long number) {
    firstNeeded = number;
  }

  /** Deletes the files before a number. No reader may need them any more; the newest file stays. */
  void truncate(long firstNeededFile) throws IOException {
    for (int number : List.copyOf(files.keySet())) {
      boolean isCurrent = isWritable && number == files.lastKey();
      if (number >= firstNeededFile || isCurrent) {
        return;
      }
      ChunkFile file = files.remove(number);
      if (file != null) {
        file.file.close();
        disk.delete(file.path);
      }
    }
  }

  /** Bytes of all files. */
  long sizeBytes() {
    return files.values().stream().mapToLong(file -> file.size).sum();
  }

  @Override
  public void close() throws IOException {
    try {
      flush();
      sync();
    } finally {
      for (ChunkFile file : files.values()) {
        file.file.close();
      }
    }
  }
}
