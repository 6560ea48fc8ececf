package io.meshwatch.rules;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Labels;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

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
  private final Timers timers;
  private final Clock clock;
  private final long gapMillis;
  private Set<RunningRule> waiting = new LinkedHashSet<>();
  private long newestMillis;
  private long lastLookMillis;
  private boolean planned;
  /** That of the last look, which is planned, runs or is over. */
  private Timers.@Nullable Timer timer;
  private boolean closed;

  EarlyLooks(RuleGroup group, Timers timers, Clock clock) {
    this.group = group;
    this.candidates = group.rulesThatFireSoon();
    this.timers = timers;
    this.clock = clock;
    this.gapMillis = group.intervalMillis() / LOOKS_PER_INTERVAL;
  }

  /** Plans a look at the rules that may read what has arrived. */
  void arrived(Labels source, Predicate<String> mayHave, long atMillis) {
    if (candidates.isEmpty() || group.usualDurationSeconds() * 1000 > group.intervalMillis() * DURATION_SHARE_MAX) {
      return;
    }
    synchronized (this) {
      for (RunningRule rule : candidates) {
        if (!waiting.contains(rule) && rule.inputs.mayRead(source, mayHave)) {
          waiting.add(rule);
        }
      }
      newestMillis = Math.max(newestMillis, atMillis);
      plan();
    }
  }

  private void plan() {
    if (!waiting.isEmpty() && !planned && !closed) {
      planned = true;
      timer = timers.once("early look " + group.spec().key(), Math.max(clock.wallMillis(), lastLookMillis + gapMillis), this::look);
    }
  }

  private void look(long dueMillis) throws InterruptedException {
    Set<RunningRule> rules;
    long atMillis;
    synchronized (this) {
      planned = false;
      lastLookMillis = dueMillis;
      rules = waiting;
      waiting = new LinkedHashSet<>();
      atMillis = newestMillis;
    }
    if (!rules.isEmpty() && !group.lookAhead(rules, atMillis)) {
      synchronized (this) {
        waiting.addAll(rules);
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
    Timers.Timer last;
    synchronized (this) {
      closed = true;
      last = timer;
    }
    if (last != null) {
      last.cancel(true);
      last.awaitIdle(STOP_MILLIS_MAX);
    }
  }
}
