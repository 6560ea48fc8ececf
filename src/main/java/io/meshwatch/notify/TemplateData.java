package io.meshwatch.notify;

import io.meshwatch.gotemplate.GoFunction;
import io.meshwatch.gotemplate.GoObject;
import io.meshwatch.gotemplate.GoTime;
import io.meshwatch.gotemplate.TypedMap;
import io.meshwatch.model.Alert;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What Alertmanager's notification templates see of a notification.
 *
 * @see <a href="https://prometheus.io/docs/alerting/latest/notifications/">Notification template reference</a>
 */
final class TemplateData {
  private static final String NAME = "Name";
  private static final String VALUE = "Value";

  private TemplateData() {}

  /** The data of one notification; {@code externalUrl} is where people reach the page. */
  static Map<String, @Nullable Object> of(Notification notification, String externalUrl, long nowMillis) {
    return of(notification, 0, externalUrl, nowMillis);
  }

  /** As the other one, with the first alerts only; 0 = all. */
  static Map<String, @Nullable Object> of(Notification notification, int alertsMax, String externalUrl, long nowMillis) {
    List<Alert> all = Stream.concat(notification.firing().stream(), notification.over().stream()).toList();
    List<Alert> alerts = alertsMax > 0 && all.size() > alertsMax ? all.subList(0, alertsMax) : all;
    Map<String, @Nullable Object> data = new LinkedHashMap<>();
    data.put("Receiver", notification.receiver());
    data.put("Status", notification.firing().isEmpty() ? "resolved" : "firing");
    data.put("Alerts", new AlertList(alerts.stream().map(a -> AlertObject.of(a, nowMillis)).toList()));
    data.put("GroupLabels", new KeyValues(notification.groupLabels().toMap()));
    data.put("CommonLabels", new KeyValues(WebhookMessage.common(alerts.stream().map(Alert::labels).toList())));
    data.put("CommonAnnotations", new KeyValues(WebhookMessage.common(alerts.stream().map(Alert::annotations).toList())));
    data.put("ExternalURL", externalUrl);
    data.put("GroupKey", notification.groupKey());
    data.put("Version", "4");
    data.put("TruncatedAlerts", (long) all.size() - alerts.size());
    data.put("RouteLabels", new KeyValues(notification.routeLabels()));
    return data;
  }

  /** Labels or annotations: a map with methods. */
  record KeyValues(Map<String, String> entries) implements GoObject {
    static KeyValues of(Labels labels) {
      return new KeyValues(labels.toMap());
    }

    @Override
    public String typeName() {
      return "template.KV";
    }

    @Override
    public @Nullable GoFunction member(String name) {
      return switch (name) {
        case "SortedPairs" -> GoFunction.field(pairs());
        case "Names" -> GoFunction.field(pairs().parts(NAME));
        case "Values" -> GoFunction.field(pairs().parts(VALUE));
        case "Remove" -> GoFunction.of(1, a -> without(a.list(0)));
        default -> null;
      };
    }

    /** The alert's name first, then by name. */
    private Pairs pairs() {
      Map<String, String> sorted = new LinkedHashMap<>();
      String alert = entries.get(Alert.ALERT_NAME);
      if (alert != null) {
        sorted.put(Alert.ALERT_NAME, alert);
      }
      new TreeMap<>(entries).forEach(sorted::putIfAbsent);
      return new Pairs(sorted.entrySet().stream().map(e -> Map.of(NAME, e.getKey(), VALUE, e.getValue())).toList());
    }

    private KeyValues without(List<?> names) {
      Map<String, String> left = new LinkedHashMap<>(entries);
      left.keySet().removeIf(names::contains);
      return new KeyValues(left);
    }

    @Override
    public Object plain() {
      return TypedMap.ofTexts(entries);
    }
  }

  /** Names with their values, in order. */
  record Pairs(List<Map<String, String>> list) implements GoObject {
    @Override
    public String typeName() {
      return "template.Pairs";
    }

    List<String> parts(String part) {
      return list.stream().map(each -> each.getOrDefault(part, "")).toList();
    }

    @Override
    public @Nullable GoFunction member(String name) {
      return switch (name) {
        case "Names" -> GoFunction.field(parts(NAME));
        case "Values" -> GoFunction.field(parts(VALUE));
        default -> null;
      };
    }

    @Override
    public Object plain() {
      return list;
    }
  }

  /** Alerts with the lists of those that fire and those that are over. */
  record AlertList(List<AlertObject> alerts) implements GoObject {
    @Override
    public String typeName() {
      return "template.Alerts";
    }

    @Override
    public @Nullable GoFunction member(String name) {
      return switch (name) {
        case "Firing" -> GoFunction.field(alerts.stream().filter(a -> a.status().equals("firing")).toList());
        case "Resolved" -> GoFunction.field(alerts.stream().filter(a -> !a.status().equals("firing")).toList());
        default -> null;
      };
    }

    @Override
    public Object plain() {
      return alerts;
    }
  }

  /** One alert; labels and annotations may be nil. */
  record AlertObject(
      String status,
      @Nullable KeyValues labels,
      @Nullable KeyValues annotations,
      GoTime startsAt,
      GoTime endsAt,
      String generatorUrl,
      String fingerprint)
      implements GoObject {
    static AlertObject of(Alert alert, long nowMillis) {
      boolean over = alert.isResolvedAt(nowMillis);
      return new AlertObject(over ? "resolved" : "firing", KeyValues.of(alert.labels()), KeyValues.of(alert.annotations()),
          GoTime.ofMillis(alert.startsAtMillis()), over ? GoTime.ofMillis(alert.endsAtMillis()) : GoTime.ZERO, alert.generatorUrl(),
          NotificationStore.fingerprint(alert.labels()));
    }

    @Override
    public String typeName() {
      return "template.Alert";
    }

    /** Its fields as JSON names and orders them. */
    Map<String, @Nullable Object> fields() {
      Map<String, @Nullable Object> fields = new LinkedHashMap<>();
      fields.put("status", status);
      fields.put("labels", labels);
      fields.put("annotations", annotations);
      fields.put("startsAt", startsAt);
      fields.put("endsAt", endsAt);
      fields.put("generatorURL", generatorUrl);
      fields.put("fingerprint", fingerprint);
      return fields;
    }

    @Override
    public @Nullable GoFunction member(String name) {
      return switch (name) {
        case "Status" -> GoFunction.field(status);
        case "Labels" -> GoFunction.field(labels);
        case "Annotations" -> GoFunction.field(annotations);
        case "StartsAt" -> GoFunction.field(startsAt);
        case "EndsAt" -> GoFunction.field(endsAt);
        case "GeneratorURL" -> GoFunction.field(generatorUrl);
        case "Fingerprint" -> GoFunction.field(fingerprint);
        default -> null;
      };
    }

    @Override
    public String toString() {
      return new ArrayList<>(fields().values()).toString();
    }
  }
}
