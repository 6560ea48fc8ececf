package io.meshwatch.deploy;

import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.model.PromDuration;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.ConnectionSettings;
import io.meshwatch.scrape.DiscoverySettings;
import io.meshwatch.scrape.FormatSettings;
import io.meshwatch.scrape.RelabelRule;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.ScrapeLimits;
import io.meshwatch.scrape.StaticTargets;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import tools.jackson.databind.json.JsonMapper;

/**
 * Writes scrape jobs as Prometheus reads them. Options that only newer versions know appear only where they differ from the default,
 * so that an older Prometheus reads everything else.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config">scrape_config</a>
 */
final class ScrapeConfigYaml {
  /** meshwatch adds the label {@code host} to every target; a Prometheus is told to do the same. */
  private static final Map<String, Object> HOST_RULE = new YamlText()
      .set("source_labels", List.of("host", "__address__"))
      .set("regex", ";(?:\\[(.+)\\]|([^:]+))(?::\\d+)?")
      .set("target_label", "host")
      .set("replacement", "$1$2")
      .fields();

  private final SecretFiles secrets;

  ScrapeConfigYaml(SecretFiles secrets) {
    this.secrets = secrets;
  }

  Map<String, Object> job(ScrapeJob job) throws IOException {
    YamlText yaml = new YamlText()
        .set("job_name", job.name())
        .set("scrape_interval", duration(job.intervalSeconds()))
        .set("scrape_timeout", duration(job.timeoutSeconds()))
        .set("scheme", job.scheme().text())
        .set("metrics_path", job.path())
        .setUnlessEmpty("params", parameters(job))
        .setUnlessEmpty("honor_labels", job.honorLabels());
    if (!job.honorTimestamps()) {
      yaml.set("honor_timestamps", false);
    }
    yaml.setUnlessEmpty("track_timestamps_staleness", job.trackTimestampsStaleness());
    job.failureLog().ifPresent(file -> yaml.set("scrape_failure_log_file", file));
    addFormats(job.formats(), yaml);
    addLimits(job.limits(), yaml);
    addConnection(job.name(), job.connection(), yaml);
    addDiscovery(job.name(), job.discovery(), yaml);
    yaml.setUnlessEmpty("static_configs", job.targets().stream().map(ScrapeConfigYaml::listed).toList());
    List<Map<String, Object>> rules = new ArrayList<>(job.relabelRules().stream().map(ScrapeConfigYaml::rule).toList());
    rules.add(HOST_RULE);
    yaml.set("relabel_configs", rules);
    yaml.setUnlessEmpty("metric_relabel_configs", job.metricRelabelRules().stream().map(ScrapeConfigYaml::rule).toList());
    return yaml.fields();
  }

  static String duration(double seconds) {
    return PromDuration.format(Math.round(seconds * 1000));
  }

  private static Map<String, List<String>> parameters(ScrapeJob job) {
    Map<String, List<String>> parameters = new LinkedHashMap<>();
    job.parameters().forEach(p -> parameters.computeIfAbsent(p.mapKey(), k -> new ArrayList<>()).add(p.mapValue()));
    return parameters;
  }

  private static void addFormats(FormatSettings formats, YamlText yaml) {
    FormatSettings usual = FormatSettings.defaults();
    List<ExpositionFormat> usualProtocols = formats.zeroAtStart() ? usual.withZeroAtStart().protocols() : usual.protocols();
    if (!formats.protocols().equals(usualProtocols)) {
      yaml.set("scrape_protocols", formats.protocols().stream().map(ScrapeConfigYaml::protocol).toList());
    }
    formats.fallback().ifPresent(fallback -> yaml.set("fallback_scrape_protocol", protocol(fallback)));
    yaml.setUnlessEmpty("metric_name_validation_scheme", formats.legacyNamesOnly() ? "legacy" : "");
    if (formats.escaping() != usual.escaping()) {
      yaml.set("metric_name_escaping_scheme", formats.escaping().text());
    }
    yaml.setUnlessEmpty("scrape_native_histograms", formats.nativeHistograms());
    yaml.setUnlessEmpty("always_scrape_classic_histograms", formats.alwaysClassicHistograms());
    yaml.setUnlessEmpty("convert_classic_histograms_to_nhcb", formats.convertClassicHistograms());
    if (!formats.compression()) {
      yaml.set("enable_compression", false);
    }
  }

  private static String protocol(ExpositionFormat format) {
    return switch (format) {
      case PROTOBUF -> "PrometheusProto";
      case OPENMETRICS_1_0_0 -> "OpenMetricsText1.0.0";
      case OPENMETRICS_0_0_1 -> "OpenMetricsText0.0.1";
      case TEXT_1_0_0 -> "PrometheusText1.0.0";
      case TEXT_0_0_4 -> "PrometheusText0.0.4";
    };
  }

