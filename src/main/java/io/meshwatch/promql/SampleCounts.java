package io.meshwatch.promql;

import java.util.concurrent.atomic.AtomicLongArray;
import org.jspecify.annotations.Nullable;

/**
 * How many samples the steps of a query look at, as Prometheus counts them: at each step what a selector finds there and all that lies in
 * a range, so that a sample counts as often as windows hold it. Confined to the query's thread, but for {@link #addAt}.
 */
final class SampleCounts {
  private final int steps;
  /** Null where only the total is wanted. */
  private final @Nullable AtomicLongArray perStep;
  private long total;

  /** Nothing counted yet. */
  SampleCounts(int steps, boolean eachStep) {
    this.steps = steps;
    this.perStep = eachStep ? new AtomicLongArray(steps) : null;
  }

  /** As many steps, or other ones, nothing counted yet. */
  SampleCounts fresh(int ofSteps) {
    return new SampleCounts(ofSteps, perStep != null);
  }

  /** Counts samples at a step, where steps are told apart; {@link #add} must be told of them too. Safe for several threads. */
  void addAt(int step, long samples) {
    AtomicLongArray counts = perStep;
    if (counts != null) {
      counts.addAndGet(step, samples);
    }
  }

  /** Counts samples of any steps. */
  void add(long samples) {
    total += samples;
  }

  /** Counts samples of a part that is the same at every step. */
  void addEverywhere(long samples) {
    total += samples * steps;
    for (int step = 0; step < steps && perStep != null && samples > 0; step++) {
      perStep.addAndGet(step, samples);
    }
  }

  /** Counts what another one with the same steps has counted. */
  void add(SampleCounts other) {
    total += other.total;
    AtomicLongArray others = other.perStep;
    for (int step = 0; step < steps && others != null; step++) {
      addAt(step, others.get(step));
    }
  }

  boolean tellsSteps() {
    return perStep != null;
  }

  long total() {
    return total;
  }

  /** What was counted at a step; 0 if steps are not told apart. */
  long at(int step) {
    AtomicLongArray counts = perStep;
    return counts == null ? 0 : counts.get(step);
  }
}
