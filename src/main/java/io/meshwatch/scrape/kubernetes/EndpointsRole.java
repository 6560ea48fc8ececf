package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One target per address and port of an Endpoints object, with what its service and pods say. */
final class EndpointsRole implements ObjectMapping {
  private final Cluster cluster;

  EndpointsRole(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public ObjectTargets targets(JsonNode endpoints) {
    BackingPods pods = new BackingPods(cluster, endpoints);
    List<Labels> targets = new ArrayList<>();
    for (JsonNode subset : endpoints.path("subsets")) {
      for (JsonNode port : subset.path("ports")) {
        subset.path("addresses").forEach(address -> targets.add(target(address, port, true, pods)));
        subset.path("notReadyAddresses").forEach(address -> targets.add(target(address, port, false, pods)));
      }
    }
    targets.addAll(pods.otherPorts());
    MetaLabels labels = new MetaLabels().namespace(endpoints).object("endpoints", endpoints).attachedNamespace(cluster, endpoints)
        .ofService(cluster, endpoints, Cluster.name(endpoints));
    return new ObjectTargets("endpoints/" + Cluster.key(endpoints), targets, labels.build());
  }

  private Labels target(JsonNode address, JsonNode port, boolean ready, BackingPods pods) {
    String number = port.path("port").asString("");
    JsonNode reference = address.path("targetRef");
    MetaLabels target = new MetaLabels()
        .address(address.path("ip").asString(""), number)
        .set("endpoint_port_name", port.path("name"))
        .set("endpoint_port_protocol", port.path("protocol"))
        .set("endpoint_ready", Boolean.toString(ready))
        .set("endpoint_address_target_kind", reference.path("kind"))
        .set("endpoint_address_target_name", reference.path("name"))
        .set("endpoint_node_name", address.path("nodeName"))
        .set("endpoint_hostname", address.path("hostname"))
        .attachedNode(cluster, address.path("nodeName"));
    pods.describe(target, reference, number);
    return target.build();
  }
}
