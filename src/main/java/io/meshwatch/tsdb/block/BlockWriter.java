package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Histogram;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SampleBuffer;
import io.meshwatch.tsdb.chunk.Chunk;
import io.meshwatch.tsdb.chunk.ChunkBytes;
import io.meshwatch.tsdb.chunk.ChunkedSeries;
import io.meshwatch.tsdb.chunk.HistogramAppender;
import io.meshwatch.tsdb.chunk.OpenChunk;
import io.meshwatch.tsdb.chunk.XorEncoder;
import io.meshwatch.tsdb.index.ChunkReference;
import io.meshwatch.tsdb.index.IndexWriter;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Writes a block: into a temporary folder first, which gets its name when everything in it is safe. Chunks that lie wholly in the
 * block's range and overlap with no other are copied as they are; others are decoded, merged and written anew. Confined to one
 * thread.
 */
public final class BlockWriter {
  /** Folders with this ending were not finished; they are deleted at the next start, by Prometheus too. */
  public static final String UNFINISHED = ".tmp-for-creation";
  private static final int CHUNK_SAMPLES = 120;

  private final Disk disk;
  private final Path folder;

  /** Writes blocks into a data folder. */
  public BlockWriter(Disk disk, Path folder) {
    this.disk = disk;
    this.folder = folder;
  }

  /**
   * Writes a block of these series, which are sorted by labels and gone through twice.
   *
   * @param plan name, range, level, sources and parents; its numbers of samples, series, chunks and tombstones do not matter
   * @return what was written, or null if there was no sample and so no block
   */
  public @Nullable BlockMeta write(BlockMeta plan, Iterable<ChunkedSeries> series) throws IOException {
    Path temporary = folder.resolve(plan.ulid() + UNFINISHED);
    disk.delete(temporary);
    disk.createDirectories(temporary.resolve("chunks"));
    try {
      BlockMeta meta = writeInto(temporary, plan, series);
      if (meta == null) {
        disk.delete(temporary);
        return null;
      }
      disk.forceDirectory(temporary.resolve("chunks"));
      disk.forceDirectory(temporary);
      disk.rename(temporary, folder.resolve(plan.ulid()));
      disk.forceDirectory(folder);
      return meta;
    } catch (IOException | RuntimeException e) {
      discard(temporary, e);
      throw e;
    }
  }

  private void discard(Path temporary, Exception reason) {
    try {
      disk.delete(temporary);
    } catch (IOException e) {
      reason.addSuppressed(e);
    }
  }

  private @Nullable BlockMeta writeInto(Path temporary, BlockMeta plan, Iterable<ChunkedSeries> series) throws IOException {
    Totals totals = new Totals();
    try (BufferedFile indexFile = new BufferedFile(disk, temporary.resolve("index"));
        ChunkSegments chunks = new ChunkSegments(disk, temporary.resolve("chunks"))) {
      IndexWriter index = new IndexWriter(indexFile::write, symbols(series));
      for (ChunkedSeries one : series) {
        List<ChunkReference> written = writeChunks(one, plan.minTime(), plan.maxTime() - 1, chunks, totals);
        if (!written.isEmpty()) {
          index.add(one.labels(), written);
          totals.series++;
        }
      }
      index.finish();
    }
    if (totals.series == 0) {
      return null;
    }
    Tombstones.write(disk, temporary.resolve("tombstones"), Map.of());
    BlockMeta meta =
        new BlockMeta(
            plan.ulid(), plan.minTime(), plan.maxTime(), totals.samples, totals.series, totals.chunks, 0, plan.level(),
            plan.sources(), plan.parents(), plan.outOfOrder());
    disk.replace(temporary.resolve("meta.json"), meta.toJson());
    return meta;
  }

  /** What was counted. */
  private static final class Totals {
    long samples;
    long series;
    long chunks;
  }

  private static List<String> symbols(Iterable<ChunkedSeries> series) {
    TreeSet<String> symbols = new TreeSet<>(Labels::compareText);
    for (ChunkedSeries one : series) {
      for (int i = 0; i < one.labels().size(); i++) {
        symbols.add(one.labels().name(i));
        symbols.add(one.labels().value(i));
      }
    }
    return List.copyOf(symbols);
  }

  private static List<ChunkReference> writeChunks(ChunkedSeries series, long from, long to, ChunkSegments out, Totals totals)
      throws IOException {
    List<ChunkReference> written = new ArrayList<>();
    List<Chunk> chunks = series.chunks();
    for (int i = 0; i < chunks.size(); ) {
      int next = i + 1;
      long end = chunks.get(i).maxTime();
      while (next < chunks.size() && chunks.get(next).minTime() <= end) {
        end = Math.max(end, chunks.get(next).maxTime());
        next++;
      }
      Chunk chunk = chunks.get(i);
      ChunkBytes bytes = next == i + 1 ? copyable(series, chunk, from, to) : null;
      if (bytes != null) {
        written.add(new ChunkReference(out.write(bytes), chunk.minTime(), chunk.maxTime()));
        totals.samples += bytes.count();
        totals.chunks++;
      } else if (chunk.minTime() <= to && end >= from) {
        encode(series, Math.max(from, chunk.minTime()), Math.min(to, end), out, written, totals);
      }
      i = next;
    }
    return written;
  }

  /** The bytes of a chunk if all its samples belong into the block, else null. */
  private static @Nullable ChunkBytes copyable(ChunkedSeries series, Chunk chunk, long from, long to) {
    if (chunk.minTime() < from
        || chunk.maxTime() > Math.min(to, series.toMillis())
        || series.deleted().overlaps(chunk.minTime(), chunk.maxTime())) {
      return null;
    }
    return chunk.bytes();
  }

  private static void encode(
      ChunkedSeries series, long from, long to, ChunkSegments out, List<ChunkReference> written, Totals totals)
      throws IOException {
    SampleBuffer samples = new SampleBuffer();
    series.read(from, to, samples);
    OpenChunk open = null;
    for (int i = 0; i < samples.size(); i++) {
      OpenChunk grown = append(open, samples, i);
      if (open != null && grown != open) {
        written.add(finish(open, out, totals));
      }
      open = grown;
    }
    if (open != null) {
      written.add(finish(open, out, totals));
    }
  }

  private static OpenChunk append(@Nullable OpenChunk open, SampleBuffer samples, int index) {
    long time = samples.timestamps()[index];
    Histogram histogram = samples.histogram(index);
    boolean full = open != null && open.count() >= CHUNK_SAMPLES;
    if (histogram == null) {
      XorEncoder floats = open instanceof XorEncoder encoder && !full ? encoder : new XorEncoder(256);
      floats.append(time, samples.values()[index]);
      return floats;
    }
    return full
        ? HistogramAppender.start(time, histogram, HistogramAppender.hintAfter(open, histogram))
        : HistogramAppender.append(open, time, histogram);
  }

  private static ChunkReference finish(OpenChunk chunk, ChunkSegments out, Totals totals) throws IOException {
    ChunkBytes bytes = ChunkBytes.finished(chunk.encoding(), chunk.toBytes());
    totals.samples += chunk.count();
    totals.chunks++;
    return new ChunkReference(out.write(bytes), chunk.minTime(), chunk.maxTime());
  }
}
