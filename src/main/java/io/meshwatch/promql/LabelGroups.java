package io.meshwatch.promql;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * Finds the group that a series belongs to by some of its labels. A hash table that is asked with the series' own labels, so that
 * the labels of a group are only made once, not for each of its series. Confined to one thread.
 *
 * @param <T> what is kept for a group
 */
final class LabelGroups<T> {
  private static final int FIRST_CAPACITY = 16;

  private final String[] names;
  private final boolean without;
  private final Function<Labels, T> create;
  private final List<T> groups = new ArrayList<>();
  /** Open addressing; a power of two long, at most half full. */
  private @Nullable Entry<T>[] table = newTable(FIRST_CAPACITY);

  private record Entry<T>(int hash, Labels key, T group) {}

  /** Groups by the named labels, or by all but those; {@code create} makes a group of its labels. */
  LabelGroups(Collection<String> names, boolean without, Function<Labels, T> create) {
    this.names = names.toArray(String[]::new);
    this.without = without;
    this.create = create;
    Arrays.sort(this.names, Labels::compareText);
  }

  @SuppressWarnings("unchecked") // An array of a generic type cannot be made otherwise; only this class sees it.
  private static <T> @Nullable Entry<T>[] newTable(int capacity) {
    return (@Nullable Entry<T>[]) new Entry<?>[capacity];
  }

  /** The groups in the order in which they were first asked for. */
  List<T> all() {
    return groups;
  }

  /** The group of a series; made if it is the first of its group. */
  T of(Labels series) {
    int hash = hash(series);
    T known = find(hash, series);
    return known == null ? add(hash, series) : known;
  }

  /** The group of a series, or null if none of its group has been asked for. */
  @Nullable T find(Labels series) {
    return find(hash(series), series);
  }

  private @Nullable T find(int hash, Labels series) {
    int mask = table.length - 1;
    for (int at = spread(hash) & mask; ; at = (at + 1) & mask) {
      Entry<T> entry = table[at];
      if (entry == null) {
        return null;
      }
      if (entry.hash == hash && matches(entry.key, series)) {
        return entry.group;
      }
    }
  }

  private T add(int hash, Labels series) {
    List<String> named = List.of(names);
    Labels key = without ? series.without(named) : series.keep(named);
    Entry<T> added = new Entry<>(hash, key, create.apply(key));
    groups.add(added.group);
    if (groups.size() * 2 > table.length) {
      @Nullable Entry<T>[] old = table;
      table = newTable(old.length * 2);
      for (Entry<T> entry : old) {
        if (entry != null) {
          put(entry);
        }
      }
    }
    put(added);
    return added.group;
  }

  private void put(Entry<T> entry) {
    int mask = table.length - 1;
    int at = spread(entry.hash) & mask;
    while (table[at] != null) {
      at = (at + 1) & mask;
    }
    table[at] = entry;
  }

  private static int spread(int hash) {
    return hash ^ (hash >>> 16);
  }

  private int hash(Labels series) {
    int hash = 1;
    if (without) {
      for (int i = 0; i < series.size(); i++) {
        if (!isNamed(series.name(i))) {
          hash = 31 * (31 * hash + series.name(i).hashCode()) + series.value(i).hashCode();
        }
      }
      return hash;
    }
    for (String name : names) {
      hash = 31 * hash + series.get(name).hashCode();
    }
    return hash;
  }

  private boolean isNamed(String label) {
    for (String name : names) {
      if (name.equals(label)) {
        return true;
      }
    }
    return false;
  }

  private boolean matches(Labels key, Labels series) {
    if (without) {
      int at = 0;
      for (int i = 0; i < series.size(); i++) {
        if (isNamed(series.name(i))) {
          continue;
        }
        if (at == key.size() || !key.name(at).equals(series.name(i)) || !key.value(at).equals(series.value(i))) {
          return false;
        }
        at++;
      }
      return at == key.size();
    }
    for (String name : names) {
      if (!key.get(name).equals(series.get(name))) {
        return false;
      }
    }
    return true;
  }
}
