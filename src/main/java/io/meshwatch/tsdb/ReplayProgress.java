package io.meshwatch.tsdb;

import java.util.concurrent.atomic.AtomicReference;

/** How far the opening of a store is; asked by the page while it goes on. Safe for all threads. */
public final class ReplayProgress {
  /**
   * A moment of the replay.
   *
   * @param state what is done now
   * @param first number of the first segment of the log
   * @param last number of the last segment
   * @param current number of the segment that is read
   */
  public record Moment(State state, int first, int last, int current) {}

  /** What is done. */
  public enum State {
    WAITING,
    REPLAYING,
    DONE
  }

  private final AtomicReference<Moment> moment = new AtomicReference<>(new Moment(State.WAITING, 0, 0, 0));

  public Moment moment() {
    return moment.get();
  }

  void reading(int first, int last, int current) {
    moment.set(new Moment(State.REPLAYING, first, last, current));
  }

  void done() {
    moment.updateAndGet(before -> new Moment(State.DONE, before.first, before.last, before.last));
  }
}
