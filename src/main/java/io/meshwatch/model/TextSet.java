package io.meshwatch.model;

import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/** Gathers label names or values of several sources and tells each once, sorted as {@link Labels#compareText}. Confined to one thread. */
public final class TextSet {
  // Most texts come again from every block. Finding that out by a hash and sorting once is cheaper than a set that is sorted all the time.
  private final Set<String> texts = new HashSet<>();

  /** Adds one text, if it is new. */
  public void add(String text) {
    texts.add(text);
  }

  /** Adds all texts that are new. */
  public void addAll(Collection<String> more) {
    texts.addAll(more);
  }

  /** The first {@code limit} texts in their order; 0 tells all. */
  public List<String> sorted(int limit) {
    List<String> sorted = new ArrayList<>(texts);
    sorted.sort(Labels::compareText);
    return limit > 0 && limit < sorted.size() ? List.copyOf(sorted.subList(0, limit)) : sorted;
  }
}
