package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.JsonNode;

/** One target per node: its kubelet. */
final class NodeRole implements ObjectMapping {
  private static final List<String> ADDRESS_TYPES =
      List.of("InternalIP", "InternalDNS", "ExternalIP", "ExternalDNS", "LegacyHostIP", "Hostname");

  @Override
  public ObjectTargets targets(JsonNode node) {
    String name = Cluster.name(node);
    Labels labels = new MetaLabels().object("node", node).set("node_provider_id", node.path("spec").path("providerID")).build();
    Map<String, String> addresses = firstAddresses(node);
    String host = ADDRESS_TYPES.stream().filter(addresses::containsKey).findFirst().map(addresses::get).orElse("");
    if (host.isEmpty()) {
      return new ObjectTargets("node/" + name, List.of(), labels);
    }
    String port = node.path("status").path("daemonEndpoints").path("kubeletEndpoint").path("Port").asString("");
    MetaLabels target = new MetaLabels().address(host, port).plain(Labels.INSTANCE, name);
    addresses.forEach((type, address) -> target.set("node_address_" + MetaLabels.sanitized(type), address));
    return new ObjectTargets("node/" + name, List.of(target.build()), labels);
  }

  /** The first address of each type. */
  private static Map<String, String> firstAddresses(JsonNode node) {
    Map<String, String> addresses = new LinkedHashMap<>();
    for (JsonNode address : node.path("status").path("addresses")) {
      addresses.putIfAbsent(address.path("type").asString(""), address.path("address").asString(""));
    }
    return addresses;
  }
}
