package io.meshwatch.scrape;

import io.meshwatch.model.SeriesHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Series as they stand on a page, numbered from 0, each with its handle in the store.
 *
 * <p>The texts lie end to end in one array in the order of their numbers. A page that prints its series in that order is compared with memory that is read in
 * sequence, and a series costs its text and eight bytes. The index by hash is made when a series is looked up and dropped by {@link #keep}: a target that prints
 * the same series in the same order each time never has one.
 *
 * <p>Confined to one thread.
 */
final class PageSeries {
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int[] NO_INDEX = {};
  private static final int NONE = -1;

  private byte[] texts = new byte[0];
  /** Where the text of each series ends; it begins where the one before ends. */
  private int[] ends = new int[0];
  private @Nullable SeriesHandle[] handles = new @Nullable SeriesHandle[0];
  private int size;
  /** Number + 1 of a series at the first free place from its hash on, 0 = free; at most half full. Empty if there is no index now. */
  private int[] index = NO_INDEX;

  int size() {
    return size;
  }

  /** Bytes of all texts. */
  int textBytes() {
    return begin(size);
  }

  /** The series in the store, null if metric relabelling drops it. */
  @Nullable SeriesHandle handle(int number) {
    return handles[number];
  }

  private int begin(int number) {
    return number == 0 ? 0 : ends[number - 1];
  }

  int length(int number) {
    return ends[number] - begin(number);
  }

  /** Whether the bytes from there on begin with the text of a series. */
  boolean isAt(int number, byte[] bytes, int from, int limit) {
    int begin = begin(number);
    int length = ends[number] - begin;
    return limit - from >= length && Arrays.equals(bytes, from, from + length, texts, begin, begin + length);
  }

  /** Whether these bytes are the text of a series. */
  boolean is(int number, byte[] bytes, int from, int to) {
    return Arrays.equals(bytes, from, to, texts, begin(number), ends[number]);
  }

  /** The number of a series, −1 if there is none with this text. */
  int find(byte[] bytes, int from, int to) {
    if (index.length == 0) {
      fillIndex(size + 1);
    }
    int mask = index.length - 1;
    for (int slot = hash(bytes, from, to) & mask; index[slot] != 0; slot = (slot + 1) & mask) {
      int number = index[slot] - 1;
      if (is(number, bytes, from, to)) {
        return number;
      }
    }
    return NONE;
  }

  /** Adds a series that {@link #find} did not know; returns its number. */
  int add(byte[] bytes, int from, int to, @Nullable SeriesHandle handle) {
    int begin = textBytes();
    int end = Math.addExact(begin, to - from);
    if (size == ends.length) {
      int capacity = Math.max(64, 2 * size);
      ends = Arrays.copyOf(ends, capacity);
      handles = Arrays.copyOf(handles, capacity);
    }
    if (end > texts.length) {
      texts = Arrays.copyOf(texts, Math.max(end, (int) Math.min(Integer.MAX_VALUE - 8, 2L * texts.length)));
    }
    System.arraycopy(bytes, from, texts, begin, to - from);
    ends[size] = end;
    handles[size] = handle;
    int number = size++;
    if (2 * size > index.length) {
      fillIndex(2 * size);
    } else {
      enter(number);
    }
    return number;
  }

  private void fillIndex(int room) {
    index = new int[Integer.highestOneBit(Math.max(64, room)) * 4];
    for (int number = 0; number < size; number++) {
      enter(number);
    }
  }

  private void enter(int number) {
    int mask = index.length - 1;
    int slot = hash(texts, begin(number), ends[number]) & mask;
    while (index[slot] != 0) {
      slot = (slot + 1) & mask;
    }
    index[slot] = number + 1;
  }

  private static int hash(byte[] bytes, int from, int to) {
    long h = (long) to - from;
    int i = from;
    for (; i + 8 <= to; i += 8) {
      h = (h ^ (long) LONG.get(bytes, i)) * 0x9E3779B97F4A7C15L;
      h ^= h >>> 32;
    }
    for (; i < to; i++) {
      h = (h ^ bytes[i]) * 0x9E3779B97F4A7C15L;
    }
    return (int) (h ^ (h >>> 32));
  }

  /** Keeps these series, numbered anew in this order, and no room for others. */
  void keep(int[] order, int count) {
    int bytes = 0;
    for (int i = 0; i < count; i++) {
      bytes += length(order[i]);
    }
    byte[] keptTexts = new byte[bytes];
    int[] keptEnds = new int[count];
    @Nullable SeriesHandle[] keptHandles = new @Nullable SeriesHandle[count];
    int at = 0;
    for (int i = 0; i < count; i++) {
      int length = length(order[i]);
      System.arraycopy(texts, begin(order[i]), keptTexts, at, length);
      at += length;
      keptEnds[i] = at;
      keptHandles[i] = handles[order[i]];
    }
    texts = keptTexts;
    ends = keptEnds;
    handles = keptHandles;
    size = count;
    index = NO_INDEX;
  }

  /** Drops the index and room for series to come. */
  void trim() {
    if (ends.length > size) {
      texts = Arrays.copyOf(texts, textBytes());
      ends = Arrays.copyOf(ends, size);
      handles = Arrays.copyOf(handles, size);
    }
    index = NO_INDEX;
  }
}
