package io.meshwatch.deploy;

import io.meshwatch.config.Config;
import io.meshwatch.config.WebSettings;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.Installation;
import io.meshwatch.notify.Routing;
import io.meshwatch.rules.RulePack;
import io.meshwatch.scrape.ConnectionSettings;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.StaticTargets;
import io.meshwatch.scrape.TextEntry;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * Writes the same monitoring for a real Prometheus and Alertmanager: scrape jobs with Basic auth and TLS, the rules as they run here,
 * routing and mail, and web configuration for both servers. The folder can be moved as a whole; passwords lie in files of their own.
 */
public final class PrometheusDeployment {
  private static final String PROMETHEUS = "prometheus-server";
  private static final String ALERTMANAGER = "alertmanager-server";
  private static final String RULES_FOLDER = "rules";

  private final Disk disk;
  private final Credentials credentials;
  private final Config config;
  private final Path configFolder;
  private final Servers servers;

  /**
   * Where the two servers will run.
   *
   * @param prometheus HOST:PORT of Prometheus
   * @param alertmanager HOST:PORT of Alertmanager
   */
  public record Servers(String prometheus, String alertmanager) {
    private static List<String> hosts(String address) {
      String host = address.substring(0, address.lastIndexOf(':')).replaceAll("[\\[\\]]", "");
      return List.of("localhost", "127.0.0.1", host).stream().distinct().toList();
    }
  }

  /**
   * A writer for this configuration.
   *
   * @param configFolder where relative names in the configuration start
   */
  public PrometheusDeployment(Disk disk, Credentials credentials, Config config, Path configFolder, Servers servers) {
    this.disk = disk;
    this.credentials = credentials;
    this.config = config;
    this.configFolder = configFolder;
    this.servers = servers;
  }

  /** Writes everything and returns what was written, relative to the folder. The two servers get certificates and passwords, too. */
  public List<Path> render(Path folder) {
    try {
      credentials.init(List.of(
          new Credentials.Subject(PROMETHEUS, Servers.hosts(servers.prometheus())),
          new Credentials.Subject(ALERTMANAGER, Servers.hosts(servers.alertmanager()))));
      SecretFiles secrets = new SecretFiles(disk);
      Map<String, String> files = new LinkedHashMap<>();
      Map<String, String> rules = RuleFilesYaml.files(RulePack.load(config.rules(), disk, configFolder));
      files.put("prometheus.yml", prometheus(secrets, List.copyOf(rules.keySet())));
      rules.forEach((name, text) -> files.put(RULES_FOLDER + "/" + name, text));
      files.put("alertmanager.yml", alertmanager(secrets));
      files.put("prometheus-web.yml", web(PROMETHEUS, secrets));
      files.put("alertmanager-web.yml", web(ALERTMANAGER, secrets));
      files.put("README.md", readme());
      write(folder, files);
      secrets.writeTo(folder);
      return files.keySet().stream().map(Path::of).toList();
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write to " + folder + ": " + e.getMessage(), e);
    }
  }

  private void write(Path folder, Map<String, String> files) throws IOException {
    for (Path own : List.of(folder, folder.resolve(RULES_FOLDER))) {
      disk.createDirectories(own);
      disk.restrictToOwner(own);
    }
    for (Map.Entry<String, String> file : files.entrySet()) {
      Path path = folder.resolve(file.getKey());
      disk.replace(path, file.getValue().getBytes(StandardCharsets.UTF_8));
      disk.restrictToOwner(path);
    }
  }

  private String prometheus(SecretFiles secrets, List<String> ruleFiles) throws IOException {
    ScrapeConfigYaml writer = new ScrapeConfigYaml(secrets);
    List<Map<String, Object>> jobs = new ArrayList<>();
    for (ScrapeJob job : new DeploymentJobs(disk, credentials, configFolder).of(config)) {
      jobs.add(writer.job(job));
    }
    if (config.sonar().isPresent()) {
      jobs.add(writer.job(sonar()));
    }
    YamlText alertmanager = new YamlText().set("scheme", "https");
    Credentials.Login login = credentials.login(ALERTMANAGER);
    writer.addConnection(ALERTMANAGER, ConnectionSettings.defaults()
        .withBasicAuth(new ConnectionSettings.BasicAuth(login.username(), Optional.empty(), login.password(), Optional.empty()))
        .withTls(ConnectionSettings.Tls.ca(credentials.authorityFile().toString())), alertmanager);
    alertmanager.set("static_configs", List.of(Map.of("targets", List.of(servers.alertmanager()))));
    return new YamlText()
        .set("global", new YamlText()
            .set("scrape_interval", ScrapeConfigYaml.duration(config.scrapeInterval()))
            .set("evaluation_interval", ScrapeConfigYaml.duration(config.evaluationInterval()))
            .fields())
        .set("rule_files", ruleFiles.stream().map(name -> RULES_FOLDER + "/" + name).toList())
        .set("alerting", Map.of("alertmanagers", List.of(alertmanager.fields())))
        .set("scrape_configs", jobs)
        .document("Scrapes what meshwatch scrapes, evaluates the same rules.");
  }

