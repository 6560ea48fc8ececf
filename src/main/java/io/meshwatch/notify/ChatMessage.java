package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A notification in the JSON of a service that people look at or that wakes them. Immutable. */
interface ChatMessage {
  /**
   * The body of the request.
   *
   * @throws TemplateException with the place of what fails
   */
  String write(Map<String, @Nullable Object> data, long nowMillis);

  /** The same with the built-in texts instead of the receiver's own, for when those fail. */
  ChatMessage usual();

  /** What an answer of success says if it is a refusal all the same. */
  default Optional<String> refusal(String answer) {
    return Optional.empty();
  }
}
