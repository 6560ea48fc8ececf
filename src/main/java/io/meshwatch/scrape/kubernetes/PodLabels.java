package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** What pods and their containers say about a target, for all roles that see pods. */
final class PodLabels {
  /** A container of a pod. */
  record Container(JsonNode spec, boolean init) {
    Iterable<JsonNode> ports() {
      return spec.path("ports");
    }
  }

  private PodLabels() {}

  static Labels of(JsonNode pod) {
    JsonNode status = pod.path("status");
    MetaLabels labels = new MetaLabels()
        .namespace(pod)
        .object("pod", pod)
        .set("pod_ip", status.path("podIP"))
        .set("pod_ready", ready(status))
        .set("pod_phase", status.path("phase"))
        .set("pod_node_name", pod.path("spec").path("nodeName"))
        .set("pod_host_ip", status.path("hostIP"))
        .set("pod_uid", pod.path("metadata").path("uid"));
    for (JsonNode owner : pod.path("metadata").path("ownerReferences")) {
      if (owner.path("controller").asBoolean(false)) {
        labels.set("pod_controller_kind", owner.path("kind")).set("pod_controller_name", owner.path("name"));
      }
    }
    return labels.build();
  }

  private static String ready(JsonNode status) {
    for (JsonNode condition : status.path("conditions")) {
      if (condition.path("type").asString("").equals("Ready")) {
        return MetaLabels.small(condition.path("status"));
      }
    }
    return "unknown";
  }

  /** Containers first, then those that only prepare the pod. */
  static List<Container> containers(JsonNode pod) {
    List<Container> containers = new ArrayList<>();
    pod.path("spec").path("containers").forEach(each -> containers.add(new Container(each, false)));
    pod.path("spec").path("initContainers").forEach(each -> containers.add(new Container(each, true)));
    return containers;
  }

  static MetaLabels container(MetaLabels labels, JsonNode pod, Container container) {
    String name = container.spec.path("name").asString("");
    return labels
        .set("pod_container_name", name)
        .set("pod_container_id", containerId(pod, name, container.init))
        .set("pod_container_image", container.spec.path("image"))
        .set("pod_container_init", Boolean.toString(container.init));
  }

  private static String containerId(JsonNode pod, String name, boolean init) {
    for (JsonNode status : pod.path("status").path(init ? "initContainerStatuses" : "containerStatuses")) {
      if (status.path("name").asString("").equals(name)) {
        return status.path("containerID").asString("");
      }
    }
    return "";
  }

  static MetaLabels port(MetaLabels labels, JsonNode port) {
    return labels
        .set("pod_container_port_number", port.path("containerPort"))
        .set("pod_container_port_name", port.path("name"))
        .set("pod_container_port_protocol", port.path("protocol"));
  }
}
