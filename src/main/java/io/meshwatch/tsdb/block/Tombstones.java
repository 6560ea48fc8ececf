package io.meshwatch.tsdb.block;

import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import io.meshwatch.tsdb.chunk.Intervals;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;

/**
 * Deleted ranges of a block's series: they hide samples until the block is written anew.
 *
 * <pre>
 * tombstones = 0x0130BA30:uint32 version=1:byte {series:uvarint from:varint to:varint} crc32c:uint32
 * </pre>
 *
 * The checksum covers the entries.
 *
 * @see <a href="https://github.com/prometheus/prometheus/blob/main/tsdb/docs/format/tombstones.md">Tombstones disk format</a>
 */
final class Tombstones {
  private static final int MAGIC = 0x0130BA30;
  private static final int HEADER_BYTES = 5;

  private Tombstones() {}

  static void write(Disk disk, Path file, Map<Integer, Intervals> deleted) throws IOException {
    ByteWriter out = new ByteWriter(64).putInt(MAGIC).putByte(1);
    new TreeMap<>(deleted).forEach(
        (series, gone) -> {
          for (int i = 0; i < gone.size(); i++) {
            out.putUvarint(Integer.toUnsignedLong(series)).putVarint(gone.from(i)).putVarint(gone.to(i));
          }
        });
    out.putChecksumFrom(HEADER_BYTES);
    disk.replace(file, out.toBytes());
  }

  static Map<Integer, Intervals> read(Disk disk, Path file) throws IOException {
    Map<Integer, Intervals> deleted = new TreeMap<>();
    if (!disk.exists(file)) {
      return deleted;
    }
    byte[] content = disk.readAll(file);
    int end = content.length - 4;
    if (end < HEADER_BYTES || new ByteReader(content).readInt() != MAGIC) {
      throw new CorruptionException(file.toString(), 0, "a tombstones file", content.length + " bytes of something else");
    }
    int stored = new ByteReader(content, end, 4).readInt();
    int computed = ByteWriter.checksum(content, HEADER_BYTES, end - HEADER_BYTES);
    if (stored != computed) {
      throw new CorruptionException(
          file.toString(), end, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
    }
    ByteReader in = new ByteReader(content, HEADER_BYTES, end - HEADER_BYTES);
    while (in.remaining() > 0) {
      int series = (int) in.readUvarint();
      long from = in.readVarint();
      deleted.merge(series, Intervals.NONE.with(from, in.readVarint()), Intervals::with);
    }
    return deleted;
  }
}
