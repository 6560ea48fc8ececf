package io.meshwatch.tsdb.head;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/**
 * Which head chunk files there were at a clean end, and how long each was. A snapshot of the head stands for the log together with
 * these files: were one gone, or cut where a chunk ends, nothing else would tell. It lies in the snapshot's folder, where Prometheus
 * looks at names that are numbers only.
 *
 * <pre>
 * chunk_ends = {file:uint32 length:uint64} crc32c:uint32
 * </pre>
 *
 * @param lengths bytes of each file by its number, up to the end of its last chunk
 */
public record HeadChunkEnds(SortedMap<Integer, Long> lengths) {
  /** Nothing is known, as of a folder that Prometheus wrote. */
  static final HeadChunkEnds UNKNOWN = new HeadChunkEnds(new TreeMap<>());
  private static final String NAME = "chunk_ends";
  private static final int ENTRY_BYTES = Integer.BYTES + Long.BYTES;

  void write(Disk disk, Path folder) throws IOException {
    ByteWriter bytes = new ByteWriter(lengths.size() * ENTRY_BYTES + Integer.BYTES);
    lengths.forEach((number, length) -> bytes.putInt(number).putLong(length));
    bytes.putChecksumFrom(0);
    try (Disk.File file = disk.open(folder.resolve(NAME), Disk.Mode.CREATE)) {
      file.write(0, ByteBuffer.wrap(bytes.toBytes()));
      file.force();
    }
  }

  /**
   * Reads what stands in a snapshot's folder.
   *
   * @throws CorruptionException if it is not what was written
   */
  static HeadChunkEnds read(Disk disk, Path folder) throws IOException {
    Path path = folder.resolve(NAME);
    if (!disk.exists(path)) {
      return UNKNOWN;
    }
    byte[] bytes = disk.readAll(path);
    int end = bytes.length - Integer.BYTES;
    if (end < 0 || end % ENTRY_BYTES != 0) {
      throw new CorruptionException(path.toString(), 0, "whole entries and a checksum", bytes.length + " bytes");
    }
    int stored = new ByteReader(bytes, end, Integer.BYTES).readInt();
    int computed = ByteWriter.checksum(bytes, 0, end);
    if (stored != computed) {
      throw new CorruptionException(path.toString(), 0, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
    }
    SortedMap<Integer, Long> lengths = new TreeMap<>();
    for (ByteReader in = new ByteReader(bytes, 0, end); in.remaining() > 0; ) {
      lengths.put(in.readInt(), in.readLong());
    }
    return new HeadChunkEnds(lengths);
  }

  /** The numbers of files that are there and of those that should be; of a longer gap only the first. */
  SortedSet<Integer> withMissing(Set<Integer> present) {
    SortedSet<Integer> numbers = new TreeSet<>(lengths.keySet());
    numbers.addAll(present);
    int next = numbers.isEmpty() ? 0 : numbers.first();
    for (int number : List.copyOf(numbers)) {
      if (number > next) {
        numbers.add(next);
      }
      next = number + 1;
    }
    return numbers;
  }

  /** The length that a file must have at least. */
  long length(int number) {
    return lengths.getOrDefault(number, 0L);
  }

  /** That a file is not there which was there, or which those around it need. */
  CorruptionException missing(int number, Path directory) {
    String expected = lengths.containsKey(number) ? "the " + length(number) + " bytes of the last clean end" : "a file between the others";
    return new CorruptionException(directory.resolve(String.format("%06d", number)).toString(), 0, expected, "no such file");
  }

  /** That the chunks of a file end too early; empty if they do not. */
  Optional<CorruptionException> damage(int number, Path file, long end) {
    return end >= length(number)
        ? Optional.empty()
        : Optional.of(new CorruptionException(file.toString(), end, "chunks up to byte " + length(number) + " as at the last clean end", "no more"));
  }
}
