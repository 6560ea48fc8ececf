package io.meshwatch.notify;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.GroupingSettings;
import io.meshwatch.notify.NotifySettings.MaintenanceSettings;
import io.meshwatch.notify.NotifySettings.RouteSettings;
import io.meshwatch.notify.NotifySettings.TimeIntervalSettings;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailSettings.Security;
import io.meshwatch.notify.mail.MailSettings.Smtp;
import io.meshwatch.notify.mail.MailSettings.Switch;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class NotifySettingsTest {
  private static final Installation INSTALLATION = new Installation("x", "", List.of("ops@example.com"), List.of(), Optional.empty());

  @Test
  void hasDefaultsWithoutProblems() {
    assertThat(NotifySettings.defaults().check("notify", INSTALLATION)).isEmpty();
  }

  @Test
  void namesEveryMistakeAtOnce() {
    NotifySettings s = NotifySettings.defaults();
    NotifySettings wrong = new NotifySettings("Europe/Berln", new GroupingSettings(List.of(), -1, 0, 5), s.digest(), List.of(), List.of(),
        List.of(new RouteSettings(List.of("severity=\"critical"), "chat", false, Optional.empty(), List.of("night"), List.of())), true, List.of(),
        List.of(new TimeIntervalSettings("office", List.of("9-17"), List.of("funday"), List.of(), List.of(), List.of(), "")),
        List.of(new MaintenanceSettings("all", List.of(), List.of("office"))), Optional.of(Secret.of("ftp://x")), 300, Optional.empty(), Optional.empty(), List.of(),
        300, 432_000, 0, 10_000, 10_000, 20, 10, 20, 30, 5, 60);
    Installation wrongToo = new Installation("x", "", List.of("ops@example.com\nBcc: x@example.com"), List.of("nobody"), Optional.of(
        new MailSettings(true, "", 70_000, "", Secret.EMPTY, new MailSettings.Sender("x", Optional.empty()), Smtp.defaults(), Optional.empty(),
            Optional.empty(), false, "", 1, 1, 1, Optional.empty())));
    List<String> messages = wrong.check("notify", wrongToo).stream().map(Problem::message).toList();
    assertThat(messages).hasSizeGreaterThanOrEqualTo(13);
    assertThat(messages).contains(
        "timeZone: expected a time zone such as Europe/Berlin, got 'Europe/Berln'",
        "additionalAlertAddresses: expected an address such as alerts@example.com, got 'nobody'",
        "routes.receiver: expected one of heartbeat, mail, none, second-channel, got 'chat'",
        "alertsMax: expected more than 0, got 0.0",
        "port: expected 1 to 65535, or 0 for the usual one, got 70000");
    assertThat(messages.toString()).doesNotContain("ftp://x");
  }

  @Test
  void takesPortAndSecurityFromTheRecordThatMeshStackUses() {
    MailSettings d = MailSettings.defaults();
    assertThat(with(d, 465, false, false).effectiveSecurity()).isEqualTo(Security.IMPLICIT);
    assertThat(with(d, 587, false, true).effectiveSecurity()).isEqualTo(Security.REQUIRED);
    assertThat(with(d, 25, false, false).effectiveSecurity()).isEqualTo(Security.OPPORTUNISTIC);
    assertThat(with(d, 0, true, false).effectivePort()).isEqualTo(465);
    assertThat(with(d, 0, false, true).effectivePort()).isEqualTo(587);
  }

  private static MailSettings with(MailSettings d, int port, boolean ssl, boolean startTls) {
    return new MailSettings(true, "relay", port, "user", Secret.of("p"), d.sender(), new Smtp(new Switch(ssl), new Switch(startTls), Optional.empty()),
        Optional.empty(), Optional.empty(), false, "", 1, 1, 1, Optional.empty());
  }

  @Test
  void printsNoSecret() {
    NotifySettings s = NotifySettings.defaults();
    assertThat(with(MailSettings.defaults(), 25, false, false).toString()).doesNotContain("=p,").contains("<secret>");
    assertThat(s.toString()).isNotEmpty();
  }
}
