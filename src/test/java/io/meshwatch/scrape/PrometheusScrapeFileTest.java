package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.Shared;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.SystemDisk;
import io.meshwatch.environment.TlsVersion;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.kubernetes.Role;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.ObjectMapper;

class PrometheusScrapeFileTest {
  private static final Path FILE = Path.of("/etc/prometheus/prometheus.yml");

  private static PrometheusScrapeFile.Loaded read(String text) {
    return read(FILE, Map.of(FILE, text));
  }

  /** Reads a file among others. */
  private static PrometheusScrapeFile.Loaded read(Path file, Map<Path, String> files) {
    Disk disk = new SimulatedEnvironment(0).environment().disk();
    try {
      for (Map.Entry<Path, String> each : files.entrySet()) {
        disk.createDirectories(each.getKey().resolveSibling("."));
        disk.replace(each.getKey(), each.getValue().getBytes(StandardCharsets.UTF_8));
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    return PrometheusScrapeFile.read(file, disk);
  }

  private static List<Problem> problems(String text) {
    ProblemsException thrown = catchThrowableOfType(ProblemsException.class, () -> read(text));
    assertThat(thrown).as(text).isNotNull();
    return thrown.problems();
  }

  @Test
  void takesOverASignedStatementForATokenWithClaimsOfAnyKind() {
    ConnectionSettings.JwtBearer bearer = read("""
        scrape_configs:
          - job_name: a
            oauth2:
              client_id: me
              token_url: https://idp/token
              grant_type: urn:ietf:params:oauth:grant-type:jwt-bearer
              client_certificate_key_file: key.pem
              client_certificate_key_id: k1
              signature_algorithm: RS512
              iss: issuer
              audience: them
              claims: {role: reader, level: 7, nested: {on: true, list: [1, "2"]}}
        """).jobs().getFirst().connection().oauth2().orElseThrow().jwtBearer().orElseThrow();
    assertThat(bearer).isEqualTo(new ConnectionSettings.JwtBearer(Secret.EMPTY, Optional.of("/etc/prometheus/key.pem"), "k1", "RS512", "issuer", "them",
        "{\"role\":\"reader\",\"level\":7,\"nested\":{\"on\":true,\"list\":[1,\"2\"]}}"));
  }

  @Test
  void saysWhatIsWrongWithAGrant() {
    assertThat(problems("""
        scrape_configs:
          - job_name: a
            oauth2: {client_id: me, token_url: https://idp/token, grant_type: magic, signature_algorithm: HS256, claims: [x]}
        """)).extracting(Problem::message).anySatisfy(m -> assertThat(m).contains("expected client_credentials or urn:ietf:params:oauth:grant-type:jwt-bearer, got magic"))
        .anySatisfy(m -> assertThat(m).contains("valid signature algorithms are RS256, RS384 and RS512"))
        .anySatisfy(m -> assertThat(m).contains("expected a mapping for claims"));
  }

  @Test
  void takesOverEveryOptionOfAJob() {
    ScrapeJob job = read("""
        global:
          scrape_interval: 30s
          sample_limit: 1500
          external_labels: {a: b}
        rule_files: [x.yml]
        scrape_configs:
          - job_name: node
            scrape_timeout: 5s
            scheme: https
            metrics_path: /m
            honor_labels: true
            honor_timestamps: false
            track_timestamps_staleness: true
            params: {module: [a, b]}
            basic_auth: {username: me, password_file: pass.txt}
            tls_config: {ca_file: ca.pem, server_name: n}
            http_headers: {X-Scope: {values: [one]}}
            follow_redirects: false
            body_size_limit: 10MB
            label_limit: 35
            scrape_protocols: [PrometheusText0.0.4]
            fallback_scrape_protocol: OpenMetricsText1.0.0
            scrape_native_histograms: true
            static_configs:
              - targets: ['a:1', 'b:1']
                labels: {env: prod}
            file_sd_configs: [{files: ['t/*.yml']}]
            dns_sd_configs: [{names: [x.example.com], type: A, port: 9100}]
            relabel_configs:
              - {source_labels: [__address__], target_label: addr, action: lowercase}
            metric_relabel_configs:
              - {source_labels: [__name__], regex: 'x.*', action: drop}
        """).jobs().getFirst();
    assertThat(job.name()).isEqualTo("node");
    assertThat(job.intervalSeconds()).isEqualTo(30);
    assertThat(job.timeoutSeconds()).isEqualTo(5);
    assertThat(job.scheme()).isEqualTo(ScrapeJob.Scheme.HTTPS);
    assertThat(job.path()).isEqualTo("/m");
    assertThat(List.of(job.honorLabels(), job.honorTimestamps(), job.trackTimestampsStaleness())).containsExactly(true, false, true);
    assertThat(job.parameters()).containsExactly(new TextEntry("module", "a"), new TextEntry("module", "b"));
    assertThat(job.connection().basicAuth())
        .contains(new ConnectionSettings.BasicAuth("me", Optional.empty(), Secret.EMPTY, Optional.of("/etc/prometheus/pass.txt")));
    assertThat(job.connection().tls().caFile()).contains("/etc/prometheus/ca.pem");
    assertThat(job.connection().headers()).containsExactly(new ConnectionSettings.Header("X-Scope", Secret.of("one"), Optional.empty()));
    assertThat(job.connection().followRedirects()).isFalse();
    assertThat(job.limits().bodyBytes()).isEqualTo(10 << 20);
    assertThat(job.limits().samples()).isEqualTo(1500);
    assertThat(job.limits().labels()).isEqualTo(35);
    assertThat(job.formats().protocols()).containsExactly(ExpositionFormat.TEXT_0_0_4);
    assertThat(job.formats().fallback()).contains(ExpositionFormat.OPENMETRICS_1_0_0);
    assertThat(job.formats().nativeHistograms()).isTrue();
    assertThat(job.targets()).containsExactly(new StaticTargets(List.of("a:1", "b:1"), List.of(new TextEntry("env", "prod"))));
    assertThat(job.discovery().files().getFirst().files()).containsExactly("/etc/prometheus/t/*.yml");
    assertThat(job.discovery().dns().getFirst().type()).isEqualTo(DiscoverySettings.RecordType.A);
    assertThat(job.relabelRules().getFirst().action()).isEqualTo(RelabelAction.LOWERCASE);
    assertThat(job.metricRelabelRules().getFirst().action()).isEqualTo(RelabelAction.DROP);
  }

  @Test
  void findsAllMistakesWithTheirPlaces() {
    assertThat(problems("""
        scrape_configs:
          - job_name: a
            scrape_intervall: 5s
            scheme: ftp
            static_configs:
              - targets: ['http://x/y']
          - job_name: a
            consul_sd_configs: []
        """)).extracting(Problem::toString).containsExactly(
            "/etc/prometheus/prometheus.yml:3:5: field scrape_intervall is not known, did you mean scrape_interval?",
            "/etc/prometheus/prometheus.yml:4:13: scheme: expected http or https, got \"ftp\"",
            "/etc/prometheus/prometheus.yml:6:18: \"http://x/y\" is not a valid hostname",
            "/etc/prometheus/prometheus.yml:7:15: found multiple scrape configs with job name \"a\"",
            "/etc/prometheus/prometheus.yml:8:24: consul_sd_configs is not supported; file_sd_configs and http_sd_configs can stand in for it");
  }

  @Test
  void tellsEachSettingThatIsNotUsedWithItsPlaceAndWhereItIsSetInstead() {
    List<Problem> warnings = read("""
        global:
          scrape_interval: 7s
          evaluation_interval: 30s
          rule_query_offset: 1m
          query_log_file: /var/log/queries.log
          external_labels: {cluster: a, replica: b}
        rule_files: [a.yml, rules/*.yml]
        alerting:
          alertmanagers: [{static_configs: [{targets: ['a:9093']}]}]
        remote_write:
          - url: https://me:hunter2@a.example.com/write
            bearer_token: hunter2
          - {url: https://b.example.com/write}
        remote_read: [{url: https://a.example.com/read}]
        storage: {tsdb: {out_of_order_time_window: 10m}}
        tracing: {endpoint: localhost:4317}
        otlp: {promote_resource_attributes: [a]}
        runtime: {gogc: 50}
        scrape_configs: [{job_name: a}]
        """).warnings();
    String file = FILE.toString();
    assertThat(warnings.stream().sorted(Problem.BY_PLACE)).extracting(Problem::toString).containsExactly(
        file + ":3:3: warning: evaluation_interval: \"30s\" is not used; `evaluationInterval` sets it for all rules",
        file + ":4:3: warning: rule_query_offset: \"1m\" is not used; `query_offset` of each group in a rule file sets it",
        file + ":5:3: warning: query_log_file: \"/var/log/queries.log\" is not used; meshwatch keeps no log of queries",
        file + ":6:3: warning: external_labels: [cluster, replica] is not used; meshwatch adds no labels to what others get; "
            + "`installation` names it in mails",
        file + ":7:1: warning: rule_files: [a.yml, rules/*.yml] is not used; `rules.files` names rule files",
        file + ":8:1: warning: alerting: [alertmanagers] is not used; `notification.alertmanagers` names Alertmanagers",
        file + ":10:1: warning: remote_write: 2 entries is not used; meshwatch sends its samples to nobody; "
            + "others can ask for them at /federate and /api/v1/read",
        file + ":14:1: warning: remote_read: 1 entry is not used; meshwatch reads nothing but its own store",
        file + ":15:1: warning: storage: [tsdb] is not used; `retention` and `store` say what is kept and how",
        file + ":16:1: warning: tracing: [endpoint] is not used; meshwatch writes no traces",
        file + ":17:1: warning: otlp: [promote_resource_attributes] is not used; meshwatch takes no OTLP",
        file + ":18:1: warning: runtime: [gogc] is not used; its memory is set for the Java program");
  }

  @Test
  void saysNothingOfSettingsWithoutAValue() {
    assertThat(read("global: {evaluation_interval: }\nrule_files: []\nalerting:\nscrape_configs: [{job_name: a}]\n").warnings()).isEmpty();
  }

  @Test
  void takesOverHowToReachATarget() {
    ScrapeJob job = read("""
        scrape_configs:
          - job_name: a
            enable_compression: false
            convert_classic_histograms_to_nhcb: true
            always_scrape_classic_histograms: true
            proxy_url: http://me:secret@proxy.example.com:3128
            no_proxy: 10.0.0.0/8,.internal
            proxy_connect_header: {X-Team: [one, two]}
            tls_config: {ca: "CA", cert: "CERT", key: "KEY", min_version: TLS13}
        """).jobs().getFirst();
    assertThat(job.formats().compression()).isFalse();
    assertThat(job.formats().convertClassicHistograms()).isTrue();
    assertThat(job.formats().alwaysClassicHistograms()).isTrue();
    assertThat(job.extraMetrics()).isFalse();
    ConnectionSettings.Proxy proxy = job.connection().proxy();
    assertThat(proxy.url()).isEqualTo(Secret.of("http://me:secret@proxy.example.com:3128"));
    assertThat(proxy.noProxy()).isEqualTo("10.0.0.0/8,.internal");
    assertThat(proxy.connectHeaders()).extracting(ConnectionSettings.Header::value).containsExactly(Secret.of("one"), Secret.of("two"));
    assertThat(job.connection().tls().ca()).isEqualTo("CA");
    assertThat(job.connection().tls().key()).isEqualTo(Secret.of("KEY"));
    assertThat(job.connection().tls().minVersion()).contains(TlsVersion.TLS13);
    assertThat(job.toString()).doesNotContain("secret@").doesNotContain("KEY");
  }

  @Test
  void takesOverDiscoveryInKubernetes() {
    DiscoverySettings.FromKubernetes cluster = read("""
        scrape_configs:
          - job_name: a
            kubernetes_sd_configs:
              - role: endpointslice
                api_server: https://k8s.example.com:6443
                bearer_token_file: token
                namespaces: {names: [shop, billing]}
                selectors: [{role: pod, label: 'app in (web,api)', field: status.phase=Running}]
                attach_metadata: {node: true}
        """).jobs().getFirst().discovery().kubernetes().getFirst();
    assertThat(cluster.role()).isEqualTo(Role.ENDPOINTSLICE);
    assertThat(cluster.apiServer()).isEqualTo("https://k8s.example.com:6443");
    assertThat(cluster.connection().authorization().orElseThrow().credentialsFile()).contains("/etc/prometheus/token");
    assertThat(cluster.namespaces()).containsExactly("shop", "billing");
    assertThat(cluster.selectors()).containsExactly(new DiscoverySettings.Selector(Role.POD, "app in (web,api)", "status.phase=Running"));
    assertThat(List.of(cluster.attachNode(), cluster.attachNamespace())).containsExactly(true, false);
  }

  @Test
  void followsFurtherFilesWithTheGlobalDefaults() {
    Path more = Path.of("/etc/prometheus/jobs/more.yml");
    List<ScrapeJob> jobs = read(FILE, Map.of(
        FILE, "global: {scrape_interval: 7s, scrape_timeout: 3s}\nscrape_config_files: ['jobs/*.yml']\nscrape_configs: [{job_name: a}]\n",
        more, "scrape_configs: [{job_name: b, tls_config: {ca_file: ca.pem}}]\n")).jobs();
    assertThat(jobs).extracting(ScrapeJob::name).containsExactly("a", "b");
    assertThat(jobs.getLast().intervalSeconds()).isEqualTo(7);
    assertThat(jobs.getLast().connection().tls().caFile()).contains("/etc/prometheus/jobs/ca.pem");
  }

  @Test
  void namesTheFurtherFileOfAMistake() {
    Path more = Path.of("/etc/prometheus/jobs/more.yml");
    ProblemsException thrown = catchThrowableOfType(ProblemsException.class, () -> read(FILE, Map.of(
        FILE, "scrape_config_files: ['jobs/*.yml']\nscrape_configs: [{job_name: a}]\n",
        more, "global: {}\nscrape_configs: [{job_name: a}]\n")));
    assertThat(thrown.problems()).extracting(Problem::toString).containsExactly(
        more + ":1:1: field global is not known",
        more + ":2:29: found multiple scrape configs with job name \"a\"");
  }

  @Test
  void saysWhereTheYamlIsBroken() {
    assertThat(problems("scrape_configs:\n  - job_name: [a\n").getFirst().line()).isPositive();
  }

  /** Files that use what is not supported, or whose mistake lies outside of the scrape sections. */
  private static final Set<String> OUT_OF_SCOPE =
      Set.of("conf.good.yml", "labelname.bad.yml", "rules.bad.yml", "scrape_config_files_glob.good.yml");

  @Test
  void agreesWithPrometheusOnScrapeSections() throws IOException {
    Path folder = Shared.folder("corpora/config/prometheus");
    Disk disk = new SystemDisk();
    JsonNode index = new ObjectMapper().readTree(Files.readAllBytes(folder.resolve("index.json")));
    for (JsonNode c : index.get("files")) {
      String name = c.get("file").asString();
      boolean elsewhere = name.matches("(agent|otlp|remote|tracing|tsdb|empty_alert|empty_r[rw]).*");
      boolean otherDiscovery = c.has("sdOnly") && !name.startsWith("kubernetes");
      boolean untold = !c.get("ok").asBoolean() && !c.has("errorContains");
      if (otherDiscovery || elsewhere || untold || OUT_OF_SCOPE.contains(name)) {
        continue;
      }
      if (c.get("ok").asBoolean()) {
        assertThat(PrometheusScrapeFile.read(folder.resolve(name), disk).jobs()).as(name).isNotNull();
        continue;
      }
      ProblemsException thrown =
          catchThrowableOfType(ProblemsException.class, () -> PrometheusScrapeFile.read(folder.resolve(name), disk));
      assertThat(thrown).as(name).isNotNull();
      String all = String.join("\n", thrown.problems().stream().map(Problem::message).toList());
      String expected = c.get("errorContains").asString().replace('`', '\'').replaceAll("^parsing YAML file [^:]+: ", "");
      boolean own = expected.startsWith("field ") || expected.startsWith("units:");
      assertThat(all).as(name).contains(own ? "unknown unit".repeat(expected.startsWith("units:") ? 1 : 0) : expected);
    }
  }
}
