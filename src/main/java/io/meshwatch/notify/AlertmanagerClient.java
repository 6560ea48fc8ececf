package io.meshwatch.notify;

import io.meshwatch.environment.Alarm;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import io.meshwatch.notify.NotifySettings.AlertmanagerSettings;
import java.net.URI;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * Hands alerts over to one external Alertmanager. Of each alert only the newest state waits, so an outage over there costs no more room
 * than the alerts there are; rules send again what fires, so what was dropped comes again. Safe for all threads.
 *
 * @see <a href="https://github.com/prometheus/alertmanager/blob/main/api/v2/openapi.yaml">API v2</a>
 */
final class AlertmanagerClient implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(AlertmanagerClient.class);
  /** Alerts that wait; the one that waits longest is dropped for a further one. */
  static final int ALERTS_MAX = 10_000;
  private static final int BATCH_MAX = 256;
  private static final long RETRY_FIRST_MILLIS = 1000;
  private static final long RETRY_MAX_MILLIS = 30_000;

  private final AlertmanagerSettings settings;
  private final String name;
  private final HttpSender sender;
  private final Environment environment;
  private final HandOverMetrics metrics;
  private final Alarm alarm;
  // Guarded by this.
  private final Map<Labels, Alert> waiting = new LinkedHashMap<>();
  private long pausedUntilMillis;
  private boolean closed;
  private int failures;

  AlertmanagerClient(AlertmanagerSettings settings, Environment environment, HandOverMetrics metrics) {
    this.settings = settings;
    this.name = WebUrls.withoutSecrets(settings.url());
    this.sender = new HttpSender(environment.network(), environment.clock(), HttpAccess.of(settings.username(), settings.password(),
        settings.bearerToken(), settings.caFile(), settings.oauth2(), settings.proxyUrl()));
    this.environment = environment;
    this.metrics = metrics;
    this.alarm = new Alarm("notify alertmanager " + name, environment.timers(), this::run);
    metrics.announce(name);
  }

  /** Takes alerts; returns at once. */
  synchronized void offer(List<Alert> alerts) {
    for (Alert alert : alerts) {
      waiting.remove(alert.labels());
      if (waiting.size() >= ALERTS_MAX) {
        waiting.remove(waiting.keySet().iterator().next());
        metrics.dropped(name, 1);
      }
      waiting.put(alert.labels(), alert);
    }
    metrics.waiting(name, waiting.size());
    plan();
  }

  private synchronized void plan() {
    if (!waiting.isEmpty()) {
      long now = environment.clock().wallMillis();
      // The machine's clock may have been set back, so no pause is longer than the longest there is.
      alarm.ask(Math.clamp(pausedUntilMillis, now, now + RETRY_MAX_MILLIS));
    }
  }

  private void run(long dueMillis) throws InterruptedException {
    List<Alert> batch = batch();
    boolean works = true;
    while (works && !batch.isEmpty()) {
      works = send(batch);
      batch = works ? batch() : List.of();
    }
    pause(works);
    plan();
  }

  private synchronized void pause(boolean works) {
    failures = works ? 0 : failures + 1;
    pausedUntilMillis = works ? 0 : environment.clock().wallMillis() + Math.min(RETRY_MAX_MILLIS, RETRY_FIRST_MILLIS << Math.min(failures, 10));
  }

  private synchronized List<Alert> batch() {
    return closed ? List.of() : waiting.values().stream().limit(BATCH_MAX).toList();
  }

  /** False if it has to be tried again. */
  private boolean send(List<Alert> batch) throws InterruptedException {
    URI uri = URI.create(settings.url().replaceAll("/+$", "") + "/api/v2/alerts");
    String trouble = switch (sender.post(uri, body(batch), NotifySettings.millis(settings.timeoutSeconds()))) {
      case HttpResult.Failure failure -> failure.message();
      case HttpResult.Answer answer when answer.status() / 100 == 2 -> {
        metrics.sent(name, batch.size());
        settle(batch);
        yield "";
      }
      case HttpResult.Answer answer when answer.status() >= 500 || answer.status() == 429 || answer.status() == 408 ->
          "it answers " + answer.status() + " " + answer.text();
      case HttpResult.Answer answer -> {
        // Asking again would give the same answer.
        LOG.warn("{} refuses {} alerts: {} {}", name, batch.size(), answer.status(), answer.text());
        metrics.failed(name, batch.size());
        settle(batch);
        yield "";
      }
    };
    if (!trouble.isEmpty()) {
      metrics.failed(name, batch.size());
      if (failuresSoFar() == 0) {
        LOG.warn("alerts for {} wait: {}", name, trouble);
      }
    }
    return trouble.isEmpty();
  }

  private synchronized int failuresSoFar() {
    return failures;
  }

  /** What has not changed meanwhile need not be sent again. */
  private synchronized void settle(List<Alert> batch) {
    batch.forEach(alert -> waiting.remove(alert.labels(), alert));
    metrics.waiting(name, waiting.size());
  }

  private static String body(List<Alert> batch) {
    ArrayNode body = JsonMapper.shared().createArrayNode();
    for (Alert alert : batch) {
      ObjectNode node = body.addObject();
      ObjectNode labels = node.putObject("labels");
      alert.labels().toMap().forEach(labels::put);
      ObjectNode annotations = node.putObject("annotations");
      alert.annotations().toMap().forEach(annotations::put);
      node.put("startsAt", Instant.ofEpochMilli(alert.startsAtMillis()).toString());
      node.put("endsAt", Instant.ofEpochMilli(alert.endsAtMillis()).toString());
      if (WebUrls.isWeb(alert.generatorUrl())) {
        node.put("generatorURL", alert.generatorUrl());
      }
    }
    return body.toString();
  }

  /** Sends nothing more. What waits is lost, but what fires is sent again by whoever comes next. */
  @Override
  public void close() {
    synchronized (this) {
      closed = true;
    }
    alarm.cancel(true);
  }
}
