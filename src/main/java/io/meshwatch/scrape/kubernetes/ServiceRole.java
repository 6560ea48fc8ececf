package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One target per port of a service, under its name in the cluster's DNS: good for probes. */
final class ServiceRole implements ObjectMapping {
  private final Cluster cluster;

  ServiceRole(Cluster cluster) {
    this.cluster = cluster;
  }

  /** What a service says about the targets behind it. */
  static Labels labels(JsonNode service) {
    return new MetaLabels().namespace(service).object("service", service).build();
  }

  @Override
  public ObjectTargets targets(JsonNode service) {
    List<Labels> targets = new ArrayList<>();
    String host = Cluster.name(service) + "." + Cluster.namespace(service) + ".svc";
    for (JsonNode port : service.path("spec").path("ports")) {
      targets.add(target(service, host, port));
    }
    Labels labels = new MetaLabels().all(labels(service)).attachedNamespace(cluster, service).build();
    return new ObjectTargets("svc/" + Cluster.key(service), targets, labels);
  }

  private static Labels target(JsonNode service, String host, JsonNode port) {
    JsonNode spec = service.path("spec");
    String type = spec.path("type").asString("ClusterIP");
    MetaLabels labels = new MetaLabels()
        .address(host, port.path("port").asString(""))
        .set("service_port_name", port.path("name"))
        .set("service_port_number", port.path("port"))
        .set("service_port_protocol", port.path("protocol"))
        .set("service_type", type);
    switch (type) {
      case "ExternalName" -> labels.set("service_external_name", spec.path("externalName"));
      case "LoadBalancer" -> labels.set("service_cluster_ip", spec.path("clusterIP")).set("service_loadbalancer_ip", spec.path("loadBalancerIP"));
      default -> labels.set("service_cluster_ip", spec.path("clusterIP"));
    }
    return labels.build();
  }
}
