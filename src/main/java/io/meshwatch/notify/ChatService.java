package io.meshwatch.notify;

import io.meshwatch.notify.mail.Delivery;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.node.ObjectNode;

/** What is peculiar to a service that takes JSON of its own. Immutable. */
sealed interface ChatService permits SlackService, TeamsService, PagerDutyService {
  /** Adds to a message what no template gives. */
  default void complete(ObjectNode body, Map<String, @Nullable Object> data) {
    // Most need nothing more.
  }

  /** What an answer of success means: it may say that it is none. */
  default Delivery judge(int status, String answer) {
    return new Delivery.Accepted(status, "");
  }
}
