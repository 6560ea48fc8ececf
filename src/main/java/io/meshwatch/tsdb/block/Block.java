package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkEncoding;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.Intervals;
import io.meshwatch.tsdb.index.ChunkReference;
import io.meshwatch.tsdb.index.IndexReader;
import io.meshwatch.tsdb.index.LabelSource;
import io.meshwatch.tsdb.index.Postings;
import io.meshwatch.tsdb.index.Selection;
import io.meshwatch.tsdb.index.SeriesSource;
import java.io.IOException;
import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.Iterator;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * An immutable folder with the samples of some hours, memory-mapped. Its owner and every open view hold it; the mapping goes when
 * the last of them lets go. Safe for all threads.
 */
public final class Block {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int CHECKSUM_BYTES = 4;
  private static final int COPY_BYTES = 1 << 20;

  private final Disk disk;
  private final Path folder;
  private final Arena arena;
  private final IndexReader index;
  private final MemorySegment[] segments;
  private final long sizeBytes;
  private volatile BlockMeta meta;
  private volatile Map<Integer, Intervals> deleted;
  /** Damage that a reader met in the chunks; the index keeps its own. */
  private volatile @Nullable CorruptionException damage;
  private int holders = 1;

  private Block(Disk disk, Path folder, Arena arena) throws IOException {
    this.disk = disk;
    this.folder = folder;
    this.arena = arena;
    Path metaFile = folder.resolve("meta.json");
    this.meta = BlockMeta.parse(metaFile.toString(), disk.readAll(metaFile));
    Path indexFile = folder.resolve("index");
    this.index = new IndexReader(indexFile.toString(), map(indexFile));
    this.segments = mapSegments();
    this.deleted = Tombstones.read(disk, folder.resolve("tombstones"));
    long bytes = disk.size(indexFile);
    for (MemorySegment segment : segments) {
      bytes += segment.byteSize();
    }
    this.sizeBytes = bytes;
  }

  /**
   * Opens a block.
   *
   * @throws CorruptionException if it is damaged or not complete
   */
  public static Block open(Disk disk, Path folder) throws IOException {
    Arena arena = Arena.ofShared();
    try {
      return new Block(disk, folder, arena);
    } catch (IndexOutOfBoundsException e) {
      arena.close();
      throw new CorruptionException(folder.toString(), 0, "a block", String.valueOf(e.getMessage()));
    } catch (IOException | RuntimeException e) {
      arena.close();
      throw e;
    }
  }

  private MemorySegment map(Path path) throws IOException {
    try (Disk.File file = disk.open(path, Disk.Mode.READ)) {
      return file.map(0, file.size(), arena);
    }
  }

  private MemorySegment[] mapSegments() throws IOException {
    Path chunks = folder.resolve("chunks");
    List<MemorySegment> mapped = new ArrayList<>();
    for (String name : disk.list(chunks)) {
      if (name.matches("[0-9]{6,}")) {
        MemorySegment segment = map(chunks.resolve(name));
        if (segment.byteSize() < ChunkSegments.HEADER_BYTES || segment.get(INT, 0) != ChunkSegments.MAGIC) {
          throw new CorruptionException(chunks.resolve(name).toString(), 0, "a chunk file", "another header");
        }
        mapped.add(segment);
      }
    }
    return mapped.toArray(MemorySegment[]::new);
  }

  public BlockMeta meta() {
    return meta;
  }

  public Path folder() {
    return folder;
  }

  /** Bytes of index and chunks. */
  public long sizeBytes() {
    return sizeBytes;
  }

  public boolean overlaps(long fromMillis, long toMillis) {
    return meta.minTime() <= toMillis && fromMillis < meta.maxTime();
  }

  /** Damage that a reader met, or null. */
  public @Nullable CorruptionException damage() {
    CorruptionException inChunks = damage;
    return inChunks != null ? inChunks : index.damage();
  }

  private CorruptionException damaged(CorruptionException found) {
    damage = found;
    return found;
  }

  /** A view of a range of time, or null if the block is gone already. */
  public @Nullable SeriesSource view(long fromMillis, long toMillis) {
    return hold() ? new View(fromMillis, toMillis) : null;
  }

  private synchronized boolean hold() {
    if (holders == 0) {
      return false;
    }
    holders++;
    return true;
  }

  /** A holder lets go. The owner does so once. */
  public synchronized void release() {
    holders--;
    if (holders == 0) {
      arena.close();
    }
  }

  /** All series in order with all their chunks. The caller must hold the block. */
  public Iterable<ChunkedSeries> allSeries() {
    return () -> {
      Postings all = index.all();
      return new Iterator<>() {
        private int at;

        @Override
        public boolean hasNext() {
          return at < all.size();
        }

        @Override
        public ChunkedSeries next() {
          return series(all.get(at++), Long.MIN_VALUE, Long.MAX_VALUE);
        }
      };
    };
  }

  private ChunkedSeries series(int reference, long fromMillis, long toMillis) {
    IndexReader.Entry entry = index.entry(reference, fromMillis, toMillis);
    List<Chunk> chunks = new ArrayList<>(entry.chunks().size());
    for (ChunkReference chunk : entry.chunks()) {
      chunks.add(new BlockChunk(this, chunk));
    }
    return new ChunkedSeries(entry.labels(), chunks, deleted.getOrDefault(reference, Intervals.NONE), fromMillis, toMillis);
  }

