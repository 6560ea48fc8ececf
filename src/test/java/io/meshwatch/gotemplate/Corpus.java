package io.meshwatch.gotemplate;

import io.meshwatch.Shared;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

/** Reads the outside tables of template cases. */
public final class Corpus {
  private Corpus() {}

  /** The cases of one table; skips the test if it is missing. */
  public static List<JsonNode> cases(String file) {
    List<JsonNode> cases = new ArrayList<>();
    new ObjectMapper().readTree(Shared.folder("corpora/" + file).toFile()).get("cases").forEach(cases::add);
    return cases;
  }

  /** A JSON value as a template's value: 1.0 is a float, 1 an int. */
  public static @Nullable Object value(@Nullable JsonNode node) {
    if (node == null || node.isNull()) {
      return null;
    }
    if (node.isBoolean()) {
      return node.booleanValue();
    }
    if (node.isBigInteger()) {
      return node.bigIntegerValue();
    }
    if (node.isIntegralNumber()) {
      return node.longValue();
    }
    if (node.isFloatingPointNumber()) {
      return node.doubleValue();
    }
    if (node.isArray()) {
      List<@Nullable Object> list = new ArrayList<>();
      node.forEach(element -> list.add(value(element)));
      return list;
    }
    if (node.isObject()) {
      return object(node);
    }
    return node.stringValue();
  }

  private static @Nullable Object object(JsonNode node) {
    if (node.has("special")) {
      return GoFloat.parse(node.get("special").stringValue());
    }
    Map<String, @Nullable Object> map = new LinkedHashMap<>();
    node.properties().forEach(entry -> map.put(entry.getKey(), value(entry.getValue())));
    return map;
  }

}
