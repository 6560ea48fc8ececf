package io.meshwatch.engine;

import io.meshwatch.tsdb.ReplayProgress;

/** How far the opening of the embedded store is; asked by the page meanwhile. Safe for all threads. */
public final class OpeningProgress {
  private final ReplayProgress replay = new ReplayProgress();

  ReplayProgress replay() {
    return replay;
  }

  /** {@code waiting}, {@code in progress} or {@code done}, as Prometheus says it. */
  public String state() {
    return switch (replay.moment().state()) {
      case WAITING -> "waiting";
      case REPLAYING -> "in progress";
      case DONE -> "done";
    };
  }

  /** Number of the first segment of the log. */
  public int first() {
    return replay.moment().first();
  }

  /** Number of the last segment. */
  public int last() {
    return replay.moment().last();
  }

  /** Number of the segment that is read. */
  public int current() {
    return replay.moment().current();
  }
}
