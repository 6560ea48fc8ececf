package io.meshwatch.rules;

import io.meshwatch.engine.Engine;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.InlineWorkers;
import io.meshwatch.environment.Timers;
import io.meshwatch.environment.Workers;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * A group that runs: evaluates its rules in stages, so that a rule sees what those before it stored at the same time, and rules that
 * have nothing to do with each other are evaluated side by side. Evaluations and looks between them take turns; each rule is touched
 * by one worker at a time. Only {@link #status} and {@link #arrived} are safe for all threads, the rest is confined to who applies rules.
 */
final class RuleGroup {
  private final RuleGroupSpec spec;
  private final String key;
  private final long intervalMillis;
  private final long queryOffsetMillis;
  private final RuleMetrics metrics;
  private final Clock clock;
  private final Workers workers;
  private final List<RunningRule> rules;
  /** Rules that may be evaluated side by side, one list after the other. */
  private final List<List<RunningRule>> stages;
  private final MissingSelectors missingSelectors;
  private final ForRestoration restoration;
  private final RuleEvaluator evaluator;
  private final @Nullable EarlyLooks looks;
  /** Held by an evaluation or a look. */
  private final ReentrantLock turn = new ReentrantLock();
  /** Series of rules that a reload removed. */
  private Set<Labels> abandoned = Set.of();
  private int evaluations;
  private long lastDueMillis;
  /** Time of the last evaluation or look: what is stored after it is newer. */
  private long lastSeenMillis;
  private long missedIterations;
  private volatile double usualDurationSeconds;
  private volatile GroupStatus status;

  /** A group that looks at its rules only when it is due. */
  RuleGroup(
      RuleGroupSpec spec, Engine engine, AlertSink sink, RuleOptions options, RuleMetrics metrics, Clock clock, Workers workers) {
    this(spec, engine, sink, options, metrics, clock, workers, null);
  }

  /** A group that also looks at its rules when what they read has arrived, if there are timers for that. */
  RuleGroup(
      RuleGroupSpec spec, Engine engine, AlertSink sink, RuleOptions options, RuleMetrics metrics, Clock clock, Workers workers,
      @Nullable Timers timers) {
    this.spec = spec;
    this.key = spec.key();
    this.intervalMillis = spec.intervalMillis(options);
    this.queryOffsetMillis = spec.queryOffsetMillis(options);
    this.metrics = metrics;
    this.clock = clock;
    this.workers = workers;
    this.rules = spec.rules().stream().map(RunningRule::new).toList();
    this.stages = RuleDependencies.stages(rules);
    this.missingSelectors = new MissingSelectors(engine);
    this.restoration = new ForRestoration(engine, options);
    this.evaluator = new RuleEvaluator(spec, engine, sink, options, metrics, clock, missingSelectors);
    this.looks = timers == null || queryOffsetMillis > 0 ? null : new EarlyLooks(this, timers, clock);
    this.status = currentStatus(0);
    metrics.start(spec, intervalMillis);
  }

  /** A group whose alerts nobody hears of, with nothing to restore and no look for selectors without data. */
  static RuleGroup forUnitTest(RuleGroupSpec spec, Engine engine, RuleOptions options, RuleMetrics metrics, Clock clock) {
    RuleGroup group = new RuleGroup(spec, engine, alerts -> {}, options, metrics, clock, new InlineWorkers());
    group.rules.forEach(rule -> rule.restored = true);
    group.missingSelectors.never();
    return group;
  }

  RuleGroupSpec spec() {
    return spec;
  }

  long intervalMillis() {
    return intervalMillis;
  }

  /** When in each interval the group is due: spread by its name, the same after each start. */
  long phaseMillis() {
    return Long.remainderUnsigned(Labels.of("group", key).fingerprint(), intervalMillis);
  }

  GroupStatus status() {
    return status;
  }

  /** How long an evaluation takes, leaving out a single slow one: that may have been the machine's fault. */
  double usualDurationSeconds() {
    return usualDurationSeconds;
  }

  /** Alerting rules whose alerts fire at most a few intervals after their first result. */
  List<RunningRule> rulesThatFireSoon() {
    return rules.stream()
        .filter(rule -> rule.rule instanceof AlertingRule alerting && alerting.forMillis() <= EarlyLooks.FOR_INTERVALS_MAX * intervalMillis)
        .toList();
  }

  /** Samples have arrived that rules may read. */
  void arrived(Labels source, Predicate<String> mayHave, long atMillis) {
    if (looks != null) {
      looks.arrived(source, mayHave, atMillis);
    }
  }

  /** Plans no more looks between evaluations, and waits for one that runs. */
  void stopLooks() throws InterruptedException {
    if (looks != null) {
      looks.close();
    }
  }

  /** Goes on where the group stood before a reload; neither of both may be running. */
  void takeOver(RuleGroup before) {
    List<RunningRule> left = new ArrayList<>(before.rules);
    for (RunningRule rule : rules) {
      left.stream()
          .filter(old -> rule.isLike(old))
          .min(Comparator.comparing(old -> !old.rule.expression().equals(rule.rule.expression())))
          .ifPresent(old -> {
            rule.takeOver(old);
            left.remove(old);
          });
    }
    abandoned = new HashSet<>(before.abandoned);
    left.forEach(old -> abandoned.addAll(old.series));
    evaluations = before.evaluations;
    status = currentStatus(0);
  }

  /** Ends the group's series in the store: it is no more. */
  void end(long atMillis) {
    Set<Labels> ending = new HashSet<>(abandoned);
    rules.forEach(rule -> ending.addAll(rule.series));
    if (!ending.isEmpty()) {
      evaluator.end(ending, Math.max(atMillis, lastSeenMillis + 1));
    }
    metrics.stop(spec);
  }

  /** Evaluates all rules for the time at which the group was due. */
  void evaluate(long dueMillis) throws InterruptedException {
    turn.lockInterruptibly();
    try {
      if (looks != null) {
        looks.forgetUntil(dueMillis);
      }
      evaluateAll(dueMillis);
    } finally {
      turn.unlock();
    }
  }

  /**
   * Lets alerts of some rules begin before the group is due again.
   *
   * @param atMillis time of the samples that made this worth while
   * @return false if the group is being evaluated just now, perhaps without those samples
   */
  boolean lookAhead(Collection<RunningRule> some, long atMillis) throws InterruptedException {
    if (!turn.tryLock()) {
      return false;
    }
    try {
      long at = Math.max(atMillis, lastSeenMillis + 1);
      // Before the first turn nothing is known; when the next one is due it sees the same.
      if (lastDueMillis == 0 || at >= lastDueMillis + intervalMillis) {
        return true;
      }
      metrics.earlyLooks.labelValues(key).inc();
      for (RunningRule rule : some) {
        if (rule.restored && rule.rule instanceof AlertingRule alerting) {
          evaluator.lookAhead(rule, alerting, at);
        }
      }
      lastSeenMillis = at;
      status = currentStatus(status.lastDurationSeconds());
      return true;
    } finally {
      turn.unlock();
    }
  }

  private void evaluateAll(long dueMillis) throws InterruptedException {
    long startNanos = clock.monotonicNanos();
    countIteration(dueMillis);
    endAbandonedSeries(dueMillis);
    for (List<RunningRule> stage : stages) {
      evaluate(stage, dueMillis);
    }
    int samples = rules.stream().mapToInt(rule -> rule.samples).sum();
    if (evaluations++ > 0) {
      restore(dueMillis);
    }
    if (missingSelectors.update(rules, dueMillis)) {
      rules.forEach(rule ->
          metrics.selectorsWithoutData.labelValues(key, rule.rule.name()).set(rule.selectorsWithoutData.size()));
      metrics.unableToFire.labelValues(key).set((double) rules.stream().filter(rule -> rule.unableToFire).count());
    }
    double seconds = (clock.monotonicNanos() - startNanos) / (double) TimeUnit.SECONDS.toNanos(1);
    usualDurationSeconds = Math.min(seconds, status.lastDurationSeconds());
    lastDueMillis = dueMillis;
    lastSeenMillis = dueMillis;
    metrics.groupSeconds.observe(seconds);
    metrics.lastDuration.labelValues(key).set(seconds);
    metrics.lastEvaluation.labelValues(key).set(dueMillis / 1000.0);
    metrics.lastSamples.labelValues(key).set(samples);
    status = currentStatus(seconds);
  }

  private void evaluate(List<RunningRule> stage, long dueMillis) throws InterruptedException {
    if (stage.size() == 1) {
      evaluator.evaluate(stage.getFirst(), dueMillis);
      return;
    }
    workers.invokeAll(stage.stream()
        .map(rule -> (Callable<Boolean>) () -> {
          evaluator.evaluate(rule, dueMillis);
          return true;
        })
        .toList());
  }

  private GroupStatus currentStatus(double seconds) {
    return new GroupStatus(
        spec, intervalMillis, lastDueMillis, seconds, missedIterations, rules.stream().map(RunningRule::status).toList());
  }

  private void countIteration(long dueMillis) {
    metrics.iterations.labelValues(key).inc();
    long missed = lastDueMillis == 0 ? 0 : (dueMillis - lastDueMillis) / intervalMillis - 1;
    if (missed > 0) {
      missedIterations += missed;
      metrics.missed.labelValues(key).inc(missed);
      metrics.iterations.labelValues(key).inc(missed);
    }
  }

  private void endAbandonedSeries(long dueMillis) {
    if (!abandoned.isEmpty()) {
      rules.forEach(rule -> abandoned.removeAll(rule.series));
      evaluator.end(abandoned, dueMillis);
      abandoned = Set.of();
    }
  }

  private void restore(long dueMillis) {
    for (RunningRule rule : rules) {
      if (!rule.restored && rule.rule instanceof AlertingRule alerting) {
        rule.alerts = restoration.restored(alerting, rule.alerts, dueMillis);
        rule.restored = true;
      }
    }
  }
}
