package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.Locale;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** Collects {@code __meta_kubernetes_*} labels; an empty value is no label. Confined to one thread. */
final class MetaLabels {
  private static final String PREFIX = "__meta_kubernetes_";
  private static final String ADDRESS = "__address__";

  private final Labels.Builder labels = Labels.builder();

  MetaLabels set(String name, String value) {
    if (!value.isEmpty()) {
      labels.set(PREFIX + name, value);
    }
    return this;
  }

  /** A field that holds a text or a number; nothing happens if it is not there. */
  MetaLabels set(String name, JsonNode field) {
    return set(name, field.asString(""));
  }

  /** {@code true} or {@code false}, if the field is there. */
  MetaLabels setFlag(String name, JsonNode field) {
    return field.isBoolean() ? set(name, Boolean.toString(field.asBoolean())) : this;
  }

  MetaLabels namespace(JsonNode object) {
    return set("namespace", Cluster.namespace(object));
  }

  /** Name, labels and annotations of an object: {@code pod_name}, {@code pod_label_app}, {@code pod_labelpresent_app}… */
  MetaLabels object(String kind, JsonNode object) {
    set(kind + "_name", Cluster.name(object));
    return described(kind, object);
  }

  /** Only labels and annotations of an object. */
  MetaLabels described(String kind, JsonNode object) {
    JsonNode metadata = object.path("metadata");
    for (Map.Entry<String, JsonNode> label : metadata.path("labels").properties()) {
      String name = sanitized(label.getKey());
      set(kind + "_label_" + name, label.getValue());
      set(kind + "_labelpresent_" + name, "true");
    }
    for (Map.Entry<String, JsonNode> annotation : metadata.path("annotations").properties()) {
      String name = sanitized(annotation.getKey());
      set(kind + "_annotation_" + name, annotation.getValue());
      set(kind + "_annotationpresent_" + name, "true");
    }
    return this;
  }

  /** The node on which something runs, if nodes are followed. */
  MetaLabels attachedNode(Cluster cluster, JsonNode nodeName) {
    JsonNode node = cluster.node(nodeName.asString(""));
    return node.isMissingNode() ? this : object("node", node);
  }

  /** Labels and annotations of the object's namespace, if namespaces are followed. */
  MetaLabels attachedNamespace(Cluster cluster, JsonNode object) {
    return described("namespace", cluster.find(Kind.NAMESPACE, "", Cluster.namespace(object)));
  }

  /** Labels of the service of this name that an object belongs to, if there is one. */
  MetaLabels ofService(Cluster cluster, JsonNode object, String serviceName) {
    JsonNode service = cluster.find(Kind.SERVICE, Cluster.namespace(object), serviceName);
    return service.isMissingNode() ? this : all(ServiceRole.labels(service));
  }

  /** Where the target is: host, and a port unless that is empty. */
  MetaLabels address(String host, String port) {
    String bracketed = host.indexOf(':') >= 0 ? "[" + host + "]" : host;
    labels.set(ADDRESS, port.isEmpty() ? host : bracketed + ":" + port);
    return this;
  }

  /** A label without the prefix, such as {@code instance}. */
  MetaLabels plain(String name, String value) {
    labels.set(name, value);
    return this;
  }

  MetaLabels all(Labels others) {
    for (int i = 0; i < others.size(); i++) {
      labels.set(others.name(i), others.value(i));
    }
    return this;
  }

  Labels build() {
    return labels.build();
  }

  /** A name in which every character outside of the old alphabet is an underscore. */
  static String sanitized(String name) {
    return name.replaceAll("[^a-zA-Z0-9_]", "_");
  }

  /** {@code InternalIP} and the like stand in labels as they are; conditions are written small. */
  static String small(JsonNode field) {
    return field.asString("").toLowerCase(Locale.ROOT);
  }
}
