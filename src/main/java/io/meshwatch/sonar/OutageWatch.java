package io.meshwatch.sonar;

import io.meshwatch.environment.Clock;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.sonar.RunSummary.Result;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Notices when what all targets of a scope share is broken, the login or meshStack's API, so that one alert can tell it instead of one per
 * target. Two runs in a row that fail there begin an outage, whichever targets they were of; it ends when every target that saw it has
 * run again and got past. So it is told before any single target has failed twice, and none of them is left over when it ends.
 *
 * <p>Failures while the backend restarts, in maintenance or of Sonar itself are not looked at. Guarded by its lock.
 */
final class OutageWatch {
  private static final Logger LOG = LoggerFactory.getLogger(OutageWatch.class);
  private static final int RUNS_TO_BEGIN = 2;

  /** What targets share. */
  private enum Part {
    LOGIN,
    API;

    /** The part at which a run failed; empty if it got past both. */
    static Optional<Part> of(RunSummary run) {
      return switch (run.step()) {
        case "login" -> Optional.of(LOGIN);
        case "list_projects", "open_project" -> Optional.of(API);
        default -> Optional.empty();
      };
    }

    String label() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** One part of one scope. */
  private static final class State {
    final Set<TargetKey> failing = new HashSet<>();
    int inARow;
    boolean outage;

    void failed(TargetKey target) {
      failing.add(target);
      inARow++;
      outage |= inARow >= RUNS_TO_BEGIN;
    }

    void passed(TargetKey target) {
      failing.remove(target);
      inARow = 0;
      outage &= !failing.isEmpty();
    }
  }

  private final SeriesGroup series;
  private final Map<String, Map<Part, State>> scopes = new TreeMap<>();
  private final ReentrantLock lock = new ReentrantLock();

  OutageWatch(Labels common, Supplier<Appender> appenders, Clock clock) {
    this.series = new SeriesGroup(common, appenders, clock);
  }

  /** Begins anew with these targets, from what the run log knows of them, so that a restart ends no outage. */
  void begin(List<TargetKey> targets, RunLog runLog, long atMillis) {
    lock.lock();
    try {
      scopes.clear();
      series.removeAll(MetricName.OUTAGE);
      record Past(TargetKey target, RunSummary run) {}
      List<Past> newest = new ArrayList<>();
      for (TargetKey target : targets) {
        scopes.computeIfAbsent(target.scope(), scope -> fresh());
        runLog.newest(target, RUNS_TO_BEGIN).forEach(run -> newest.add(new Past(target, run)));
      }
      newest.sort(Comparator.comparingLong(past -> past.run().startedMillis()));
      newest.forEach(past -> take(past.target(), past.run()));
      show();
    } finally {
      lock.unlock();
    }
    write(atMillis);
  }

  private static Map<Part, State> fresh() {
    Map<Part, State> parts = new EnumMap<>(Part.class);
    for (Part part : Part.values()) {
      parts.put(part, new State());
    }
    return parts;
  }

  /** Takes a run into account. */
  void note(TargetKey target, RunSummary run, long atMillis) {
    lock.lock();
    try {
      take(target, run);
      show();
    } finally {
      lock.unlock();
    }
    write(atMillis);
  }

  /** Whether something that this target shares with others is known to be broken. */
  boolean isKnown(TargetKey target) {
    lock.lock();
    try {
      return scopes.getOrDefault(target.scope(), Map.of()).values().stream().anyMatch(state -> state.outage);
    } finally {
      lock.unlock();
    }
  }

  private void take(TargetKey target, RunSummary run) {
    Map<Part, State> parts = scopes.get(target.scope());
    boolean telling = run.isGood() || (run.result() == Result.FAILED && run.maintenance().isEmpty());
    if (parts == null || !telling) {
      return;
    }
    Optional<Part> failedAt = Part.of(run);
    parts.forEach((part, state) -> {
      if (failedAt.filter(part::equals).isPresent()) {
        state.failed(target);
      } else if (failedAt.isEmpty() || part.compareTo(failedAt.get()) < 0) {
        state.passed(target);
      }
      // A run that did not get as far as this part says nothing about it.
    });
  }

  private void show() {
    scopes.forEach((scope, parts) -> parts.forEach((part, state) ->
        series.set(MetricName.OUTAGE, state.outage ? 1 : 0, "scope", scope, "part", part.label())));
  }

  /** Writes the series, also if nothing changed, so that they stay visible. */
  void write(long atMillis) {
    try {
      series.write(atMillis);
    } catch (StoreUnavailableException full) {
      LOG.debug("the series of outages could not be written: {}", full.getMessage());
    }
  }

  SeriesGroup group() {
    return series;
  }
}
