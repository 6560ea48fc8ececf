package io.meshwatch.notify;

import io.meshwatch.notify.mail.Delivery;
import java.util.Map;

/**
 * Channels of Microsoft Teams, by the old connectors or by workflows.
 *
 * @see <a href="https://learn.microsoft.com/en-us/microsoftteams/platform/webhooks-and-connectors/how-to/connectors-using">webhooks and connectors</a>
 */
record TeamsService() implements ChatService {
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

  /** Connectors answer 200 with a sentence when the channel did not take it. */
  @Override
  public Delivery judge(int status, String answer) {
    if (answer.contains(TOO_MANY)) {
      return new Delivery.Delayed(status, answer, true);
    }
    return answer.contains("delivery failed") ? new Delivery.Refused(status, answer) : new Delivery.Accepted(status, "");
  }
}
