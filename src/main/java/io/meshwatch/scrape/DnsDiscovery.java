package io.meshwatch.scrape;

import io.meshwatch.environment.Network;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;

/** Targets from DNS: hosts and ports of SRV records, or the hosts of other records with one port for all. */
final class DnsDiscovery implements Discovery {
  private static final String NAME = "__meta_dns_name";

  private final DiscoverySettings.FromDns settings;
  private final Network network;

  DnsDiscovery(DiscoverySettings.FromDns settings, Network network) {
    this.settings = settings;
    this.network = network;
  }

  @Override
  public String name() {
    return "dns " + String.join(", ", settings.names());
  }

  @Override
  public long refreshMillis() {
    return Math.max(1000, Math.round(settings.refreshSeconds() * 1000));
  }

  @Override
  public List<TargetGroup> find() {
    List<TargetGroup> groups = new ArrayList<>();
    for (String name : settings.names()) {
      List<Labels> addresses = new ArrayList<>();
      records(name).forEach(record -> addresses.add(target(name, record)));
      groups.add(new TargetGroup(name, addresses, Labels.of(NAME, name)));
    }
    return groups;
  }

  private List<String> records(String name) {
    try {
      // Servers rotate their answers; sorted, the same answer is the same.
      return network.records(name, settings.type().name()).stream().sorted().toList();
    } catch (IOException e) {
      throw new DiscoveryException(String.valueOf(e.getMessage()));
    }
  }

  private Labels target(String name, String record) {
    String[] fields = record.trim().split("\\s+", -1);
    String host = withoutDot(fields[fields.length - 1]);
    return switch (settings.type()) {
      case A -> address(host).build();
      case AAAA -> address("[" + host + "]").build();
      case MX -> address(host).set("__meta_dns_mx_record_target", host).build();
      case NS -> address(host).set("__meta_dns_ns_record_target", host).build();
      case SRV -> srv(name, fields, host);
    };
  }

  private static Labels srv(String name, String[] fields, String host) {
    if (fields.length != 4) {
      throw new DiscoveryException("expected priority, weight, port and host in the SRV record of " + name + ", got " + String.join(" ", fields));
    }
    return Labels.of(TargetGroup.ADDRESS, host + ":" + fields[2], "__meta_dns_srv_record_target", host, "__meta_dns_srv_record_port", fields[2]);
  }

  private Labels.Builder address(String host) {
    return Labels.builder().set(TargetGroup.ADDRESS, host + ":" + settings.port());
  }

  private static String withoutDot(String host) {
    return host.endsWith(".") ? host.substring(0, host.length() - 1) : host;
  }
}
