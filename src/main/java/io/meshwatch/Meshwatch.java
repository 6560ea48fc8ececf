package io.meshwatch;

import io.meshwatch.cli.Version;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigText;
import io.meshwatch.config.RetentionSettings;
import io.meshwatch.config.WebSettings;
import io.meshwatch.deploy.AccessLog;
import io.meshwatch.deploy.CertificateSeries;
import io.meshwatch.deploy.CredentialChecker;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.deploy.DeploymentJobs;
import io.meshwatch.engine.EmbeddedEngine;
import io.meshwatch.engine.OpeningProgress;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.notify.EngineCurves;
import io.meshwatch.notify.Installation;
import io.meshwatch.notify.NotificationStore;
import io.meshwatch.notify.Notifier;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.MailTransport;
import io.meshwatch.notify.mail.SmtpTransport;
import io.meshwatch.promql.QueryLimits;
import io.meshwatch.promql.QueryOptions;
import io.meshwatch.rules.RuleOptions;
import io.meshwatch.rules.RulePack;
import io.meshwatch.rules.Rules;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.Probes;
import io.meshwatch.scrape.PushGateway;
import io.meshwatch.scrape.Scraper;
import io.meshwatch.sonar.RunLog;
import io.meshwatch.sonar.Sonar;
import io.meshwatch.sonar.SonarSettings;
import io.meshwatch.tsdb.StoreSettings;
import io.meshwatch.web.Front;
import io.meshwatch.web.PushAccess;
import io.meshwatch.web.WebServer;
import io.prometheus.metrics.core.datapoints.GaugeDataPoint;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiPredicate;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The whole of meshwatch: makes the parts, joins them, and ends them in reverse. The way of a sample through the parts stands in
 * docs/ARCHITECTURE.md.
 */
