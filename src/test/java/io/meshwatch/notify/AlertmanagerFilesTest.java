package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Problem;
import io.meshwatch.notify.mail.MailMessage;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** An alertmanager.yml with its own templates, from the file to the mail. */
class AlertmanagerFilesTest {
  private static final String FILE = """
      global: {smtp_smarthost: 'relay:25', smtp_from: m@example.com}
      templates: ['templates/*.tmpl']
      route: {receiver: ops, group_by: [alertname], group_wait: 10s}
      receivers:
      - name: ops
        email_configs:
        - to: ops@example.com
          headers: {Subject: 'SUBJECT', X-Other: y}
          html: '{{ template "page" . }}'
      """;

  @TempDir Path folder;

  private final NotifyWorld world = new NotifyWorld();

  @AfterEach
  void close() {
    world.close();
  }

  private Path file(String subject, String template) throws IOException {
    Files.createDirectories(folder.resolve("templates"));
    Files.writeString(folder.resolve("templates").resolve("page.tmpl"), template);
    return Files.writeString(folder.resolve("alertmanager.yml"), FILE.replace("SUBJECT", subject));
  }

  private MailMessage mail(Path file) {
    world.environment = new io.meshwatch.environment.Environment(world.environment.clock(), world.environment.timers(), world.environment.workers(),
        world.environment.network(), new SystemDisk(), world.environment.listeners(), world.environment.telemetry());
    world.use(world.settings.withAlertmanagerFile(file.toString()));
    world.firing("alertname", "DiskFull", "host", "<db-1>");
    world.pass(30 * SECOND);
    return world.lastMail();
  }

  @Test
  void usesTheFilesTemplatesForMails() throws Exception {
    MailMessage mail = mail(file("{{ .Status }} {{ .CommonLabels.host }}", "{{ define \"page\" }}<p>{{ range .Alerts }}{{ .Labels.host }}{{ end }}</p>{{ end }}"));
    assertThat(mail.subject()).isEqualTo("firing <db-1>");
    assertThat(mail.html()).isEqualTo("<p>&lt;db-1&gt;</p>");
    assertThat(mail.text()).as("ours, as the file gives none").contains("DiskFull on <db-1>");
  }

  @Test
  void fallsBackToTheBuiltInMailWhenATemplateFails() throws Exception {
    MailMessage mail = mail(file("{{ template \"email.default.subject\" . }}", "{{ define \"page\" }}{{ .Alerts.Nothing.Such }}{{ end }}"));
    assertThat(mail.subject()).isEqualTo("[FIRING:1] DiskFull (<db-1>)");
    assertThat(mail.html()).contains("<h1>1 new</h1>");
  }

  @Test
  void warnsOfATemplateThatIsNone() throws Exception {
    Path file = file("{{ .Status }", "{{ define }}");
    assertThat(AlertmanagerFiles.load(file, new SystemDisk()).warnings()).extracting(Problem::message)
        .anyMatch(m -> m.startsWith("this template is left out: template: page.tmpl"))
        .anyMatch(m -> m.startsWith("this template is not used: "))
        .contains("email_configs: the header X-Other is not used, meshwatch sets its own");
    assertThat(mail(file).subject()).startsWith("1 new: DiskFull on <db-1>");
  }
}
