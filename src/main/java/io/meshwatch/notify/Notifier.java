package io.meshwatch.notify;

import io.meshwatch.environment.Alarm;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.mail.CurveSource;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * From alerts to notifications, with Alertmanager's semantics. An alert takes routes; each route groups its alerts; each group is
 * looked at when it is due, and what changed goes to the outbox, one entry per group and destination; couriers carry the outbox
 * out; what the other side took is written to the notification log. Alerts, outbox and log are on disk before anything depends on
 * them: each notification arrives at least once, and after a clean restart only once.
 *
 * <p>Safe for all threads. One lock guards the state; it is not held while something is sent.
 */
public final class Notifier implements AlertSink, AutoCloseable {
  private static final long MAINTENANCE_MILLIS = 15_000;
  private static final long HISTORY_TRIM_MILLIS = 3_600_000;
  private static final long CLOSE_TIMEOUT_MILLIS = 5000;

  private final Environment environment;
  private final NotificationStore store;
  private final CourierFleet fleet;
  private final NotificationMetrics metrics;
  private final HandOverMetrics handOverMetrics;
  private final MailComposer composer = new MailComposer();
  private final Courier.Desk desk = new Desk();
  private final Ledger ledger;
  private final Object lock = new Object();
  private final AlertCare care;
  private final Alarm flushes;

  // Guarded by lock.
  private RoutedAlerts routed;
  private List<Courier> couriers = List.of();
  private List<AlertmanagerClient> alertmanagers = List.of();
  private Timers.@Nullable Timer maintenanceTimer;
  private boolean started;

  /**
   * Takes up where the store was left; nothing is sent before {@link #start}.
   *
   * @param store stays the caller's to close, after this
   * @param transports makes the way to a relay
   * @throws ProblemsException if settings cannot be used
   */
  public Notifier(
      Environment environment,
      Installation installation,
      NotifySettings settings,
      NotificationStore store,
      Function<MailSettings, MailTransport> transports) {
    this(environment, installation, settings, store, transports, (alert, from, to) -> Optional.empty());
  }

  /** As the other one; {@code curves} gives what charts in mails show. */
  public Notifier(
      Environment environment,
      Installation installation,
      NotifySettings settings,
      NotificationStore store,
      Function<MailSettings, MailTransport> transports,
      CurveSource curves) {
    this.environment = environment;
    this.store = store;
    this.fleet = new CourierFleet(environment, transports, composer, curves);
    this.metrics = new NotificationMetrics(environment.telemetry());
    this.handOverMetrics = new HandOverMetrics(environment.telemetry());
    this.ledger = new Ledger(store);
    this.care = new AlertCare(lock, ledger, environment.clock(), settings.silencesMax());
    this.flushes = new Alarm("notify groups", environment.timers(), this::flush);
    Routing routing = RoutedAlerts.routing(installation, settings, environment.disk());
    AlertIntake.extendTimeouts(ledger, now() + NotifySettings.millis(settings.resolveTimeoutSeconds()));
    this.routed = RoutedAlerts.of(installation, settings, routing, ledger, metrics, now());
    NotificationMetrics.spool(environment.telemetry(), environment.clock(), this::spool);
    ledger.commit();
  }

  /** Begins to send. */
  public void start() {
    synchronized (lock) {
      started = true;
      couriers = fleet.couriers(routed.routing(), routed.settings(), routed.installation(), desk);
      alertmanagers = newAlertmanagers();
      maintenanceTimer = environment.timers().every("notify maintenance", MAINTENANCE_MILLIS, 0, this::maintain);
      planFlush();
    }
    wakeCouriers();
  }

  /** Uses other settings from now on; alerts, silences and what was told stay. Throws {@link ProblemsException} and changes nothing. */
  public void apply(Installation installation, NotifySettings settings) throws InterruptedException {
    Routing routing = RoutedAlerts.routing(installation, settings, environment.disk());
    List<Courier> old;
    synchronized (lock) {
      old = couriers;
      couriers = List.of();
    }
    for (Courier courier : old) {
      courier.close();
    }
    synchronized (lock) {
      routed = RoutedAlerts.of(installation, settings, routing, ledger, metrics, now());
      care.allow(settings.silencesMax());
      couriers = started ? fleet.couriers(routing, settings, installation, desk) : List.of();
      alertmanagers.forEach(AlertmanagerClient::close);
      alertmanagers = started ? newAlertmanagers() : List.of();
      ledger.commit();
      planFlush();
    }
    wakeCouriers();
  }

  private List<AlertmanagerClient> newAlertmanagers() {
    return routed.settings().alertmanagers().stream().map(each -> new AlertmanagerClient(each, environment, handOverMetrics)).toList();
  }

  /** What couriers see of the outbox: every step under the lock, and on disk when it returns. */
  private final class Desk implements Courier.Desk {
    @Override
    public Optional<Parcel> next(Predicate<Destination> served) {
      synchronized (lock) {
        Optional<Parcel> parcel = routed.outbox().next(served, now());
        ledger.commit();
        return parcel;
      }
    }

    @Override
    public void settle(Parcel parcel, Channel.Sent sent) {
      synchronized (lock) {
        routed.outbox().settle(parcel, sent, now());
        ledger.commit();
      }
    }

    @Override
    public long nextAttemptMillis(Predicate<Destination> served) {
      synchronized (lock) {
        return routed.outbox().nextAttemptMillis(served, now());
      }
    }
  }

