package io.meshwatch.scrape.kubernetes;

/** Kinds of objects that are followed, with where the API server lists them. */
public enum Kind {
  NODE("/api/v1", "nodes"),
  NAMESPACE("/api/v1", "namespaces"),
  POD("/api/v1", "pods"),
  SERVICE("/api/v1", "services"),
  ENDPOINTS("/api/v1", "endpoints"),
  ENDPOINT_SLICE("/apis/discovery.k8s.io/v1", "endpointslices"),
  INGRESS("/apis/networking.k8s.io/v1", "ingresses");

  private final String group;
  private final String plural;

  Kind(String group, String plural) {
    this.group = group;
    this.plural = plural;
  }

  /** As the API names many of them: {@code pods}. */
  public String plural() {
    return plural;
  }

  /** Whether such objects belong to no namespace. */
  public boolean isClusterWide() {
    return this == NODE || this == NAMESPACE;
  }

  /** The path of their list; an empty namespace means all of them. */
  String path(String namespace) {
    return namespace.isEmpty() || isClusterWide() ? group + "/" + plural : group + "/namespaces/" + namespace + "/" + plural;
  }
}
