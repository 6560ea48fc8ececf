package io.meshwatch.tsdb.index;

import io.meshwatch.model.Labels;
import io.meshwatch.tsdb.chunk.ByteWriter;
import java.io.IOException;
import java.util.Arrays;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/**
 * Writes the index file of a block: first all symbols, then the series in the order of their labels, then what finds them.
 * Confined to one thread.
 *
 * @see IndexFormat
 */
public final class IndexWriter {
  /** Takes the bytes of the file one after the other. */
  public interface Out {
    void write(ByteWriter bytes) throws IOException;
  }

  private final Out out;
  private final ByteWriter buffer = new ByteWriter(1 << 16);
  private final ByteWriter entry = new ByteWriter(256);
  private final Map<String, Integer> symbols = new HashMap<>();
  private final List<String> sortedSymbols;
  /** Postings by name symbol in the upper and value symbol in the lower half; −1 for all series. */
  private final LongMap<Growing> postings = new LongMap<>();
  private static final long ALL_SERIES = -1;
  private long position;
  private final long symbolsAt;
  private final long seriesAt;

  /** A list of numbers that grows. */
  private static final class Growing {
    int[] numbers = new int[2];
    int size;

    void add(int number) {
      if (size == numbers.length) {
        numbers = Arrays.copyOf(numbers, size * 2);
      }
      numbers[size++] = number;
    }
  }

  private record Place(int name, int value, long offset) {}

  /** Starts the file with all symbols, which must be sorted by UTF-8 and each there once. */
  public IndexWriter(Out out, List<String> sortedSymbols) throws IOException {
    this.out = out;
    this.sortedSymbols = sortedSymbols;
    postings.put(ALL_SERIES, new Growing());
    buffer.putInt(IndexFormat.MAGIC).putByte(IndexFormat.VERSION);
    flush();
    symbolsAt = position;
    int section = startSection();
    buffer.putInt(sortedSymbols.size());
    for (String symbol : sortedSymbols) {
      symbols.put(symbol, symbols.size());
      buffer.putText(symbol);
    }
    endSection(section);
    flush();
    seriesAt = position;
  }

  private int startSection() {
    int at = buffer.size();
    buffer.putInt(0);
    return at;
  }

  private void endSection(int at) {
    buffer.setInt(at, buffer.size() - at - 4);
    buffer.putChecksumFrom(at + 4);
  }

  private void flush() throws IOException {
    out.write(buffer);
    position += buffer.size();
    buffer.clear();
  }

  private void align(int bytes) {
    while ((position + buffer.size()) % bytes != 0) {
      buffer.putByte(0);
    }
  }

  /** Adds a series, greater than the one before, with its chunks, which ascend in time without overlap. */
  public void add(Labels labels, List<ChunkReference> chunks) throws IOException {
    align(IndexFormat.SERIES_ALIGNMENT);
    int number = Math.toIntExact((position + buffer.size()) / IndexFormat.SERIES_ALIGNMENT);
    entry.clear();
    entry.putUvarint(labels.size());
    for (int i = 0; i < labels.size(); i++) {
      int name = symbol(labels.name(i));
      int value = symbol(labels.value(i));
      entry.putUvarint(name).putUvarint(value);
      list((long) name << 32 | value).add(number);
    }
    list(ALL_SERIES).add(number);
    putChunks(chunks);
    buffer.putUvarint(entry.size());
    int from = buffer.size();
    buffer.put(entry.bytes(), 0, entry.size());
    buffer.putChecksumFrom(from);
    if (buffer.size() > 1 << 15) {
      flush();
    }
  }

  private int symbol(String text) {
    Integer number = symbols.get(text);
    if (number == null) {
      throw new IllegalStateException("the symbol table misses " + text);
    }
    return number;
  }

  private Growing list(long key) {
    Growing list = postings.get(key);
    if (list == null) {
      list = new Growing();
      postings.put(key, list);
    }
    return list;
  }

