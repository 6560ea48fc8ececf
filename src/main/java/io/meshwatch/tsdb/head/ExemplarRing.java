package io.meshwatch.tsdb.head;

import io.meshwatch.model.Exemplar;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The newest exemplars of all series; the oldest gives way when the ring is full. Safe for all threads. */
final class ExemplarRing {
  private final @Nullable Entry[] ring;
  private int next;

  record Entry(Labels series, Exemplar exemplar) {}

  ExemplarRing(int capacity) {
    ring = new Entry[capacity];
  }

  synchronized void add(Labels series, Exemplar exemplar) {
    if (ring.length > 0) {
      ring[next] = new Entry(series, exemplar);
      next = (next + 1) % ring.length;
    }
  }

  /** Exemplars by series, each ascending in time. */
  synchronized Map<Labels, List<Exemplar>> find(long fromMillis, long toMillis, Predicate<Labels> wanted) {
    Map<Labels, List<Exemplar>> found = new LinkedHashMap<>();
    for (int i = 0; i < ring.length; i++) {
      Entry entry = ring[(next + i) % ring.length];
      if (entry != null
          && entry.exemplar.timestampMillis() >= fromMillis
          && entry.exemplar.timestampMillis() <= toMillis
          && wanted.test(entry.series)) {
        found.computeIfAbsent(entry.series, s -> new ArrayList<>()).add(entry.exemplar);
      }
    }
    return found;
  }

  /** All from the oldest to the newest. */
  synchronized List<Entry> all() {
    List<Entry> entries = new ArrayList<>();
    for (int i = 0; i < ring.length; i++) {
      Entry entry = ring[(next + i) % ring.length];
      if (entry != null) {
        entries.add(entry);
      }
    }
    return entries;
  }

  synchronized int size() {
    int count = 0;
    for (Entry entry : ring) {
      count += entry == null ? 0 : 1;
    }
    return count;
  }
}
