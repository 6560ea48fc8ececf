package io.meshwatch.scrape;

import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.SeriesHandle;
import io.meshwatch.model.StaleMarker;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.stream.IntStream;
import org.jspecify.annotations.Nullable;

/**
 * What one target said last: from the bytes of a series as they stand on the page to its handle in the store. Also knows which
 * series have ended and must get a stale marker.
 *
 * <p>Idea: a target prints the same series in the same order each time. The series that followed the last one in the previous
 * page is compared with the bytes at hand; nearly always they are equal, and neither the end of the series has to be found nor a
 * hash computed. On a miss the series after that is tried, then the bytes are hashed and looked up, and prediction goes on behind the one found.
 *
 * <p>Layout: series have numbers, in the order of the last good page; those that were added since come behind. Per series there is its text and its handle
 * ({@link PageSeries}), the page it was seen in and two marks, all in arrays, as a cache line that is not read costs nothing. A page with the same series in the same
 * order leaves them as they are; any other has them numbered anew.
 *
 * <p>Confined to the target's loop. Use: {@link #begin}, then lookups, then {@link #succeed} or {@link #fail}.
 */
final class ScrapeCache {
  /** {@link #find} knows no such series. */
  static final int NEW = -1;

  /** How many series of failed pages are kept beyond twice those of the last good one, and how many bytes of them. */
  static final int FAILED_SERIES_MAX = 10_000;

  static final int FAILED_BYTES_MAX = 16 << 20;

  /** The series was seen in this page with a sample whose end must be marked. */
  private static final byte TRACKED = 1;
  /** The store has a sample of the last page that no stale marker follows. */
  private static final byte LIVE = 2;
  private static final int[] NO_ORDER = {};

