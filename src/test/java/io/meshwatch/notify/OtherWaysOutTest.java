package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.HttpResult.Phases;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.InhibitionSettings;
import io.meshwatch.notify.NotifySettings.MaintenanceSettings;
import io.meshwatch.notify.NotifySettings.ReceiverSettings;
import io.meshwatch.notify.NotifySettings.RouteSettings;
import io.meshwatch.notify.NotifySettings.SecondChannelSettings;
import io.meshwatch.notify.NotifySettings.TimeIntervalSettings;
import io.meshwatch.notify.NotifySettings.WebhookSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** Webhooks, the heartbeat, the second channel, routes and recurring times. */
class OtherWaysOutTest {
  private final NotifyWorld world = new NotifyWorld();
  private final List<HttpCall> calls = new ArrayList<>();
  private int status = 200;

  OtherWaysOutTest() {
    Environment e = world.environment;
    world.environment = new Environment(e.clock(), e.timers(), e.workers(), this::answer, e.disk(), e.listeners(), e.telemetry());
  }

  private HttpResult answer(HttpCall call) {
    calls.add(call);
    return new HttpResult.Answer(status, List.of(), new byte[0], 0, Optional.empty(), Phases.NONE);
  }

  @AfterEach
  void close() {
    world.close();
  }

  private static WebhookSettings hook(String url) {
    return hook(url, "");
  }

  private static WebhookSettings hook(String url, String payload) {
    return new WebhookSettings(Secret.of(url), "", Secret.EMPTY, Secret.of("token"), Optional.empty(), payload, 0, true, 5, Optional.empty(), Secret.EMPTY);
  }

  private NotifySettings settings(
      List<ReceiverSettings> receivers, List<RouteSettings> routes, Optional<Secret> heartbeat, Optional<SecondChannelSettings> second) {
    NotifySettings s = world.settings;
    return new NotifySettings(s.timeZone(), s.grouping(), s.digest(), s.addressFilters(), receivers, routes, s.shippedInhibitions(),
        List.of(new InhibitionSettings(List.of("alertname=Cause"), List.of("alertname=Effect"), List.of())),
        List.of(new TimeIntervalSettings("night", List.of("00:00-06:00"), List.of(), List.of(), List.of(), List.of(), "")),
        List.of(new MaintenanceSettings("backup", List.of("job=backup"), List.of("night"))), heartbeat, 60, second, s.alertmanagerFile(), s.alertmanagers(),
        s.resolveTimeoutSeconds(), s.silenceRetentionSeconds(), s.alertsMax(), s.silencesMax(), s.historyMax(), s.mailAlertsMax(), s.digestAbove(),
        s.mailBurst(), s.mailPauseSeconds(), s.retryFirstSeconds(), s.retryMaxSeconds());
  }

  @Test
  void tellsAWebhookInAlertmanagersJson() {
    world.use(settings(List.of(new ReceiverSettings("chat", List.of(), List.of(hook("https://chat.example.com/hook?secret=1")))),
        List.of(new RouteSettings(List.of("severity=\"critical\""), "chat", true, Optional.empty(), List.of(), List.of())), Optional.empty(), Optional.empty()));
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1", "severity", "critical");
    world.pass(10 * SECOND);
    JsonNode message = JsonMapper.shared().readTree(new String(calls.getFirst().body(), StandardCharsets.UTF_8));
    assertThat(message.get("version").asString()).isEqualTo("4");
    assertThat(message.get("status").asString()).isEqualTo("firing");
    assertThat(message.get("receiver").asString()).isEqualTo("chat");
    assertThat(message.get("groupKey").asString()).isEqualTo("{}/{severity=\"critical\"}:{alertname=\"DiskFull\", host=\"db-1\"}");
    assertThat(message.get("commonLabels").get("host").asString()).isEqualTo("db-1");
    assertThat(message.get("alerts").get(0).get("endsAt").asString()).isEqualTo("0001-01-01T00:00:00Z");
    assertThat(message.get("truncatedAlerts").asInt()).isZero();
    assertThat(world.subjects()).as("the mail goes out too").hasSize(1);
    world.resolve(alert);
    world.pass(MINUTE);
    assertThat(new String(calls.getLast().body(), StandardCharsets.UTF_8)).contains("\"status\":\"resolved\"");
    assertThat(world.notifier.history(10)).noneMatch(h -> h.destination().contains("secret"));
  }

  private HttpCall called(WebhookSettings hook) {
    world.use(settings(List.of(new ReceiverSettings("chat", List.of(), List.of(hook))),
        List.of(new RouteSettings(List.of("severity=\"critical\""), "chat", true, Optional.empty(), List.of(), List.of())), Optional.empty(), Optional.empty()));
    world.firing("alertname", "DiskFull", "host", "db-\"1\"", "severity", "critical");
    world.pass(10 * SECOND);
    return calls.getFirst();
  }

