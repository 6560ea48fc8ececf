package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SetBackTime;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.NotifySettings.AddressFilter;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.MailMessage;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.ZoneId;
import java.time.format.DateTimeFormatter;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class NotifierTest {
  private final NotifyWorld world = new NotifyWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void mailsANewAlertAfterTheGroupWait() {
    world.firing("alertname", "MariaDbDown", "host", "db-1", "severity", "critical");
    world.pass(9 * SECOND);
    assertThat(world.subjects()).isEmpty();
    world.pass(1 * SECOND);
    assertThat(world.subjects()).containsExactly("1 new critical: MariaDbDown on db-1 [test-eu]");
    assertThat(world.lastMail().recipient()).isEqualTo("ops@example.com");
  }

  @Test
  void mailsTheEndAtTheNextGroupInterval() {
    Alert alert = world.firing("alertname", "MariaDbDown", "host", "db-1");
    world.pass(20 * SECOND);
    world.resolve(alert);
    world.pass(50 * SECOND);
    assertThat(world.subjects()).containsExactly("1 new: MariaDbDown on db-1 [test-eu]", "1 resolved: MariaDbDown on db-1 [test-eu]");
    assertThat(world.lastMail().references()).containsExactly(world.relay.accepted().getFirst().messageId());
  }

  @Test
  void keepsQuietAboutAnAlertThatIsOverWithinTheGroupWait() {
    Alert alert = world.firing("alertname", "MariaDbDown", "host", "db-1");
    world.pass(5 * SECOND);
    world.resolve(alert);
    world.pass(10 * MINUTE);
    assertThat(world.subjects()).isEmpty();
  }

  @Test
  void putsAlertsOfOneGroupIntoOneMail() {
    world.firing("alertname", "TargetDown", "job", "api", "instance", "a");
    world.firing("alertname", "TargetDown", "job", "api", "instance", "b");
    world.firing("alertname", "TargetDown", "job", "web", "instance", "c");
    world.pass(10 * SECOND);
    assertThat(world.relay.accepted()).hasSize(2);
    assertThat(world.subjects().getFirst()).startsWith("2 new:");
  }

  @Test
  void repeatsOnlyAfterTheRepeatInterval() {
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(59 * MINUTE);
    assertThat(world.subjects()).hasSize(1);
    world.pass(3 * MINUTE);
    assertThat(world.subjects()).hasSize(2);
    assertThat(world.lastMail().subject()).startsWith("1 still firing:");
  }

  @Test
  void saysWhatChangedInAGroup() {
    Alert first = world.firing("alertname", "TargetDown", "job", "api", "instance", "a");
    world.firing("alertname", "TargetDown", "job", "api", "instance", "b");
    world.pass(15 * SECOND);
    world.resolve(first);
    world.firing("alertname", "TargetDown", "job", "api", "instance", "c");
    world.pass(MINUTE);
    assertThat(world.lastMail().subject()).startsWith("1 new, 1 resolved, 1 still firing: ");
    assertThat(world.relay.accepted()).hasSize(2);
  }

  @Test
  void sendsACopyToEveryAdditionalAddress() {
    world.use(new Installation("", "", List.of("ops@example.com"), List.of("a@example.com", "b@example.com"), world.installation.mail()));
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(10 * SECOND);
    assertThat(world.relay.accepted()).extracting(MailMessage::recipient).containsExactlyInAnyOrder("ops@example.com", "a@example.com", "b@example.com");
  }

  @Test
  void filtersAnAddressBySeverityAndComponent() {
    world.installation = new Installation("", "", List.of("ops@example.com"), List.of("db@example.com"), world.installation.mail());
    world.use(withFilter(new AddressFilter("db@example.com", List.of("critical", "warning"), List.of("mariadb"), "")));
    world.firing("alertname", "A", "severity", "critical", "component", "mariadb");
    world.firing("alertname", "B", "severity", "critical", "component", "keycloak");
    world.firing("alertname", "C", "severity", "other", "component", "mariadb");
    world.pass(10 * SECOND);
    assertThat(world.relay.accepted()).filteredOn(m -> m.recipient().equals("db@example.com")).hasSize(1);
    assertThat(world.relay.accepted()).filteredOn(m -> m.recipient().equals("ops@example.com")).hasSize(3);
  }

  @Test
  void tellsTheTimeOnTheClockOfEachReader() {
    world.installation = new Installation("", "", List.of("ops@example.com"), List.of("night@example.com"), world.installation.mail());
    world.use(withFilter(new AddressFilter("night@example.com", List.of(), List.of(), "America/New_York")));
    world.firing("alertname", "MariaDbDown", "host", "db-1");
    world.pass(10 * SECOND);
    assertThat(textTo("night@example.com")).contains("Times are America/New_York. Written " + clockIn("America/New_York") + ".");
    assertThat(textTo("ops@example.com")).contains("Times are " + world.settings.timeZone() + ". Written " + clockIn(world.settings.timeZone()) + ".");
  }

  private String textTo(String address) {
    return world.relay.accepted().stream().filter(mail -> mail.recipient().equals(address)).map(MailMessage::text).findFirst().orElseThrow();
  }

  private String clockIn(String zone) {
    return DateTimeFormatter.ofPattern("HH:mm").withZone(ZoneId.of(zone)).format(Instant.ofEpochMilli(world.now()));
  }

  private NotifySettings withFilter(AddressFilter filter) {
    NotifySettings s = world.settings;
    return new NotifySettings(s.timeZone(), s.grouping(), s.digest(), List.of(filter), s.receivers(), s.routes(), s.shippedInhibitions(),
        s.inhibitions(), s.timeIntervals(), s.maintenance(), s.heartbeatUrl(), s.heartbeatSeconds(), s.secondChannel(), s.alertmanagerFile(), s.alertmanagers(),
        s.resolveTimeoutSeconds(), s.silenceRetentionSeconds(), s.alertsMax(), s.silencesMax(), s.historyMax(), s.mailAlertsMax(), s.digestAbove(),
        s.mailBurst(), s.mailPauseSeconds(), s.retryFirstSeconds(), s.retryMaxSeconds());
  }

  @Test
  void doesNotMailWatchdogAndCollectsInfoAsADigest() {
    world.firing("alertname", "Watchdog", "severity", "none");
    world.firing("alertname", "NewVersion", "severity", "info", "component", "meta", "instance", "a");
    world.firing("alertname", "OldVersion", "severity", "info", "component", "meta", "instance", "b");
    world.pass(9 * MINUTE);
    assertThat(world.subjects()).isEmpty();
    world.pass(1 * MINUTE);
    assertThat(world.subjects()).hasSize(1);
    assertThat(world.subjects().getFirst()).startsWith("2 new: ");
  }

  @Test
  void holdsBackWhatACauseExplainsAndTellsItWhenTheCauseIsGone() {
    Alert cause = world.firing("alertname", "NodeDown", "host", "db-1", "severity", "critical");
    world.firing("alertname", "TargetDown", "host", "db-1", "severity", "warning");
    world.pass(10 * MINUTE);
    assertThat(world.subjects()).containsExactly("1 new critical: NodeDown on db-1 [test-eu]");
    world.resolve(cause);
    world.pass(2 * MINUTE);
    assertThat(world.subjects()).contains("1 new: TargetDown on db-1 [test-eu]");
  }

  @Test
  void sendsNothingAboutSilencedAlertsAndEverythingAfterwards() {
    world.notifier.care().silence(Optional.empty(), List.of(Matcher.equal("host", "db-1")), world.now(), world.now() + 30 * MINUTE, "ann", "repair");
    Alert over = world.firing("alertname", "A", "host", "db-1");
    world.firing("alertname", "B", "host", "db-1");
    world.pass(5 * MINUTE);
    world.resolve(over);
    world.pass(24 * MINUTE);
    assertThat(world.subjects()).isEmpty();
    world.pass(3 * MINUTE);
    assertThat(world.subjects()).containsExactly("1 new: B on db-1 [test-eu]");
  }

  @Test
  void refusesASilenceThatMatchesEverything() {
    assertThatThrownBy(() -> world.notifier.care().silence(
            Optional.empty(), List.of(new Matcher("host", Matcher.Op.MATCH, ".*")), world.now(), world.now() + MINUTE, "ann", "oops"))
        .isInstanceOf(ProblemsException.class).hasMessageContaining("every alert");
  }

  @Test
  void tellsTheNewestStateOnceWhenTheRelayIsBack() {
    world.relay.goDown();
    Alert over = world.firing("alertname", "TargetDown", "job", "api", "instance", "a");
    world.firing("alertname", "TargetDown", "job", "api", "instance", "b");
    world.pass(30 * MINUTE);
    world.resolve(over);
    world.firing("alertname", "TargetDown", "job", "api", "instance", "c");
    world.pass(60 * MINUTE);
    assertThat(world.notifier.spool().messages()).isEqualTo(1);
    world.relay.accept();
    world.pass(61 * SECOND);
    assertThat(world.subjects()).hasSize(1);
    assertThat(world.lastMail().subject()).startsWith("2 new, 1 over already: ");
    assertThat(world.lastMail().text()).contains("This mail is late");
    assertThat(world.notifier.spool().messages()).isZero();
  }

  @Test
  void losesNothingAcrossARestartDuringAnOutage() {
    world.relay.goDown();
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(MINUTE);
    world.restart();
    world.relay.accept();
    world.pass(MINUTE);
    assertThat(world.subjects()).containsExactly("1 new: DiskFull on db-1 [test-eu]");
  }

  @Test
  void sendsNothingTwiceAfterACleanRestart() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(MINUTE);
    for (int i = 0; i < 5; i++) {
      world.restart();
      world.pass(5 * MINUTE);
    }
    assertThat(world.subjects()).hasSize(1);
    world.resolve(alert);
    world.restart();
    world.pass(2 * MINUTE);
    assertThat(world.subjects()).hasSize(2);
  }

  @Test
  void doesNotTakeAlertsForOverBecauseMeshwatchWasDown() {
    Labels labels = Labels.of("alertname", "DiskFull", "host", "db-1");
    world.notifier.accept(List.of(new Alert(labels, Labels.EMPTY, world.now(), world.now() + 4 * MINUTE, world.now(), "", OptionalDouble.empty())));
    world.pass(MINUTE);
    world.notifier.close();
    world.pass(120 * MINUTE);
    world.environment = world.simulation.restarted();
    world.notifier = world.start();
    world.pass(MINUTE);
    assertThat(world.subjects()).noneMatch(s -> s.contains("resolved"));
  }

  @Test
  void refusesOneRecipientWithoutStoppingTheOthers() {
    world.use(NotifyWorld.installation("gone@example.com", "ops@example.com"));
    world.relay.answer(m -> m.recipient().startsWith("gone")
        ? new Delivery.Refused(550, "5.1.1 no such user")
        : new Delivery.Accepted(250, "ok"));
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * MINUTE);
    assertThat(world.relay.accepted()).extracting(MailMessage::recipient).containsExactly("ops@example.com");
    assertThat(world.notifier.history(10)).filteredOn(h -> h.outcome() == HistoryEntry.Outcome.REFUSED).singleElement()
        .satisfies(h -> assertThat(h.reply()).isEqualTo("5.1.1 no such user"))
        .satisfies(h -> assertThat(h.destination()).isEqualTo("gone@example.com"));
    assertThat(world.notifier.spool().messages()).isZero();
  }

  @Test
  void triesAGreylistedRecipientAgainWhileOthersGetTheirs() {
    world.use(NotifyWorld.installation("grey@example.com", "ops@example.com"));
    world.relay.answer(m -> m.recipient().startsWith("grey") && world.now() < NotifyWorld.START + 5 * MINUTE
        ? new Delivery.Delayed(451, "4.7.1 try again later", false)
        : new Delivery.Accepted(250, "ok"));
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(MINUTE);
    assertThat(world.relay.accepted()).hasSize(1);
    world.pass(6 * MINUTE);
    assertThat(world.relay.accepted()).extracting(MailMessage::recipient).containsExactly("ops@example.com", "grey@example.com");
    assertThat(world.notifier.history(10)).extracting(HistoryEntry::outcome)
        .containsExactly(HistoryEntry.Outcome.ACCEPTED, HistoryEntry.Outcome.ACCEPTED, HistoryEntry.Outcome.DELAYED);
  }

  @Test
  void sendsOneDigestWhenTenThousandAlertsFireAtOnce() {
    List<Alert> storm = IntStream.range(0, 10_000)
        .mapToObj(i -> new Alert(Labels.of("alertname", "A" + i % 100, "host", "h" + i, "severity", i % 50 == 0 ? "critical" : "warning"), Labels.EMPTY,
            world.now(), world.now() + 3600 * SECOND, world.now(), "", OptionalDouble.empty()))
        .toList();
    world.notifier.accept(storm);
    world.pass(20 * SECOND);
    assertThat(world.relay.accepted()).hasSize(1);
    assertThat(world.lastMail().subject()).startsWith("10000 new (200 critical): ");
    assertThat(world.lastMail().text()).contains("9980 more alerts are not shown here");
    world.pass(30 * MINUTE);
    assertThat(world.relay.accepted()).hasSize(1);
  }

  @Test
  void hasAllMetricsAtZeroFromTheStart() {
    world.pass(20 * SECOND);
    String page = new String(world.environment.telemetry().exposition(), StandardCharsets.UTF_8);
    assertThat(page).contains(
        "alertmanager_notifications_total{integration=\"email\",receiver_name=\"mail\"} 0.0",
        "alertmanager_notifications_failed_total{integration=\"email\",reason=\"refused\",receiver_name=\"mail\"} 0.0",
        "alertmanager_alerts{state=\"active\"} 0.0",
        "alertmanager_silences{state=\"expired\"} 0.0",
        "meshwatch_mail_spool_oldest_message_age_seconds 0.0",
        "meshwatch_mail_spool_messages 0.0",
        "meshwatch_mail_smtp_replies_total{code=\"250\"} 0.0");
  }

  @Test
  void showsTheAgeOfTheOldestWaitingMail() {
    world.relay.goDown();
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(10 * SECOND + 5 * MINUTE);
    String page = new String(world.environment.telemetry().exposition(), StandardCharsets.UTF_8);
    assertThat(page).contains("meshwatch_mail_spool_oldest_message_age_seconds 300.0", "meshwatch_mail_spool_messages 1.0");
  }

  @Test
  void explainsWhatHappensToAnAlert() {
    world.firing("alertname", "NodeDown", "host", "db-1", "severity", "critical");
    world.firing("alertname", "TargetDown", "host", "db-1", "severity", "warning");
    Explanation why = world.notifier.explain(Labels.of("alertname", "TargetDown", "host", "db-1", "severity", "warning"));
    assertThat(why.inhibitedBy()).contains(Labels.of("alertname", "NodeDown", "host", "db-1", "severity", "critical"));
    assertThat(why.ways()).singleElement().satisfies(w -> assertThat(w.receiver()).isEqualTo("mail"));
  }

  @Test
  void asksARelayThatIsDownOftenEnoughForTheShortestGroupInterval() {
    world.use(world.settings.withGrouping(new GroupingSettings(List.of("alertname"), 10, 15, 3600)));
    world.relay.goDown();
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * MINUTE);
    world.relay.accept();
    world.pass(15 * SECOND);
    assertThat(world.subjects()).hasSize(1);
  }

  @Test
  void putsWhatARateLimitHoldsBackIntoOneDigest() {
    world.use(withRate(2, 60));
    for (int i = 0; i < 4; i++) {
      world.firing("alertname", "A" + i);
      world.pass(15 * SECOND);
    }
    assertThat(world.subjects()).as("two at once").hasSize(2);
    world.pass(15 * SECOND);
    assertThat(world.subjects()).as("one after a minute").hasSize(3);
    assertThat(world.lastMail().subject()).startsWith("2 new:");
  }

  private NotifySettings withRate(int burst, double pauseSeconds) {
    NotifySettings s = world.settings;
    return new NotifySettings(s.timeZone(), s.grouping(), s.digest(), s.addressFilters(), s.receivers(), s.routes(), s.shippedInhibitions(),
        s.inhibitions(), s.timeIntervals(), s.maintenance(), s.heartbeatUrl(), s.heartbeatSeconds(), s.secondChannel(), s.alertmanagerFile(), s.alertmanagers(),
        s.resolveTimeoutSeconds(), s.silenceRetentionSeconds(), s.alertsMax(), s.silencesMax(), s.historyMax(), s.mailAlertsMax(), s.digestAbove(),
        burst, pauseSeconds, s.retryFirstSeconds(), s.retryMaxSeconds());
  }

  @Test
  void anOutageDoesNotUseUpTheRateOfMails() {
    world.use(withRate(2, 3600));
    world.relay.goDown();
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * MINUTE);
    world.relay.accept();
    world.pass(MINUTE);
    assertThat(world.subjects()).hasSize(1);
  }

  @Test
  void takesNothingForOverWhenTheClockIsSetBack() {
    SetBackTime clock = new SetBackTime(world.simulation.time());
    Environment e = world.environment;
    world.environment = new Environment(clock, clock, e.workers(), e.network(), e.disk(), e.listeners(), new Telemetry());
    world.use(world.settings);
    Labels disk = Labels.of("alertname", "DiskFull", "host", "db-1");
    keepFiring(clock, disk, 2);
    assertThat(world.subjects()).containsExactly("1 new: DiskFull (host db-1) [test-eu]");
    clock.setBack(60 * MINUTE);
    keepFiring(clock, disk, 3);
    assertThat(world.subjects()).as("neither its end nor its start again").hasSize(1);
    Labels later = Labels.of("alertname", "DiskFull", "host", "db-1", "mountpoint", "/data");
    keepFiring(clock, later, 2);
    assertThat(world.subjects()).as("the group is looked at as usual").hasSize(2);
  }

  /** As rules do: an alert is sent each minute, and valid for four. */
  private void keepFiring(SetBackTime clock, Labels labels, int minutes) {
    for (int i = 0; i < minutes; i++) {
      long now = clock.wallMillis();
      world.notifier.accept(List.of(new Alert(labels, Labels.EMPTY, now, now + 4 * MINUTE, now, "", OptionalDouble.empty())));
      world.pass(MINUTE);
    }
  }

  @Test
  void tellsAnAlertAnewThatBeginsAgainAfterItsEndMayHaveBeenTold() {
    Alert first = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(10 * SECOND);
    world.relay.answer(m -> new Delivery.Delayed(0, "the answer is lost", true, true));
    world.resolve(first);
    world.pass(MINUTE);
    world.restart();
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.relay.accept();
    world.pass(70 * SECOND);
    assertThat(world.subjects()).containsExactly("1 new: DiskFull on db-1 [test-eu]", "1 new: DiskFull on db-1 [test-eu]");
  }

  @Test
  void asksAgainInTheMomentAMailLeavesWhatIsHeldBack() {
    world.relay.goDown();
    world.firing("alertname", "TargetDown", "host", "db-1", "severity", "warning");
    world.firing("alertname", "DiskFull", "host", "db-2");
    world.pass(MINUTE);
    assertThat(world.notifier.spool().messages()).isEqualTo(2);
    Alert cause = world.firing("alertname", "NodeDown", "host", "db-1", "severity", "critical");
    world.notifier.care().silence(Optional.empty(), List.of(Matcher.equal("host", "db-2")), world.now(), world.now() + 10 * MINUTE, "ann", "repair");
    world.relay.accept();
    world.pass(5 * MINUTE);
    assertThat(world.subjects()).as("neither what is inhibited nor what is silenced by now").containsExactly("1 new critical: NodeDown on db-1 [test-eu]");
    world.resolve(cause);
    world.pass(10 * MINUTE);
    assertThat(world.subjects()).contains("1 new: TargetDown on db-1 [test-eu]", "1 new: DiskFull on db-2 [test-eu]");
  }
}