public final class Meshwatch implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Meshwatch.class);
  private static final int REQUEST_BYTES_MAX = 64 << 20;
  /** A rotation accepts old and new passwords for much longer than this. */
  private static final long CREDENTIALS_MILLIS = 10_000;
  private static final long ACCESS_LOG_MILLIS = 1_000;
  private static final long CERTIFICATES_MILLIS = 60_000;

  /** What has to be closed, the last opened first. */
  private final Deque<AutoCloseable> opened;
  private final Environment environment;
  private final Outside outside;
  private final Folders folders;
  private final long startedAtMillis;
  private final Credentials credentials;
  private final EmbeddedEngine engine;
  private final Notifier notifier;
  private final Rules rules;
  private final Scraper scraper;
  private final PushGateway pushGateway;
  private final Probes probes;
  private final Sonar sonar;
  private final WebServer web;
  private final StoreAlarm storeAlarm;
  private final GaugeDataPoint reloadSuccessful;
  private final GaugeDataPoint reloadedAtSeconds;
  private volatile Config config;
  private volatile long reloadedAtMillis;
  private volatile boolean ready;
  private final Timers.Timer accessTimer;
  private volatile boolean reloadSucceeded = true;
  private Timers.@Nullable Timer credentialTimer;
  private Timers.@Nullable Timer certificateTimer;

  /**
   * What the process gives besides the environment.
   *
   * @param mailTransports makes the way to a relay
   * @param notificationStores opens what notification must not forget
   * @param reload reads the configuration again; throws {@link ProblemsException} if it cannot be used
   * @param configFolder where relative names in the configuration start
   */
  public record Outside(
      Function<MailSettings, MailTransport> mailTransports,
      Function<Path, NotificationStore> notificationStores,
      Reload reload,
      Path configFolder) {
    /** Mails by SMTP, everything kept in files. */
    public static Outside real(Environment environment, Reload reload, Path configFolder) {
      return new Outside(relay -> new SmtpTransport(relay, environment.network(), environment.clock()), NotificationStore::open, reload, configFolder);
    }
  }

  /** Reads the configuration again. */
  @FunctionalInterface
  public interface Reload {
    Config read();
  }

  /** Where things lie in the data folder. */
  record Folders(Path data) {
    /** Prometheus' folder layout, so that its tools read it. */
    Path store() {
      return data.resolve("store");
    }

    Path notifications() {
      return data.resolve("notifications.db");
    }

    Path pushed() {
      return data.resolve("pushed");
    }

    Path sonar() {
      return data.resolve("sonar");
    }

    Path credentials(Config config) {
      return config.credentials().folder().map(data::resolve).orElse(data.resolve("credentials"));
    }
  }

  /** Whatever is opened goes into {@code opened}, so that it can be closed even if what follows fails. */
  private Meshwatch(Environment environment, Config config, Path dataFolder, Outside outside, Deque<AutoCloseable> opened)
      throws IOException, InterruptedException {
    this.opened = opened;
    this.environment = environment;
    this.outside = outside;
    this.config = config;
    this.folders = new Folders(dataFolder);
    startedAtMillis = environment.clock().wallMillis();
    reloadSuccessful = environment.telemetry()
        .gauge("prometheus_config_last_reload_successful", "Whether the last configuration reload attempt was successful.").labelValues();
    reloadedAtSeconds = environment.telemetry()
        .gauge("prometheus_config_last_reload_success_timestamp_seconds", "Timestamp of the last successful configuration reload.")
        .labelValues();
    environment.disk().createDirectories(dataFolder);
    credentials = credentials(environment, config, folders);
    credentials.refresh();
    OpeningProgress opening = new OpeningProgress();
    ListenerSpec listener = listenerSpec(environment, config);
    Front front = opened(new Front(environment, listener, opening));
    engine = opened(EmbeddedEngine.open(environment, folders.store(), storeSettings(config), queryOptions(config), opening));
    NotificationStore notificationStore = opened(outside.notificationStores().apply(folders.notifications()));
    notifier = opened(
        new Notifier(environment, installation(config), config.notification(), notificationStore, outside.mailTransports(),
            new EngineCurves(engine)));
    SonarSettings sonarSettings = sonarSettings(config);
    RunLog runLog = opened(RunLog.open(environment, folders.sonar(), sonarSettings.history()));
    sonar = opened(new Sonar(environment, this::announcingAppender, runLog, sonarSettings));
    rules = opened(new Rules(environment, engine, new EvidenceSink(notifier, sonar::evidence), ruleOptions(config)));
    scraper = opened(new Scraper(environment, engine::appender, rules));
    storeAlarm = opened(new StoreAlarm(environment, engine::trouble, engine::damages, notifier, config.pageUrl()));
    probes = opened(new Probes(environment, this::announcingAppender));
    pushGateway = opened(new PushGateway(environment, this::announcingAppender, folders.pushed()));
    AccessLog accessLog = new AccessLog(environment.disk(), environment.telemetry(), dataFolder);
    environment.listeners().onAccess(accessLog);
    accessTimer = environment.timers().every("access log", ACCESS_LOG_MILLIS, 0, due -> accessLog.write());
    web = opened(new WebServer(
        new WebServer.Parts(environment, engine, scraper, rules, notifier, sonar, pushGateway),
        this::facts,
        front,
        listener,
        pushAccess(environment, config),
        () -> ready,
        this::reload));
  }

  /** For writers that start after the rules and whose samples alerts should not wait for. */
  private AnnouncingAppender announcingAppender() {
    return new AnnouncingAppender(engine.appender(), rules);
  }

  private <T extends AutoCloseable> T opened(T part) {
    opened.push(part);
    return part;
  }

  /**
   * Starts everything; when it returns, meshwatch is ready.
   *
   * @throws ProblemsException if the configuration cannot be used
   * @throws IOException if the data folder cannot be used
   */
  public static Meshwatch start(Environment environment, Config config, Path dataFolder, Outside outside)
      throws IOException, InterruptedException {
    Deque<AutoCloseable> opened = new ArrayDeque<>();
    boolean started = false;
    try {
      Meshwatch meshwatch = new Meshwatch(environment, config, dataFolder, outside, opened);
      meshwatch.begin();
      started = true;
      return meshwatch;
    } finally {
      if (!started) {
        closeAll(opened);
      }
    }
  }

  private void begin() throws InterruptedException {
    notifier.start();
    storeAlarm.start();
    apply(config);
    sonar.start();
    credentialTimer = environment.timers().every("credentials", CREDENTIALS_MILLIS, 0, due -> followRotation());
    CertificateSeries ends = new CertificateSeries(credentials, engine::appender, config.listen());
    certificateTimer = environment.timers().every("certificates", CERTIFICATES_MILLIS, 0, ends::write);
    ready = true;
  }

  /** Takes over what a running meshwatch can take over: what is unchanged goes on undisturbed. */
  private void apply(Config next) throws InterruptedException {
    scraper.apply(scrapeJobs(next));
    probes.apply(next.probes(), next.scrapeInterval());
    pushGateway.start(next.scrapeInterval());
    rules.apply(RulePack.load(next.rules(), environment.disk(), outside.configFolder()), ruleOptions(next));
    config = next;
    reloadedAtMillis = environment.clock().wallMillis();
    reloadSuccessful.set(1);
    reloadSucceeded = true;
    reloadedAtSeconds.set(reloadedAtMillis / 1000.0);
  }

  /** Uses new passwords after a rotation by command; scrapes of unchanged targets are not disturbed. */
  private synchronized void followRotation() throws InterruptedException {
    if (credentials.refresh()) {
      scraper.apply(scrapeJobs(config));
    }
  }

  /** Reads the configuration again; gives an empty text, or what is wrong with it, and then everything stays as it was. */
  public synchronized String reload() {
    try {
      Config next = outside.reload().read();
      notifier.apply(installation(next), next.notification());
      sonar.apply(sonarSettings(next));
      apply(next);
      LOG.info("The configuration is taken over");
      return "";
    } catch (ProblemsException e) {
      reloadSuccessful.set(0);
      reloadSucceeded = false;
      LOG.warn("The configuration cannot be used, the old one stays:\n{}", e.getMessage());
      return String.valueOf(e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "interrupted";
    }
  }

  private static Credentials credentials(Environment environment, Config config, Folders folders) {
    return new Credentials(environment, folders.credentials(config), config.credentials());
  }

  private static StoreSettings storeSettings(Config config) {
    RetentionSettings retention = config.retention();
    return config.store().settings(Math.round(retention.days() * 86_400), retention.bytes(), retention.percent(),
        retention.outOfOrderSeconds(), Math.toIntExact(retention.seriesMax()));
  }

  private static QueryOptions queryOptions(Config config) {
    return new QueryOptions(
        config.switches().language(), config.switches().delayedNameRemoval(), Math.round(config.evaluationInterval() * 1000),
        config.switches().perStepStatistics());
  }

  private static QueryLimits queryLimits(Config config) {
    return new QueryLimits(
        Math.round(config.web().queryTimeoutSeconds() * 1000), config.web().querySamplesMax(), QueryLimits.DEFAULT.lookbackMillis());
  }

  private static Installation installation(Config config) {
    return new Installation(config.installation(), config.pageUrl(), config.operatorAlertAddresses(), config.additionalAlertAddresses(), config.mail());
  }

  private static RuleOptions ruleOptions(Config config) {
    return RuleOptions.defaults(config.pageUrl()).withEvaluationInterval(Math.round(config.evaluationInterval() * 1000));
  }

  private static SonarSettings sonarSettings(Config config) {
    return config.sonar().orElseGet(SonarSettings::defaults);
  }

  private List<ScrapeJob> scrapeJobs(Config next) {
    return new DeploymentJobs(environment.disk(), credentials, outside.configFolder()).of(next);
  }

  private static ListenerSpec listenerSpec(Environment environment, Config config) {
    int colon = config.listen().lastIndexOf(':');
    String host = config.listen().substring(0, colon).replaceAll("[\\[\\]]", "");
    int port = Integer.parseInt(config.listen().substring(colon + 1));
    Optional<ListenerSpec.ServerTls> tls = config.web().certificateFile()
        .flatMap(certificate -> config.web().keyFile().map(key -> new ListenerSpec.ServerTls(Path.of(certificate), Path.of(key))));
    // Who may only push logs in like everybody else; what else he may do is decided behind the login.
    List<Credentials.Login> users = new ArrayList<>(logins(config.web().users()));
    users.addAll(users.isEmpty() ? List.of() : logins(config.web().pushUsers()));
    Optional<BiPredicate<String, String>> login = users.isEmpty()
        ? Optional.empty()
        : Optional.of(new CredentialChecker("page", environment.clock(), environment.telemetry(), () -> users));
    return new ListenerSpec("page", host, port, tls, login, REQUEST_BYTES_MAX);
  }

  private static PushAccess pushAccess(Environment environment, Config config) {
    List<Credentials.Login> users = logins(config.web().pushUsers());
    if (users.isEmpty()) {
      return PushAccess.AS_THE_PAGE;
    }
    Set<String> names = users.stream().map(Credentials.Login::username).collect(Collectors.toSet());
    return config.web().users().isEmpty()
        ? new PushAccess(Optional.of(new CredentialChecker("push", environment.clock(), environment.telemetry(), () -> users)), Set.of())
        : new PushAccess(Optional.empty(), names);
  }

  private static List<Credentials.Login> logins(List<WebSettings.User> users) {
    return users.stream().map(user -> new Credentials.Login(user.name(), user.password())).toList();
  }

  private WebServer.Facts facts() {
    List<String> recipients = new ArrayList<>(config.operatorAlertAddresses());
    recipients.addAll(config.additionalAlertAddresses());
    return new WebServer.Facts(config.installation(), Version.text(), config.pageUrl(), startedAtMillis,
        Math.round(config.retention().days() * 86_400_000), queryLimits(config), config.switches(),
        config.web().corsOrigin(), config.mail().isPresent(), recipients, () -> ConfigText.of(config),
        engine::seriesCount, engine::volumeAvailableBytes, engine::volumeBytes, () -> reloadedAtMillis,
        () -> reloadSucceeded, config.store().adminApi(), config.objectives());
  }

  /** The port of the page. */
  public int port() {
    return web.port();
  }

  /** Evaluates an expression and gives its value as text: for tests of the whole. */
  String query(String expression, long atMillis) throws InterruptedException {
    return engine.query(expression, atMillis, queryLimits(config)).value().toString();
  }

  int sonarTargets() {
    return sonar.status(0).targets().size();
  }

  public Config config() {
    return config;
  }

  @Override
  public void close() {
    ready = false;
    for (Timers.Timer timer : new Timers.@Nullable Timer[] {credentialTimer, certificateTimer, accessTimer}) {
      if (timer != null) {
        timer.cancel(true);
      }
    }
    closeAll(opened);
  }

  /** The last opened first; a part that does not close does not keep the others open. */
  private static void closeAll(Deque<AutoCloseable> opened) {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        LOG.error("A part did not close", e);
      }
    }
  }
}
