package io.meshwatch.sonar;

import java.util.List;
import java.util.Optional;

/** How many scheduled runs of a target came to which end within a span of time. Guarded by the lock of the tallies that hold it. */
final class Tally {
  private static final int KINDS = 7;
  private static final int BOUNDS = TargetSeries.REPLICATION_BOUNDS.length;

  private int good;
  private int flaky;
  private int failed;
  private int restarts;
  private int maintenance;
  private int errors;
  private int replications;
  /** Replications that took longer than each of the histogram's bounds; empty as long as none took longer than the least. */
  private int[] slower = {};

  void count(RunSummary run, Optional<Double> replicationSeconds) {
    if (!run.maintenance().isEmpty()) {
      maintenance++;
      return;
    }
    switch (run.result()) {
      case PASSED -> good++;
      case FLAKY -> flaky++;
      case FAILED -> failed++;
      case RESTART -> restarts++;
      case INCONCLUSIVE -> errors++;
    }
    replicationSeconds.ifPresent(this::countReplication);
  }

  private void countReplication(double seconds) {
    replications++;
    for (int i = 0; i < BOUNDS && seconds > TargetSeries.REPLICATION_BOUNDS[i]; i++) {
      if (slower.length == 0) {
        slower = new int[BOUNDS];
      }
      slower[i]++;
    }
  }

  void add(Tally other) {
    good += other.good;
    flaky += other.flaky;
    failed += other.failed;
    restarts += other.restarts;
    maintenance += other.maintenance;
    errors += other.errors;
    replications += other.replications;
    for (int i = 0; i < other.slower.length; i++) {
      if (slower.length == 0) {
        slower = new int[BOUNDS];
      }
      slower[i] += other.slower[i];
    }
  }

  /** Runs that service levels are made of. */
  long runs() {
    return (long) good + flaky + failed;
  }

  long failed() {
    return failed;
  }

  long flaky() {
    return flaky;
  }

  /** Runs that failed while the backend restarted. */
  long restarts() {
    return restarts;
  }

  long maintenance() {
    return maintenance;
  }

  /** Runs that Sonar itself could not do. */
  long errors() {
    return errors;
  }

  /** Successful replications outside maintenance. */
  long replications() {
    return replications;
  }

  /** Replications that took longer than this; the time counts as the next bound of the histogram. */
  long slowerThan(double seconds) {
    for (int i = 0; i < slower.length; i++) {
      if (seconds <= TargetSeries.REPLICATION_BOUNDS[i]) {
        return slower[i];
      }
    }
    return 0;
  }

  /** The part of the runs in which a user got through, restarts being time in which none did; empty if there was no run. */
  Optional<Double> uptime() {
    long all = runs() + restarts;
    return all == 0 ? Optional.empty() : Optional.of((double) (good + flaky) / all);
  }

  /** All counts in a fixed order, without the zeros at the end that {@link #of} does not need. */
  int[] numbers() {
    int[] numbers = new int[KINDS + slower.length];
    int[] kinds = {good, flaky, failed, restarts, maintenance, errors, replications};
    System.arraycopy(kinds, 0, numbers, 0, KINDS);
    System.arraycopy(slower, 0, numbers, KINDS, slower.length);
    return numbers;
  }

  /** The tally whose {@link #numbers} these are; throws {@link IllegalArgumentException} if they are none. */
  static Tally of(List<Integer> numbers) {
    if (numbers.size() != KINDS && numbers.size() != KINDS + BOUNDS) {
      throw new IllegalArgumentException("expected " + KINDS + " or " + (KINDS + BOUNDS) + " counts, got " + numbers.size());
    }
    Tally tally = new Tally();
    tally.good = numbers.get(0);
    tally.flaky = numbers.get(1);
    tally.failed = numbers.get(2);
    tally.restarts = numbers.get(3);
    tally.maintenance = numbers.get(4);
    tally.errors = numbers.get(5);
    tally.replications = numbers.get(6);
    tally.slower = numbers.subList(KINDS, numbers.size()).stream().mapToInt(Integer::intValue).toArray();
    return tally;
  }
}
