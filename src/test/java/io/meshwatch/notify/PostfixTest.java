package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import io.meshwatch.notify.mail.SmtpTransport;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A real Postfix with TLS and login that is stopped, slow, full and greylisting. */
@Tag("peers")
class PostfixTest {
  private static final long PATIENCE_SECONDS = 60;

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private Postfix postfix;
  private NotificationStore store;
  private Notifier notifier;

  @BeforeEach
  void start() throws Exception {
    assumeTrue(Postfix.isInstalled(), "Postfix is missing, or this is not root: apt-get install postfix sasl2-bin libsasl2-modules");
    postfix = new Postfix();
    store = NotificationStore.open(folder.resolve("notifications.db"));
    NotifySettings d = NotifySettings.defaults();
    NotifySettings settings = new NotifySettings(d.timeZone(), new GroupingSettings(List.of("alertname"), 0.1, 0.5, 3600), d.digest(), d.addressFilters(),
        d.receivers(), d.routes(), d.shippedInhibitions(), d.inhibitions(), d.timeIntervals(), d.maintenance(), d.heartbeatUrl(), d.heartbeatSeconds(),
        d.secondChannel(), d.alertmanagerFile(), d.alertmanagers(), d.resolveTimeoutSeconds(), d.silenceRetentionSeconds(), d.alertsMax(), d.silencesMax(),
        d.historyMax(), d.mailAlertsMax(), d.digestAbove(), d.mailBurst(), d.mailPauseSeconds(), 0.5, 2);
    notifier = new Notifier(system.environment(), installation(relay(Postfix.PASSWORD)), settings, store, relay -> new SmtpTransport(relay, system.environment().network(), system.environment().clock()));
    notifier.start();
  }

  @AfterEach
  void stop() throws Exception {
    if (postfix != null) {
      notifier.close();
      store.close();
      postfix.close();
    }
    system.close();
  }

  private MailSettings relay(String password) {
    MailSettings d = MailSettings.defaults();
    return new MailSettings(true, "localhost", postfix.port(), Postfix.USER, Secret.of(password),
        new MailSettings.Sender("meshwatch@example.com", Optional.empty()), d.smtp(), Optional.of(MailSettings.Security.REQUIRED),
        Optional.of(postfix.caFile()), false, "", 5, 5, 5, Optional.empty());
  }

  private static Installation installation(MailSettings relay) {
    return new Installation("real", "https://watch.example.com", List.of("ops@example.com"), List.of("copy@example.com"), Optional.of(relay));
  }

  private void fire(String name) {
    long now = system.environment().clock().wallMillis();
    notifier.accept(List.of(new Alert(Labels.of("alertname", name, "severity", "critical"), Labels.of("summary", name + " is broken"), now,
        now + 3_600_000, now, "", OptionalDouble.of(1))));
  }

  private long mailsAbout(String name) throws Exception {
    return postfix.mails().stream().filter(mail -> mail.contains("Subject: 1 new critical: " + name)).count();
  }

  /** Looks again and again; what is waited for happens in other processes. */
  private static void await(String what, Callable<Boolean> happened) throws Exception {
    long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(PATIENCE_SECONDS);
    CountDownLatch never = new CountDownLatch(1);
    while (!happened.call()) {
      assertThat(System.nanoTime()).as(what).isLessThan(end);
      assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  private boolean historySays(String text) {
    return notifier.history(100).stream().anyMatch(entry -> entry.reply().contains(text));
  }

  @Test
  void deliversOverTlsWithALoginToEveryAddress() throws Exception {
    fire("Usual");
    await("two mails", () -> mailsAbout("Usual") == 2);
    assertThat(postfix.mails().getFirst()).contains("Auto-Submitted: auto-generated", "ESMTPSA");
    assertThat(notifier.history(10)).allMatch(entry -> entry.code() == 250);
  }

  @Test
  void deliversOnceTheRelayIsBack() throws Exception {
    postfix.stop();
    fire("Stopped");
    await("a failed attempt", () -> historySays("refused the connection"));
    postfix.start("smtpd_recipient_restrictions = permit_sasl_authenticated, reject\n");
    await("two mails", () -> mailsAbout("Stopped") == 2);
    await("an empty spool", () -> notifier.spool().messages() == 0);
  }

  @Test
  void waitsForASlowRelay() throws Exception {
    postfix.change("smtpd_delay_reject = no\nsmtpd_recipient_restrictions = sleep 2, permit_sasl_authenticated, reject\n");
    fire("Slow");
    await("two mails", () -> mailsAbout("Slow") == 2);
  }

  @Test
  void keepsMailsWhileTheRelayIsFull() throws Exception {
    postfix.change("queue_minfree = 9223372036854775807\nmessage_size_limit = 1000000\nsmtpd_recipient_restrictions = permit_sasl_authenticated, reject\n");
    fire("Full");
    await("452", () -> notifier.history(100).stream().anyMatch(entry -> entry.code() == 452));
    assertThat(mailsAbout("Full")).isZero();
    postfix.changeToUsual();
    await("two mails", () -> mailsAbout("Full") == 2);
  }

  @Test
  void triesAgainForAGreylistedMailboxAndKeepsNoOtherWaiting() throws Exception {
    postfix.change("smtpd_recipient_restrictions = check_recipient_access inline:{ {ops@example.com = 450 4.2.0 greylisted, come back later} },"
        + " permit_sasl_authenticated, reject\n");
    fire("Grey");
    await("the other mailbox has its mail", () -> mailsAbout("Grey") == 1);
    await("greylisted", () -> historySays("greylisted"));
    postfix.changeToUsual();
    await("two mails", () -> mailsAbout("Grey") == 2);
  }

  @Test
  void givesUpOnAMailboxThatIsRefusedAndSaysSo() throws Exception {
    postfix.change("smtpd_recipient_restrictions = check_recipient_access inline:{ {ops@example.com = 550 5.1.1 no such mailbox} },"
        + " permit_sasl_authenticated, reject\n");
    fire("Gone");
    await("refused", () -> notifier.history(100).stream().anyMatch(entry -> entry.outcome() == HistoryEntry.Outcome.REFUSED));
    await("the other mailbox has its mail", () -> mailsAbout("Gone") == 1);
    await("an empty spool", () -> notifier.spool().messages() == 0);
  }

  @Test
  void showsTheWholeTalkWithoutSecrets() throws Exception {
    try (MailTransport transport = new SmtpTransport(relay(Postfix.PASSWORD), system.environment().network(), system.environment().clock())) {
      var dialogue = transport.test(new io.meshwatch.notify.mail.MailComposer().test("real", "ops@example.com", "a@example.com", 0));
      assertThat(dialogue.delivery()).isInstanceOf(Delivery.Accepted.class);
      assertThat(dialogue.lines()).contains("STARTTLS", "MAIL FROM:<meshwatch@example.com>", "(login, hidden)");
      assertThat(String.join("\n", dialogue.lines())).doesNotContain(Postfix.PASSWORD)
          .doesNotContain(java.util.Base64.getEncoder().encodeToString(Postfix.PASSWORD.getBytes(java.nio.charset.StandardCharsets.UTF_8)));
    }
    try (MailTransport transport = new SmtpTransport(relay("wrong"), system.environment().network(), system.environment().clock())) {
      var dialogue = transport.test(new io.meshwatch.notify.mail.MailComposer().test("real", "ops@example.com", "a@example.com", 0));
      assertThat(dialogue.delivery().text()).contains("refuses the login of '" + Postfix.USER + "'");
    }
  }
}
