package io.meshwatch.scrape;

import io.meshwatch.model.Names;
import io.meshwatch.scrape.kubernetes.Role;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** Reads where targets are found from a job of a {@code prometheus.yml}. */
final class DiscoveryYaml {
  private static final List<String> OTHER_DISCOVERIES =
      List.of("azure", "aws", "consul", "digitalocean", "docker", "dockerswarm", "ec2", "eureka", "gce", "hetzner", "ionos", "kuma",
          "lightsail", "linode", "marathon", "nerve", "nomad", "oci", "openstack", "outscale", "ovhcloud", "puppetdb", "scaleway", "serverset",
          "stackit", "triton", "uyuni", "vultr");

  private final ConnectionYaml connections;

  DiscoveryYaml(ConnectionYaml connections) {
    this.connections = connections;
  }

  /** All discoveries of a job. */
  DiscoverySettings discovery(YamlFields fields) {
    for (String kind : OTHER_DISCOVERIES) {
      String name = kind + "_sd_configs";
      if (fields.has(name)) {
        fields.errorAt(name, name + " is not supported; file_sd_configs and http_sd_configs can stand in for it");
      }
    }
    List<DiscoverySettings.FromFiles> files = new ArrayList<>();
    for (YamlFields f : fields.list("file_sd_configs")) {
      List<String> paths = f.texts("files").stream().map(connections::resolved).toList();
      files.add(new DiscoverySettings.FromFiles(paths, Math.min(5, f.seconds("refresh_interval", 300))));
      f.finish();
    }
    List<DiscoverySettings.FromHttp> http = new ArrayList<>();
    for (YamlFields f : fields.list("http_sd_configs")) {
      http.add(new DiscoverySettings.FromHttp(url(f, "url"), f.seconds("refresh_interval", 60), connections.connection(f)));
      f.finish();
    }
    List<DiscoverySettings.FromDns> dns = new ArrayList<>();
    for (YamlFields f : fields.list("dns_sd_configs")) {
      DiscoverySettings.RecordType type = f.parsed("type", DiscoverySettings.RecordType.SRV, DiscoveryYaml::recordType);
      long port = f.count("port", 0);
      if (type != DiscoverySettings.RecordType.SRV && port == 0) {
        f.errorAt("port", "a port is required in DNS-SD configs for all record types except SRV");
      }
      dns.add(new DiscoverySettings.FromDns(f.texts("names"), type, port, f.seconds("refresh_interval", 30)));
      f.finish();
    }
    return new DiscoverySettings(files, http, dns, fields.list("kubernetes_sd_configs").stream().map(this::kubernetes).toList());
  }

  private DiscoverySettings.FromKubernetes kubernetes(YamlFields fields) {
    if (!fields.has("role")) {
      fields.error(fields.node(), "role missing (one of: pod, service, endpoints, endpointslice, node, ingress)");
    }
    Optional<YamlFields> namespaces = fields.fields("namespaces");
    Optional<YamlFields> attached = fields.fields("attach_metadata");
    DiscoverySettings.FromKubernetes settings = new DiscoverySettings.FromKubernetes(
        fields.parsed("role", Role.POD, DiscoveryYaml::role),
        fields.has("api_server") ? url(fields, "api_server") : "",
        connections.path(fields, "kubeconfig_file"),
        connections.connection(fields),
        namespaces.map(n -> n.texts("names")).orElse(List.of()),
        namespaces.map(n -> n.flag("own_namespace", false)).orElse(false),
        fields.list("selectors").stream().map(DiscoveryYaml::selector).toList(),
        attached.map(a -> a.flag("node", false)).orElse(false),
        attached.map(a -> a.flag("namespace", false)).orElse(false));
    namespaces.ifPresent(YamlFields::finish);
    attached.ifPresent(YamlFields::finish);
    fields.finish();
    KubernetesDiscovery.check(settings).forEach(problem -> fields.error(fields.node(), problem));
    return settings;
  }

  private static DiscoverySettings.Selector selector(YamlFields fields) {
    DiscoverySettings.Selector selector = new DiscoverySettings.Selector(
        fields.parsed("role", Role.POD, DiscoveryYaml::role), fields.text("label", ""), fields.text("field", ""));
    fields.finish();
    return selector;
  }

  private static Role role(String text) {
    for (Role role : Role.values()) {
      if (role.text().equals(text)) {
        return role;
      }
    }
    throw new IllegalArgumentException("unknown Kubernetes SD role " + Names.quote(text));
  }

  private static String url(YamlFields fields, String name) {
    String url = fields.text(name, "");
    if (hostOf(url) == null) {
      fields.errorAt(name, "host is missing in URL " + Names.quote(url));
    }
    return url;
  }

  private static @Nullable String hostOf(String url) {
    try {
      return URI.create(url).getHost();
    } catch (IllegalArgumentException notAUrl) {
      return null;
    }
  }

  private static DiscoverySettings.RecordType recordType(String text) {
    for (DiscoverySettings.RecordType type : DiscoverySettings.RecordType.values()) {
      if (type.name().equalsIgnoreCase(text)) {
        return type;
      }
    }
    throw new IllegalArgumentException("expected A, AAAA, MX, NS or SRV, got " + Names.quote(text));
  }
}
