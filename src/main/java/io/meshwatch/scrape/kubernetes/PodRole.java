package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One target per port of each container; a container without ports is one target without port. */
final class PodRole implements ObjectMapping {
  private final Cluster cluster;

  PodRole(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public ObjectTargets targets(JsonNode pod) {
    Labels labels = new MetaLabels()
        .all(PodLabels.of(pod))
        .attachedNode(cluster, pod.path("spec").path("nodeName"))
        .attachedNamespace(cluster, pod)
        .build();
    List<Labels> targets = new ArrayList<>();
    // A pod that is starting, or was evicted, has no address.
    String host = pod.path("status").path("podIP").asString("");
    if (!host.isEmpty()) {
      PodLabels.containers(pod).forEach(container -> add(pod, host, container, targets));
    }
    return new ObjectTargets("pod/" + Cluster.key(pod), targets, labels);
  }

  private static void add(JsonNode pod, String host, PodLabels.Container container, List<Labels> targets) {
    boolean any = false;
    for (JsonNode port : container.ports()) {
      MetaLabels labels = new MetaLabels().address(host, port.path("containerPort").asString(""));
      targets.add(PodLabels.port(PodLabels.container(labels, pod, container), port).build());
      any = true;
    }
    if (!any) {
      targets.add(PodLabels.container(new MetaLabels().address(host, ""), pod, container).build());
    }
  }
}
