package io.meshwatch.notify;

import io.meshwatch.notify.mail.Delivery;
import java.util.Map;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Slack, and what takes Slack's JSON.
 *
 * @see <a href="https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments">attachments</a>
 */
record SlackService() implements ChatService {
  /** Templates of the texts by their names in a {@code slack_configs} block. */
  static final Map<String, String> STANDARD = Map.ofEntries(
      Map.entry("color", "{{ if eq .Status \"firing\" }}danger{{ else }}good{{ end }}"),
      Map.entry("username", "{{ template \"slack.default.username\" . }}"),
      Map.entry("title", "{{ template \"slack.default.title\" . }}"),
      Map.entry("title_link", "{{ template \"slack.default.titlelink\" . }}"),
      Map.entry("pretext", "{{ template \"slack.default.pretext\" . }}"),
      Map.entry("text", "{{ template \"slack.default.text\" . }}"),
      Map.entry("fallback", "{{ template \"slack.default.fallback\" . }}"),
      Map.entry("callback_id", "{{ template \"slack.default.callbackid\" . }}"),
      Map.entry("icon_emoji", "{{ template \"slack.default.iconemoji\" . }}"),
      Map.entry("icon_url", "{{ template \"slack.default.iconurl\" . }}"),
      Map.entry("footer", "{{ template \"slack.default.footer\" . }}"));

  /** Errors that pass. */
  private static final Set<String> PASSING = Set.of("rate_limited", "ratelimited", "service_unavailable", "internal_error", "fatal_error");

  /** Webhooks answer "ok", the Web API with JSON that says whether it is. */
  @Override
  public Delivery judge(int status, String answer) {
    if (!answer.startsWith("{")) {
      boolean ok = answer.isEmpty() || answer.strip().equals("ok");
      return ok ? new Delivery.Accepted(status, "") : new Delivery.Refused(status, answer);
    }
    try {
      JsonNode json = JsonMapper.shared().readTree(answer);
      return json.path("ok").asBoolean(true) ? new Delivery.Accepted(status, "") : refused(status, json.path("error").asString("refused"));
    } catch (JacksonException e) {
      return new Delivery.Refused(status, answer);
    }
  }

  private static Delivery refused(int status, String error) {
    return PASSING.contains(error) ? new Delivery.Delayed(status, error, true) : new Delivery.Refused(status, error);
  }
}
