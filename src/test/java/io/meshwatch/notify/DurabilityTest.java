package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.StoreUnavailableException;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What is on the disk, and what does not fit. */
class DurabilityTest {
  private static final long START = NotifyWorld.START;

  @TempDir Path folder;

  private final SimulatedEnvironment simulation = new SimulatedEnvironment(START);
  private final SimulatedMailTransport relay = new SimulatedMailTransport();

  private Notifier notifier(NotificationStore store, NotifySettings settings) {
    Notifier notifier = new Notifier(simulation.restarted(), NotifyWorld.installation("ops@example.com"), settings, store, s -> relay);
    notifier.start();
    return notifier;
  }

  private static NotifySettings settings() {
    return NotifySettings.defaults().withGrouping(new GroupingSettings(List.of("alertname"), 10, 60, 3600));
  }

  private static Alert alert(String name) {
    return new Alert(Labels.of("alertname", name, "host", "db-1 \"ü\""), Labels.of("summary", name + " is broken"), START, START + 600_000, START, "", OptionalDouble.of(0.1));
  }

  /** A copy of the files while the first process still holds them is what a killed process leaves. */
  private Path copyOf(Path file) throws Exception {
    Path copy = Files.createTempDirectory(folder, "killed").resolve(file.getFileName());
    for (String suffix : List.of("", "-wal")) {
      Files.copy(Path.of(file + suffix), Path.of(copy + suffix));
    }
    return copy;
  }

  @Test
  void keepsEverythingThatWasAcceptedWhenTheProcessIsKilled() throws Exception {
    Path file = folder.resolve("notifications.db");
    relay.goDown();
    Path killed;
    try (NotificationStore store = NotificationStore.open(file); Notifier first = notifier(store, settings())) {
      first.accept(List.of(alert("Waiting")));
      simulation.time().advance(11_000);
      first.care().silence(Optional.empty(), List.of(Matcher.equal("alertname", "Silenced")), START, START + 3_600_000, "ann", "why");
      first.accept(List.of(alert("Fresh"), alert("Silenced")));
      killed = copyOf(file);
    }
    relay.accept();
    try (NotificationStore store = NotificationStore.open(killed); Notifier second = notifier(store, settings())) {
      simulation.time().advance(60_000);
      assertThat(relay.accepted()).extracting(MailMessage::subject)
          .containsExactlyInAnyOrder("1 new: Waiting is broken (host db-1 \"ü\") [test-eu]", "1 new: Fresh is broken (host db-1 \"ü\") [test-eu]");
      assertThat(second.care().silences()).singleElement().satisfies(s -> assertThat(s.comment()).isEqualTo("why"));
      assertThat(second.history(10)).hasSize(3);
      assertThat(second.alerts()).hasSize(3);
    }
  }

  @Test
  void saysWhyTheStoreCannotBeOpened() throws Exception {
    Path file = Files.writeString(folder.resolve("notifications.db"), "this is not a database, but it is long enough to be taken for one".repeat(40));
    assertThatThrownBy(() -> NotificationStore.open(file)).isInstanceOf(StoreUnavailableException.class)
        .hasMessageStartingWith("the store of alerts and notifications cannot be opened: ").hasMessageContaining("not a database");
  }

  private static NotifySettings limited(int alerts, int silences, int history) {
    NotifySettings s = settings();
    return new NotifySettings(s.timeZone(), s.grouping(), s.digest(), s.addressFilters(), s.receivers(), s.routes(), s.shippedInhibitions(),
        s.inhibitions(), s.timeIntervals(), s.maintenance(), s.heartbeatUrl(), s.heartbeatSeconds(), s.secondChannel(), s.alertmanagerFile(), s.alertmanagers(),
        s.resolveTimeoutSeconds(), s.silenceRetentionSeconds(), alerts, silences, history, s.mailAlertsMax(), s.digestAbove(),
        s.mailBurst(), s.mailPauseSeconds(), s.retryFirstSeconds(), s.retryMaxSeconds());
  }

  @Test
  void keepsNoMoreAlertsThanAllowedAndPrefersThoseThatFire() {
    try (NotificationStore store = NotificationStore.inMemory(); Notifier notifier = notifier(store, limited(3, 10, 10))) {
      relay.goDown();
      List<Alert> first = List.of(alert("A"), alert("B"), alert("C"));
      notifier.accept(first);
      simulation.time().advance(30_000);
      notifier.accept(List.of(alert("D")));
      assertThat(notifier.alerts()).extracting(a -> a.alert().name()).containsExactly("A", "B", "C");
      Alert a = first.getFirst();
      notifier.accept(List.of(new Alert(a.labels(), a.annotations(), START, START + 30_000, START + 30_000, "", a.value())));
      notifier.accept(List.of(alert("D")));
      assertThat(notifier.alerts()).extracting(x -> x.alert().name()).containsExactly("B", "C", "D");
    }
  }

  @Test
  void keepsNoMoreSilencesThanAllowed() {
    try (NotificationStore store = NotificationStore.inMemory(); Notifier notifier = notifier(store, limited(3, 1, 10))) {
      notifier.care().silence(Optional.empty(), List.of(Matcher.equal("a", "1")), START, START + 1000, "", "");
      assertThatThrownBy(() -> notifier.care().silence(Optional.empty(), List.of(Matcher.equal("a", "2")), START, START + 1000, "", ""))
          .isInstanceOf(ProblemsException.class).hasMessageContaining("silencesMax");
    }
  }

  @Test
  void keepsNoMoreHistoryThanAllowed() {
    try (NotificationStore store = NotificationStore.inMemory(); Notifier notifier = notifier(store, limited(100, 1, 5))) {
      List<Alert> alerts = new ArrayList<>();
      for (int i = 0; i < 9; i++) {
        alerts.add(alert("A" + i));
      }
      notifier.accept(alerts);
      simulation.time().advance(2 * 3_600_000);
      assertThat(notifier.history(100)).hasSize(5);
    }
  }
}