  private static void addLimits(ScrapeLimits limits, YamlText yaml) {
    boolean usualSize = limits.bodyBytes() <= 0 || limits.bodyBytes() == ScrapeLimits.defaults().bodyBytes();
    yaml.setUnlessEmpty("body_size_limit", usualSize ? "" : limits.bodyBytes() + "B")
        .setUnlessEmpty("sample_limit", limits.samples())
        .setUnlessEmpty("label_limit", limits.labels())
        .setUnlessEmpty("label_name_length_limit", limits.labelNameLength())
        .setUnlessEmpty("label_value_length_limit", limits.labelValueLength())
        .setUnlessEmpty("target_limit", limits.targets())
        .setUnlessEmpty("native_histogram_bucket_limit", limits.histogramBuckets())
        .setUnlessEmpty("native_histogram_min_bucket_factor", limits.histogramBucketFactor());
  }

  /** How to connect; secrets go into files of their own, named after the job. */
  void addConnection(String job, ConnectionSettings connection, YamlText yaml) throws IOException {
    if (connection.basicAuth().isPresent()) {
      ConnectionSettings.BasicAuth auth = connection.basicAuth().get();
      String user = secrets.read(Secret.of(auth.username()), auth.usernameFile()).reveal();
      yaml.set("basic_auth", new YamlText()
          .set("username", user)
          .set("password_file", secrets.add(job + ".password", secrets.read(auth.password(), auth.passwordFile())))
          .fields());
    }
    if (connection.authorization().isPresent()) {
      ConnectionSettings.Authorization auth = connection.authorization().get();
      yaml.set("authorization", new YamlText()
          .set("type", auth.type())
          .set("credentials_file", secrets.add(job + ".credentials", secrets.read(auth.credentials(), auth.credentialsFile())))
          .fields());
    }
    if (connection.oauth2().isPresent()) {
      yaml.set("oauth2", oauth2(job, connection.oauth2().get()));
    }
    yaml.setUnlessEmpty("tls_config", tls(job, connection.tls()));
    if (!connection.followRedirects()) {
      yaml.set("follow_redirects", false);
    }
    addProxy(connection.proxy(), yaml);
    yaml.setUnlessEmpty("http_headers", headers(job, connection.headers()));
  }

  private void addProxy(ConnectionSettings.Proxy proxy, YamlText yaml) throws IOException {
    yaml.setUnlessEmpty("proxy_url", proxy.url().reveal())
        .setUnlessEmpty("no_proxy", proxy.noProxy())
        .setUnlessEmpty("proxy_from_environment", proxy.fromEnvironment());
    Map<String, List<String>> headers = new LinkedHashMap<>();
    for (ConnectionSettings.Header header : proxy.connectHeaders()) {
      headers.computeIfAbsent(header.name(), name -> new ArrayList<>()).add(secrets.read(header.value(), header.valueFile()).reveal());
    }
    yaml.setUnlessEmpty("proxy_connect_header", headers);
  }

  /** Each value in a file of its own, because it may be secret. */
  private Map<String, Object> headers(String job, List<ConnectionSettings.Header> headers) throws IOException {
    Map<String, List<String>> files = new LinkedHashMap<>();
    for (ConnectionSettings.Header header : headers) {
      List<String> own = files.computeIfAbsent(header.name(), name -> new ArrayList<>());
      own.add(secrets.add(job + "." + header.name() + "." + own.size() + ".header", secrets.read(header.value(), header.valueFile())));
    }
    Map<String, Object> yaml = new LinkedHashMap<>();
    files.forEach((name, own) -> yaml.put(name, Map.of("files", own)));
    return yaml;
  }

  private Map<String, Object> oauth2(String job, ConnectionSettings.OAuth2 oauth2) throws IOException {
    Map<String, String> parameters = new LinkedHashMap<>();
    oauth2.endpointParameters().forEach(p -> parameters.put(p.mapKey(), p.mapValue()));
    YamlText yaml = new YamlText().set("client_id", oauth2.clientId());
    if (oauth2.jwtBearer().isPresent()) {
      ConnectionSettings.JwtBearer bearer = oauth2.jwtBearer().get();
      yaml.set("grant_type", ConnectionSettings.JwtBearer.GRANT)
          .set("client_certificate_key_file", secrets.add(job + ".oauth2.key", secrets.read(bearer.key(), bearer.keyFile())))
          .setUnlessEmpty("client_certificate_key_id", bearer.keyId())
          .set("signature_algorithm", bearer.algorithm())
          .setUnlessEmpty("iss", bearer.issuer())
          .setUnlessEmpty("audience", bearer.audience())
          .setUnlessEmpty("claims", bearer.claims().isEmpty() ? Map.of() : JsonMapper.shared().readValue(bearer.claims(), Map.class));
    } else {
      yaml.set("client_secret_file", secrets.add(job + ".oauth2", secrets.read(oauth2.clientSecret(), oauth2.clientSecretFile())));
    }
    return yaml.set("token_url", oauth2.tokenUrl())
        .setUnlessEmpty("scopes", oauth2.scopes())
        .setUnlessEmpty("endpoint_params", parameters)
        .setUnlessEmpty("tls_config", tls(job + ".oauth2", oauth2.tls()))
        .fields();
  }

