package io.meshwatch.tsdb.wal;

import io.airlift.compress.v3.MalformedInputException;
import io.airlift.compress.v3.snappy.SnappyJavaDecompressor;
import io.airlift.compress.v3.zstd.ZstdJavaDecompressor;
import io.meshwatch.environment.Disk;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads the records of one segment. Damage ends {@link #next}; {@link #skipDamage} goes on with the first whole record on a later
 * page. Confined to one thread; a record is valid until the next call.
 *
 * @see LogFormat
 */
public final class SegmentReader implements RecordSource {
  private static final byte[] NOTHING = {};
  /** Literals with a larger number in their tag have their length in the one to four bytes that follow. */
  private static final int SNAPPY_SHORT_LITERAL_MAX = 59;

  private final Path path;
  private final Disk.File file;
  private final SnappyJavaDecompressor snappy = new SnappyJavaDecompressor();
  private final ZstdJavaDecompressor zstd = new ZstdJavaDecompressor();
  private final byte[] page = new byte[LogFormat.PAGE_BYTES];
  private final ByteWriter assembled = new ByteWriter(LogFormat.PAGE_BYTES);
  private long pageStart = -LogFormat.PAGE_BYTES;
  private int pageLength;
  private int at;
  private long startOffset;
  private long recordStart;
  private long recordEnd;
  private byte[] record = NOTHING;
  private byte[] unpacked = NOTHING;
  private int recordOffset;
  private int recordLength;
  private boolean skipsOrphans;
  private boolean passesOverSamples;
  private boolean passesOverContents;
  /** Whether the current record holds samples that nobody wants; it is not decompressed then. */
  private boolean isPassedOver;
  private @Nullable CorruptionException damage;

  public SegmentReader(Disk disk, Path path) throws IOException {
    this.path = path;
    this.file = disk.open(path, Disk.Mode.READ);
  }

  /** Goes on from an offset, where a record ends. */
  public void startAt(long offset) throws IOException {
    startOffset = offset;
    pageStart = offset / LogFormat.PAGE_BYTES * LogFormat.PAGE_BYTES;
    pageLength = Math.max(0, file.read(pageStart, ByteBuffer.wrap(page)));
    at = (int) Math.min(offset - pageStart, pageLength);
    recordEnd = offset;
  }

  /** Where it began. */
  long startOffset() {
    return startOffset;
  }

  /** From now on float samples are passed over, mostly without being decompressed. */
  void passOverSamples() {
    passesOverSamples = true;
  }

  /** From now on records are only checked: {@link #next} goes to the end or to damage at once. */
  public void passOverContents() {
    passesOverContents = true;
  }

  @Override
  public boolean next() throws IOException {
    if (damage != null) {
      return false;
    }
    try {
      boolean found = readRecord();
      while (found && isPassedOver) {
        found = readRecord();
      }
      return found;
    } catch (CorruptionException e) {
      damage = e;
      return false;
    }
  }

  @Override
  public @Nullable CorruptionException damage() {
    return damage;
  }

  @Override
  public void skipDamage() {
    damage = null;
    at = pageLength;
    skipsOrphans = true;
  }

  @Override
  public ByteReader record() {
    return new ByteReader(record, recordOffset, recordLength);
  }

  @Override
  public long recordStart() {
    return recordStart;
  }

  @Override
  public long recordEnd() {
    return recordEnd;
  }

  private boolean readRecord() throws IOException {
    assembled.clear();
    boolean started = false;
    while (true) {
      if (pageLength - at < LogFormat.HEADER_BYTES) {
        boolean more = nextPage(started);
        if (!more) {
          return false;
        }
        continue;
      }
      int header = page[at] & 0xFF;
      int type = header & LogFormat.TYPE_MASK;
      if (type == LogFormat.EMPTY) {
        checkEmptyRest();
        at = pageLength;
        continue;
      }
      int length = (page[at + 1] & 0xFF) << 8 | (page[at + 2] & 0xFF);
      checkFragment(header, length);
      boolean opens = type == LogFormat.WHOLE || type == LogFormat.FIRST;
      if (!opens && !started && skipsOrphans) {
        at += LogFormat.HEADER_BYTES + length;
        continue;
      }
      if (opens == started) {
        throw damaged(at, started ? "the rest of a record" : "the start of a record", "a fragment of type " + type);
      }
      if (opens) {
        recordStart = pageStart + at;
      }
      started = true;
      skipsOrphans = false;
      int from = at + LogFormat.HEADER_BYTES;
      at = from + length;
      if (type == LogFormat.WHOLE) {
        finish(header, page, from, length);
        return true;
      }
      if (assembled.size() + length > LogFormat.RECORD_BYTES_MAX) {
        throw damaged(at, "a record of at most " + LogFormat.RECORD_BYTES_MAX + " bytes", "more");
      }
      assembled.put(page, from, length);
      if (type == LogFormat.LAST) {
        finish(header, assembled.bytes(), 0, assembled.size());
        return true;
      }
    }
  }

  private boolean nextPage(boolean withinRecord) throws IOException {
    boolean partial = pageLength < LogFormat.PAGE_BYTES && pageStart >= 0;
    if (partial && at < pageLength && !restIsZero()) {
      throw damaged(at, "a fragment header of " + LogFormat.HEADER_BYTES + " bytes", (pageLength - at) + " bytes");
    }
    int length = 0;
    if (!partial) {
      pageStart += LogFormat.PAGE_BYTES;
      length = file.read(pageStart, ByteBuffer.wrap(page));
      pageLength = Math.max(length, 0);
      at = 0;
    }
    if (length <= 0 && withinRecord) {
      throw damaged(at, "the rest of a record", "the end of the segment");
    }
    return length > 0;
  }

  private void checkEmptyRest() {
    if (!restIsZero()) {
      throw damaged(at, "zeros up to the end of the page", "other bytes");
    }
  }

  private boolean restIsZero() {
    for (int i = at; i < pageLength; i++) {
      if (page[i] != 0) {
        return false;
      }
    }
    return true;
  }

  private void checkFragment(int header, int length) {
    int type = header & LogFormat.TYPE_MASK;
    int flags = header & ~LogFormat.TYPE_MASK;
    // The checksum does not cover this byte.
    if (flags != 0 && flags != LogFormat.SNAPPY_FLAG && flags != LogFormat.ZSTD_FLAG) {
      throw damaged(at, "one compression or none", "flags " + Integer.toHexString(flags));
    }
    if (type > LogFormat.LAST) {
      throw damaged(at, "a fragment type of 0 to 4", String.valueOf(type));
    }
    if (at + LogFormat.HEADER_BYTES + length > pageLength) {
      throw damaged(at, "a fragment of " + length + " bytes", "only " + (pageLength - at - LogFormat.HEADER_BYTES) + " bytes");
    }
    int stored = new ByteReader(page, at + 3, 4).readInt();
    int computed = ByteWriter.checksum(page, at + LogFormat.HEADER_BYTES, length);
    if (stored != computed) {
      throw damaged(at, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
    }
  }

  private void finish(int header, byte[] bytes, int from, int length) {
    recordEnd = pageStart + at;
    isPassedOver = passesOverContents || (passesOverSamples && isSamples(header, bytes, from, length));
    if (isPassedOver) {
      return;
    }
    try {
      if ((header & LogFormat.SNAPPY_FLAG) != 0) {
        unpack(snappy.getUncompressedLength(bytes, from));
        recordLength = snappy.decompress(bytes, from, length, unpacked, 0, unpacked.length);
      } else if ((header & LogFormat.ZSTD_FLAG) != 0) {
        unpack(zstd.getDecompressedSize(bytes, from, length));
        recordLength = zstd.decompress(bytes, from, length, unpacked, 0, unpacked.length);
      } else {
        record = bytes;
        recordOffset = from;
        recordLength = length;
      }
    } catch (MalformedInputException | IllegalArgumentException | IndexOutOfBoundsException e) {
      throw damaged(at, "a compressed record", String.valueOf(e.getMessage()));
    }
  }

  /**
   * Whether a record's first byte says samples. Compressed with snappy, a record begins with its length and a literal, whose first
   * byte stands there as it is; other compressions do not tell.
   *
   * @see <a href="https://github.com/google/snappy/blob/main/format_description.txt">Snappy format</a>
   */
  private static boolean isSamples(int header, byte[] bytes, int from, int length) {
    int kindAt = from;
    if ((header & LogFormat.ZSTD_FLAG) != 0) {
      return false;
    }
    if ((header & LogFormat.SNAPPY_FLAG) != 0) {
      while (kindAt < from + length && bytes[kindAt] < 0) {
        kindAt++;
      }
      kindAt++;
      if (kindAt >= from + length || (bytes[kindAt] & 3) != 0) {
        return false;
      }
      int literal = (bytes[kindAt] & 0xFF) >>> 2;
      kindAt += 1 + Math.max(0, literal - SNAPPY_SHORT_LITERAL_MAX);
    }
    return kindAt < from + length && bytes[kindAt] == Records.SAMPLES;
  }

  private void unpack(long size) {
    if (size < 0 || size > LogFormat.RECORD_BYTES_MAX) {
      throw damaged(at, "a record of at most " + LogFormat.RECORD_BYTES_MAX + " bytes", size + " bytes");
    }
    if (unpacked.length < size) {
      unpacked = Arrays.copyOf(NOTHING, (int) Math.max(size, unpacked.length * 2L));
    }
    record = unpacked;
    recordOffset = 0;
  }

  private CorruptionException damaged(int offsetInPage, String expected, String got) {
    return new CorruptionException(path.toString(), Math.max(0, pageStart) + offsetInPage, expected, got);
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
