package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import tools.jackson.databind.JsonNode;

/**
 * The pods behind the addresses of a service. Each address gets the labels of its pod and of the container that has the port; ports of
 * these pods that the service does not name become targets as well. Confined to one object.
 */
final class BackingPods {
  private final Cluster cluster;
  private final String namespace;
  /** Pods that were seen, with the ports of theirs that the service names. */
  private final Map<String, Set<String>> portsByPod = new LinkedHashMap<>();

  BackingPods(Cluster cluster, JsonNode object) {
    this.cluster = cluster;
    this.namespace = Cluster.namespace(object);
  }

  /** Adds what is known of the pod that an address refers to. */
  void describe(MetaLabels target, JsonNode reference, String port) {
    JsonNode pod = podOf(reference);
    if (pod.isMissingNode()) {
      return;
    }
    target.all(PodLabels.of(pod));
    for (PodLabels.Container container : PodLabels.containers(pod)) {
      for (JsonNode each : container.ports()) {
        if (each.path("containerPort").asString("").equals(port)) {
          PodLabels.port(PodLabels.container(target, pod, container), each);
        }
      }
    }
    portsByPod.computeIfAbsent(Cluster.name(pod), name -> new HashSet<>()).add(port);
  }

  private JsonNode podOf(JsonNode reference) {
    boolean pod = reference.path("kind").asString("").equals("Pod");
    return pod ? cluster.find(Kind.POD, reference.path("namespace").asString(namespace), reference.path("name").asString("")) : reference.path("none");
  }

  /** Targets for the ports of the pods that were seen and that no address had. */
  List<Labels> otherPorts() {
    List<Labels> targets = new ArrayList<>();
    portsByPod.forEach((name, known) -> {
      JsonNode pod = cluster.find(Kind.POD, namespace, name);
      String host = pod.path("status").path("podIP").asString("");
      for (PodLabels.Container container : host.isEmpty() ? List.<PodLabels.Container>of() : PodLabels.containers(pod)) {
        for (JsonNode port : container.ports()) {
          String number = port.path("containerPort").asString("");
          if (!known.contains(number)) {
            MetaLabels target = new MetaLabels().address(host, number).attachedNode(cluster, pod.path("spec").path("nodeName"));
            targets.add(PodLabels.port(PodLabels.container(target, pod, container), port).all(PodLabels.of(pod)).build());
          }
        }
      }
    });
    return targets;
  }
}