  private Map<String, Object> tls(String job, ConnectionSettings.Tls tls) throws IOException {
    YamlText yaml = new YamlText();
    if (tls.caFile().isPresent()) {
      yaml.set("ca_file", secrets.copy("ca.crt", Path.of(tls.caFile().get())));
    }
    if (tls.certificateFile().isPresent()) {
      yaml.set("cert_file", secrets.copy(job + ".crt", Path.of(tls.certificateFile().get())));
    }
    if (tls.keyFile().isPresent()) {
      yaml.set("key_file", secrets.copy(job + ".key", Path.of(tls.keyFile().get())));
    }
    if (!tls.ca().isEmpty()) {
      yaml.set("ca_file", secrets.add(job + ".ca.crt", Secret.of(tls.ca())));
    }
    if (!tls.certificate().isEmpty()) {
      yaml.set("cert_file", secrets.add(job + ".crt", Secret.of(tls.certificate())));
    }
    if (!tls.key().isEmpty()) {
      yaml.set("key_file", secrets.add(job + ".key", tls.key()));
    }
    tls.minVersion().ifPresent(version -> yaml.set("min_version", version.name()));
    tls.maxVersion().ifPresent(version -> yaml.set("max_version", version.name()));
    tls.serverName().ifPresent(name -> yaml.set("server_name", name));
    return yaml.setUnlessEmpty("insecure_skip_verify", tls.insecureSkipVerify()).fields();
  }

  private void addDiscovery(String job, DiscoverySettings discovery, YamlText yaml) throws IOException {
    yaml.setUnlessEmpty("file_sd_configs", discovery.files().stream()
        .map(files -> new YamlText().set("files", files.files()).set("refresh_interval", duration(files.refreshSeconds())).fields())
        .toList());
    List<Map<String, Object>> http = new ArrayList<>();
    for (DiscoverySettings.FromHttp service : discovery.http()) {
      YamlText one = new YamlText().set("url", service.url()).set("refresh_interval", duration(service.refreshSeconds()));
      addConnection(job + ".discovery", service.connection(), one);
      http.add(one.fields());
    }
    yaml.setUnlessEmpty("http_sd_configs", http);
    List<Map<String, Object>> kubernetes = new ArrayList<>();
    for (DiscoverySettings.FromKubernetes cluster : discovery.kubernetes()) {
      kubernetes.add(kubernetes(job, cluster));
    }
    yaml.setUnlessEmpty("kubernetes_sd_configs", kubernetes);
    yaml.setUnlessEmpty("dns_sd_configs", discovery.dns().stream()
        .map(dns -> new YamlText().set("names", dns.names()).set("type", dns.type().name()).setUnlessEmpty("port", dns.port())
            .set("refresh_interval", duration(dns.refreshSeconds())).fields())
        .toList());
  }

  private Map<String, Object> kubernetes(String job, DiscoverySettings.FromKubernetes cluster) throws IOException {
    YamlText yaml = new YamlText().set("role", cluster.role().text()).setUnlessEmpty("api_server", cluster.apiServer());
    cluster.kubeconfigFile().ifPresent(file -> yaml.set("kubeconfig_file", file));
    if (!cluster.connection().equals(ConnectionSettings.defaults())) {
      addConnection(job + ".kubernetes", cluster.connection(), yaml);
    }
    yaml.setUnlessEmpty("namespaces",
        new YamlText().setUnlessEmpty("own_namespace", cluster.ownNamespace()).setUnlessEmpty("names", cluster.namespaces()).fields());
    yaml.setUnlessEmpty("selectors", cluster.selectors().stream()
        .map(s -> new YamlText().set("role", s.role().text()).setUnlessEmpty("label", s.label()).setUnlessEmpty("field", s.field()).fields())
        .toList());
    yaml.setUnlessEmpty("attach_metadata", new YamlText().setUnlessEmpty("node", cluster.attachNode())
        .setUnlessEmpty("namespace", cluster.attachNamespace()).fields());
    return yaml.fields();
  }

  private static Map<String, Object> listed(StaticTargets targets) {
    Map<String, String> labels = new LinkedHashMap<>();
    targets.labels().forEach(label -> labels.put(label.mapKey(), label.mapValue()));
    return new YamlText().set("targets", targets.addresses()).setUnlessEmpty("labels", labels).fields();
  }

  private static Map<String, Object> rule(RelabelRule rule) {
    RelabelRule usual = RelabelRule.defaults();
    YamlText yaml = new YamlText().set("action", rule.action().text()).setUnlessEmpty("source_labels", rule.sourceLabels());
    if (!rule.separator().equals(usual.separator())) {
      yaml.set("separator", rule.separator());
    }
    if (!rule.regex().equals(usual.regex())) {
      yaml.set("regex", rule.regex());
    }
    yaml.setUnlessEmpty("modulus", rule.modulus()).setUnlessEmpty("target_label", rule.targetLabel());
    if (!rule.replacement().equals(usual.replacement())) {
      yaml.set("replacement", rule.replacement());
    }
    return yaml.fields();
  }
}