  private static String body(HttpCall call) {
    return new String(call.body(), StandardCharsets.UTF_8);
  }

  @Test
  void sendsTheBodyThatAReceiverWants() {
    String payload = "{\"text\": {{ printf \"%s: %s\" .Status .CommonLabels.host | toJson }}, \"alerts\": {{ len .Alerts.Firing }}}";
    HttpCall call = called(hook("https://chat.example.com/hook", payload));
    assertThat(body(call)).isEqualTo("{\"text\":\"firing: db-\\\"1\\\"\",\"alerts\":1}");
  }

  @Test
  void sendsAlertmanagersJsonWhereTheReceiversTemplateFails() {
    HttpCall call = called(hook("https://chat.example.com/hook", "{{ template \"missing\" . }}"));
    assertThat(body(call)).contains("\"version\":\"4\"", "DiskFull");
  }

  @Test
  void callsTheHeartbeatWhileWatchdogFires() {
    world.use(settings(List.of(), List.of(), Optional.of(Secret.of("https://deadman.example.com/ping")), Optional.empty()));
    Alert watchdog = world.firing("alertname", "Watchdog", "severity", "none");
    world.pass(10 * MINUTE);
    assertThat(calls).hasSizeBetween(9, 11);
    world.resolve(watchdog);
    world.pass(2 * MINUTE);
    int before = calls.size();
    world.pass(10 * MINUTE);
    assertThat(calls).hasSize(before);
    assertThat(world.subjects()).isEmpty();
  }

  @Test
  void usesTheSecondChannelForWhatMailCannotDeliver() {
    world.use(settings(List.of(), List.of(), Optional.empty(),
        Optional.of(new SecondChannelSettings(Optional.of(hook("https://sms.example.com/")), Optional.empty(), "", 300))));
    world.relay.goDown();
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(4 * MINUTE);
    assertThat(calls).isEmpty();
    world.pass(3 * MINUTE);
    assertThat(calls).hasSize(1);
    world.resolve(alert);
    world.pass(2 * MINUTE);
    assertThat(calls).as("whoever was told the start is told the end").hasSize(2);
    world.relay.accept();
    world.pass(2 * MINUTE);
    assertThat(world.lastMail().subject()).startsWith("1 over already: ");
  }

  @Test
  void triesAWebhookAgainThatIsBroken() {
    world.use(settings(List.of(new ReceiverSettings("chat", List.of(), List.of(hook("https://chat.example.com/")))),
        List.of(new RouteSettings(List.of(), "chat", false, Optional.empty(), List.of(), List.of())), Optional.empty(), Optional.empty()));
    status = 503;
    world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(2 * MINUTE);
    int attempts = calls.size();
    assertThat(attempts).isBetween(3, 8);
    status = 200;
    world.pass(10 * MINUTE);
    assertThat(calls).hasSize(attempts + 1);
  }

  @Test
  void waitsWithARouteUntilItsMutedTimeIsOver() {
    world.use(settings(List.of(), List.of(new RouteSettings(List.of("severity=warning"), "mail", false, Optional.empty(), List.of("night"), List.of())),
        Optional.empty(), Optional.empty()));
    untilClock(23, 50);
    world.pass(15 * MINUTE);
    world.firing("alertname", "DiskFull", "host", "db-1", "severity", "warning");
    world.pass(5 * 60 * MINUTE + 54 * MINUTE);
    assertThat(world.subjects()).isEmpty();
    world.firing("alertname", "DiskFull", "host", "db-1", "severity", "warning");
    world.pass(3 * MINUTE);
    assertThat(world.subjects()).hasSize(1);
  }

  @Test
  void keepsAlertsBackInAMaintenanceWindow() {
    world.use(settings(List.of(), List.of(), Optional.empty(), Optional.empty()));
    untilClock(0, 10);
    world.firing("alertname", "BackupFailed", "job", "backup");
    world.pass(30 * MINUTE);
    assertThat(world.subjects()).isEmpty();
    assertThat(world.notifier.alerts()).singleElement().satisfies(a -> assertThat(a.silencedBy()).containsExactly("backup"));
  }

  private void untilClock(int hour, int minute) {
    long day = 24 * 60 * MINUTE;
    long wanted = (hour * 60L + minute) * MINUTE;
    world.pass(Math.floorMod(wanted - world.now() % day, day));
  }

  @Test
  void tellsTheSecondChannelAtOnceThatMailIsNotDelivered() {
    world.use(settings(List.of(), List.of(), Optional.empty(),
        Optional.of(new SecondChannelSettings(Optional.of(hook("https://sms.example.com/")), Optional.empty(), "", 900))));
    world.relay.goDown();
    world.firing("alertname", "MailSpoolStuck", "component", "meta");
    world.pass(10 * SECOND);
    assertThat(calls).extracting(OtherWaysOutTest::body).singleElement().asString().contains("MailSpoolStuck");
  }
}
