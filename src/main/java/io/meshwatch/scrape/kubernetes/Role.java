package io.meshwatch.scrape.kubernetes;

import java.util.EnumSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;

/** What becomes a target. */
public enum Role {
  NODE,
  POD,
  SERVICE,
  ENDPOINTS,
  ENDPOINTSLICE,
  INGRESS;

  /** As a configuration names it: {@code endpointslice}. */
  public String text() {
    return name().toLowerCase(Locale.ROOT);
  }

  /** The objects that a role with this name makes targets of. */
  public Kind kind() {
    return switch (this) {
      case NODE -> Kind.NODE;
      case POD -> Kind.POD;
      case SERVICE -> Kind.SERVICE;
      case ENDPOINTS -> Kind.ENDPOINTS;
      case ENDPOINTSLICE -> Kind.ENDPOINT_SLICE;
      case INGRESS -> Kind.INGRESS;
    };
  }

  /** Roles whose objects may be narrowed down by selectors. */
  public List<Role> selectable() {
    return switch (this) {
      case NODE -> List.of(NODE);
      case POD -> List.of(POD, NODE);
      case SERVICE -> List.of(SERVICE);
      case ENDPOINTS -> List.of(POD, SERVICE, ENDPOINTS);
      case ENDPOINTSLICE -> List.of(POD, SERVICE, ENDPOINTSLICE);
      case INGRESS -> List.of(INGRESS);
    };
  }

  /** Everything that has to be followed for this role. */
  public Set<Kind> kinds(boolean withNodes, boolean withNamespaces) {
    Set<Kind> kinds = EnumSet.of(kind());
    if (this == ENDPOINTS || this == ENDPOINTSLICE) {
      kinds.add(Kind.SERVICE);
      kinds.add(Kind.POD);
    }
    if (withNodes && kinds.contains(Kind.POD)) {
      kinds.add(Kind.NODE);
    }
    if (withNamespaces && !kind().isClusterWide()) {
      kinds.add(Kind.NAMESPACE);
    }
    return kinds;
  }

  /** All targets of this role in a cluster; nodes and namespaces are looked up only if the cluster was told to follow them. */
  public List<ObjectTargets> targets(Cluster cluster) {
    ObjectMapping mapping =
        switch (this) {
          case NODE -> new NodeRole();
          case POD -> new PodRole(cluster);
          case SERVICE -> new ServiceRole(cluster);
          case ENDPOINTS -> new EndpointsRole(cluster);
          case ENDPOINTSLICE -> new EndpointSliceRole(cluster);
          case INGRESS -> new IngressRole(cluster);
        };
    return cluster.all(kind()).stream().map(mapping::targets).toList();
  }
}
