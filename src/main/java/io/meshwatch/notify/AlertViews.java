package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What pages and commands see of alerts and groups. Guarded by the notifier's lock; made anew with the routing. */
final class AlertViews {
  private final Ledger ledger;
  private final Routing routing;
  private final Dispatcher dispatcher;
  private final MutingBoard muting;

  AlertViews(Ledger ledger, Routing routing, Dispatcher dispatcher, MutingBoard muting) {
    this.ledger = ledger;
    this.routing = routing;
    this.dispatcher = dispatcher;
    this.muting = muting;
  }

  /** Alerts that fire, sorted by labels. */
  List<AlertView> alerts(long nowMillis) {
    Muting now = muting.at(nowMillis);
    return ledger.alerts().stream().filter(a -> !a.isResolvedAt(nowMillis))
        .sorted(Comparator.comparing(Alert::labels)).map(a -> view(a, now)).toList();
  }

  private AlertView view(Alert alert, Muting now) {
    List<Route> routes = routing.root().match(alert.labels());
    return new AlertView(
        alert,
        NotificationStore.fingerprint(alert.labels()),
        now.silencedBy(alert.labels()),
        now.inhibitedBy(alert.labels()),
        routes.stream().flatMap(r -> now.mutedBy(r).stream()).distinct().toList(),
        routes.stream().map(Route::receiver).distinct().toList(),
        Optional.ofNullable(ledger.acknowledgement(alert.labels())));
  }

  /** Groups with alerts that fire, sorted by labels. */
  List<GroupView> groups(long nowMillis) {
    Muting now = muting.at(nowMillis);
    List<GroupView> groups = new ArrayList<>();
    for (AggregationGroup group : dispatcher.groups()) {
      List<AlertView> firing = group.members().stream().map(ledger::alert).filter(a -> a != null && !a.isResolvedAt(nowMillis))
          .map(a -> view(a, now)).toList();
      if (!firing.isEmpty()) {
        groups.add(new GroupView(group.key(), group.labels(), group.route().receiver(), group.nextFlushMillis(), firing));
      }
    }
    groups.sort(Comparator.comparing(GroupView::labels).thenComparing(GroupView::receiver));
    return groups;
  }

  /** What happens, would happen or, as far as it is remembered, happened to an alert with these labels. */
  Explanation explain(Labels labels, long atMillis, long nowMillis) {
    Muting then = atMillis == nowMillis ? muting.at(nowMillis) : muting.then(atMillis);
    Alert known = ledger.alert(labels);
    List<Explanation.Way> ways = routing.root().match(labels).stream().map(r -> way(r, labels, then)).toList();
    boolean firing = known != null && known.startsAtMillis() <= atMillis && !known.isResolvedAt(atMillis);
    return new Explanation(
        firing, then.silencedBy(labels), then.inhibitedBy(labels), Optional.ofNullable(ledger.acknowledgement(labels)), ways);
  }

  private Explanation.Way way(Route route, Labels labels, Muting then) {
    AggregationGroup group = dispatcher.group(AggregationGroup.id(route, route.grouping().groupLabels(labels)));
    List<Destination> destinations = group == null ? routing.receiver(route).destinations() : dispatcher.destinations(group);
    return new Explanation.Way(
        route.key(),
        route.receiver(),
        route.grouping().groupLabels(labels),
        then.mutedBy(route),
        group == null ? 0 : group.nextFlushMillis(),
        destinations.stream().filter(d -> d.takes(labels)).map(d -> told(d, group)).toList());
  }

  private Explanation.Told told(Destination destination, @Nullable AggregationGroup group) {
    if (group == null) {
      return new Explanation.Told(destination.address(), 0, "");
    }
    DeliveryKey key = new DeliveryKey(group.id(), destination.id());
    Pending pending = ledger.pending(key);
    return new Explanation.Told(destination.address(), ledger.told(key).sentAtMillis(), pending == null ? "" : pending.lastReply());
  }
}
