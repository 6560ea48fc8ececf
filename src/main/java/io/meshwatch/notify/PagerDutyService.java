package io.meshwatch.notify;

import io.meshwatch.model.Secret;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/**
 * PagerDuty's Events API 2: a group of alerts is one incident, which ends when none of them fires.
 *
 * @param routingKey tells whom it is for
 * @see <a href="https://developer.pagerduty.com/docs/events-api-v2-overview">Events API v2</a>
 */
record PagerDutyService(Secret routingKey) implements ChatService {
  /** Templates of the texts by their names in a {@code pagerduty_configs} block. */
  static final Map<String, String> STANDARD = Map.of(
      "description", "{{ template \"pagerduty.default.description\" . }}",
      "client", "{{ template \"pagerduty.default.client\" . }}",
      "client_url", "{{ template \"pagerduty.default.clientURL\" . }}",
      "severity", "{{ with .CommonLabels.severity }}{{ if match \"^(critical|error|warning|info)$\" . }}{{ . }}{{ else }}error{{ end }}{{ else }}error{{ end }}");
  static final Map<String, String> DETAILS = Map.of(
      "firing", "{{ template \"__text_alert_list\" .Alerts.Firing }}",
      "resolved", "{{ template \"__text_alert_list\" .Alerts.Resolved }}",
      "num_firing", "{{ .Alerts.Firing | len }}",
      "num_resolved", "{{ .Alerts.Resolved | len }}");
  /** What PagerDuty takes as a summary. */
  private static final int SUMMARY_CHARACTERS_MAX = 1024;

  @Override
  public void complete(ObjectNode event, Map<String, @Nullable Object> data) {
    event.put("routing_key", routingKey.reveal());
    event.put("dedup_key", hash(String.valueOf(data.get("GroupKey"))));
    ObjectNode payload = (ObjectNode) event.path("payload");
    String summary = payload.path("summary").asString("");
    payload.put("summary", summary.substring(0, Math.min(summary.length(), SUMMARY_CHARACTERS_MAX)));
  }

  private static String hash(String text) {
    try {
      return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }
}
