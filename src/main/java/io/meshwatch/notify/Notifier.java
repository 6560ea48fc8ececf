package io.meshwatch.notify;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.mail.CurveSource;
import io.meshwatch.notify.mail.MailComposer;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import io.meshwatch.notify.mail.Truncation;
import java.nio.file.Path;
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
  private static final int ACKNOWLEDGEMENT_CHARACTERS_MAX = 1000;

  private final Environment environment;
  private final NotificationStore store;
  private final CourierFleet fleet;
  private final NotificationMetrics metrics;
  private final HandOverMetrics handOverMetrics;
  private final MailComposer composer = new MailComposer();
  private final Courier.Desk desk = new Desk();
  private final Ledger ledger;
  private final Object lock = new Object();

  // Guarded by lock.
  private Installation installation;
  private NotifySettings settings;
  private Routing routing;
  private MutingBoard muting;
  private Dispatcher dispatcher;
  private AlertIntake intake;
  private Outbox outbox;
  private Silencing silencing;
  private List<Courier> couriers = List.of();
  private List<AlertmanagerClient> alertmanagers = List.of();
  private Timers.@Nullable Timer flushTimer;
  private long flushPlannedMillis = Long.MAX_VALUE;
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
    this.installation = installation;
    this.settings = settings;
    this.routing = routing(installation, settings);
    AlertIntake.extendTimeouts(ledger, now() + NotifySettings.millis(settings.resolveTimeoutSeconds()));
    this.muting = new MutingBoard(ledger, routing);
    this.dispatcher = new Dispatcher(ledger, routing, now());
    this.intake = new AlertIntake(ledger, dispatcher, metrics, settings.alertsMax());
    this.outbox = new Outbox(ledger, dispatcher, settings.outboxLimits(), metrics, muting);
    this.silencing = new Silencing(ledger, settings.silencesMax());
    metrics.announce(routing.receivers().values());
    NotificationMetrics.spool(environment.telemetry(), environment.clock(), this::spool);
    ledger.commit();
  }

  private Routing routing(Installation newInstallation, NotifySettings newSettings) {
    List<Problem> errors = newSettings.check("notify", newInstallation).stream().filter(p -> !p.warning()).toList();
    if (!errors.isEmpty()) {
      throw new ProblemsException(errors);
    }
    return newSettings.alertmanagerFile().isPresent()
        ? AlertmanagerFiles.load(Path.of(newSettings.alertmanagerFile().get()), environment.disk()).routing()
        : DefaultRouting.of(newInstallation, newSettings);
  }

  /** Begins to send. */
  public void start() {
    synchronized (lock) {
      started = true;
      couriers = fleet.couriers(routing, settings, installation, desk);
      alertmanagers = newAlertmanagers();
      maintenanceTimer = environment.timers().every("notify maintenance", MAINTENANCE_MILLIS, 0, this::maintain);
      planFlush();
    }
    wakeCouriers();
  }

  /** Uses other settings from now on; alerts, silences and what was told stay. Throws {@link ProblemsException} and changes nothing. */
  public void apply(Installation newInstallation, NotifySettings newSettings) throws InterruptedException {
    Routing newRouting = routing(newInstallation, newSettings);
    List<Courier> old;
    synchronized (lock) {
      old = couriers;
      couriers = List.of();
    }
    for (Courier courier : old) {
      courier.close();
    }
    synchronized (lock) {
      installation = newInstallation;
      settings = newSettings;
      routing = newRouting;
      muting = new MutingBoard(ledger, routing);
      dispatcher = new Dispatcher(ledger, routing, now());
      intake = new AlertIntake(ledger, dispatcher, metrics, settings.alertsMax());
      outbox = new Outbox(ledger, dispatcher, settings.outboxLimits(), metrics, muting);
      silencing = new Silencing(ledger, settings.silencesMax());
      metrics.announce(routing.receivers().values());
      couriers = started ? fleet.couriers(routing, settings, installation, desk) : List.of();
      alertmanagers.forEach(AlertmanagerClient::close);
      alertmanagers = started ? newAlertmanagers() : List.of();
      ledger.commit();
      planFlush();
    }
    wakeCouriers();
  }

  private List<AlertmanagerClient> newAlertmanagers() {
    return settings.alertmanagers().stream().map(each -> new AlertmanagerClient(each, environment, handOverMetrics)).toList();
  }

  /** What couriers see of the outbox: every step under the lock, and on disk when it returns. */
  private final class Desk implements Courier.Desk {
    @Override
    public Optional<Parcel> next(Predicate<Destination> served) {
      synchronized (lock) {
        Optional<Parcel> parcel = outbox.next(served, now());
        ledger.commit();
        return parcel;
      }
    }

    @Override
    public void settle(Parcel parcel, Channel.Sent sent) {
      synchronized (lock) {
        outbox.settle(parcel, sent, now());
        ledger.commit();
      }
    }

    @Override
    public long nextAttemptMillis(Predicate<Destination> served) {
      synchronized (lock) {
        return outbox.nextAttemptMillis(served, now());
      }
    }
  }

  @Override
  public void accept(List<Alert> alerts) {
    long now = now();
    List<AlertmanagerClient> others;
    synchronized (lock) {
      for (Alert alert : alerts) {
        intake.accept(alert, now);
      }
      ledger.commit();
      planFlush();
      others = alertmanagers;
    }
    others.forEach(each -> each.offer(alerts));
  }

  private void planFlush() {
    long next = started ? dispatcher.nextFlushMillis().orElse(Long.MAX_VALUE) : Long.MAX_VALUE;
    if (next >= flushPlannedMillis) {
      return;
    }
    if (flushTimer != null) {
      flushTimer.cancel(false);
    }
    flushPlannedMillis = next;
    flushTimer = environment.timers().once("notify groups", next, this::flush);
  }

  private void flush(long dueMillis) {
    synchronized (lock) {
      flushPlannedMillis = Long.MAX_VALUE;
      try {
        dispatcher.flushDue(dueMillis, now(), muting.at(dueMillis));
        ledger.commit();
      } finally {
        planFlush();
      }
    }
    wakeCouriers();
  }

  private void maintain(long dueMillis) {
    synchronized (lock) {
      outbox.escalate(dueMillis);
      dispatcher.collectGarbage(dueMillis);
      silencing.forgetExpired(dueMillis - NotifySettings.millis(settings.silenceRetentionSeconds()));
      ledger.commit();
      measure(dueMillis);
      if (Math.floorMod(dueMillis, HISTORY_TRIM_MILLIS) < MAINTENANCE_MILLIS) {
        store.trimHistory(settings.historyMax());
      }
    }
    wakeCouriers();
  }

  private void measure(long nowMillis) {
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
    metrics.silences(count(Silence.State.ACTIVE, nowMillis), count(Silence.State.PENDING, nowMillis), count(Silence.State.EXPIRED, nowMillis));
  }

  private int count(Silence.State state, long nowMillis) {
    return (int) ledger.silences().stream().filter(s -> s.stateAt(nowMillis) == state).count();
  }

  private void wakeCouriers() {
    List<Courier> now;
    synchronized (lock) {
      now = couriers;
    }
    now.forEach(Courier::wake);
  }

  /** Alerts that fire, sorted by labels. */
  public List<AlertView> alerts() {
    synchronized (lock) {
      return views().alerts(now());
    }
  }

  /** Groups with alerts that fire, sorted by labels. */
  public List<GroupView> groups() {
    synchronized (lock) {
      return views().groups(now());
    }
  }

  /** What happens, or would happen, to an alert with these labels. */
  public Explanation explain(Labels labels) {
    return explain(labels, now());
  }

  /** As {@link #explain(Labels)}, for an earlier time as far as alerts and silences of then are remembered. */
  public Explanation explain(Labels labels, long atMillis) {
    synchronized (lock) {
      return views().explain(labels, atMillis, now());
    }
  }

  private AlertViews views() {
    return new AlertViews(ledger, routing, dispatcher, muting);
  }

  /**
   * Notes that somebody takes care of an alert: it is not repeated any more, only its end is told.
   *
   * @throws ProblemsException if no such alert fires
   */
  public void acknowledge(Labels alert, String author, String comment) {
    synchronized (lock) {
      Alert known = ledger.alert(alert);
      if (known == null || known.isResolvedAt(now())) {
        throw new ProblemsException(Problem.error("", 0, 0, "no alert with these labels fires: " + alert));
      }
      ledger.put(alert, new Acknowledgement(
          Truncation.toCharacters(author, ACKNOWLEDGEMENT_CHARACTERS_MAX), Truncation.toCharacters(comment, ACKNOWLEDGEMENT_CHARACTERS_MAX), now()));
      ledger.commit();
    }
  }

  /** Takes an acknowledgement back: the alert is repeated again. */
  public void unacknowledge(Labels alert) {
    synchronized (lock) {
      ledger.removeAcknowledgement(alert);
      ledger.commit();
    }
  }

  /** All silences that are remembered, those that end last first. */
  public List<Silence> silences() {
    synchronized (lock) {
      return silencing.list();
    }
  }

  /** One silence. */
  public Optional<Silence> silence(String id) {
    synchronized (lock) {
      return Optional.ofNullable(ledger.silence(id));
    }
  }

  /** What a silence with these matchers would keep back now, and whether that is too much. */
  public SilencePreview previewSilence(List<Matcher> matchers) {
    synchronized (lock) {
      long now = now();
      return SilencePreview.of(matchers, ledger.alerts().stream().filter(a -> !a.isResolvedAt(now)).toList());
    }
  }

  /**
   * Makes a silence, or changes the one with this id; where what it matches changes, a new one with a new id replaces it.
   *
   * @param force whether it may match too much
   * @throws ProblemsException with what is wrong
   */
  public Silence silence(
      Optional<String> id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment, boolean force) {
    synchronized (lock) {
      boolean known = id.map(ledger::silence).map(old -> old.matchers().equals(matchers)).orElse(false);
      String tooMuch = force || known ? "" : previewSilence(matchers).tooMuch();
      if (!tooMuch.isEmpty()) {
        throw new ProblemsException(Problem.error("", 0, 0,
            "the silence matches too much: " + tooMuch + "; narrow it, or insist with `meshwatch silence add --force`"));
      }
      Silence silence = silencing.put(id.orElse(null), matchers, startsAtMillis, endsAtMillis, createdBy, comment, now());
      ledger.commit();
      return silence;
    }
  }

  /** As the other one, refused if it matches too much. */
  public Silence silence(Optional<String> id, List<Matcher> matchers, long startsAtMillis, long endsAtMillis, String createdBy, String comment) {
    return silence(id, matchers, startsAtMillis, endsAtMillis, createdBy, comment, false);
  }

  /** Ends a silence now; throws {@link ProblemsException} if there is none or it has ended. */
  public Silence expireSilence(String id) {
    synchronized (lock) {
      Silence ended = silencing.expire(id, now());
      ledger.commit();
      return ended;
    }
  }

  /** What was sent to whom, newest first. */
  public List<HistoryEntry> history(int entriesMax) {
    return store.history(entriesMax);
  }

  /** What waits to be delivered. */
  public SpoolStatus spool() {
    synchronized (lock) {
      return outbox.status();
    }
  }

  /** Names of receivers, sorted. */
  public List<String> receivers() {
    synchronized (lock) {
      return routing.receivers().keySet().stream().sorted().toList();
    }
  }

  /** How alerts are routed now. */
  public Routing routing() {
    synchronized (lock) {
      return routing;
    }
  }

  /** How alerts are routed now, as an {@code alertmanager.yml} without secrets. */
  public String routingText() {
    return AlertmanagerYaml.write(routing());
  }

  /** How long an alert from outside counts as firing when it does not say. */
  public long resolveTimeoutMillis() {
    synchronized (lock) {
      return NotifySettings.millis(settings.resolveTimeoutSeconds());
    }
  }

  /** Sends a test mail and returns the whole talk with the relay; throws {@link ProblemsException} if no mail is configured. */
  public MailTransport.Dialogue testMail(String address) throws InterruptedException {
    MailSettings relay;
    MailMessage message;
    synchronized (lock) {
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
    synchronized (lock) {
      started = false;
      last = couriers;
      couriers = List.of();
      alertmanagers.forEach(AlertmanagerClient::close);
      alertmanagers = List.of();
      cancel(flushTimer);
      cancel(maintenanceTimer);
    }
    try {
      for (Courier courier : last) {
        courier.close();
      }
      await(flushTimer);
      await(maintenanceTimer);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void cancel(Timers.@Nullable Timer timer) {
    if (timer != null) {
      timer.cancel(false);
    }
  }

  private static void await(Timers.@Nullable Timer timer) throws InterruptedException {
    if (timer != null) {
      timer.awaitIdle(CLOSE_TIMEOUT_MILLIS);
    }
  }
}
