package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Collections;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalLong;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Puts alerts into groups, and looks at each group when it is due. Guarded by the notifier's lock. */
final class Dispatcher {
  private final Ledger ledger;
  private final Routing routing;
  private final Map<String, AggregationGroup> groups = new LinkedHashMap<>();

  /** Makes the groups of all alerts that are remembered, with their plans as they were. */
  Dispatcher(Ledger ledger, Routing routing, long nowMillis) {
    this.ledger = ledger;
    this.routing = routing;
    List.copyOf(ledger.alerts()).forEach(a -> dispatch(a, nowMillis));
    ledger.savedGroupIds().stream().filter(id -> !groups.containsKey(id)).forEach(ledger::removeGroup);
    dropUnknownDestinations();
  }

  /** What waits for destinations that are no longer configured is forgotten. */
  private void dropUnknownDestinations() {
    for (DeliveryKey key : List.copyOf(ledger.pending().keySet())) {
      if (destination(key) == null) {
        ledger.removePending(key);
      }
    }
  }

  /** Adds an alert to the groups of all routes it takes; an alert that is over joins only where it is a member already. */
  void dispatch(Alert alert, long nowMillis) {
    for (Route route : routing.root().match(alert.labels())) {
      Labels groupLabels = route.grouping().groupLabels(alert.labels());
      String id = AggregationGroup.id(route, groupLabels);
      AggregationGroup group = groups.get(id);
      if (group == null && (!alert.isResolvedAt(nowMillis) || ledger.savedGroup(id) != null)) {
        group = newGroup(id, route, groupLabels, nowMillis);
        groups.put(id, group);
      }
      if (group != null) {
        group.add(alert, nowMillis);
        ledger.save(group);
      }
    }
  }

  private AggregationGroup newGroup(String id, Route route, Labels labels, long nowMillis) {
    NotificationStore.SavedGroup saved = ledger.savedGroup(id);
    return saved == null
        ? new AggregationGroup(id, route, labels, nowMillis + route.grouping().groupWaitMillis(), false)
        : new AggregationGroup(id, route, labels, saved.nextFlushMillis(), saved.flushed());
  }

  /** When the next group is due; empty if there is none. */
  OptionalLong nextFlushMillis() {
    return groups.values().stream().mapToLong(AggregationGroup::nextFlushMillis).min();
  }

  /** Looks at every group that is due, puts what it has to tell into the outbox, and forgets what is over and told. */
  void flushDue(long dueMillis, long nowMillis, Muting muting) {
    for (AggregationGroup group : List.copyOf(groups.values())) {
      if (group.nextFlushMillis() <= dueMillis) {
        flush(group, muting);
        group.flushedAt(dueMillis, nowMillis);
        ledger.save(group);
        prune(group, muting);
      }
    }
  }

  /** Looks at every group again within one of its intervals at the latest: the machine's clock may have been set back. */
  void planWithinIntervals(long nowMillis) {
    for (AggregationGroup group : groups.values()) {
      group.planWithin(nowMillis);
      ledger.save(group);
    }
  }

  private void flush(AggregationGroup group, Muting muting) {
    for (Destination destination : destinations(group)) {
      DeliveryKey key = new DeliveryKey(group.id(), destination.id());
      Notification notification = NotificationPlan.of(muting, group, destination, ledger);
      if (NotificationPlan.isNeeded(notification, ledger.told(key), group.route(), muting.atMillis())) {
        enqueue(key, notification, muting.atMillis());
      } else {
        ledger.removePending(key);
      }
    }
  }

  /** Notes that there are news; what fires is remembered, so that it is told even if it is over before that is possible. */
  void enqueue(DeliveryKey key, Notification notification, long nowMillis) {
    Set<Labels> firing = new HashSet<>();
    notification.news().forEach(a -> firing.add(a.labels()));
    Pending waiting = ledger.pending(key);
    ledger.put(key, waiting == null
        ? new Pending(nowMillis, nowMillis, 0, messageId(key, nowMillis), Set.copyOf(firing), "")
        : waiting.announcing(firing));
  }

  private static String messageId(DeliveryKey key, long nowMillis) {
    long hash = Labels.of("group", key.groupId(), "destination", key.destinationId()).fingerprint();
    return String.format("%016x.%d", hash, nowMillis);
  }

  /** Forgets members that are over and of which nobody has to be told any more, and the group if it is empty. */
  private void prune(AggregationGroup group, Muting muting) {
    Set<Labels> gone = new HashSet<>();
    List<Destination> destinations = destinations(group);
    for (Labels member : group.members()) {
      Alert alert = ledger.alert(member);
      boolean over = alert == null || alert.isResolvedAt(muting.atMillis());
      if (over && destinations.stream().noneMatch(d -> NotificationPlan.owesEnd(muting, group, d, ledger, member))) {
        gone.add(member);
      }
    }
    forget(group, gone);
  }

  private void forget(AggregationGroup group, Set<Labels> gone) {
    if (!gone.isEmpty()) {
      group.members().removeAll(gone);
      for (Destination destination : destinations(group)) {
        DeliveryKey key = new DeliveryKey(group.id(), destination.id());
        ledger.put(key, ledger.told(key).without(gone));
        Pending pending = ledger.pending(key);
        if (pending != null) {
          ledger.put(key, pending.without(gone));
        }
      }
    }
    if (group.members().isEmpty()) {
      groups.remove(group.id());
      ledger.removeGroup(group.id());
    }
  }

  /** Forgets alerts that are over and that no group needs; returns how many. */
  int collectGarbage(long nowMillis) {
    Set<Labels> needed = new HashSet<>();
    groups.values().forEach(g -> needed.addAll(g.members()));
    List<Labels> gone = new ArrayList<>();
    for (Alert alert : ledger.alerts()) {
      if (alert.isResolvedAt(nowMillis) && !needed.contains(alert.labels())) {
        gone.add(alert.labels());
      }
    }
    gone.forEach(ledger::removeAlert);
    return gone.size();
  }

  /** Gives up on telling the end of one alert, to make room for others. */
  void abandon(Labels alert) {
    for (AggregationGroup group : List.copyOf(groups.values())) {
      if (group.members().contains(alert)) {
        forget(group, Set.of(alert));
      }
    }
    ledger.removeAlert(alert);
  }

  /** The receiver's destinations, and the second channel if it was used for this group. */
  List<Destination> destinations(AggregationGroup group) {
    List<Destination> all = new ArrayList<>(routing.receiver(group.route()).destinations());
    routing.secondChannel().map(Routing.SecondChannel::destination).ifPresent(second -> {
      DeliveryKey key = new DeliveryKey(group.id(), second.id());
      boolean used = !ledger.told(key).firing().isEmpty() || ledger.pending(key) != null;
      if (used && all.stream().noneMatch(d -> d.id().equals(second.id()))) {
        all.add(second);
      }
    });
    return all;
  }

  @Nullable Destination destination(DeliveryKey key) {
    AggregationGroup group = groups.get(key.groupId());
    return group == null ? null
        : destinations(group).stream().filter(d -> d.id().equals(key.destinationId())).findFirst().orElse(null);
  }

  @Nullable AggregationGroup group(String id) {
    return groups.get(id);
  }

  Collection<AggregationGroup> groups() {
    return Collections.unmodifiableCollection(groups.values());
  }

  Routing routing() {
    return routing;
  }
}
