package io.meshwatch.notify;

import io.meshwatch.gotemplate.TemplateException;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.MappingNode;
import org.snakeyaml.engine.v2.nodes.Node;
import org.snakeyaml.engine.v2.nodes.NodeTuple;
import org.snakeyaml.engine.v2.nodes.ScalarNode;
import org.snakeyaml.engine.v2.nodes.SequenceNode;
import org.snakeyaml.engine.v2.nodes.Tag;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.node.ArrayNode;
import tools.jackson.databind.node.JsonNodeFactory;
import tools.jackson.databind.node.ObjectNode;

/**
 * A body for a webhook that its receiver wants instead of Alertmanager's JSON: a tree whose names and texts are templates. A text that
 * becomes JSON (an object, a list, a number, a truth) counts as that, so a whole body may be one template. Immutable.
 *
 * @param templates what the texts may call
 * @param tree names, texts, numbers and truths
 * @param literal whether texts stay texts whatever they look like; then those that become empty are left out
 * @see <a href="https://prometheus.io/docs/alerting/latest/configuration/#webhook_config">webhook_config</a>
 */
public record WebhookPayload(NotificationTemplates templates, JsonNode tree, boolean literal) {
  private static final JsonMapper JSON = JsonMapper.shared();
  private static final JsonNodeFactory NODES = JsonNodeFactory.instance;

  /** A body that is one template. */
  static WebhookPayload of(NotificationTemplates templates, String text) {
    return new WebhookPayload(templates, NODES.stringNode(text), false);
  }

  /** A body as YAML gives it. */
  static WebhookPayload of(NotificationTemplates templates, Node yaml) {
    return new WebhookPayload(templates, json(yaml), false);
  }

  /** Its templates as maps, lists, texts, numbers and truths: what an {@code alertmanager.yml} says. */
  public Object plain() {
    return JSON.convertValue(tree, Object.class);
  }

  /** Throws {@link TemplateException} if one of its texts is no template. */
  void check() {
    check(tree);
  }

  private void check(JsonNode node) {
    if (node.isString()) {
      templates.check(node.asString());
    }
    node.propertyNames().forEach(templates::check);
    node.forEach(this::check);
  }

  /** The body as a tree; throws {@link TemplateException} with the place of what fails. */
  JsonNode filled(Map<String, @Nullable Object> data, long nowMillis) {
    return filled(tree, data, nowMillis);
  }

  /** The body; throws {@link TemplateException} with the place of what fails. */
  String write(Map<String, @Nullable Object> data, long nowMillis) {
    return JSON.writeValueAsString(filled(tree, data, nowMillis));
  }

  private JsonNode filled(JsonNode node, Map<String, @Nullable Object> data, long nowMillis) {
    if (node.isString()) {
      String text = templates.text(node.asString(), data, nowMillis);
      return literal ? NODES.stringNode(text) : structured(text);
    }
    if (node.isArray()) {
      ArrayNode array = NODES.arrayNode();
      node.forEach(each -> array.add(filled(each, data, nowMillis)));
      return array;
    }
    if (node.isObject()) {
      ObjectNode object = NODES.objectNode();
      node.propertyStream().forEach(each -> object.set(templates.text(each.getKey(), data, nowMillis), filled(each.getValue(), data, nowMillis)));
      if (literal) {
        object.removeIf(value -> value.isString() && value.asString().isEmpty());
      }
      return object;
    }
    return node;
  }

  /** JSON if the text is JSON, else the text. */
  private static JsonNode structured(String text) {
    String stripped = text.strip();
    if (stripped.isEmpty() || "{[-0123456789tfn".indexOf(stripped.charAt(0)) < 0) {
      return NODES.stringNode(text);
    }
    try {
      return JSON.readTree(stripped);
    } catch (JacksonException e) {
      return NODES.stringNode(text);
    }
  }

  private static JsonNode json(Node yaml) {
    return switch (yaml) {
      case MappingNode mapping -> {
        ObjectNode object = NODES.objectNode();
        for (NodeTuple tuple : mapping.getValue()) {
          if (tuple.getKeyNode() instanceof ScalarNode key) {
            object.set(key.getValue(), json(tuple.getValueNode()));
          }
        }
        yield object;
      }
      case SequenceNode sequence -> {
        ArrayNode array = NODES.arrayNode();
        sequence.getValue().forEach(each -> array.add(json(each)));
        yield array;
      }
      case ScalarNode scalar -> scalar(scalar);
      default -> NODES.nullNode();
    };
  }

  private static JsonNode scalar(ScalarNode scalar) {
    boolean plain = List.of(Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL).contains(scalar.getTag());
    return plain ? structured(scalar.getValue().toLowerCase(Locale.ROOT)) : NODES.stringNode(scalar.getValue());
  }
}
