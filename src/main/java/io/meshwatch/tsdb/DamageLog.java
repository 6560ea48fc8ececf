package io.meshwatch.tsdb;

import java.util.ArrayList;
import java.util.List;

/** What was found damaged since the store was opened, in sentences for people; the oldest give way. Safe for all threads. */
final class DamageLog {
  private static final int ENTRIES_MAX = 50;

  private final List<String> entries = new ArrayList<>();

  synchronized void add(String sentence) {
    if (entries.size() == ENTRIES_MAX) {
      entries.removeFirst();
    }
    entries.add(sentence);
  }

  synchronized List<String> entries() {
    return List.copyOf(entries);
  }
}
