package io.meshwatch.tsdb.index;

import io.meshwatch.model.Labels;
import io.meshwatch.tsdb.chunk.ByteReader;
import io.meshwatch.tsdb.chunk.ByteWriter;
import io.meshwatch.tsdb.chunk.CorruptionException;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Reads the index file of a block from mapped memory. Kept on the heap: the offset of every eighth symbol, of every 32nd entry of
 * the postings offset table, and a small cache of symbols. Safe for all threads.
 *
 * @see IndexFormat
 */
public final class IndexReader implements LabelSource {
  private static final ValueLayout.OfByte BYTE = ValueLayout.JAVA_BYTE;
  private static final ValueLayout.OfInt INT = ValueLayout.JAVA_INT_UNALIGNED.withOrder(ByteOrder.BIG_ENDIAN);
  private static final int SYMBOL_STEP = 8;
  private static final int ENTRY_STEP = 32;
  private static final int CACHED_SYMBOLS = 4096;
  private static final int VARINT_BYTES = 10;
  private static final int CHUNKS_MAX = 1 << 24;
  private static final int LABELS_MAX = 1 << 16;
  /** The values of a label that has more are read anew each time. */
  private static final int KNOWN_VALUES_MAX = 256;

  private final String file;
  private final MemorySegment memory;
  private final int symbolCount;
  private final long symbolsEnd;
  private final long[] symbolOffsets;
  private final CachedSymbol[] cache = new CachedSymbol[CACHED_SYMBOLS];
  private final Map<String, ValueTable> tables = new LinkedHashMap<>();
  private Postings all = Postings.EMPTY;
  private volatile @Nullable CorruptionException damage;

  private record CachedSymbol(int number, String text) {}

  /** Where the entries of one label name lie in the postings offset table. */
  private static final class ValueTable {
    int count;
    long[] sampled = new long[1];
    int sampledSize;
    /** All values, once somebody asked for them and if they are few; a block never changes. */
    volatile @Nullable List<String> known;

    void add(long offset) {
      if (count++ % ENTRY_STEP == 0) {
        if (sampledSize == sampled.length) {
          sampled = Arrays.copyOf(sampled, sampledSize * 2);
        }
        sampled[sampledSize++] = offset;
      }
    }
  }

  /** A series as the index has it. */
  public record Entry(Labels labels, List<ChunkReference> chunks) {}

  /**
   * Opens an index that is mapped; the memory must stay valid as long as the reader is used.
   *
   * @throws CorruptionException if a table is damaged; series and postings are checked when they are read
   */
  public IndexReader(String file, MemorySegment memory) {
    this.file = file;
    this.memory = memory;
    long size = memory.byteSize();
    if (size < IndexFormat.HEADER_BYTES + IndexFormat.CONTENTS_BYTES || memory.get(INT, 0) != IndexFormat.MAGIC) {
      throw new CorruptionException(file, 0, "an index file", size + " bytes of something else");
    }
    if (memory.get(BYTE, 4) != IndexFormat.VERSION) {
      throw new CorruptionException(file, 4, "version " + IndexFormat.VERSION, String.valueOf(memory.get(BYTE, 4)));
    }
    byte[] contents = copy(size - IndexFormat.CONTENTS_BYTES, IndexFormat.CONTENTS_BYTES);
    verify(contents, 0, contents.length - 4, size - IndexFormat.CONTENTS_BYTES);
    ByteReader in = new ByteReader(contents);
    long symbolsAt = in.readLong();
    in.skip(4 * 8);
    long tableAt = in.readLong();
    byte[] symbols = section(symbolsAt);
    this.symbolCount = new ByteReader(symbols).readInt();
    this.symbolsEnd = symbolsAt + 4 + symbols.length;
    this.symbolOffsets = sampleSymbols(symbols, symbolsAt + 4);
    readPostingsOffsets(section(tableAt), tableAt + 4);
  }

  private byte[] copy(long offset, long length) {
    if (offset < 0 || length < 0 || offset + length > memory.byteSize() || length > Integer.MAX_VALUE) {
      throw damaged(offset, length + " bytes", "a file of " + memory.byteSize() + " bytes");
    }
    byte[] bytes = new byte[(int) length];
    MemorySegment.copy(memory, BYTE, offset, bytes, 0, bytes.length);
    return bytes;
  }

  private void verify(byte[] bytes, int from, int length, long offset) {
    int stored = new ByteReader(bytes, from + length, 4).readInt();
    int computed = ByteWriter.checksum(bytes, from, length);
    if (stored != computed) {
      throw damaged(offset, "checksum " + Integer.toHexString(stored), Integer.toHexString(computed));
    }
  }

