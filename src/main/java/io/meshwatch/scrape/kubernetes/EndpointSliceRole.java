package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One target per address and port of an EndpointSlice, with what its service and pods say. */
final class EndpointSliceRole implements ObjectMapping {
  private static final String SERVICE_NAME = "kubernetes.io/service-name";

  private final Cluster cluster;

  EndpointSliceRole(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public ObjectTargets targets(JsonNode slice) {
    BackingPods pods = new BackingPods(cluster, slice);
    List<Labels> targets = new ArrayList<>();
    for (JsonNode port : slice.path("ports")) {
      for (JsonNode endpoint : slice.path("endpoints")) {
        endpoint.path("addresses").forEach(address -> targets.add(target(slice, endpoint, address.asString(""), port, pods)));
      }
    }
    targets.addAll(pods.otherPorts());
    String serviceName = slice.path("metadata").path("labels").path(SERVICE_NAME).asString("");
    MetaLabels labels = new MetaLabels().namespace(slice).object("endpointslice", slice).attachedNamespace(cluster, slice)
        .ofService(cluster, slice, serviceName);
    return new ObjectTargets("endpointslice/" + Cluster.key(slice), targets, labels.build());
  }

  private Labels target(JsonNode slice, JsonNode endpoint, String address, JsonNode port, BackingPods pods) {
    String number = port.path("port").asString("");
    JsonNode reference = endpoint.path("targetRef");
    JsonNode conditions = endpoint.path("conditions");
    MetaLabels target = new MetaLabels()
        .address(address, number)
        .set("endpointslice_address_type", slice.path("addressType"))
        .set("endpointslice_port", number)
        .set("endpointslice_port_name", port.path("name"))
        .set("endpointslice_port_protocol", port.path("protocol"))
        .set("endpointslice_port_app_protocol", port.path("appProtocol"))
        .setFlag("endpointslice_endpoint_conditions_ready", conditions.path("ready"))
        .setFlag("endpointslice_endpoint_conditions_serving", conditions.path("serving"))
        .setFlag("endpointslice_endpoint_conditions_terminating", conditions.path("terminating"))
        .set("endpointslice_endpoint_hostname", endpoint.path("hostname"))
        .set("endpointslice_endpoint_node_name", endpoint.path("nodeName"))
        .set("endpointslice_endpoint_zone", endpoint.path("zone"))
        .set("endpointslice_address_target_kind", reference.path("kind"))
        .set("endpointslice_address_target_name", reference.path("name"))
        .attachedNode(cluster, endpoint.path("nodeName"));
    for (Map.Entry<String, JsonNode> each : endpoint.path("deprecatedTopology").properties()) {
      String name = MetaLabels.sanitized(each.getKey());
      target.set("endpointslice_endpoint_topology_" + name, each.getValue()).set("endpointslice_endpoint_topology_present_" + name, "true");
    }
    pods.describe(target, reference, number);
    return target.build();
  }
}
