package io.meshwatch.scrape;

import io.meshwatch.scrape.kubernetes.Role;
import java.util.List;
import java.util.Optional;

/**
 * Where targets are found besides those that are listed.
 *
 * @param files files that list targets
 * @param http services that list targets
 * @param dns names to resolve
 * @param kubernetes clusters to follow
 */
public record DiscoverySettings(List<FromFiles> files, List<FromHttp> http, List<FromDns> dns, List<FromKubernetes> kubernetes) {
  public static DiscoverySettings defaults() {
    return new DiscoverySettings(List.of(), List.of(), List.of(), List.of());
  }

  public boolean isEmpty() {
    return files.isEmpty() && http.isEmpty() && dns.isEmpty() && kubernetes.isEmpty();
  }

  /**
   * JSON or YAML files with target groups.
   *
   * @param files paths; the last part may hold {@code *}
   * @param refreshSeconds how often they are looked at
   */
  public record FromFiles(List<String> files, double refreshSeconds) {
    /** Prometheus looks every five minutes and on changes; looking often and cheaply is the same to the user. */
    public static FromFiles defaults() {
      return new FromFiles(List.of(), 5);
    }
  }

  /**
   * A service that answers a GET with target groups in JSON.
   *
   * @param url its address
   * @param refreshSeconds how often it is asked
   * @param connection how to connect
   */
  public record FromHttp(String url, double refreshSeconds, ConnectionSettings connection) {
    public static FromHttp defaults() {
      return new FromHttp("", 60, ConnectionSettings.defaults());
    }
  }

  /**
   * Names that resolve to targets.
   *
   * @param names what to resolve
   * @param type A, AAAA, MX, NS or SRV
   * @param port port of the targets; SRV records bring their own
   * @param refreshSeconds how often
   */
  public record FromDns(List<String> names, RecordType type, long port, double refreshSeconds) {
    public static FromDns defaults() {
      return new FromDns(List.of(), RecordType.SRV, 0, 30);
    }
  }

  /**
   * The API server of a Kubernetes cluster. Without server and kubeconfig: that of the cluster we run in.
   *
   * @param role what becomes a target
   * @param apiServer its address
   * @param kubeconfigFile a file that names server and credentials, as kubectl uses it
   * @param connection how to connect to {@code apiServer}
   * @param namespaces those to look at; empty = all
   * @param ownNamespace whether to look at the namespace we run in
   * @param selectors which objects count
   * @param attachNode whether targets get the labels of the node they run on
   * @param attachNamespace whether targets get the labels of their namespace
   */
  public record FromKubernetes(
      Role role,
      String apiServer,
      Optional<String> kubeconfigFile,
      ConnectionSettings connection,
      List<String> namespaces,
      boolean ownNamespace,
      List<Selector> selectors,
      boolean attachNode,
      boolean attachNamespace) {
    public static FromKubernetes defaults() {
      return new FromKubernetes(Role.POD, "", Optional.empty(), ConnectionSettings.defaults(), List.of(), false, List.of(), false, false);
    }
  }

  /**
   * Which objects of a cluster count, as kubectl's {@code -l} and {@code --field-selector} take it.
   *
   * @param role the kind of object that is narrowed down
   * @param label such as {@code app in (web,api)}; empty = all
   * @param field such as {@code status.phase=Running}; empty = all
   */
  public record Selector(Role role, String label, String field) {
    public static Selector defaults() {
      return new Selector(Role.POD, "", "");
    }
  }

  /** Kinds of DNS records that can name targets. */
  public enum RecordType {
    A,
    AAAA,
    MX,
    NS,
    SRV
  }
}
