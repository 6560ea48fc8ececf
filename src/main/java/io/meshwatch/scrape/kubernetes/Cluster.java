package io.meshwatch.scrape.kubernetes;

import java.util.ArrayList;
import java.util.Collection;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.MissingNode;

/** What is known of a cluster at one time: objects by kind, namespace and name. Immutable by agreement. */
public final class Cluster {
  private final Map<Kind, Map<String, JsonNode>> objects;

  /** A cluster of what these watches follow. */
  public static Cluster of(Collection<ObjectWatch> watches) {
    Map<Kind, Map<String, JsonNode>> objects = new EnumMap<>(Kind.class);
    watches.forEach(watch -> objects.computeIfAbsent(watch.kind(), kind -> new TreeMap<>()).putAll(watch.objects()));
    return new Cluster(objects);
  }

  private Cluster(Map<Kind, Map<String, JsonNode>> objects) {
    this.objects = objects;
  }

  /** All objects of a kind, in the order of namespace and name. */
  List<JsonNode> all(Kind kind) {
    return new ArrayList<>(objects.getOrDefault(kind, Map.of()).values());
  }

  /** An object; a missing node if there is none, or if its kind is not followed. */
  JsonNode find(Kind kind, String namespace, String name) {
    return objects.getOrDefault(kind, Map.of()).getOrDefault(key(namespace, name), MissingNode.getInstance());
  }

  JsonNode node(String name) {
    return find(Kind.NODE, "", name);
  }

  static String key(JsonNode object) {
    return key(namespace(object), name(object));
  }

  private static String key(String namespace, String name) {
    return namespace + "/" + name;
  }

  static String name(JsonNode object) {
    return object.path("metadata").path("name").asString("");
  }

  static String namespace(JsonNode object) {
    return object.path("metadata").path("namespace").asString("");
  }
}
