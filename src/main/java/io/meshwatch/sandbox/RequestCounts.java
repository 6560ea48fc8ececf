package io.meshwatch.sandbox;

import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;

/** Requests the backend really answered, by pattern, method and status. Guarded by this. */
final class RequestCounts {
  /** Patterns, methods and statuses are few; this only guards against strange methods. */
  private static final int SERIES_MAX = 500;

  private final Map<Key, Total> totals =
      new TreeMap<>(Comparator.comparing(Key::uri).thenComparing(Key::method).thenComparingInt(Key::status));

  /** One series. */
  record Key(String uri, String method, int status) {}

  /** How many requests, and how long all together. */
  record Total(long count, double seconds) {}

  synchronized void count(String uri, String method, int status, long nanos) {
    Key key = new Key(uri, method, status);
    if (totals.size() < SERIES_MAX || totals.containsKey(key)) {
      Total before = totals.getOrDefault(key, new Total(0, 0));
      totals.put(key, new Total(before.count() + 1, before.seconds() + nanos / 1e9));
    }
  }

  synchronized Map<Key, Total> all() {
    return new LinkedHashMap<>(totals);
  }
}
