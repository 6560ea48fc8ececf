package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Problem;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
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

  @Test
  void sendsWebhooksAsTheFileSays() throws Exception {
    Files.writeString(folder.resolve("token"), "abc\n");
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), """
        route: {receiver: chat, group_wait: 10s}
        receivers:
        - name: chat
          webhook_configs:
          - url: 'https://chat.example.com/{{ .GroupLabels.alertname }}'
            max_alerts: 1
            payload:
              '{{ .Status }}': ['{{ .CommonLabels.host }}', 7, true, '{{ .TruncatedAlerts }}', 'a: b']
            http_config:
              authorization: {credentials_file: token}
              http_headers: {X-Team: {values: [ops]}}
              tls_config: {ca_file: ca.pem, server_name: chat}
          - url: 'https://other.example.com/'
            http_config:
              proxy_url: 'http://proxy:3128'
              no_proxy: .local
              oauth2: {client_id: id, client_secret_file: token, token_url: 'https://login.example.com/t', scopes: [a, b], endpoint_params: {audience: x}}
        """);
    AlertmanagerFile.Loaded loaded = AlertmanagerFiles.load(file, new SystemDisk());
    assertThat(loaded.warnings()).isEmpty();
    Destination.Webhook webhook = (Destination.Webhook) Objects.requireNonNull(loaded.routing().receivers().get("chat")).destinations().getFirst();
    assertThat(webhook.access().trust().caFile()).contains(folder.resolve("ca.pem"));
    assertThat(webhook.access().trust().serverName()).contains("chat");
    List<HttpCall> calls = new ArrayList<>();
    Environment e = world.environment;
    world.environment = new Environment(e.clock(), e.timers(), e.workers(), call -> {
      calls.add(call);
      byte[] body = (call.uri().getHost().equals("login.example.com") ? "{\"access_token\": \"t-1\"}" : "").getBytes(StandardCharsets.UTF_8);
      return new HttpResult.Answer(200, List.of(), body, body.length, Optional.empty(), HttpResult.Phases.NONE);
    }, new SystemDisk(), e.listeners(), e.telemetry());
    world.use(world.settings.withAlertmanagerFile(file.toString()));
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.firing("alertname", "DiskFull", "host", "db-2");
    world.pass(30 * SECOND);
    HttpCall call = calls.stream().filter(each -> each.uri().getHost().equals("chat.example.com")).findFirst().orElseThrow();
    assertThat(call.uri()).hasPath("/");
    assertThat(new String(call.body(), StandardCharsets.UTF_8)).isEqualTo("{\"firing\":[\"db-1\",7,true,1,\"a: b\"]}");
    assertThat(call.headers()).contains(new HttpCall.Header("Authorization", "Bearer abc"), new HttpCall.Header("X-Team", "ops"));
    HttpCall token = calls.stream().filter(each -> each.uri().getHost().equals("login.example.com")).findFirst().orElseThrow();
    assertThat(new String(token.body(), StandardCharsets.UTF_8)).isEqualTo("grant_type=client_credentials&client_id=id&client_secret=abc&scope=a+b&audience=x");
    HttpCall other = calls.stream().filter(each -> each.uri().getHost().equals("other.example.com")).findFirst().orElseThrow();
    assertThat(other.headers()).contains(new HttpCall.Header("Authorization", "Bearer t-1"));
    assertThat(other.proxy().url().reveal()).isEqualTo("http://proxy:3128");
    assertThat(other.proxy().noProxy()).isEqualTo(".local");
  }

  @Test
  void saysWhichReceiversReachNobody() throws Exception {
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), """
        route: {receiver: pager}
        receivers:
        - name: pager
          opsgenie_configs: [{api_key: k}]
        - name: none
        """);
    assertThat(AlertmanagerFiles.load(file, new SystemDisk()).warnings().stream().map(Problem::toString)).hasSize(2)
        .anyMatch(warning -> warning.contains("opsgenie_configs is left out: meshwatch sends mail, webhooks, and to Slack, Teams and PagerDuty"))
        .anyMatch(warning -> warning.contains(":3:") && warning.contains("receiver 'pager' reaches nobody"));
  }

  @Test
  void namesWhatIsWrongWithProxyAndTokens() throws Exception {
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), """
        global:
          http_config: {proxy_url: 'socks5://proxy'}
        route: {receiver: chat}
        receivers:
        - name: chat
          webhook_configs:
          - url: 'https://chat.example.com/'
          - {url: 'https://chat.example.com/', http_config: {oauth2: {client_id: id, token_url: login}}}
        """);
    assertThatThrownBy(() -> AlertmanagerFiles.load(file, new SystemDisk()))
        .hasMessageContaining("expected a proxy's address with http or https and a host, got scheme socks5")
        .hasMessageContaining("oauth2: expected a token_url such as https://login.example.com/token");
  }
}
