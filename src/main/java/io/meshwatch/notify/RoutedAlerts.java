package io.meshwatch.notify;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.nio.file.Path;
import java.util.List;

/**
 * All that follows from the settings: made anew when they change, from the alerts that are remembered. Guarded by the notifier's lock.
 *
 * @param routing who is told what and when
 * @param muting what is kept back
 * @param dispatcher alerts in groups
 * @param intake takes alerts
 * @param outbox what has to be sent
 */
record RoutedAlerts(
    Installation installation, NotifySettings settings, Routing routing, MutingBoard muting, Dispatcher dispatcher, AlertIntake intake, Outbox outbox) {
  static RoutedAlerts of(
      Installation installation, NotifySettings settings, Routing routing, Ledger ledger, NotificationMetrics metrics, long nowMillis) {
    MutingBoard muting = new MutingBoard(ledger, routing);
    Dispatcher dispatcher = new Dispatcher(ledger, routing, nowMillis);
    metrics.announce(routing.receivers().values());
    return new RoutedAlerts(installation, settings, routing, muting, dispatcher,
        new AlertIntake(ledger, dispatcher, metrics, settings.alertsMax()),
        new Outbox(ledger, dispatcher, settings.outboxLimits(), metrics, muting));
  }

  /** The routing that settings ask for; throws {@link ProblemsException} with what is wrong with them. */
  static Routing routing(Installation installation, NotifySettings settings, Disk disk) {
    List<Problem> errors = settings.check("notify", installation).stream().filter(p -> !p.warning()).toList();
    if (!errors.isEmpty()) {
      throw new ProblemsException(errors);
    }
    return settings.alertmanagerFile().isPresent()
        ? AlertmanagerFiles.load(Path.of(settings.alertmanagerFile().get()), disk).routing()
        : DefaultRouting.of(installation, settings);
  }

  AlertViews views(Ledger ledger) {
    return new AlertViews(ledger, routing, dispatcher, muting);
  }

  /** Brings the metrics up to date. */
  void measure(Ledger ledger, NotificationMetrics metrics, long nowMillis) {
    Muting now = muting.at(nowMillis);
    int active = 0;
    int suppressed = 0;
    for (Alert alert : ledger.alerts()) {
      if (!alert.isResolvedAt(nowMillis)) {
        if (now.silencedBy(alert.labels()).isEmpty() && now.inhibitedBy(alert.labels()).isEmpty()) {
          active++;
        } else {
          suppressed++;
        }
      }
    }
    metrics.alerts(active, suppressed, dispatcher.groups().size());
    metrics.silences(count(ledger, Silence.State.ACTIVE, nowMillis), count(ledger, Silence.State.PENDING, nowMillis),
        count(ledger, Silence.State.EXPIRED, nowMillis));
  }

  private static int count(Ledger ledger, Silence.State state, long nowMillis) {
    return (int) ledger.silences().stream().filter(s -> s.stateAt(nowMillis) == state).count();
  }
}