  private void putChunks(List<ChunkReference> chunks) {
    entry.putUvarint(chunks.size());
    ChunkReference before = null;
    for (ChunkReference chunk : chunks) {
      if (before == null) {
        entry.putVarint(chunk.minTime());
      } else {
        entry.putUvarint(chunk.minTime() - before.maxTime());
      }
      entry.putUvarint(chunk.maxTime() - chunk.minTime());
      if (before == null) {
        entry.putUvarint(chunk.reference());
      } else {
        entry.putVarint(chunk.reference() - before.reference());
      }
      before = chunk;
    }
  }

  /** Writes everything that finds the series, and the table of contents. */
  public void finish() throws IOException {
    flush();
    long[] keys = postings.keys();
    Arrays.sort(keys);
    TreeMap<Integer, Growing> valuesByName = new TreeMap<>();
    for (long key : keys) {
      if (key != ALL_SERIES) {
        valuesByName.computeIfAbsent((int) (key >>> 32), n -> new Growing()).add((int) key);
      }
    }
    long labelIndicesAt = position;
    List<Place> labelIndices = writeLabelIndices(valuesByName);
    long postingsAt = position;
    List<Place> places = writePostings(keys);
    long labelOffsetsAt = position;
    writeLabelOffsets(labelIndices);
    long postingsOffsetsAt = position;
    writePostingsOffsets(places);
    buffer.putLong(symbolsAt).putLong(seriesAt).putLong(labelIndicesAt).putLong(labelOffsetsAt);
    buffer.putLong(postingsAt).putLong(postingsOffsetsAt).putChecksumFrom(0);
    flush();
  }

  private List<Place> writeLabelIndices(Map<Integer, Growing> valuesByName) throws IOException {
    Place[] places = new Place[valuesByName.size()];
    int count = 0;
    for (Map.Entry<Integer, Growing> label : valuesByName.entrySet()) {
      align(4);
      places[count++] = new Place(label.getKey(), 0, position + buffer.size());
      int section = startSection();
      Growing values = label.getValue();
      buffer.putInt(1).putInt(values.size);
      for (int i = 0; i < values.size; i++) {
        buffer.putInt(values.numbers[i]);
      }
      endSection(section);
      flush();
    }
    return List.of(places);
  }

  private List<Place> writePostings(long[] sortedKeys) throws IOException {
    Place[] places = new Place[sortedKeys.length];
    for (int k = 0; k < sortedKeys.length; k++) {
      align(4);
      places[k] = new Place((int) (sortedKeys[k] >>> 32), (int) sortedKeys[k], position + buffer.size());
      Growing list = list(sortedKeys[k]);
      int section = startSection();
      buffer.putInt(list.size);
      for (int i = 0; i < list.size; i++) {
        buffer.putInt(list.numbers[i]);
      }
      endSection(section);
      if (buffer.size() > 1 << 15) {
        flush();
      }
    }
    flush();
    // Symbols are sorted, so their numbers are in the order of the texts; the key of all series, −1, sorts first.
    Arrays.sort(places, Comparator.comparingInt(Place::name).thenComparingInt(Place::value));
    return List.of(places);
  }

  private void writeLabelOffsets(List<Place> labelIndices) throws IOException {
    int section = startSection();
    buffer.putInt(labelIndices.size());
    for (Place place : labelIndices) {
      buffer.putUvarint(1).putText(sortedSymbols.get(place.name)).putUvarint(place.offset);
    }
    endSection(section);
    flush();
  }

  private void writePostingsOffsets(List<Place> places) throws IOException {
    int section = startSection();
    buffer.putInt(places.size());
    for (Place place : places) {
      boolean all = place.name < 0;
      buffer.putUvarint(2).putText(all ? "" : sortedSymbols.get(place.name)).putText(all ? "" : sortedSymbols.get(place.value));
      buffer.putUvarint(place.offset);
    }
    endSection(section);
    flush();
  }
}
