package io.meshwatch.scrape;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What one target said last: from the bytes of a series as they stand on the page to its handle in the store. Also knows which
 * series have ended and must get a stale marker.
 *
 * <p>Idea: a target prints the same series in the same order each time. The series that followed the last one in the previous
 * page is compared with the bytes at hand; nearly always they are equal, and neither the end of the series has to be found nor a
 * hash computed. On a miss the bytes are hashed and looked up, and prediction goes on behind the entry found.
 *
 * <p>Layout: {@link #order} holds the entries of the last good page in their order, {@link #current} those of the page being
 * read; the hash table chains the same entries. Cost: the raw bytes, one entry and two references per series.
 *
 * <p>Confined to the target's loop. Use: {@link #begin}, then lookups, then {@link #succeed} or {@link #fail}.
 */
final class ScrapeCache {
  private static final VarHandle LONG = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  /** How many series of failed pages are kept beyond twice those of the last good one. */
  static final int FAILED_SERIES_MAX = 10_000;

  /** A series as it stands on the page. */
  static final class Entry {
    private final byte[] raw;
    private final int hash;
    private final @Nullable SeriesHandle series;
    private @Nullable Entry next;
    /** Index in the order of the last good page, −1 if it was not there. */
    private int position = -1;
    /** The page in which it was seen last. */
    private long seenIn;
    /** Whether it was seen in this page with a sample whose end must be marked. */
    private boolean tracked;
    /** Whether the store has a sample of the last page that no stale marker follows. */
    private boolean live;

    private Entry(byte[] raw, int hash, @Nullable SeriesHandle series) {
      this.raw = raw;
      this.hash = hash;
      this.series = series;
    }

    /** The series in the store, null if metric relabelling drops it. */
    @Nullable SeriesHandle series() {
      return series;
    }
  }

  private @Nullable Entry[] table = new @Nullable Entry[64];
  private int size;
  private Entry[] order = new Entry[0];
  private int orderLength;
  private Entry[] current = new Entry[64];
  private int currentLength;
  private long page;
  /** Index in {@link #order} of the series that is likely next. */
  private int expected;
  private @Nullable Entry recognized;
  /** Series of a loop that this one replaces; they end unless the first page brings them. */
  private List<SeriesHandle> inherited = List.of();

  /** An empty cache that will end the series which are alive in another one unless they go on. */
  static ScrapeCache successorOf(ScrapeCache previous) {
    ScrapeCache cache = new ScrapeCache();
    cache.inherited = previous.liveSeries();
    return cache;
  }

  private List<SeriesHandle> liveSeries() {
    List<SeriesHandle> live = new ArrayList<>(inherited);
    for (int i = 0; i < orderLength; i++) {
      SeriesHandle series = order[i].series;
      if (order[i].live && series != null) {
        live.add(series);
      }
    }
    return live;
  }

  /** How many series it knows, dropped ones included. */
  int size() {
    return size;
  }

  /** Starts a page. */
  void begin() {
    page++;
    expected = 0;
    currentLength = 0;
    recognized = null;
  }

  /** Length of the predicted series if it begins here, else 0. */
  int recognize(byte[] bytes, int from, int limit) {
    recognized = null;
    if (expected >= orderLength) {
      return 0;
    }
    Entry candidate = order[expected];
    int length = candidate.raw.length;
    if (limit - from < length || !Arrays.equals(bytes, from, from + length, candidate.raw, 0, length)) {
      return 0;
    }
    recognized = candidate;
    return length;
  }

  /** The entry of a series, null if it is new. */
  @Nullable Entry find(byte[] bytes, int from, int to) {
    Entry found = recognized;
    recognized = null;
    if (found == null || found.raw.length != to - from) {
      found = expected < orderLength && isSame(order[expected], bytes, from, to) ? order[expected] : lookUp(bytes, from, to);
    }
    if (found != null && found.position >= 0) {
      expected = found.position + 1;
    }
    return found;
  }

  private static boolean isSame(Entry entry, byte[] bytes, int from, int to) {
    return Arrays.equals(bytes, from, to, entry.raw, 0, entry.raw.length);
  }

  private @Nullable Entry lookUp(byte[] bytes, int from, int to) {
    int hash = hash(bytes, from, to);
    Entry entry = table[hash & (table.length - 1)];
    while (entry != null && (entry.hash != hash || !isSame(entry, bytes, from, to))) {
      entry = entry.next;
    }
    return entry;
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

  /** Adds a series that {@link #find} did not know; null = metric relabelling drops it. */
  Entry add(byte[] bytes, int from, int to, @Nullable SeriesHandle series) {
    Entry entry = new Entry(Arrays.copyOfRange(bytes, from, to), hash(bytes, from, to), series);
    if (size >= table.length) {
      grow();
    }
    link(entry);
    size++;
    return entry;
  }

  private void link(Entry entry) {
    int slot = entry.hash & (table.length - 1);
    entry.next = table[slot];
    table[slot] = entry;
  }

  private void grow() {
    @Nullable Entry[] old = table;
    table = new @Nullable Entry[old.length * 2];
    for (Entry head : old) {
      Entry entry = head;
      while (entry != null) {
        Entry following = entry.next;
        link(entry);
        entry = following;
      }
    }
  }

  /** Notes that a series is on this page; returns false if it was there before. */
  boolean see(Entry entry) {
    if (entry.seenIn == page) {
      return false;
    }
    entry.seenIn = page;
    entry.tracked = false;
    if (currentLength == current.length) {
      current = Arrays.copyOf(current, currentLength * 2);
    }
    current[currentLength++] = entry;
    return true;
  }

  /** Notes that the end of this series must be marked. */
  void track(Entry entry) {
    entry.tracked = true;
  }

  /** The page was good: ends the series that are not on it, forgets what is gone. */
  void succeed(Appender appender, long atMillis) {
    List<SeriesHandle> ended = new ArrayList<>(inherited);
    for (int i = 0; i < orderLength; i++) {
      Entry entry = order[i];
      boolean goesOn = entry.seenIn == page && entry.tracked;
      SeriesHandle series = entry.series;
      if (entry.live && !goesOn && series != null) {
        ended.add(series);
      }
      entry.live = false;
    }
    for (int i = 0; i < currentLength; i++) {
      current[i].live = current[i].tracked;
      current[i].position = i;
    }
    if (!ended.isEmpty()) {
      end(ended, appender, atMillis);
    }
    if (size > currentLength) {
      forgetUnseen();
    }
    Entry[] previous = order;
    order = current;
    orderLength = currentLength;
    current = previous.length < 64 ? new Entry[Math.max(64, orderLength)] : previous;
    Arrays.fill(current, null);
    inherited = List.of();
  }

  /** Two spellings of one series are one series: it has not ended if the page has the other spelling. */
  private void end(List<SeriesHandle> ended, Appender appender, long atMillis) {
    Set<Labels> alive = new HashSet<>();
    for (int i = 0; i < currentLength; i++) {
      SeriesHandle series = current[i].series;
      if (current[i].live && series != null) {
        alive.add(series.labels());
      }
    }
    for (SeriesHandle series : ended) {
      if (!alive.contains(series.labels())) {
        appender.append(series, atMillis, StaleMarker.VALUE);
      }
    }
  }

  private void forgetUnseen() {
    for (int slot = 0; slot < table.length; slot++) {
      Entry entry = table[slot];
      table[slot] = null;
      while (entry != null) {
        Entry following = entry.next;
        if (entry.seenIn == page) {
          entry.next = table[slot];
          table[slot] = entry;
        } else {
          size--;
        }
        entry = following;
      }
    }
  }

  /** There is no good page: ends every series that is alive. What is known stays known for the next page. */
  void fail(Appender appender, long atMillis) {
    for (SeriesHandle series : liveSeries()) {
      appender.append(series, atMillis, StaleMarker.VALUE);
    }
    inherited = List.of();
    for (int i = 0; i < orderLength; i++) {
      order[i].live = false;
    }
    if (size > 2 * orderLength + FAILED_SERIES_MAX) {
      forgetAll();
    }
  }

  /** A target that fails with ever new series must not fill the memory. Nothing is alive now, so nothing is lost but time. */
  private void forgetAll() {
    Arrays.fill(table, null);
    size = 0;
    orderLength = 0;
  }
}
