package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Arrivals;
import io.meshwatch.model.Labels;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All rules of this meshwatch: evaluates each group on its own timer, keeps the states of alerts and hands them to notification.
 * Safe for all threads; {@link #apply} and {@link #close} are guarded by this object.
 *
 * <p>A reload compares what is wanted with what runs: an unchanged group goes on undisturbed, a changed one takes over the states of
 * the rules that kept name and labels, and the series of what is gone end with a stale marker.
 */
public final class Rules implements Arrivals, AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Rules.class);
  /** How long a reload waits for the evaluation of a group that it changes. */
  private static final long STOP_TIMEOUT_MILLIS = 30_000;

  private final Environment environment;
  private final Engine engine;
  private final AlertSink sink;
  private final RuleMetrics metrics;
  /** By key, in the order in which the groups were given. */
  private volatile Map<String, Running> running = Map.of();
  private RuleOptions options;

  private record Running(RuleGroup group, Timers.Timer timer, RuleOptions options) {}

  public Rules(Environment environment, Engine engine, AlertSink sink, RuleOptions options) {
    this.environment = environment;
    this.engine = engine;
    this.sink = sink;
    this.options = options;
    this.metrics = new RuleMetrics(environment.telemetry());
  }

  /** Runs these groups and no others from now on. */
  public void apply(List<RuleGroupSpec> specs) throws InterruptedException {
    apply(specs, options);
  }

  /** As {@link #apply(List)}, with other options from now on. */
  public synchronized void apply(List<RuleGroupSpec> specs, RuleOptions newOptions) throws InterruptedException {
    options = newOptions;
    Map<String, Running> before = running;
    Map<String, Running> after = new LinkedHashMap<>();
    for (RuleGroupSpec spec : specs) {
      Running old = before.get(spec.key());
      boolean unchanged = old != null && old.group().spec().equals(spec) && old.options().equals(newOptions);
      after.put(spec.key(), old != null && unchanged ? old : start(spec, old));
    }
    for (Map.Entry<String, Running> entry : before.entrySet()) {
      if (!after.containsKey(entry.getKey())) {
        stop(entry.getValue());
        entry.getValue().group().end(environment.clock().wallMillis());
      }
    }
    running = Collections.unmodifiableMap(after);
  }

  private Running start(RuleGroupSpec spec, @Nullable Running old) throws InterruptedException {
    RuleGroup group = new RuleGroup(
        spec, engine, sink, options, metrics, environment.clock(), environment.workers(), environment.timers());
    if (old != null) {
      stop(old);
      group.takeOver(old.group());
    }
    Timers.Timer timer =
        environment.timers().every("rules " + spec.key(), group.intervalMillis(), group.phaseMillis(), group::evaluate);
    return new Running(group, timer, options);
  }

  private static void stop(Running old) throws InterruptedException {
    old.timer().cancel(false);
    old.group().stopLooks();
    if (!old.timer().awaitIdle(STOP_TIMEOUT_MILLIS)) {
      LOG.warn("Group {} still evaluates after {} ms; interrupting it", old.group().spec().key(), STOP_TIMEOUT_MILLIS);
      old.timer().cancel(true);
      old.timer().awaitIdle(STOP_TIMEOUT_MILLIS);
    }
  }

  /** Alerts whose samples have arrived may begin at once; everything else waits for its group's turn. */
  @Override
  public void arrived(Labels source, Predicate<String> mayHave, long atMillis) {
    running.values().forEach(each -> each.group().arrived(source, mayHave, atMillis));
  }

  /** How all groups fare, in the order in which they were given. */
  public List<GroupStatus> groups() {
    return running.values().stream().map(each -> each.group().status()).toList();
  }

  /** Stops all evaluations. The series stay open, so that a restart finds the states of pending alerts. */
  @Override
  public synchronized void close() {
    Map<String, Running> ending = running;
    running = Map.of();
    for (Running each : ending.values()) {
      each.timer().cancel(true);
    }
    try {
      for (Running each : ending.values()) {
        each.group().stopLooks();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
