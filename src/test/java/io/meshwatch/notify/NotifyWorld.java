package io.meshwatch.notify;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A notifier on simulated time with a simulated relay, and rules that send again every minute what fires. */
final class NotifyWorld implements AutoCloseable {
  static final long START = 1_700_000_000_000L;
  static final long SECOND = 1000;
  static final long MINUTE = 60 * SECOND;

  final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  final SimulatedMailTransport relay = new SimulatedMailTransport();
  final NotificationStore store = NotificationStore.inMemory();
  Environment environment = simulation.environment();
  Installation installation = installation("ops@example.com");
  NotifySettings settings = NotifySettings.defaults().withGrouping(
      new GroupingSettings(List.of("alertname", "job", "host", "platform"), 10, 60, 3600));
  Notifier notifier = start();

  static Installation installation(String... operators) {
    return new Installation("test-eu", "https://meshwatch.example.com", List.of(operators), List.of(),
        Optional.of(MailSettings.plain("relay", 25, "meshwatch@example.com")));
  }

  Notifier start() {
    Notifier made = new Notifier(environment, installation, settings, store, s -> relay);
    made.start();
    return made;
  }

  /** Ends this process and starts the next one on what is stored. */
  void restart() {
    notifier.close();
    environment = simulation.restarted();
    notifier = start();
  }

  void use(NotifySettings newSettings) {
    settings = newSettings;
    notifier.close();
    notifier = start();
  }

  void use(Installation newInstallation) {
    installation = newInstallation;
    notifier.close();
    notifier = start();
  }

  long now() {
    return simulation.time().wallMillis();
  }

  void pass(long millis) {
    simulation.time().advance(millis);
  }

  Alert firing(String... labels) {
    Labels all = Labels.of(labels);
    Alert alert = new Alert(all, Labels.of("summary", all.get("alertname") + " on " + all.get("host"), "description", "It is broken. First: Look at it."),
        now(), now() + 4 * 3600 * SECOND, now(), "https://meshwatch.example.com/query", OptionalDouble.of(2));
    notifier.accept(List.of(alert));
    return alert;
  }

  void resolve(Alert alert) {
    notifier.accept(List.of(
        new Alert(alert.labels(), alert.annotations(), alert.startsAtMillis(), now(), now(), alert.generatorUrl(), OptionalDouble.of(0))));
  }

  List<String> subjects() {
    return relay.accepted().stream().map(MailMessage::subject).toList();
  }

  MailMessage lastMail() {
    return relay.accepted().getLast();
  }

  @Override
  public void close() {
    notifier.close();
    store.close();
  }
}
