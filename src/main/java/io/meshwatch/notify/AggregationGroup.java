package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.LinkedHashSet;
import java.util.Set;

/** Alerts of one route that are told together. Guarded by the notifier's lock. */
final class AggregationGroup {
  private final String id;
  private final Labels labels;
  private final Route route;
  private final Set<Labels> members = new LinkedHashSet<>();
  private long nextFlushMillis;
  private boolean flushed;

  AggregationGroup(String id, Route route, Labels labels, long nextFlushMillis, boolean flushed) {
    this.id = id;
    this.route = route;
    this.labels = labels;
    this.nextFlushMillis = nextFlushMillis;
    this.flushed = flushed;
  }

  static String id(Route route, Labels groupLabels) {
    return route.id() + ":" + groupLabels;
  }

  String id() {
    return id;
  }

  /** The group in Alertmanager's words. */
  String key() {
    return route.key() + ":" + labels;
  }

  Route route() {
    return route;
  }

  Labels labels() {
    return labels;
  }

  Set<Labels> members() {
    return members;
  }

  long nextFlushMillis() {
    return nextFlushMillis;
  }

  boolean flushed() {
    return flushed;
  }

  /** Takes a member; one that fires for longer than the group wait makes a new group look at once. */
  void add(Alert alert, long nowMillis) {
    members.add(alert.labels());
    boolean waitedEnough = alert.startsAtMillis() + route.grouping().groupWaitMillis() < nowMillis;
    if (!flushed && waitedEnough && !alert.isResolvedAt(nowMillis)) {
      nextFlushMillis = Math.min(nextFlushMillis, nowMillis);
    }
  }

  /** Looks again one interval from now at the latest: the machine's clock may have been set back. */
  void planWithin(long nowMillis) {
    long longestWaitMillis = Math.max(route.grouping().groupWaitMillis(), route.grouping().groupIntervalMillis());
    nextFlushMillis = Math.min(nextFlushMillis, nowMillis + longestWaitMillis);
  }

  /** Plans the next look one group interval after this one; times that passed in between are left out. */
  void flushedAt(long dueMillis, long nowMillis) {
    flushed = true;
    nextFlushMillis = Math.max(dueMillis + route.grouping().groupIntervalMillis(), nowMillis);
  }
}
