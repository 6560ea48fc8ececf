package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.Telemetry;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotifySettings.AlertmanagerSettings;
import io.meshwatch.notify.mail.MailSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import org.junit.jupiter.api.Test;

class AlertmanagerClientTest {
  private final SimulatedEnvironment simulation = new SimulatedEnvironment(NotifyWorld.START);
  private final List<HttpCall> calls = new ArrayList<>();
  private String answer = "";
  private int status = 200;
  private final Environment environment = environment();
  private final AlertmanagerClient client = new AlertmanagerClient(
      new AlertmanagerSettings("https://am.example.com/base/", "", Secret.EMPTY, Secret.of("token"), Optional.empty(), 5, Optional.empty(), Secret.EMPTY),
      environment, new HandOverMetrics(environment.telemetry()));

  private Environment environment() {
    Environment e = simulation.environment();
    return new Environment(e.clock(), e.timers(), e.workers(), this::answer, e.disk(), e.listeners(), e.telemetry());
  }

  private HttpResult answer(HttpCall call) {
    calls.add(call);
    byte[] body = answer.getBytes(StandardCharsets.UTF_8);
    return new HttpResult.Answer(status, List.of(), body, body.length, Optional.empty(), HttpResult.Phases.NONE);
  }

  private static Alert alert(String name, long endsAtMillis) {
    return new Alert(Labels.of("alertname", name), Labels.of("summary", "s"), NotifyWorld.START, endsAtMillis, NotifyWorld.START,
        "http://watch/graph", OptionalDouble.empty());
  }

  private String body(int call) {
    return new String(calls.get(call).body(), StandardCharsets.UTF_8);
  }

  private String metrics() {
    return new String(environment.telemetry().exposition(), StandardCharsets.UTF_8);
  }

  @Test
  void handsAlertsOverByTheApi() {
    client.offer(List.of(alert("A", NotifyWorld.START + MINUTE)));
    simulation.time().advance(SECOND);
    assertThat(calls.getFirst().uri()).hasToString("https://am.example.com/base/api/v2/alerts");
    assertThat(body(0)).isEqualTo("[{\"labels\":{\"alertname\":\"A\"},\"annotations\":{\"summary\":\"s\"},"
        + "\"startsAt\":\"2023-11-14T22:13:20Z\",\"endsAt\":\"2023-11-14T22:14:20Z\",\"generatorURL\":\"http://watch/graph\"}]");
    assertThat(calls.getFirst().headers()).contains(new HttpCall.Header("Authorization", "Bearer token"));
    assertThat(metrics()).contains("prometheus_notifications_sent_total{alertmanager=\"https://am.example.com/…\"} 1.0");
  }

  @Test
  void triesAgainWithTheNewestStateOfEachAlert() {
    status = 503;
    client.offer(List.of(alert("A", NotifyWorld.START + MINUTE)));
    simulation.time().advance(20 * SECOND);
    assertThat(calls).hasSizeBetween(2, 6);
    client.offer(List.of(alert("A", NotifyWorld.START + SECOND)));
    status = 200;
    calls.clear();
    simulation.time().advance(MINUTE);
    assertThat(calls).hasSize(1);
    assertThat(body(0)).contains("\"endsAt\":\"2023-11-14T22:13:21Z\"");
  }

  @Test
  void givesUpWhatIsRefused() {
    status = 400;
    client.offer(List.of(alert("A", NotifyWorld.START + MINUTE)));
    simulation.time().advance(5 * MINUTE);
    assertThat(calls).hasSize(1);
    assertThat(metrics()).contains("prometheus_notifications_errors_total{alertmanager=\"https://am.example.com/…\"} 1.0");
  }

  @Test
  void keepsNoMoreAlertsThanItsLimit() {
    status = 503;
    List<Alert> many = new ArrayList<>();
    for (int i = 0; i < AlertmanagerClient.ALERTS_MAX + 5; i++) {
      many.add(alert("A" + i, NotifyWorld.START + MINUTE));
    }
    client.offer(many);
    assertThat(metrics()).contains("prometheus_notifications_dropped_total{alertmanager=\"https://am.example.com/…\"} 5.0")
        .contains("prometheus_notifications_queue_length{alertmanager=\"https://am.example.com/…\"} 10000.0");
  }

  @Test
  void fetchesATokenWhereOneIsWanted() {
    answer = "{\"access_token\": \"t-1\"}";
    AlertmanagerSettings settings = new AlertmanagerSettings("https://am.example.com", "", Secret.EMPTY, Secret.EMPTY, Optional.empty(), 5,
        Optional.of(new MailSettings.OAuth2("https://login.example.com/t", "id", Secret.of("s"), Secret.EMPTY, "")), Secret.of("http://proxy:3128"));
    try (AlertmanagerClient other = new AlertmanagerClient(settings, environment, new HandOverMetrics(new Telemetry()))) {
      other.offer(List.of(alert("A", NotifyWorld.START + MINUTE)));
      simulation.time().advance(SECOND);
    }
    assertThat(calls).extracting(call -> call.uri().getHost()).containsExactly("login.example.com", "am.example.com");
    assertThat(calls.get(1).headers()).contains(new HttpCall.Header("Authorization", "Bearer t-1"));
    assertThat(calls.get(1).proxy().url().reveal()).isEqualTo("http://proxy:3128");
  }
}
