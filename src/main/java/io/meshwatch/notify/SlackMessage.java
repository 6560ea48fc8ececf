package io.meshwatch.notify;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A message for Slack and for what takes Slack's JSON.
 *
 * @param own with the receiver's texts
 * @param standard with the built-in ones
 * @see <a href="https://docs.slack.dev/legacy/legacy-messaging/legacy-secondary-message-attachments">attachments</a>
 */
record SlackMessage(WebhookPayload own, WebhookPayload standard) implements ChatMessage {
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

  @Override
  public String write(Map<String, @Nullable Object> data, long nowMillis) {
    return own.write(data, nowMillis);
  }

  @Override
  public ChatMessage usual() {
    return new SlackMessage(standard, standard);
  }

  /** Webhooks answer "ok", the Web API with JSON that says whether it is. */
  @Override
  public Optional<String> refusal(String answer) {
    if (!answer.startsWith("{")) {
      return answer.isEmpty() || answer.strip().equals("ok") ? Optional.empty() : Optional.of(answer);
    }
    try {
      JsonNode json = JsonMapper.shared().readTree(answer);
      return json.path("ok").asBoolean(true) ? Optional.empty() : Optional.of(json.path("error").asString("refused"));
    } catch (JacksonException e) {
      return Optional.of("not JSON: " + answer);
    }
  }
}
