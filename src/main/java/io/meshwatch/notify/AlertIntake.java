package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import java.util.Comparator;
import java.util.List;
import java.util.Optional;

/** Takes alerts in: keeps the newest state of each, within a limit, and puts it into its groups. Guarded by the notifier's lock. */
final class AlertIntake {
  private final Ledger ledger;
  private final Dispatcher dispatcher;
  private final NotificationMetrics metrics;
  private final int alertsMax;

  AlertIntake(Ledger ledger, Dispatcher dispatcher, NotificationMetrics metrics, int alertsMax) {
    this.ledger = ledger;
    this.dispatcher = dispatcher;
    this.metrics = metrics;
    this.alertsMax = alertsMax;
  }

  void accept(Alert alert, long nowMillis) {
    metrics.received(alert.isResolvedAt(nowMillis));
    Alert known = ledger.alert(alert.labels());
    if (known == null && (alert.isResolvedAt(nowMillis) || !hasRoom(nowMillis))) {
      return;
    }
    Alert merged = known == null ? alert : merge(known, alert, nowMillis);
    if (known != null && known.isResolvedAt(nowMillis) && !merged.isResolvedAt(nowMillis)) {
      // It begins anew, and whoever took care of it before may not know.
      ledger.removeAcknowledgement(alert.labels());
    }
    ledger.put(merged);
    dispatcher.dispatch(merged, nowMillis);
  }

  /** Makes room by giving up on the end that was over first; false if every alert fires. */
  private boolean hasRoom(long nowMillis) {
    if (ledger.alerts().size() < alertsMax) {
      return true;
    }
    Optional<Alert> oldestEnd = ledger.alerts().stream()
        .filter(a -> a.isResolvedAt(nowMillis)).min(Comparator.comparingLong(Alert::endsAtMillis));
    if (oldestEnd.isEmpty()) {
      metrics.rejected();
      return false;
    }
    dispatcher.abandon(oldestEnd.get().labels());
    metrics.evicted();
    return true;
  }

  /** The later look wins, and any over one from the future, as the clock was set back since; an alert that never stopped keeps its first start. */
  private static Alert merge(Alert known, Alert next, long nowMillis) {
    boolean nextIsNewer = next.updatedAtMillis() >= known.updatedAtMillis() || known.updatedAtMillis() > nowMillis;
    Alert newer = nextIsNewer ? next : known;
    boolean overlap = next.startsAtMillis() < known.endsAtMillis() && known.startsAtMillis() <= next.endsAtMillis();
    long start = overlap ? Math.min(known.startsAtMillis(), next.startsAtMillis()) : newer.startsAtMillis();
    return new Alert(newer.labels(), newer.annotations(), start, newer.endsAtMillis(), newer.updatedAtMillis(), newer.generatorUrl(), newer.value());
  }

  /** While meshwatch was down nobody could say that an alert still fires, so alerts that fired then get until some time. */
  static void extendTimeouts(Ledger ledger, long untilMillis) {
    long lastAlive = ledger.alerts().stream().mapToLong(Alert::updatedAtMillis).max().orElse(0);
    for (Alert a : List.copyOf(ledger.alerts())) {
      boolean fired = a.endsAtMillis() > a.updatedAtMillis() && a.endsAtMillis() > lastAlive;
      if (fired && a.endsAtMillis() < untilMillis) {
        ledger.put(new Alert(a.labels(), a.annotations(), a.startsAtMillis(), untilMillis, a.updatedAtMillis(), a.generatorUrl(), a.value()));
      }
    }
  }
}
