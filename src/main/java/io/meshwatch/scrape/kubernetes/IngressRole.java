package io.meshwatch.scrape.kubernetes;

import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.List;
import tools.jackson.databind.JsonNode;

/** One target per path of an ingress: good for probes. */
final class IngressRole implements ObjectMapping {
  private final Cluster cluster;

  IngressRole(Cluster cluster) {
    this.cluster = cluster;
  }

  @Override
  public ObjectTargets targets(JsonNode ingress) {
    List<Labels> targets = new ArrayList<>();
    for (JsonNode rule : ingress.path("spec").path("rules")) {
      String host = rule.path("host").asString("");
      String scheme = isSecured(ingress, host) ? "https" : "http";
      for (String path : paths(rule)) {
        targets.add(new MetaLabels()
            .address(host, "")
            .set("ingress_scheme", scheme)
            .set("ingress_host", host)
            .set("ingress_path", path)
            .build());
      }
    }
    Labels labels = new MetaLabels()
        .namespace(ingress)
        .object("ingress", ingress)
        .set("ingress_class_name", ingress.path("spec").path("ingressClassName"))
        .attachedNamespace(cluster, ingress)
        .build();
    return new ObjectTargets("ingress/" + Cluster.key(ingress), targets, labels);
  }

  private static List<String> paths(JsonNode rule) {
    List<String> paths = new ArrayList<>();
    for (JsonNode path : rule.path("http").path("paths")) {
      String text = path.path("path").asString("");
      paths.add(text.isEmpty() ? "/" : text);
    }
    return paths.isEmpty() ? List.of("/") : paths;
  }

  private static boolean isSecured(JsonNode ingress, String host) {
    for (JsonNode tls : ingress.path("spec").path("tls")) {
      for (JsonNode pattern : tls.path("hosts")) {
        if (covers(pattern.asString(""), host)) {
          return true;
        }
      }
    }
    return false;
  }

  /** {@code *.example.com} stands for exactly one more name in front. */
  static boolean covers(String pattern, String host) {
    if (!pattern.startsWith("*.")) {
      return pattern.equals(host);
    }
    int dot = host.indexOf('.');
    return dot > 0 && host.substring(dot).equals(pattern.substring(1));
  }
}
