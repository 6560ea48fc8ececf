package io.meshwatch.notify;

import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.SmtpTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;

/** A process of its own for {@link KillTest}: takes alerts without end and says on its output what it has taken, until it is killed. */
final class KilledProcess {
  private KilledProcess() {}

  /** Arguments: file of the store, port of the relay, number of the first alert; a negative number = no new alerts. */
  public static void main(String[] arguments) throws Exception {
    NotificationStore store = NotificationStore.open(Path.of(arguments[0]));
    try (SystemEnvironment system = new SystemEnvironment()) {
      Installation installation = new Installation("killed", "", List.of("ops@example.com"), List.of(),
          Optional.of(MailSettings.plain("127.0.0.1", Integer.parseInt(arguments[1]), "meshwatch@example.com")));
      Notifier notifier = new Notifier(system.environment(), installation, settings(), store,
          relay -> new SmtpTransport(relay, system.environment().network(), system.environment().clock()));
      notifier.start();
      System.out.println("started");
      long first = Long.parseLong(arguments[2]);
      if (first < 0) {
        Thread.currentThread().join();
      }
      for (long n = first; n < Long.MAX_VALUE; n++) {
        take(notifier, n, system.environment().clock().wallMillis());
      }
    }
  }

  private static void take(Notifier notifier, long n, long now) {
    notifier.accept(List.of(new Alert(Labels.of("alertname", "Killed" + n), Labels.of("summary", "N=" + n + "="), now, now + 3_600_000, now, "",
        OptionalDouble.empty())));
    System.out.println("alert " + n);
    if (n % 10 == 0) {
      Silence silence = notifier.care().silence(Optional.empty(), List.of(Matcher.equal("host", "h" + n)), now, now + 3_600_000, "t", "");
      System.out.println("silence " + silence.id());
    }
  }

  private static NotifySettings settings() {
    NotifySettings d = NotifySettings.defaults();
    return new NotifySettings(d.timeZone(), new GroupingSettings(List.of("alertname"), 0.05, 0.5, 3600), d.digest(), d.addressFilters(), d.receivers(),
        d.routes(), d.shippedInhibitions(), d.inhibitions(), d.timeIntervals(), d.maintenance(), d.heartbeatUrl(), d.heartbeatSeconds(),
        d.secondChannel(), d.alertmanagerFile(), d.alertmanagers(), d.resolveTimeoutSeconds(), d.silenceRetentionSeconds(), d.alertsMax(),
        d.silencesMax(), d.historyMax(), 100_000, d.digestAbove(), 100_000, 1, 0.2, 1);
  }
}