  /** The content of a section with its length in front, checked. */
  private byte[] section(long offset) {
    int length = new ByteReader(copy(offset, 4)).readInt();
    byte[] bytes = copy(offset + 4, Integer.toUnsignedLong(length) + IndexFormat.CHECKSUM_BYTES);
    verify(bytes, 0, bytes.length - IndexFormat.CHECKSUM_BYTES, offset);
    return Arrays.copyOf(bytes, bytes.length - IndexFormat.CHECKSUM_BYTES);
  }

  private long[] sampleSymbols(byte[] section, long fileOffset) {
    long[] offsets = new long[symbolCount / SYMBOL_STEP + 1];
    ByteReader in = new ByteReader(section);
    in.skip(4);
    for (int i = 0; i < symbolCount; i++) {
      if (i % SYMBOL_STEP == 0) {
        offsets[i / SYMBOL_STEP] = fileOffset + in.position();
      }
      in.skip(in.readCount(in.remaining()));
    }
    return offsets;
  }

  private void readPostingsOffsets(byte[] section, long fileOffset) {
    ByteReader in = new ByteReader(section);
    int count = in.readInt();
    String lastName = "";
    ValueTable last = null;
    for (int i = 0; i < count; i++) {
      long at = fileOffset + in.position();
      in.readUvarint();
      String name = in.readText();
      in.skip(in.readCount(in.remaining()));
      long offset = in.readUvarint();
      if (name.isEmpty()) {
        all = readPostings(offset);
        continue;
      }
      if (last == null || !name.equals(lastName)) {
        last = new ValueTable();
        tables.put(name, last);
        lastName = name;
      }
      last.add(at);
    }
  }

  /** Damage that somebody met while reading, or null. */
  public @Nullable CorruptionException damage() {
    return damage;
  }

  /** A symbol by its number. */
  private String symbol(long number) {
    if (number < 0 || number >= symbolCount) {
      throw damaged(0, "a symbol below " + symbolCount, String.valueOf(number));
    }
    int wanted = (int) number;
    CachedSymbol cached = cache[wanted % CACHED_SYMBOLS];
    if (cached != null && cached.number == wanted) {
      return cached.text;
    }
    long at = symbolOffsets[wanted / SYMBOL_STEP];
    for (int i = wanted / SYMBOL_STEP * SYMBOL_STEP; i < wanted; i++) {
      long length = uvarint(at);
      at += uvarintBytes(length) + length;
    }
    long length = uvarint(at);
    long from = at + uvarintBytes(length);
    if (from + length > symbolsEnd) {
      throw damaged(at, "a symbol", "the end of the symbol table");
    }
    String text = new String(copy(from, length), java.nio.charset.StandardCharsets.UTF_8);
    cache[wanted % CACHED_SYMBOLS] = new CachedSymbol(wanted, text);
    return text;
  }

  private long uvarint(long at) {
    long value = 0;
    for (int i = 0; i < VARINT_BYTES; i++) {
      long b = memory.get(BYTE, at + i) & 0xFF;
      value |= (b & 0x7F) << (7 * i);
      if (b < 0x80) {
        return value;
      }
    }
    throw damaged(at, "a number", "more than " + VARINT_BYTES + " bytes");
  }

  private static int uvarintBytes(long value) {
    return Math.max(1, (64 - Long.numberOfLeadingZeros(value) + 6) / 7);
  }

  /** The labels of a series and the chunks that reach into a range of time. */
  public Entry entry(int reference, long fromMillis, long toMillis) {
    ByteReader in = entryBytes(reference);
    try {
      Labels labels = readLabels(in);
      return new Entry(labels, readChunks(in, fromMillis, toMillis));
    } catch (IndexOutOfBoundsException e) {
      throw damagedEntry(reference, e);
    }
  }

  /** The labels of a series. */
  public Labels labels(int reference) {
    try {
      return readLabels(entryBytes(reference));
    } catch (IndexOutOfBoundsException e) {
      throw damagedEntry(reference, e);
    }
  }

  private CorruptionException damagedEntry(int reference, IndexOutOfBoundsException e) {
    return damaged(offset(reference), "a series", String.valueOf(e.getMessage()));
  }

  private CorruptionException damaged(long offset, String expected, String got) {
    CorruptionException found = new CorruptionException(file, offset, expected, got);
    damage = found;
    return found;
  }

