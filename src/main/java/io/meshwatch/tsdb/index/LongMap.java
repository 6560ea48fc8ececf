package io.meshwatch.tsdb.index;

import org.jspecify.annotations.Nullable;

/** A map from numbers to objects without boxing. Confined to one thread. */
public final class LongMap<V> {
  private long[] keys = new long[1024];
  private @Nullable Object[] values = new Object[1024];
  private int size;

  @SuppressWarnings("unchecked") // Only put() stores into the array.
  public @Nullable V get(long key) {
    return (V) values[slot(keys, values, key)];
  }

  public void put(long key, V value) {
    if (2 * size >= keys.length) {
      grow();
    }
    int slot = slot(keys, values, key);
    if (values[slot] == null) {
      size++;
    }
    keys[slot] = key;
    values[slot] = value;
  }

  public int size() {
    return size;
  }

  private void grow() {
    long[] newKeys = new long[keys.length * 2];
    @Nullable Object[] newValues = new Object[newKeys.length];
    for (int i = 0; i < keys.length; i++) {
      if (values[i] != null) {
        int slot = slot(newKeys, newValues, keys[i]);
        newKeys[slot] = keys[i];
        newValues[slot] = values[i];
      }
    }
    keys = newKeys;
    values = newValues;
  }

  /** All keys, in no order. */
  public long[] keys() {
    long[] found = new long[size];
    int count = 0;
    for (int i = 0; i < keys.length; i++) {
      if (values[i] != null) {
        found[count++] = keys[i];
      }
    }
    return found;
  }

  private static int slot(long[] keys, @Nullable Object[] values, long key) {
    int mask = keys.length - 1;
    int at = (int) ((key * 0x9E3779B97F4A7C15L) >>> 32) & mask;
    while (values[at] != null && keys[at] != key) {
      at = (at + 1) & mask;
    }
    return at;
  }
}
