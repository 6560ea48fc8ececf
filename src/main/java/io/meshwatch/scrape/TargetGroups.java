package io.meshwatch.scrape;

import io.meshwatch.model.Labels;
import io.meshwatch.model.Names;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Reads lists of target groups: {@code [{"targets": ["host:port"], "labels": {"a": "b"}}]}, as JSON or YAML, of which JSON is a
 * part.
 */
final class TargetGroups {
  private TargetGroups() {}

  /** Throws {@link Discovery.DiscoveryException} naming the source if the text is anything else. */
  static List<TargetGroup> read(String source, String text) {
    Object document;
    try {
      document = new Load(LoadSettings.builder().setLabel(source).build()).loadFromString(text);
    } catch (YamlEngineException e) {
      throw new Discovery.DiscoveryException(source + " is neither JSON nor YAML: " + e.getMessage());
    }
    List<TargetGroup> groups = new ArrayList<>();
    if (document == null) {
      return groups;
    }
    for (Object group : list(document, source, "a list of target groups")) {
      groups.add(group(source + ":" + groups.size(), group));
    }
    return groups;
  }

  private static TargetGroup group(String source, Object value) {
    if (!(value instanceof Map<?, ?> fields)) {
      throw wrong(source, "a group with targets and labels", value);
    }
    List<String> addresses = new ArrayList<>();
    Labels.Builder labels = Labels.builder();
    for (Map.Entry<?, ?> field : fields.entrySet()) {
      switch (String.valueOf(field.getKey())) {
        case "targets" -> list(field.getValue(), source, "a list of addresses").forEach(a -> addresses.add(text(source, a)));
        case "labels" -> labels(source, field.getValue(), labels);
        default -> throw wrong(source, "targets or labels", field.getKey());
      }
    }
    return TargetGroup.of(source, addresses, labels.build());
  }

  private static void labels(String source, Object value, Labels.Builder into) {
    if (value == null) {
      return;
    }
    if (!(value instanceof Map<?, ?> labels)) {
      throw wrong(source, "labels by name", value);
    }
    labels.forEach((name, text) -> into.set(text(source, name), text(source, text)));
  }

  private static List<?> list(Object value, String source, String expected) {
    if (value == null) {
      return List.of();
    }
    if (value instanceof List<?> list) {
      return list;
    }
    throw wrong(source, expected, value);
  }

  private static String text(String source, Object value) {
    if (value instanceof String || value instanceof Number || value instanceof Boolean) {
      return value.toString();
    }
    throw wrong(source, "a text", value);
  }

  private static Discovery.DiscoveryException wrong(String source, String expected, Object got) {
    return new Discovery.DiscoveryException(source + ": expected " + expected + ", got " + Names.quote(String.valueOf(got)));
  }
}
