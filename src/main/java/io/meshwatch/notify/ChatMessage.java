package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ObjectNode;

/**
 * A notification in the JSON of a service that people look at or that wakes them. Immutable.
 *
 * @param own with the receiver's texts
 * @param standard with the built-in ones
 * @param service who takes it
 */
record ChatMessage(WebhookPayload own, WebhookPayload standard, ChatService service) {
  /** The body of the request; throws {@link TemplateException} with the place of what fails. */
  String write(Map<String, @Nullable Object> data, long nowMillis) {
    ObjectNode body = (ObjectNode) own.filled(data, nowMillis);
    service.complete(body, data);
    return JsonMapper.shared().writeValueAsString(body);
  }

  /** The same with the built-in texts instead of the receiver's own, for when those fail. */
  ChatMessage usual() {
    return new ChatMessage(standard, standard, service);
  }
}
