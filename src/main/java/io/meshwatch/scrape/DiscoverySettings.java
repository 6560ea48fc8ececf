package io.meshwatch.scrape;

import java.util.List;

/**
 * Where targets are found besides those that are listed.
 *
 * @param files files that list targets
 * @param http services that list targets
 * @param dns names to resolve
 */
public record DiscoverySettings(List<FromFiles> files, List<FromHttp> http, List<FromDns> dns) {
  public static DiscoverySettings defaults() {
    return new DiscoverySettings(List.of(), List.of(), List.of());
  }

  public boolean isEmpty() {
    return files.isEmpty() && http.isEmpty() && dns.isEmpty();
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

  /** Kinds of DNS records that can name targets. */
  public enum RecordType {
    A,
    AAAA,
    MX,
    NS,
    SRV
  }
}