  private static long offset(int reference) {
    return Integer.toUnsignedLong(reference) * IndexFormat.SERIES_ALIGNMENT;
  }

  private ByteReader entryBytes(int reference) {
    long at = offset(reference);
    if (at + VARINT_BYTES > memory.byteSize()) {
      throw damaged(at, "a series", "the end of the file");
    }
    long length = uvarint(at);
    byte[] bytes = copy(at + uvarintBytes(length), length + IndexFormat.CHECKSUM_BYTES);
    verify(bytes, 0, bytes.length - IndexFormat.CHECKSUM_BYTES, at);
    return new ByteReader(bytes, 0, (int) length);
  }

  private Labels readLabels(ByteReader in) {
    String[] pairs = new String[2 * in.readCount(LABELS_MAX)];
    for (int i = 0; i < pairs.length; i++) {
      pairs[i] = symbol(in.readUvarint());
    }
    return Labels.ofSorted(pairs);
  }

  private static List<ChunkReference> readChunks(ByteReader in, long fromMillis, long toMillis) {
    int count = in.readCount(CHUNKS_MAX);
    List<ChunkReference> chunks = new ArrayList<>(Math.min(count, 16));
    long maxTime = 0;
    long reference = 0;
    for (int i = 0; i < count; i++) {
      long minTime = i == 0 ? in.readVarint() : maxTime + in.readUvarint();
      maxTime = minTime + in.readUvarint();
      reference = i == 0 ? in.readUvarint() : reference + in.readVarint();
      if (minTime > toMillis) {
        break;
      }
      if (maxTime >= fromMillis) {
        chunks.add(new ChunkReference(reference, minTime, maxTime));
      }
    }
    return chunks;
  }

  @Override
  public Postings all() {
    return all;
  }

  @Override
  public Postings postings(String name, String value) {
    if (name.isEmpty()) {
      return value.isEmpty() ? all : Postings.EMPTY;
    }
    ValueTable table = tables.get(name);
    if (table == null) {
      return Postings.EMPTY;
    }
    int low = 0;
    int high = table.sampledSize - 1;
    while (low < high) {
      int middle = (low + high + 1) >>> 1;
      if (Labels.compareText(entryAt(table.sampled[middle]).value, value) <= 0) {
        low = middle;
      } else {
        high = middle - 1;
      }
    }
    long at = table.sampled[low];
    int last = Math.min(table.count, (low + 1) * ENTRY_STEP);
    for (int i = low * ENTRY_STEP; i < last; i++) {
      TableEntry entry = entryAt(at);
      int order = Labels.compareText(entry.value, value);
      if (order == 0) {
        return readPostings(entry.postingsOffset);
      }
      if (order > 0) {
        break;
      }
      at = entry.end;
    }
    return Postings.EMPTY;
  }

  private record TableEntry(String value, long postingsOffset, long end) {}

  private TableEntry entryAt(long offset) {
    long at = offset + 1;
    long nameLength = uvarint(at);
    at += uvarintBytes(nameLength) + nameLength;
    long valueLength = uvarint(at);
    at += uvarintBytes(valueLength);
    String value = new String(copy(at, valueLength), java.nio.charset.StandardCharsets.UTF_8);
    at += valueLength;
    long postingsOffset = uvarint(at);
    return new TableEntry(value, postingsOffset, at + uvarintBytes(postingsOffset));
  }

  private Postings readPostings(long offset) {
    byte[] section = section(offset);
    ByteReader in = new ByteReader(section);
    int[] references = new int[in.readInt()];
    if (references.length * 4L != in.remaining()) {
      throw damaged(offset, references.length + " postings", in.remaining() + " bytes");
    }
    for (int i = 0; i < references.length; i++) {
      references[i] = in.readInt();
    }
    return new Postings(references, references.length);
  }

  @Override
  public List<String> values(String name) {
    ValueTable table = tables.get(name);
    if (table == null) {
      return List.of();
    }
    List<String> known = table.known;
    if (known != null) {
      return known;
    }
    List<String> values = new ArrayList<>(table.count);
    long at = table.sampled[0];
    for (int i = 0; i < table.count; i++) {
      TableEntry entry = entryAt(at);
      values.add(entry.value);
      at = entry.end;
    }
    if (table.count <= KNOWN_VALUES_MAX) {
      table.known = List.copyOf(values);
    }
    return values;
  }

  @Override
  public List<String> names() {
    return new ArrayList<>(tables.keySet());
  }
}
