package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Decides what a group tells a destination: the difference between what fires now and what the other side knows. Alerts that are
 * silenced are not told, neither their start nor their end; what is inhibited or muted by time waits until it no longer is.
 */
final class NotificationPlan {
  private final Muting muting;
  private final AggregationGroup group;
  private final Destination destination;
  private final Told told;
  private final Set<Labels> announced;
  private final boolean timeMuted;
  private final List<Alert> news = new ArrayList<>();
  private final List<Alert> resolved = new ArrayList<>();
  private final List<Alert> missed = new ArrayList<>();
  private final List<Alert> still = new ArrayList<>();
  private final Map<Labels, Acknowledgement> care = new HashMap<>();

  private NotificationPlan(Muting muting, AggregationGroup group, Destination destination, Told told, Set<Labels> announced) {
    this.muting = muting;
    this.group = group;
    this.destination = destination;
    this.told = told;
    this.announced = announced;
    this.timeMuted = !muting.mutedBy(group.route()).isEmpty();
  }

  /** What would be told now, needed or not. */
  static Notification of(Muting muting, AggregationGroup group, Destination destination, Ledger ledger) {
    DeliveryKey key = new DeliveryKey(group.id(), destination.id());
    Pending pending = ledger.pending(key);
    NotificationPlan plan =
        new NotificationPlan(muting, group, destination, ledger.told(key), pending == null ? Set.of() : pending.announced());
    for (Labels member : group.members()) {
      Alert alert = ledger.alert(member);
      if (alert != null && destination.takes(member) && !plan.timeMuted) {
        plan.sort(alert);
      }
    }
    plan.still.forEach(alert -> {
      Acknowledgement taken = ledger.acknowledgement(alert.labels());
      if (taken != null) {
        plan.care.put(alert.labels(), taken);
      }
    });
    return plan.notification();
  }

  /** Whether it has to be sent: there are news, or it was last sent a repeat interval ago and not all that fires is acknowledged. */
  static boolean isNeeded(Notification notification, Told told, Route route, long nowMillis) {
    return notification.hasNews()
        || (notification.still().stream().anyMatch(a -> !notification.care().containsKey(a.labels())) && told.sentAtMillis() + route.grouping().repeatIntervalMillis() <= nowMillis);
  }

  private void sort(Alert alert) {
    Labels labels = alert.labels();
    boolean known = told.firing().contains(labels);
    boolean over = alert.isResolvedAt(muting.atMillis());
    if (over && !owesEnd(labels, known)) {
      return;
    }
    if (!muting.silencedBy(labels).isEmpty() || muting.inhibitedBy(labels).isPresent()) {
      return;
    }
    if (over) {
      (known ? resolved : missed).add(alert);
    } else {
      (told.believes(labels) ? still : news).add(alert);
    }
  }

  private boolean owesEnd(Labels labels, boolean known) {
    return destination.sendResolved() && (known || announced.contains(labels));
  }

  private Notification notification() {
    return new Notification(group.id(), group.key(), group.labels(), group.route().receiver(), group.route().labels(),
        List.copyOf(news), List.copyOf(resolved), List.copyOf(missed), List.copyOf(still), Map.copyOf(care));
  }

  /** Whether a destination will still have to be told about the end of an alert that is over. */
  static boolean owesEnd(Muting muting, AggregationGroup group, Destination destination, Ledger ledger, Labels labels) {
    if (!destination.sendResolved() || !destination.takes(labels) || !muting.silencedBy(labels).isEmpty()) {
      return false;
    }
    DeliveryKey key = new DeliveryKey(group.id(), destination.id());
    Pending pending = ledger.pending(key);
    return ledger.told(key).firing().contains(labels) || (pending != null && pending.announced().contains(labels));
  }
}
