package io.meshwatch.scrape;

import java.util.Set;
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
import tools.jackson.databind.node.ObjectNode;
import tools.jackson.databind.node.StringNode;

/** YAML of any shape as JSON. */
final class YamlJson {
  private static final Set<Tag> WRITTEN_AS_IN_JSON = Set.of(Tag.INT, Tag.FLOAT, Tag.BOOL, Tag.NULL);

  private YamlJson() {}

  static JsonNode of(Node node) {
    return switch (node) {
      case MappingNode mapping -> object(mapping);
      case SequenceNode sequence -> array(sequence);
      case ScalarNode scalar -> scalar(scalar);
      default -> JsonMapper.shared().nullNode();
    };
  }

  private static ObjectNode object(MappingNode mapping) {
    ObjectNode object = JsonMapper.shared().createObjectNode();
    for (NodeTuple field : mapping.getValue()) {
      String name = field.getKeyNode() instanceof ScalarNode key ? key.getValue() : field.getKeyNode().toString();
      object.set(name, of(field.getValueNode()));
    }
    return object;
  }

  private static ArrayNode array(SequenceNode sequence) {
    ArrayNode array = JsonMapper.shared().createArrayNode();
    sequence.getValue().forEach(element -> array.add(of(element)));
    return array;
  }

  private static JsonNode scalar(ScalarNode scalar) {
    if (WRITTEN_AS_IN_JSON.contains(scalar.getTag())) {
      try {
        return scalar.getValue().isEmpty() ? JsonMapper.shared().nullNode() : JsonMapper.shared().readTree(scalar.getValue());
      } catch (JacksonException e) {
        // YAML has more ways to write a number than JSON; the server gets those as texts.
        return StringNode.valueOf(scalar.getValue());
      }
    }
    return StringNode.valueOf(scalar.getValue());
  }
}
