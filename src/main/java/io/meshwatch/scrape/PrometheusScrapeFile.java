package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.NameEscaping;
import io.meshwatch.model.Names;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.api.lowlevel.Compose;
import org.snakeyaml.engine.v2.exceptions.MarkedYamlEngineException;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;
import org.snakeyaml.engine.v2.nodes.Node;

/**
 * Takes over the {@code scrape_configs} of an existing {@code prometheus.yml}, with the {@code global} defaults they rest on.
 * Other sections are left alone. What meshwatch cannot do as written is an error with its place, never silently different.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#scrape_config">scrape_config</a>
 */
public final class PrometheusScrapeFile {
  private static final List<String> OTHER_SECTIONS =
      List.of("alerting", "rule_files", "remote_write", "remote_read", "storage", "tracing", "otlp", "runtime");
  private static final List<String> OTHER_GLOBALS = List.of("evaluation_interval", "rule_query_offset", "external_labels", "query_log_file");
  private static final List<String> OTHER_DISCOVERIES =
      List.of("azure", "aws", "consul", "digitalocean", "docker", "dockerswarm", "ec2", "eureka", "gce", "hetzner", "ionos", "kubernetes", "kuma",
          "lightsail", "linode", "marathon", "nerve", "nomad", "oci", "openstack", "outscale", "ovhcloud", "puppetdb", "scaleway", "serverset",
          "stackit", "triton", "uyuni", "vultr");
  private static final List<String> PROXY_FIELDS = List.of("proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header");

  private final String file;
  private final Path folder;
  private final List<Problem> problems = new ArrayList<>();

  private PrometheusScrapeFile(Path file) {
    this.file = file.toString();
    Path parent = file.getParent();
    this.folder = parent == null ? Path.of("") : parent;
  }

  /**
   * What a file says.
   *
   * @param jobs its scrape jobs
   * @param warnings what is accepted without effect
   */
  public record Loaded(List<ScrapeJob> jobs, List<Problem> warnings) {}

  /**
   * Reads the text of a file; relative paths in it count from its folder.
   *
   * @throws ProblemsException with all mistakes, each with line and column
   */
  public static Loaded read(Path file, String text) {
    return new PrometheusScrapeFile(file).read(text);
  }

