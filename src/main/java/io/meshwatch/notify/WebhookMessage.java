package io.meshwatch.notify;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.ObjectNode;

/** Alertmanager's JSON for webhooks, version 4. */
final class WebhookMessage {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final String NO_TIME = "0001-01-01T00:00:00Z";

  private WebhookMessage() {}

  static String write(Notification notification, int alertsMax, String externalUrl, long nowMillis) {
    List<Alert> alerts = Stream.concat(notification.firing().stream(), notification.over().stream()).toList();
    List<Alert> shown = alertsMax > 0 && alerts.size() > alertsMax ? alerts.subList(0, alertsMax) : alerts;
    ObjectNode message = JSON.createObjectNode();
    message.put("receiver", notification.receiver());
    message.put("status", notification.firing().isEmpty() ? "resolved" : "firing");
    ArrayNode array = message.putArray("alerts");
    shown.forEach(a -> array.add(alert(a, nowMillis)));
    message.set("groupLabels", JSON.valueToTree(notification.groupLabels().toMap()));
    message.set("commonLabels", JSON.valueToTree(common(alerts.stream().map(Alert::labels).toList())));
    message.set("commonAnnotations", JSON.valueToTree(common(alerts.stream().map(Alert::annotations).toList())));
    message.put("externalURL", externalUrl);
    message.put("version", "4");
    message.put("groupKey", notification.groupKey());
    message.put("truncatedAlerts", alerts.size() - shown.size());
    return JSON.writeValueAsString(message);
  }

  private static ObjectNode alert(Alert alert, long nowMillis) {
    boolean resolved = alert.isResolvedAt(nowMillis);
    ObjectNode node = JSON.createObjectNode();
    node.put("status", resolved ? "resolved" : "firing");
    node.set("labels", JSON.valueToTree(alert.labels().toMap()));
    node.set("annotations", JSON.valueToTree(alert.annotations().toMap()));
    node.put("startsAt", Instant.ofEpochMilli(alert.startsAtMillis()).toString());
    node.put("endsAt", resolved ? Instant.ofEpochMilli(alert.endsAtMillis()).toString() : NO_TIME);
    node.put("generatorURL", alert.generatorUrl());
    node.put("fingerprint", NotificationStore.fingerprint(alert.labels()));
    return node;
  }

  /** Names that all have with the same value. */
  static Map<String, String> common(List<Labels> all) {
    if (all.isEmpty()) {
      return Map.of();
    }
    Map<String, String> common = all.getFirst().toMap();
    all.forEach(labels -> common.entrySet().removeIf(e -> !labels.get(e.getKey()).equals(e.getValue())));
    return common;
  }
}
