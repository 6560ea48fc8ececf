package io.meshwatch.notify;

import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A message for a channel of Microsoft Teams: a card of the old connectors, or an adaptive card for workflows.
 *
 * @param own with the receiver's texts
 * @param standard with the built-in ones
 * @see <a href="https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using">webhooks and connectors</a>
 */
record TeamsMessage(WebhookPayload own, WebhookPayload standard) implements ChatMessage {
  /** Templates of the texts by their names in a {@code msteams_configs} block. */
  static final Map<String, String> CARD = Map.of(
      "title", "{{ template \"msteams.default.title\" . }}",
      "summary", "{{ template \"msteams.default.summary\" . }}",
      "text", "{{ template \"msteams.default.text\" . }}");
  /** The same of an {@code msteamsv2_configs} block. */
  static final Map<String, String> ADAPTIVE_CARD = Map.of(
      "title", "{{ template \"msteamsv2.default.title\" . }}",
      "text", "{{ template \"msteamsv2.default.text\" . }}");

  private static final String TOO_MANY = "error 429";

  @Override
  public String write(Map<String, @Nullable Object> data, long nowMillis) {
    return own.write(data, nowMillis);
  }

  @Override
  public ChatMessage usual() {
    return new TeamsMessage(standard, standard);
  }

  /** Connectors answer 200 with a sentence when the channel did not take it. */
  @Override
  public Optional<String> refusal(String answer) {
    return answer.contains("delivery failed") || answer.contains(TOO_MANY) ? Optional.of(answer) : Optional.empty();
  }
}