  /** Reads a file; one that cannot be read is a mistake, too. */
  public static Loaded read(Path file, Disk disk) {
    try {
      return read(file, new String(disk.readAll(file), StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new ProblemsException(Problem.error(file.toString(), 0, 0, "expected a file that can be read, got " + e.getMessage()));
    }
  }

  private Loaded read(String text) {
    List<ScrapeJob> jobs = new ArrayList<>();
    try {
      LoadSettings settings = LoadSettings.builder().setLabel(file).build();
      new Compose(settings).composeString(text).ifPresent(root -> jobs.addAll(jobs(root)));
    } catch (MarkedYamlEngineException e) {
      int line = e.getProblemMark().map(m -> m.getLine() + 1).orElse(0);
      int column = e.getProblemMark().map(m -> m.getColumn() + 1).orElse(0);
      problems.add(Problem.error(file, line, column, e.getProblem()));
    } catch (YamlEngineException e) {
      problems.add(Problem.error(file, 0, 0, String.valueOf(e.getMessage())));
    }
    List<Problem> errors = problems.stream().filter(p -> !p.warning()).sorted(Problem.BY_PLACE).toList();
    if (!errors.isEmpty()) {
      throw new ProblemsException(errors);
    }
    return new Loaded(List.copyOf(jobs), List.copyOf(problems));
  }

  private List<ScrapeJob> jobs(Node root) {
    YamlFields top = YamlFields.of(file, root, problems);
    ScrapeJob base = ScrapeJob.defaults().withTiming(60, 10).withPage(ScrapeJob.Scheme.HTTP, "/metrics");
    Optional<YamlFields> global = top.fields("global");
    if (global.isPresent()) {
      base = common(global.get(), base);
      OTHER_GLOBALS.forEach(global.get()::has);
      global.get().finish();
    }
    OTHER_SECTIONS.forEach(top::has);
    if (top.has("scrape_config_files")) {
      top.errorAt("scrape_config_files", "scrape_config_files is not followed: name those files beside this one");
    }
    List<ScrapeJob> jobs = new ArrayList<>();
    Set<String> names = new HashSet<>();
    for (YamlFields fields : top.list("scrape_configs")) {
      ScrapeJob job = job(fields, base);
      if (!names.add(job.name())) {
        fields.errorAt("job_name", "found multiple scrape configs with job name " + Names.quote(job.name()));
      }
      jobs.add(job);
    }
    top.finish();
    return jobs;
  }

  /** The options that exist both globally and per job. */
  private ScrapeJob common(YamlFields fields, ScrapeJob base) {
    double interval = fields.seconds("scrape_interval", base.intervalSeconds());
    double timeout = fields.seconds("scrape_timeout", Math.min(base.timeoutSeconds(), interval));
    FormatSettings formats = formats(fields, base.formats());
    fields.has("extra_scrape_metrics");
    if (fields.text("scrape_failure_log_file").isPresent()) {
      fields.warning("scrape_failure_log_file", "scrape_failure_log_file has no effect: failures are in meshwatch's own log and on its page");
    }
    return base.withTiming(interval, timeout).withLimits(limits(fields, base.limits())).withFormats(formats);
  }

  private static ScrapeLimits limits(YamlFields fields, ScrapeLimits base) {
    return new ScrapeLimits(
        fields.bytes("body_size_limit", base.bodyBytes()),
        fields.count("sample_limit", base.samples()),
        fields.count("label_limit", base.labels()),
        fields.count("label_name_length_limit", base.labelNameLength()),
        fields.count("label_value_length_limit", base.labelValueLength()),
        fields.count("target_limit", base.targets()),
        fields.count("native_histogram_bucket_limit", base.histogramBuckets()),
        fields.parsed("native_histogram_min_bucket_factor", base.histogramBucketFactor(), Double::valueOf),
        fields.count("keep_dropped_targets", base.droppedTargets()));
  }

  private static FormatSettings formats(YamlFields fields, FormatSettings base) {
    List<ExpositionFormat> protocols = new ArrayList<>();
    for (String name : fields.texts("scrape_protocols")) {
      try {
        protocols.add(protocol(name));
      } catch (IllegalArgumentException e) {
        fields.errorAt("scrape_protocols", String.valueOf(e.getMessage()));
      }
    }
    if (fields.flag("convert_classic_histograms_to_nhcb", false)) {
      fields.errorAt("convert_classic_histograms_to_nhcb", "classic histograms cannot be converted when they are scraped");
    }
    boolean legacy = fields.parsed("metric_name_validation_scheme", base.legacyNamesOnly(), PrometheusScrapeFile::isLegacyScheme);
    NameEscaping usual = legacy && base.escaping() == NameEscaping.ALLOW_UTF_8 ? NameEscaping.UNDERSCORES : base.escaping();
    NameEscaping escaping = fields.parsed("metric_name_escaping_scheme", usual, PrometheusScrapeFile::escaping);
    if (legacy && escaping == NameEscaping.ALLOW_UTF_8) {
      fields.errorAt("metric_name_escaping_scheme", "utf8 metric names requested but validation scheme is not set to UTF8");
    }
    return new FormatSettings(
        protocols.isEmpty() ? base.protocols() : protocols,
        fields.text("fallback_scrape_protocol").isPresent()
            ? Optional.of(fields.parsed("fallback_scrape_protocol", ExpositionFormat.TEXT_0_0_4, PrometheusScrapeFile::protocol))
            : base.fallback(),
        escaping,
        legacy,
        fields.flag("scrape_native_histograms", base.nativeHistograms()),
        fields.flag("always_scrape_classic_histograms", base.alwaysClassicHistograms()));
  }

  private static boolean isLegacyScheme(String text) {
    return switch (text) {
      case "legacy" -> true;
      case "utf8" -> false;
      default -> throw new IllegalArgumentException("expected utf8 or legacy, got " + Names.quote(text));
    };
  }

  private static ExpositionFormat protocol(String name) {
    return switch (name) {
      case "PrometheusProto" -> ExpositionFormat.PROTOBUF;
      case "OpenMetricsText1.0.0" -> ExpositionFormat.OPENMETRICS_1_0_0;
      case "OpenMetricsText0.0.1" -> ExpositionFormat.OPENMETRICS_0_0_1;
      case "PrometheusText1.0.0" -> ExpositionFormat.TEXT_1_0_0;
      case "PrometheusText0.0.4" -> ExpositionFormat.TEXT_0_0_4;
      default ->
          throw new IllegalArgumentException("expected PrometheusProto, OpenMetricsText1.0.0, OpenMetricsText0.0.1, PrometheusText1.0.0 or "
              + "PrometheusText0.0.4, got " + Names.quote(name));
    };
  }

  private static NameEscaping escaping(String text) {
    for (NameEscaping escaping : NameEscaping.values()) {
      if (escaping.text().equals(text)) {
        return escaping;
      }
    }
    throw new IllegalArgumentException("expected allow-utf-8, underscores, dots or values, got " + Names.quote(text));
  }

  private ScrapeJob job(YamlFields fields, ScrapeJob global) {
    ScrapeJob base = common(fields, global);
    if (!fields.flag("enable_compression", true)) {
      fields.warning("enable_compression", "enable_compression has no effect: compressed answers are always accepted");
    }
    boolean legacy = base.formats().legacyNamesOnly();
    ScrapeJob job =
        base.withName(fields.text("job_name", ""))
            .withPage(fields.parsed("scheme", ScrapeJob.Scheme.HTTP, PrometheusScrapeFile::scheme), fields.text("metrics_path", "/metrics"))
            .withHonorLabels(fields.flag("honor_labels", false))
            .withTimestamps(fields.flag("honor_timestamps", true), fields.flag("track_timestamps_staleness", false))
            .withParameters(parameters(fields))
            .withConnection(connection(fields))
            .withRelabelRules(rules(fields, "relabel_configs", "target", legacy), rules(fields, "metric_relabel_configs", "metric", legacy))
            .withTargets(listed(fields))
            .withDiscovery(discovery(fields));
    fields.finish();
    checkTiming(fields, job);
    return job;
  }

  private static void checkTiming(YamlFields fields, ScrapeJob job) {
    if (job.name().isEmpty()) {
      fields.errorAt("job_name", "job_name is empty");
    }
    if (job.intervalMillis() < 1) {
      fields.errorAt("scrape_interval", "scrape_interval must be more than 0");
    }
    if (job.timeoutMillis() > job.intervalMillis()) {
      fields.errorAt("scrape_timeout", "scrape timeout greater than scrape interval for scrape config with job name " + Names.quote(job.name()));
    }
  }

  private static ScrapeJob.Scheme scheme(String text) {
    return switch (text) {
      case "http" -> ScrapeJob.Scheme.HTTP;
      case "https" -> ScrapeJob.Scheme.HTTPS;
      default -> throw new IllegalArgumentException("expected http or https, got " + Names.quote(text));
    };
  }

  private static List<TextEntry> parameters(YamlFields fields) {
    List<TextEntry> parameters = new ArrayList<>();
    fields.fields("params").ifPresent(p -> p.names().forEach(name -> p.texts(name).forEach(v -> parameters.add(new TextEntry(name, v)))));
    return parameters;
  }

  private ConnectionSettings connection(YamlFields fields) {
    for (String proxy : PROXY_FIELDS) {
      if (fields.has(proxy)) {
        fields.errorAt(proxy, "proxies are not supported for scrapes");
      }
    }
    fields.flag("enable_http2", true);
    Optional<ConnectionSettings.BasicAuth> basic = fields.fields("basic_auth").map(this::basicAuth);
    Optional<ConnectionSettings.Authorization> authorization = fields.fields("authorization").map(this::authorization).or(() -> bearer(fields));
    Optional<ConnectionSettings.OAuth2> oauth2 = fields.fields("oauth2").map(this::oauth2);
    if (Stream.of(basic, authorization, oauth2).filter(Optional::isPresent).count() > 1) {
      fields.errorAt("basic_auth", "at most one of basic_auth, oauth2 & authorization must be configured");
    }
    return new ConnectionSettings(basic, authorization, oauth2, headers(fields), fields.fields("tls_config").map(this::tls).orElse(ConnectionSettings.Tls.defaults()),
        fields.flag("follow_redirects", true));
  }

  private ConnectionSettings.OAuth2 oauth2(YamlFields fields) {
    List<TextEntry> parameters = new ArrayList<>();
    fields.fields("endpoint_params").ifPresent(p -> p.names().forEach(name -> parameters.add(new TextEntry(name, p.text(name, "")))));
    for (String proxy : PROXY_FIELDS) {
      if (fields.has(proxy)) {
        fields.errorAt(proxy, "proxies are not supported for scrapes");
      }
    }
    ConnectionSettings.OAuth2 oauth2 = new ConnectionSettings.OAuth2(fields.text("client_id", ""), Secret.of(fields.text("client_secret", "")),
        path(fields, "client_secret_file"), fields.text("token_url", ""), fields.texts("scopes"), parameters,
        fields.fields("tls_config").map(this::tls).orElse(ConnectionSettings.Tls.defaults()));
    atMostOne(fields, "client_secret", "client_secret_file");
    if (oauth2.clientId().isEmpty()) {
      fields.errorAt("client_id", "oauth2 client_id must be configured");
    }
    if (oauth2.tokenUrl().isEmpty()) {
      fields.errorAt("token_url", "oauth2 token_url must be configured");
    }
    fields.finish();
    return oauth2;
  }

  private ConnectionSettings.BasicAuth basicAuth(YamlFields fields) {
    ConnectionSettings.BasicAuth auth =
        new ConnectionSettings.BasicAuth(fields.text("username", ""), path(fields, "username_file"), Secret.of(fields.text("password", "")), path(fields, "password_file"));
    atMostOne(fields, "username", "username_file");
    atMostOne(fields, "password", "password_file");
    fields.finish();
    return auth;
  }

  private ConnectionSettings.Authorization authorization(YamlFields fields) {
    ConnectionSettings.Authorization authorization =
        new ConnectionSettings.Authorization(fields.text("type", "Bearer"), Secret.of(fields.text("credentials", "")), path(fields, "credentials_file"));
    atMostOne(fields, "credentials", "credentials_file");
    if (authorization.type().equalsIgnoreCase("basic")) {
      fields.errorAt("type", "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
    }
    fields.finish();
    return authorization;
  }

  private Optional<ConnectionSettings.Authorization> bearer(YamlFields fields) {
    Optional<String> token = fields.text("bearer_token");
    Optional<String> tokenFile = path(fields, "bearer_token_file");
    atMostOne(fields, "bearer_token", "bearer_token_file");
    return token.isPresent() || tokenFile.isPresent()
        ? Optional.of(new ConnectionSettings.Authorization("Bearer", Secret.of(token.orElse("")), tokenFile))
        : Optional.empty();
  }

  private static void atMostOne(YamlFields fields, String first, String second) {
    if (fields.has(first) && fields.has(second)) {
      fields.errorAt(second, "at most one of " + first + " & " + second + " must be configured");
    }
  }

  private Optional<String> path(YamlFields fields, String name) {
    return fields.text(name).map(this::resolved);
  }

  private String resolved(String path) {
    return folder.resolve(path).toString();
  }

  private List<ConnectionSettings.Header> headers(YamlFields fields) {
    List<ConnectionSettings.Header> headers = new ArrayList<>();
    Optional<YamlFields> named = fields.fields("http_headers");
    if (named.isEmpty()) {
      return headers;
    }
    for (String name : named.get().names()) {
      named.get().fields(name).ifPresent(header -> {
        header.texts("values").forEach(v -> headers.add(new ConnectionSettings.Header(name, Secret.of(v), Optional.empty())));
        header.texts("secrets").forEach(v -> headers.add(new ConnectionSettings.Header(name, Secret.of(v), Optional.empty())));
        header.texts("files").forEach(f -> headers.add(new ConnectionSettings.Header(name, Secret.EMPTY, Optional.of(resolved(f)))));
        header.finish();
      });
    }
    return headers;
  }

  private ConnectionSettings.Tls tls(YamlFields fields) {
    for (String inline : List.of("ca", "cert", "key")) {
      if (fields.has(inline)) {
        fields.errorAt(inline, "certificates in the file itself are not supported; use " + inline + "_file");
      }
    }
    // Java negotiates the newest version; older ones than TLS 1.2 are not offered.
    fields.text("min_version");
    fields.text("max_version");
    ConnectionSettings.Tls tls =
        new ConnectionSettings.Tls(path(fields, "ca_file"), fields.text("server_name"), path(fields, "cert_file"), path(fields, "key_file"),
            fields.flag("insecure_skip_verify", false));
    if (tls.certificateFile().isPresent() != tls.keyFile().isPresent()) {
      fields.error(fields.node(), "cert_file and key_file go together, only one of them is set");
    }
    fields.finish();
    return tls;
  }

  private static List<StaticTargets> listed(YamlFields fields) {
    List<StaticTargets> targets = new ArrayList<>();
    for (YamlFields group : fields.list("static_configs")) {
      List<String> addresses = group.texts("targets");
      for (String address : addresses) {
        if (address.indexOf('/') >= 0) {
          group.errorAt("targets", Names.quote(address) + " is not a valid hostname");
        }
      }
      targets.add(new StaticTargets(addresses, group.fields("labels").map(YamlFields::entries).orElse(List.of())));
      group.finish();
    }
    return targets;
  }

  private DiscoverySettings discovery(YamlFields fields) {
    for (String kind : OTHER_DISCOVERIES) {
      String name = kind + "_sd_configs";
      if (fields.has(name)) {
        fields.errorAt(name, name + " is not supported; file_sd_configs and http_sd_configs can stand in for it");
      }
    }
    List<DiscoverySettings.FromFiles> files = new ArrayList<>();
    for (YamlFields f : fields.list("file_sd_configs")) {
      List<String> paths = f.texts("files").stream().map(this::resolved).toList();
      files.add(new DiscoverySettings.FromFiles(paths, Math.min(5, f.seconds("refresh_interval", 300))));
      f.finish();
    }
    List<DiscoverySettings.FromHttp> http = new ArrayList<>();
    for (YamlFields f : fields.list("http_sd_configs")) {
      http.add(new DiscoverySettings.FromHttp(url(f), f.seconds("refresh_interval", 60), connection(f)));
      f.finish();
    }
    List<DiscoverySettings.FromDns> dns = new ArrayList<>();
    for (YamlFields f : fields.list("dns_sd_configs")) {
      DiscoverySettings.RecordType type = f.parsed("type", DiscoverySettings.RecordType.SRV, PrometheusScrapeFile::recordType);
      long port = f.count("port", 0);
      if (type != DiscoverySettings.RecordType.SRV && port == 0) {
        f.errorAt("port", "a port is required in DNS-SD configs for all record types except SRV");
      }
      dns.add(new DiscoverySettings.FromDns(f.texts("names"), type, port, f.seconds("refresh_interval", 30)));
      f.finish();
    }
    return new DiscoverySettings(files, http, dns);
  }

  private static String url(YamlFields fields) {
    String url = fields.text("url", "");
    if (hostOf(url) == null) {
      fields.errorAt("url", "host is missing in URL " + Names.quote(url));
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

  private static List<RelabelRule> rules(YamlFields fields, String name, String what, boolean legacyNamesOnly) {
    List<RelabelRule> rules = new ArrayList<>();
    for (YamlFields f : fields.list(name)) {
      if (f.isEmpty()) {
        f.error(f.node(), "empty or null " + what + " relabeling rule");
        continue;
      }
      if (f.isNull("action")) {
        f.errorAt("action", "relabel action cannot be empty");
        continue;
      }
      RelabelRule rule = rule(f);
      f.finish();
      rule.check(legacyNamesOnly).forEach(problem -> f.error(f.node(), problem));
      rules.add(rule);
    }
    return rules;
  }

  private static RelabelRule rule(YamlFields fields) {
    RelabelRule defaults = RelabelRule.defaults();
    return new RelabelRule(
        fields.texts("source_labels"),
        fields.text("separator", defaults.separator()),
        fields.text("regex", defaults.regex()),
        fields.count("modulus", 0),
        fields.text("target_label", ""),
        fields.text("replacement", defaults.replacement()),
        fields.parsed("action", RelabelAction.REPLACE, PrometheusScrapeFile::action));
  }

  private static RelabelAction action(String text) {
    for (RelabelAction action : RelabelAction.values()) {
      if (action.text().equalsIgnoreCase(text)) {
        return action;
      }
    }
    throw new IllegalArgumentException("unknown relabel action " + Names.quote(text));
  }
}
