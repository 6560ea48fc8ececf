package io.meshwatch.tsdb.wal;

import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;

/** A bounded way from one thread of a replay to another: who puts waits for room, who takes waits for something to take. */
public final class HandOver<T> {
  private final BlockingQueue<T> queue;

  public HandOver(int capacity) {
    queue = new ArrayBlockingQueue<>(capacity);
  }

  /** Waits for room; throws {@link IllegalStateException} when interrupted. */
  public void put(T item) {
    try {
      queue.put(item);
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  /** The oldest item, waited for; throws {@link IllegalStateException} when interrupted. */
  public T take() {
    try {
      return queue.take();
    } catch (InterruptedException e) {
      throw interrupted(e);
    }
  }

  private static IllegalStateException interrupted(InterruptedException e) {
    Thread.currentThread().interrupt();
    return new IllegalStateException("interrupted while the log was replayed", e);
  }
}
