package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Problem;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Slack, Teams and PagerDuty receivers of an alertmanager.yml, against a server that stands in for them. */
class AlertmanagerChatsTest {
  @TempDir Path folder;

  private final NotifyWorld world = new NotifyWorld();
  private final List<JsonNode> bodies = new ArrayList<>();
  private final List<String> logins = new ArrayList<>();
  private int status = 200;
  private String answer = "ok";
  private final HttpListener service = world.environment.listeners().open(
      new ListenerSpec("service", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), this::take);

  private void take(HttpRequest request, HttpReply reply) throws IOException {
    bodies.add(JsonMapper.shared().readTree(new String(request.body(1 << 20), StandardCharsets.UTF_8)));
    request.header("Authorization").ifPresent(logins::add);
    reply.status(status).send("text/plain", answer);
  }

  @AfterEach
  void close() {
    service.close();
    world.close();
  }

  /** Runs with one receiver that this block describes; URL stands for the server. */
  private AlertmanagerFile.Loaded use(String block) throws IOException {
    String yaml = """
        route: {receiver: team, group_by: [alertname], group_wait: 10s, group_interval: 1m}
        receivers:
        - name: team
        """ + block.replace("URL", "http://127.0.0.1:" + service.port() + "/T0/hush").indent(2);
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), yaml);
    AlertmanagerFile.Loaded loaded = AlertmanagerFiles.load(file, new SystemDisk());
    Environment e = world.environment;
    world.environment = new Environment(e.clock(), e.timers(), e.workers(), e.network(), new SystemDisk(), e.listeners(), e.telemetry());
    world.use(world.settings.withAlertmanagerFile(file.toString()));
    assertThat(loaded.routing().toString()).doesNotContain("hush", "R-key", "xoxb");
    return loaded;
  }

  private Alert fire() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "<db-1>", "severity", "critical");
    world.pass(10 * SECOND);
    return alert;
  }

  @Test
  void writesToSlackWithTheReceiversTexts() throws Exception {
    assertThat(use("""
        slack_configs:
        - api_url: URL
          channel: '#{{ .CommonLabels.severity }}'
          title: '42'
          send_resolved: true
          fields: [{title: Host, value: '{{ .CommonLabels.host }}', short: true}]
        """).warnings()).isEmpty();
    Alert alert = fire();
    JsonNode attachment = bodies.getFirst().path("attachments").path(0);
    assertThat(bodies.getFirst().path("channel").asString()).isEqualTo("#critical");
    assertThat(bodies.getFirst().path("username").asString()).isEqualTo("meshwatch");
    assertThat(attachment.path("title")).as("a text, though it looks like a number").isEqualTo(JsonMapper.shared().getNodeFactory().stringNode("42"));
    assertThat(attachment.path("color").asString()).isEqualTo("danger");
    assertThat(attachment.path("text").asString()).isEqualTo("- DiskFull on <db-1>\n");
    assertThat(attachment.path("fields").toString()).isEqualTo("[{\"title\":\"Host\",\"value\":\"<db-1>\",\"short\":true}]");
    assertThat(attachment.has("footer")).as("empty texts are left out").isFalse();
    world.resolve(alert);
    world.pass(MINUTE);
    assertThat(bodies.get(1).path("attachments").path(0).path("color").asString()).isEqualTo("good");
    assertThat(world.notifier.history(5)).allSatisfy(entry -> assertThat(entry.destination()).doesNotContain("hush"))
        .extracting(HistoryEntry::integration).containsOnly("slack");
  }

  @Test
  void writesToSlackAsABotAndSeesARefusalInAnAnswerOfSuccess() throws Exception {
    answer = "{\"ok\":false,\"error\":\"channel_not_found\"}";
    use("slack_configs: [{app_token: xoxb-1, app_url: URL, channel: c}]");
    fire();
    assertThat(logins).containsExactly("Bearer xoxb-1");
    assertThat(world.notifier.history(5)).singleElement().satisfies(entry -> {
      assertThat(entry.outcome()).isEqualTo(HistoryEntry.Outcome.REFUSED);
      assertThat(entry.reply()).isEqualTo("channel_not_found");
    });
  }

  @Test
  void triesAgainWhenTheServiceIsBusy() throws Exception {
    use("slack_configs: [{api_url: URL, channel: c}]");
    status = 429;
    fire();
    world.pass(5 * SECOND);
    status = 503;
    world.pass(MINUTE);
    int attempts = bodies.size();
    assertThat(attempts).isGreaterThan(2);
    status = 200;
    world.pass(MINUTE);
    assertThat(bodies).hasSize(attempts + 1);
    assertThat(world.notifier.history(5).getFirst().outcome()).isEqualTo(HistoryEntry.Outcome.ACCEPTED);
  }

  @Test
  void triesAgainWhenAnAnswerOfSuccessSaysThatThereWereTooMany() throws Exception {
    use("msteams_configs: [{webhook_url: URL}]");
    answer = "Webhook message delivery failed with error: Microsoft Teams endpoint returned HTTP error 429";
    fire();
    answer = "1";
    world.pass(MINUTE);
    assertThat(bodies).hasSize(2);
    assertThat(world.notifier.history(5)).extracting(HistoryEntry::outcome).containsExactly(HistoryEntry.Outcome.ACCEPTED, HistoryEntry.Outcome.DELAYED);
  }

  @Test
  void usesTheBuiltInTextWhereATemplateFails() throws Exception {
    use("slack_configs: [{api_url: URL, channel: '#ops', title: '{{ .Alerts.Nothing.Such }}', text: own}]");
    fire();
    assertThat(bodies.getFirst().path("channel").asString()).isEqualTo("#ops");
    assertThat(bodies.getFirst().path("attachments").path(0).path("title").asString()).isEqualTo("[FIRING:1] DiskFull (<db-1> critical)");
  }

  @Test
  void writesCardsToTeams() throws Exception {
    use("""
        msteams_configs: [{webhook_url: URL, title: '{{ .Status }}'}]
        msteamsv2_configs: [{webhook_url: URL}]
        """);
    fire();
    JsonNode connector = bodies.stream().filter(body -> body.has("@type")).findFirst().orElseThrow();
    assertThat(connector.path("title").asString()).isEqualTo("firing");
    assertThat(connector.path("themeColor").asString()).isEqualTo("8C1A1A");
    JsonNode card = bodies.stream().filter(body -> body.has("attachments")).findFirst().orElseThrow().path("attachments").path(0);
    assertThat(card.path("contentType").asString()).isEqualTo("application/vnd.microsoft.card.adaptive");
    assertThat(card.path("content").path("body").path(0).path("text").asString()).startsWith("[FIRING:1] DiskFull");
    assertThat(card.path("content").path("body").path(1).path("text").asString()).contains("**DiskFull on <db-1>**", "It is broken.");
  }

  @Test
  void opensAnIncidentAtPagerDutyAndEndsIt() throws Exception {
    status = 202;
    assertThat(use("pagerduty_configs: [{routing_key: R-key, url: URL, class: disk, details: {host: '{{ .CommonLabels.host }}'}}]").warnings()).isEmpty();
    Alert alert = fire();
    world.resolve(alert);
    world.pass(MINUTE);
    assertThat(bodies).extracting(body -> body.path("event_action").asString()).containsExactly("trigger", "resolve");
    assertThat(bodies).extracting(body -> body.path("routing_key").asString()).containsOnly("R-key");
    assertThat(bodies.get(0).path("dedup_key").asString()).hasSize(64).isEqualTo(bodies.get(1).path("dedup_key").asString());
    JsonNode payload = bodies.getFirst().path("payload");
    assertThat(payload.path("summary").asString()).isEqualTo("[FIRING:1] DiskFull (<db-1> critical)");
    assertThat(payload.path("severity").asString()).isEqualTo("critical");
    assertThat(payload.path("class").asString()).isEqualTo("disk");
    assertThat(payload.path("source").asString()).isEqualTo("meshwatch");
    assertThat(payload.path("custom_details").path("host").asString()).isEqualTo("<db-1>");
    assertThat(payload.path("custom_details").path("num_firing").asString()).isEqualTo("1");
  }

  @Test
  void saysWhatCannotBeDone() throws Exception {
    assertThat(use("""
        pagerduty_configs: [{service_key: k}]
        slack_configs: [{api_url: 'ftp://x', channel: c}, {api_url: URL, channel: c, title: '{{ .Status }'}]
        """).warnings()).extracting(Problem::message)
        .anyMatch(message -> message.startsWith("pagerduty: service_key is for the Events API 1"))
        .anyMatch(message -> message.startsWith("slack: expected an address"))
        .anyMatch(message -> message.startsWith("this template is not used: "));
  }
}
