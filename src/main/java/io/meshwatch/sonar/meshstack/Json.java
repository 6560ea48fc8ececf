package io.meshwatch.sonar.meshstack;

import java.util.Optional;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.MissingNode;

/** Reading JSON that others wrote: nothing about its shape is taken for granted. */
public final class Json {
  public static final JsonMapper MAPPER = JsonMapper.builder().build();

  private Json() {}

  /** The document, or empty if this is not JSON. */
  public static Optional<JsonNode> parse(String text) {
    try {
      JsonNode node = MAPPER.readTree(text);
      return node == null || node.isMissingNode() ? Optional.empty() : Optional.of(node);
    } catch (JacksonException notJson) {
      return Optional.empty();
    }
  }

  /** The node at a path like {@code spec.tags.env[0]}; missing if any part of it is. */
  public static JsonNode at(JsonNode node, String path) {
    JsonNode at = node;
    for (String part : path.split("[.\\[]")) {
      if (part.endsWith("]")) {
        String index = part.substring(0, part.length() - 1);
        at = index.matches("\\d{1,6}") ? at.path(Integer.parseInt(index)) : MissingNode.getInstance();
      } else if (!part.isEmpty() && !part.equals("$")) {
        at = at.path(part);
      }
    }
    return at;
  }

  /** The text at the first of these paths that has one. */
  public static String firstText(JsonNode node, String... paths) {
    for (String path : paths) {
      JsonNode found = at(node, path);
      if (found.isString() && !found.stringValue().isBlank()) {
        return found.stringValue();
      }
    }
    return "";
  }
}