  /** A chunk of a block; its times are those of its first and last sample. */
  private record BlockChunk(Block block, ChunkReference place) implements Chunk {
    @Override
    public long minTime() {
      return place.minTime();
    }

    @Override
    public long maxTime() {
      return place.maxTime();
    }

    @Override
    public ChunkBytes bytes() {
      return block.chunk(place.reference());
    }
  }

  private String chunkFile(int number) {
    return folder.resolve("chunks").resolve(String.format("%06d", number + 1)).toString();
  }

  private ChunkBytes chunk(long reference) {
    int number = (int) (reference >>> 32);
    long offset = reference & 0xFFFF_FFFFL;
    if (number >= segments.length) {
      throw damaged(new CorruptionException(chunkFile(number), offset, "a chunk", "no such file"));
    }
    MemorySegment segment = segments[number];
    try {
      long at = offset;
      long length = 0;
      int shift = 0;
      int b;
      do {
        b = segment.get(BYTE, at++) & 0xFF;
        length |= (long) (b & 0x7F) << shift;
        shift += 7;
      } while (b >= 0x80 && shift < 35);
      byte[] bytes = new byte[Math.toIntExact(Math.min(length + 1 + CHECKSUM_BYTES, segment.byteSize() - at))];
      MemorySegment.copy(segment, BYTE, at, bytes, 0, bytes.length);
      int end = bytes.length - CHECKSUM_BYTES;
      int stored = new ByteReader(bytes, end, CHECKSUM_BYTES).readInt();
      int computed = ByteWriter.checksum(bytes, 0, end);
      ChunkEncoding encoding = ChunkEncoding.of(bytes[0]);
      if (stored != computed || encoding == null) {
        throw damaged(new CorruptionException(chunkFile(number), offset, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed)));
      }
      return ChunkBytes.finished(encoding, bytes, 1, end - 1);
    } catch (IndexOutOfBoundsException e) {
      throw damaged(new CorruptionException(chunkFile(number), offset, "a chunk", String.valueOf(e.getMessage())));
    }
  }

  /** Hides samples of matching series in a range of time. Returns how many series had any. */
  public synchronized int delete(long fromMillis, long toMillis, List<Matcher> matchers) throws IOException {
    Postings found = Selection.select(index, matchers);
    Map<Integer, Intervals> grown = new HashMap<>(deleted);
    int count = 0;
    for (int i = 0; i < found.size(); i++) {
      List<ChunkReference> chunks = index.entry(found.get(i), fromMillis, toMillis).chunks();
      if (!chunks.isEmpty()) {
        long from = Math.max(fromMillis, chunks.getFirst().minTime());
        long to = Math.min(toMillis, chunks.getLast().maxTime());
        grown.merge(found.get(i), Intervals.NONE.with(from, to), Intervals::with);
        count++;
      }
    }
    if (count > 0) {
      Tombstones.write(disk, folder.resolve("tombstones"), grown);
      BlockMeta counted = meta.withTombstones(grown.values().stream().mapToLong(Intervals::size).sum());
      disk.replace(folder.resolve("meta.json"), counted.toJson());
      deleted = Map.copyOf(grown);
      meta = counted;
    }
    return count;
  }

  /** Copies the files of this block into a folder, which is made, and forces them to the disk. */
  public void copyTo(Path target) throws IOException {
    Path chunks = target.resolve("chunks");
    disk.createDirectories(chunks);
    for (String name : List.of("meta.json", "index", "tombstones")) {
      if (disk.exists(folder.resolve(name))) {
        copyFile(folder.resolve(name), target.resolve(name));
      }
    }
    for (String name : disk.list(folder.resolve("chunks"))) {
      copyFile(folder.resolve("chunks").resolve(name), chunks.resolve(name));
    }
    disk.forceDirectory(chunks);
    disk.forceDirectory(target);
  }

  private void copyFile(Path from, Path to) throws IOException {
    try (Disk.File in = disk.open(from, Disk.Mode.READ);
        Disk.File out = disk.open(to, Disk.Mode.CREATE)) {
      ByteBuffer buffer = ByteBuffer.allocate(COPY_BYTES);
      long at = 0;
      int read = in.read(at, buffer);
      while (read > 0) {
        out.write(at, buffer.flip());
        at += read;
        buffer.clear();
        read = in.read(at, buffer);
      }
      out.force();
    }
  }

  /** Reads everything once and gives the number of chunks; throws at the first damage. */
  public long verify() {
    long count = 0;
    for (ChunkedSeries series : allSeries()) {
      for (Chunk chunk : series.chunks()) {
        chunk.bytes();
        count++;
      }
    }
    return count;
  }

  private final class View implements SeriesSource {
    private final long fromMillis;
    private final long toMillis;
    private boolean closed;

    View(long fromMillis, long toMillis) {
      this.fromMillis = fromMillis;
      this.toMillis = toMillis;
    }

    @Override
    public List<ChunkedSeries> select(List<Matcher> matchers) {
      Postings found = Selection.select(index, matchers);
      List<ChunkedSeries> list = new ArrayList<>(found.size());
      for (int i = 0; i < found.size(); i++) {
        ChunkedSeries one = series(found.get(i), fromMillis, toMillis);
        if (!one.chunks().isEmpty()) {
          list.add(one);
        }
      }
      return list;
    }

    @Override
    public LabelSource labels() {
      return index;
    }

    @Override
    public Labels labelsOf(int reference) {
      return index.labels(reference);
    }

    @Override
    public synchronized void close() {
      if (!closed) {
        closed = true;
        release();
      }
    }
  }
}
