package io.meshwatch.engine.remote;

import io.meshwatch.model.SeriesHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/**
 * Series handles by the encoded labels that senders repeat with every request. Instead of the bytes only a 128-bit hash of them is
 * kept: 20 bytes a series in place of hundreds, and a lookup touches one place in memory. Two series out of a billion have the same
 * hash with a probability of about 10⁻²¹, less than that of a memory error which nobody noticed.
 *
 * <p>Open addressing with linear probing in 16 parts, each with its lock. A part that is full is rid of handles whose series the store
 * dropped, then grows; at its limit it starts again empty. Safe for all threads.
 */
final class HandleTable {
  private static final VarHandle LONGS = MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);
  private static final int PARTS = 16;
  private static final int FIRST_CAPACITY = 64;
  /** Odd 64-bit constants without structure: digits of the golden ratio and of the square roots of 2 and 3. */
  private static final long MULTIPLIER_A = 0x9E3779B97F4A7C15L;
  private static final long MULTIPLIER_B = 0xB504F333F9DE6485L;
  private static final long MULTIPLIER_C = 0xBB67AE8584CAA73BL;

  private final Part[] parts = new Part[PARTS];

  HandleTable(int handlesMax) {
    for (int i = 0; i < PARTS; i++) {
      parts[i] = new Part(Math.max(FIRST_CAPACITY, handlesMax / PARTS));
    }
  }

  /** The two halves of the hash of a part of an array. Confined to one thread. */
  static final class Key {
    private long high;
    private long low;

    Key of(byte[] bytes, int from, int to) {
      long a = MULTIPLIER_A ^ (to - from);
      long b = MULTIPLIER_B;
      int at = from;
      for (; at + Long.BYTES <= to; at += Long.BYTES) {
        long word = (long) LONGS.get(bytes, at);
        a = mixed(a ^ word, MULTIPLIER_B);
        b = mixed(b + word, MULTIPLIER_C);
      }
      long rest = 0;
      for (; at < to; at++) {
        rest = rest << 8 | (bytes[at] & 0xFF);
      }
      high = mixed(a ^ rest, MULTIPLIER_C);
      low = mixed(b + rest, MULTIPLIER_A);
      return this;
    }

    /** All 128 bits of the product count. */
    private static long mixed(long value, long multiplier) {
      return (value * multiplier) ^ Math.unsignedMultiplyHigh(value, multiplier) ^ value >>> 29;
    }
  }

  @Nullable SeriesHandle get(Key key) {
    return parts[(int) (key.high >>> 60)].get(key);
  }

  void put(Key key, SeriesHandle handle) {
    parts[(int) (key.high >>> 60)].put(key, handle);
  }

  /** How many handles are kept. */
  int size() {
    return Arrays.stream(parts).mapToInt(Part::size).sum();
  }

  /** Guarded by its lock. */
  private static final class Part {
    private final ReentrantLock lock = new ReentrantLock();
    private final int sizeMax;
    private long[] keys = new long[2 * FIRST_CAPACITY];
    private @Nullable SeriesHandle[] handles = new SeriesHandle[FIRST_CAPACITY];
    private int size;

    Part(int sizeMax) {
      this.sizeMax = sizeMax;
    }

    int size() {
      lock.lock();
      try {
        return size;
      } finally {
        lock.unlock();
      }
    }

    @Nullable SeriesHandle get(Key key) {
      lock.lock();
      try {
        return handles[slot(key.high, key.low)];
      } finally {
        lock.unlock();
      }
    }

    void put(Key key, SeriesHandle handle) {
      lock.lock();
      try {
        if (size >= sizeMax || 4 * (size + 1) > 3 * handles.length) {
          makeRoom();
        }
        insert(key.high, key.low, handle);
      } finally {
        lock.unlock();
      }
    }

    private void insert(long high, long low, SeriesHandle handle) {
      int slot = slot(high, low);
      if (handles[slot] == null) {
        size++;
      }
      keys[2 * slot] = high;
      keys[2 * slot + 1] = low;
      handles[slot] = handle;
    }

    /** Where a key lies, or would lie. */
    private int slot(long high, long low) {
      int mask = handles.length - 1;
      int slot = (int) low & mask;
      while (handles[slot] != null && (keys[2 * slot] != high || keys[2 * slot + 1] != low)) {
        slot = (slot + 1) & mask;
      }
      return slot;
    }

    private void makeRoom() {
      long[] oldKeys = keys;
      @Nullable SeriesHandle[] oldHandles = handles;
      int current = 0;
      for (SeriesHandle handle : oldHandles) {
        if (handle != null && handle.isCurrent()) {
          current++;
        }
      }
      if (current >= sizeMax) {
        current = 0;
        oldHandles = new SeriesHandle[0];
      }
      int capacity = FIRST_CAPACITY;
      while (2 * capacity < 3 * (current + 1)) {
        capacity *= 2;
      }
      capacity = Math.max(capacity, 2 * current >= handles.length ? 2 * handles.length : capacity);
      keys = new long[2 * capacity];
      handles = new SeriesHandle[capacity];
      size = 0;
      for (int i = 0; i < oldHandles.length; i++) {
        SeriesHandle handle = oldHandles[i];
        if (handle != null && handle.isCurrent()) {
          insert(oldKeys[2 * i], oldKeys[2 * i + 1], handle);
        }
      }
    }
  }
}