  private final PageSeries known = new PageSeries();
  /** The page in which a series was seen last. */
  private int[] seenIn = new int[0];
  private byte[] marks = new byte[0];
  /** So many series were on the last good page: these are the first ones. */
  private int lastPageSize;
  private int lastPageBytes;
  private int page;
  /** How many series were seen on this page. */
  private int seen;
  /** The series seen on this page in their order; empty while they are 0, 1, 2…. */
  private int[] order = NO_ORDER;
  private boolean inSequence;
  /** The series that is likely next. */
  private int expected;
  private int recognized = NEW;
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
    for (int i = 0; i < lastPageSize; i++) {
      SeriesHandle series = known.handle(i);
      if ((marks[i] & LIVE) != 0 && series != null) {
        live.add(series);
      }
    }
    return live;
  }

  /** How many series it knows, dropped ones included. */
  int size() {
    return known.size();
  }

  /** The series in the store, null if metric relabelling drops it. */
  @Nullable SeriesHandle series(int number) {
    return known.handle(number);
  }

  /** Starts a page. */
  void begin() {
    page++;
    seen = 0;
    order = NO_ORDER;
    inSequence = true;
    expected = 0;
    recognized = NEW;
  }

  /** Length of the predicted series if it begins here, else 0. */
  int recognize(byte[] bytes, int from, int limit) {
    recognized = NEW;
    if (expected >= lastPageSize || !known.isAt(expected, bytes, from, limit)) {
      return 0;
    }
    recognized = expected;
    return known.length(expected);
  }

  /** The number of a series, {@link #NEW} if it is new. Numbers are good until the end of the page. */
  int find(byte[] bytes, int from, int to) {
    int found = recognized;
    recognized = NEW;
    if (found == NEW || known.length(found) != to - from) {
      found = isPredicted(expected, bytes, from, to) ? expected
          : isPredicted(expected + 1, bytes, from, to) ? expected + 1 : known.find(bytes, from, to);
    }
    if (found != NEW && found < lastPageSize) {
      expected = found + 1;
    }
    return found;
  }

  private boolean isPredicted(int number, byte[] bytes, int from, int to) {
    return number < lastPageSize && known.is(number, bytes, from, to);
  }

  /** Adds a series that {@link #find} did not know; null = metric relabelling drops it. Returns its number. */
  int add(byte[] bytes, int from, int to, @Nullable SeriesHandle series) {
    int number = known.add(bytes, from, to, series);
    if (number >= marks.length) {
      int capacity = Math.max(64, 2 * number);
      seenIn = Arrays.copyOf(seenIn, capacity);
      marks = Arrays.copyOf(marks, capacity);
    }
    seenIn[number] = 0;
    marks[number] = 0;
    return number;
  }

  /** Notes that a series is on this page; returns false if it was there before. */
  boolean see(int number) {
    if (seenIn[number] == page) {
      return false;
    }
    seenIn[number] = page;
    marks[number] &= ~TRACKED;
    if (inSequence && number != seen) {
      leaveSequence();
    }
    if (!inSequence) {
      if (seen == order.length) {
        order = Arrays.copyOf(order, 2 * seen);
      }
      order[seen] = number;
    }
    seen++;
    return true;
  }

  private void leaveSequence() {
    inSequence = false;
    order = new int[Math.max(64, known.size() + known.size() / 4)];
    for (int i = 0; i < seen; i++) {
      order[i] = i;
    }
  }

  /** Notes that the end of this series must be marked. */
  void track(int number) {
    marks[number] |= TRACKED;
  }

  /** The page was good: ends the series that are not on it, forgets what is gone. */
  void succeed(Appender appender, long atMillis) {
    List<SeriesHandle> ended = new ArrayList<>(inherited);
    for (int i = 0; i < lastPageSize; i++) {
      SeriesHandle series = known.handle(i);
      boolean goesOn = seenIn[i] == page && (marks[i] & TRACKED) != 0;
      if ((marks[i] & LIVE) != 0 && !goesOn && series != null) {
        ended.add(series);
      }
    }
    numberBySight();
    for (int i = 0; i < seen; i++) {
      marks[i] = (marks[i] & TRACKED) != 0 ? LIVE : 0;
    }
    if (!ended.isEmpty()) {
      end(ended, appender, atMillis);
    }
    inherited = List.of();
  }

  /** Makes the series of this page the only ones, numbered in its order. */
  private void numberBySight() {
    if (inSequence && seen == known.size()) {
      known.trim();
    } else {
      int[] sequence = inSequence ? IntStream.range(0, seen).toArray() : order;
      byte[] reordered = new byte[seen];
      for (int i = 0; i < seen; i++) {
        reordered[i] = marks[sequence[i]];
      }
      known.keep(sequence, seen);
      marks = reordered;
      seenIn = new int[seen];
      Arrays.fill(seenIn, page);
    }
    order = NO_ORDER;
    lastPageSize = seen;
    lastPageBytes = known.textBytes();
  }

  /** Two spellings of one series are one series: it has not ended if the page has the other spelling. */
  private void end(List<SeriesHandle> ended, Appender appender, long atMillis) {
    Set<Labels> alive = new HashSet<>();
    for (int i = 0; i < lastPageSize; i++) {
      SeriesHandle series = known.handle(i);
      if ((marks[i] & LIVE) != 0 && series != null) {
        alive.add(series.labels());
      }
    }
    for (SeriesHandle series : ended) {
      if (!alive.contains(series.labels())) {
        appender.append(series, atMillis, StaleMarker.VALUE);
      }
    }
  }

  /** There is no good page: ends every series that is alive. What is known stays known for the next page. */
  void fail(Appender appender, long atMillis) {
    for (SeriesHandle series : liveSeries()) {
      appender.append(series, atMillis, StaleMarker.VALUE);
    }
    inherited = List.of();
    for (int i = 0; i < lastPageSize; i++) {
      marks[i] &= ~LIVE;
    }
    if (known.size() > 2 * lastPageSize + FAILED_SERIES_MAX || known.textBytes() > 2L * lastPageBytes + FAILED_BYTES_MAX) {
      forgetAll();
    }
  }

  /** A target that fails with ever new series must not fill the memory. Nothing is alive now, so nothing is lost but time. */
  private void forgetAll() {
    known.keep(NO_ORDER, 0);
    lastPageSize = 0;
    lastPageBytes = 0;
  }
}