  /** Smoke tests stay with meshwatch; Prometheus takes their series from it. */
  private ScrapeJob sonar() {
    boolean https = config.web().certificateFile().isPresent();
    ConnectionSettings connection = ConnectionSettings.defaults();
    if (https) {
      connection = connection.withTls(ConnectionSettings.Tls.ca(config.web().certificateFile().get()));
    }
    Optional<WebSettings.User> user = config.web().users().stream().filter(u -> !BcryptHash.isHash(u.password())).findFirst();
    if (user.isPresent()) {
      connection = connection.withBasicAuth(
          new ConnectionSettings.BasicAuth(user.get().name(), Optional.empty(), user.get().password(), Optional.empty()));
    }
    return ScrapeJob.defaults()
        .withName("meshwatch-sonar")
        .withTiming(config.scrapeInterval(), config.scrape().timeoutSeconds(config.scrapeInterval()))
        .withPage(https ? ScrapeJob.Scheme.HTTPS : ScrapeJob.Scheme.HTTP, "/federate")
        .withParameters(List.of(new TextEntry("match[]", "{__name__=~\"sonar_.*\"}")))
        .withHonorLabels(true)
        .withConnection(connection)
        .withTargets(List.of(new StaticTargets(List.of(config.listen()), List.of())));
  }

  private String alertmanager(SecretFiles secrets) throws IOException {
    if (config.notification().alertmanagerFile().isPresent()) {
      return new String(disk.readAll(configFolder.resolve(config.notification().alertmanagerFile().get())), StandardCharsets.UTF_8);
    }
    Installation installation = new Installation(config.installation(), config.pageUrl(), config.operatorAlertAddresses(),
        config.additionalAlertAddresses(), config.mail());
    return new AlertmanagerYaml(Routing.of(installation, config.notification()), secrets).document();
  }

  private String web(String server, SecretFiles secrets) throws IOException {
    ListenerSpec.ServerTls tls = credentials.serverTls(server);
    Map<String, String> users = new LinkedHashMap<>();
    config.web().users().forEach(user -> users.put(user.name(), BcryptHash.of(user.password())));
    credentials.accepted(server).forEach(login -> users.put(login.username(), BcryptHash.of(login.password())));
    secrets.add(server + ".password", credentials.login(server).password());
    return new YamlText()
        .set("tls_server_config", new YamlText()
            .set("cert_file", secrets.copy(server + ".crt", tls.certificateChainFile()))
            .set("key_file", secrets.copy(server + ".key", tls.keyFile()))
            .set("min_version", "TLS12")
            .fields())
        .set("basic_auth_users", users)
        .document("HTTPS and Basic auth of " + server + "; read again for every connection.");
  }

  private String readme() {
    return """
        # The same monitoring with Prometheus and Alertmanager

        Written from the configuration; write it again after every change of it and after each step of a rotation, then
        `curl -X POST` Prometheus' and Alertmanager's `/-/reload`.

        ```
        prometheus --config.file=prometheus.yml --web.config.file=prometheus-web.yml --web.listen-address=%1$s \\
          --web.enable-lifecycle --enable-feature=extra-scrape-metrics --web.external-url=https://%1$s
        alertmanager --config.file=alertmanager.yml --web.config.file=alertmanager-web.yml --web.listen-address=%2$s \\
          --web.external-url=https://%2$s
        ```

        | file | what |
        |---|---|
        | `prometheus.yml` | what is scraped, with Basic auth over HTTPS; where Alertmanager is |
        | `rules/` | the rules as meshwatch evaluates them |
        | `alertmanager.yml` | who is told what, mail relay, inhibitions |
        | `prometheus-web.yml`, `alertmanager-web.yml` | certificates and users of the two servers |
        | `secrets/` | passwords and certificates, for the owner only |

        Both servers show user `%3$s`, with the password in `secrets/%4$s.password` and `secrets/%5$s.password`.

        What neither of them can do stays with meshwatch: smoke tests (Prometheus takes their series from meshwatch's `/federate`), runbook
        pages, maintenance windows, opportunistic STARTTLS, keeping an alert while its target does not answer.
        """.formatted(servers.prometheus(), servers.alertmanager(), credentials.login(PROMETHEUS).username(), PROMETHEUS, ALERTMANAGER);
  }
}
