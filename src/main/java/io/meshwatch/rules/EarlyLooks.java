package io.meshwatch.rules;

import io.meshwatch.environment.Alarm;
import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Labels;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * Looks at alerting rules of a group as soon as samples arrive that they may read, instead of at the group's next turn. A sample waits
 * half an interval for that turn on average; with a look it does not wait.
 *
 * <p>Looks are bounded: a group has at most {@link #LOOKS_PER_INTERVAL} of them in its interval and none if its evaluation takes more
 * than {@link #DURATION_SHARE_MAX} of it; and only rules are looked at that fire soon after they have a result. Safe for all threads,
 * guarded by itself; a look runs without that lock.
 */
final class EarlyLooks {
  static final int LOOKS_PER_INTERVAL = 4;
  /** Beyond this share of the interval an evaluation is too dear to be repeated within it. */
  static final double DURATION_SHARE_MAX = 0.05;
  /** Rules that wait for more intervals than this do not gain from one that is shorter. */
  static final int FOR_INTERVALS_MAX = 2;
  private static final long STOP_MILLIS_MAX = 30_000;

  private final RuleGroup group;
  private final List<RunningRule> candidates;
  private final Clock clock;
  private final Alarm alarm;
  private final long gapMillis;
  private Set<RunningRule> waiting = new LinkedHashSet<>();
  private long newestMillis;
  private long lastLookMillis;

  EarlyLooks(RuleGroup group, Timers timers, Clock clock) {
    this.group = group;
    this.candidates = group.rulesThatFireSoon();
    this.clock = clock;
    this.alarm = new Alarm("early look " + group.spec().key(), timers, this::look);
    this.gapMillis = group.intervalMillis() / LOOKS_PER_INTERVAL;
  }

  /** Plans a look at the rules that may read what has arrived. */
  void arrived(Labels source, Predicate<String> mayHave, long atMillis) {
    if (candidates.isEmpty() || group.usualDurationSeconds() * 1000 > group.intervalMillis() * DURATION_SHARE_MAX) {
      return;
    }
    synchronized (this) {
      // With nothing waiting, earlier samples do not count: the machine's clock may have been set back since.
      newestMillis = waiting.isEmpty() ? atMillis : Math.max(newestMillis, atMillis);
      for (RunningRule rule : candidates) {
        if (!waiting.contains(rule) && rule.inputs.mayRead(source, mayHave)) {
          waiting.add(rule);
        }
      }
      plan();
    }
  }

  private void plan() {
    if (!waiting.isEmpty()) {
      long now = clock.wallMillis();
      alarm.ask(Math.clamp(lastLookMillis + gapMillis, now, now + gapMillis));
    }
  }

  private void look(long dueMillis) throws InterruptedException {
    Set<RunningRule> rules;
    long atMillis;
    synchronized (this) {
      lastLookMillis = dueMillis;
      rules = waiting;
      waiting = new LinkedHashSet<>();
      atMillis = newestMillis;
    }
    if (!rules.isEmpty() && !group.lookAhead(rules, atMillis)) {
      synchronized (this) {
        waiting.addAll(rules);
        newestMillis = Math.max(newestMillis, atMillis);
        plan();
      }
    }
  }

  /** The group is evaluated for this time: what has arrived until then needs no look. */
  synchronized void forgetUntil(long dueMillis) {
    if (newestMillis <= dueMillis) {
      waiting.clear();
    }
  }

  /** Plans no more looks and waits for one that runs. */
  void close() throws InterruptedException {
    alarm.cancel(true);
    alarm.awaitIdle(STOP_MILLIS_MAX);
  }
}