  @Override
  public void accept(List<Alert> alerts) {
    long now = now();
    List<AlertmanagerClient> others;
    synchronized (lock) {
      for (Alert alert : alerts) {
        routed.intake().accept(alert, now);
      }
      ledger.commit();
      planFlush();
      others = alertmanagers;
    }
    others.forEach(each -> each.offer(alerts));
  }

  private void planFlush() {
    if (started) {
      flushes.ask(routed.dispatcher().nextFlushMillis().orElse(Long.MAX_VALUE));
    }
  }

  private void flush(long dueMillis) {
    synchronized (lock) {
      try {
        long now = now();
        // When the clock was set back the due time is still to come, and alerts must not be looked at as if it had.
        long at = Math.min(dueMillis, now);
        routed.dispatcher().flushDue(at, now, routed.muting().at(at));
        ledger.commit();
      } finally {
        planFlush();
      }
    }
    wakeCouriers();
  }

  private void maintain(long dueMillis) {
    synchronized (lock) {
      long at = Math.min(dueMillis, now());
      routed.outbox().escalate(at);
      routed.dispatcher().collectGarbage(at);
      routed.dispatcher().planWithinIntervals(at);
      routed.outbox().retryWithinLimits(at);
      care.forgetExpired(at - NotifySettings.millis(routed.settings().silenceRetentionSeconds()));
      ledger.commit();
      routed.measure(ledger, metrics, at);
      if (Math.floorMod(at, HISTORY_TRIM_MILLIS) < MAINTENANCE_MILLIS) {
        store.trimHistory(routed.settings().historyMax());
      }
      planFlush();
    }
    wakeCouriers();
  }

  private void wakeCouriers() {
    List<Courier> now;
    synchronized (lock) {
      now = couriers;
    }
    now.forEach(Courier::wake);
  }

  /** Silences and acknowledgements. */
  public AlertCare care() {
    return care;
  }

  /** Alerts that fire, sorted by labels. */
  public List<AlertView> alerts() {
    synchronized (lock) {
      return routed.views(ledger).alerts(now());
    }
  }

  /** Groups with alerts that fire, sorted by labels. */
  public List<GroupView> groups() {
    synchronized (lock) {
      return routed.views(ledger).groups(now());
    }
  }

  /** What happens, or would happen, to an alert with these labels. */
  public Explanation explain(Labels labels) {
    return explain(labels, now());
  }

  /** As {@link #explain(Labels)}, for an earlier time as far as alerts and silences of then are remembered. */
  public Explanation explain(Labels labels, long atMillis) {
    synchronized (lock) {
      return routed.views(ledger).explain(labels, atMillis, now());
    }
  }

  /** Recurring times in which alerts are kept back, in the order of the configuration. */
  public List<MaintenanceView> maintenance() {
    long now = now();
    return routing().maintenance().stream().map(window -> MaintenanceView.of(window, now)).toList();
  }

  /** What was sent to whom, newest first. */
  public List<HistoryEntry> history(int entriesMax) {
    return store.history(entriesMax);
  }

  /** What waits to be delivered. */
  public SpoolStatus spool() {
    synchronized (lock) {
      return routed.outbox().status();
    }
  }

  /** Names of receivers, sorted. */
  public List<String> receivers() {
    return routing().receivers().keySet().stream().sorted().toList();
  }

  /** How alerts are routed now. */
  public Routing routing() {
    synchronized (lock) {
      return routed.routing();
    }
  }

  /** How alerts are routed now, as an {@code alertmanager.yml} without secrets. */
  public String routingText() {
    return AlertmanagerYaml.write(routing());
  }

  /** How long an alert from outside counts as firing when it does not say. */
  public long resolveTimeoutMillis() {
    synchronized (lock) {
      return NotifySettings.millis(routed.settings().resolveTimeoutSeconds());
    }
  }

  /** Sends a test mail and returns the whole talk with the relay; throws {@link ProblemsException} if no mail is configured. */
  public MailTransport.Dialogue testMail(String address) throws InterruptedException {
    MailSettings relay;
    MailMessage message;
    synchronized (lock) {
      Installation installation = routed.installation();
      relay = installation.mail().filter(MailSettings::enabled)
          .orElseThrow(() -> new ProblemsException(Problem.error("", 0, 0, "no mail relay is configured; set mail.host")));
      String id = "test." + now() + "@" + MailChannel.Style.idDomain(relay.sender().address());
      message = composer.test(installation.name(), address, id, now());
    }
    try (MailTransport transport = fleet.transports().apply(relay)) {
      return transport.test(message);
    }
  }

  private long now() {
    return environment.clock().wallMillis();
  }

  /** Stops sending; what waits stays in the store. */
  @Override
  public void close() {
    List<Courier> last;
    Timers.Timer maintenance;
    synchronized (lock) {
      started = false;
      last = couriers;
      couriers = List.of();
      alertmanagers.forEach(AlertmanagerClient::close);
      alertmanagers = List.of();
      maintenance = maintenanceTimer;
    }
    flushes.cancel(false);
    if (maintenance != null) {
      maintenance.cancel(false);
    }
    try {
      for (Courier courier : last) {
        courier.close();
      }
      flushes.awaitIdle(CLOSE_TIMEOUT_MILLIS);
      if (maintenance != null) {
        maintenance.awaitIdle(CLOSE_TIMEOUT_MILLIS);
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
