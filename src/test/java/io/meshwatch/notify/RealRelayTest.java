package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.mail.Delivery;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.SmtpTransport;
import jakarta.mail.internet.MimeMessage;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The whole way on the real clock, a real file and a real SMTP server. */
class RealRelayTest {
  private static final long PATIENCE_MILLIS = 20_000;

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final GreenMail relay = new GreenMail(new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort());

  @BeforeEach
  void start() {
    relay.start();
  }

  @AfterEach
  void stop() {
    relay.stop();
    system.close();
  }

  private Installation installation() {
    return new Installation("real", "https://watch.example.com", List.of("ops@example.com"), List.of("copy@example.com"),
        Optional.of(MailSettings.plain("127.0.0.1", relay.getSmtp().getServerSetup().getPort(), "meshwatch@example.com")));
  }

  @Test
  void mailsStartAndEndOfAnAlertToEveryAddress() throws Exception {
    NotifySettings settings = NotifySettings.defaults().withGrouping(new GroupingSettings(List.of("alertname"), 0.1, 0.3, 3600));
    try (NotificationStore store = NotificationStore.open(folder.resolve("data").resolve("notifications.db"));
        Notifier notifier = new Notifier(system.environment(), installation(), settings, store, relay -> new SmtpTransport(relay, system.environment().network(), system.environment().clock()))) {
      notifier.start();
      long now = system.environment().clock().wallMillis();
      Labels labels = Labels.of("alertname", "SonarTargetFailing", "platform", "aws.aws-main", "severity", "critical");
      Labels texts = Labels.of("summary", "Smoke test p / aws.aws-main fails", "description", "Failed step: replicate.");
      notifier.accept(List.of(new Alert(labels, texts, now, now + 60_000, now, "", OptionalDouble.of(2))));
      assertThat(relay.waitForIncomingEmail(PATIENCE_MILLIS, 2)).isTrue();
      notifier.accept(List.of(new Alert(labels, texts, now, now + 200, now + 200, "", OptionalDouble.of(0))));
      assertThat(relay.waitForIncomingEmail(PATIENCE_MILLIS, 4)).isTrue();
      List<String> mails = new ArrayList<>();
      for (MimeMessage mail : relay.getReceivedMessages()) {
        mails.add(mail.getAllRecipients()[0] + ": " + mail.getSubject());
      }
      assertThat(mails).containsExactlyInAnyOrder(
          "ops@example.com: 1 new critical: Smoke test p / aws.aws-main fails [real]",
          "copy@example.com: 1 new critical: Smoke test p / aws.aws-main fails [real]",
          "ops@example.com: 1 resolved: Smoke test p / aws.aws-main fails [real]",
          "copy@example.com: 1 resolved: Smoke test p / aws.aws-main fails [real]");
    }
  }

  @Test
  void sendsATestMailAndShowsTheTalk() throws Exception {
    try (NotificationStore store = NotificationStore.inMemory();
        Notifier notifier = new Notifier(system.environment(), installation(), NotifySettings.defaults(), store, relay -> new SmtpTransport(relay, system.environment().network(), system.environment().clock()))) {
      var dialogue = notifier.testMail("ops@example.com");
      assertThat(dialogue.delivery()).isInstanceOf(Delivery.Accepted.class);
      assertThat(dialogue.lines()).contains("RCPT TO:<ops@example.com>", "Subject: Test mail from meshwatch [real]");
      assertThat(relay.getReceivedMessages()).hasSize(1);
    }
  }
}
