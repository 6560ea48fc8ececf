package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.TcpServer;
import io.meshwatch.environment.Timers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A whole simulated meshStack. Opening it opens every port; closing it closes them. What is simulated happens by the environment's
 * clock, so a simulated hour passes as fast as its clock.
 */
public final class Sandbox implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Sandbox.class);
  private static final int REQUEST_BYTES_MAX = 1 << 20;
  private static final int MAIL_CONNECTIONS_MAX = 50;
  private static final int MAIL_IDLE_MILLIS = 60_000;
  private static final long FAULT_CHECK_MILLIS = 1_000;
  private static final String BACKEND = "meshfed-api";
  private static final long DAY_MILLIS = 86_400_000;
  private static final long RUNNING_BEFORE_MIDNIGHT_MILLIS = 5 * 3_600_000;
  /** Names of everything that can be scraped. */
  public static final List<String> COMPONENTS = List.of(
      BACKEND, "replicator", "kraken-api", "kraken-worker", "identityconnector", "keycloak", "mariadb", "rabbitmq", "panel", "pushgateway");

  private final Environment environment;
  private final SandboxSettings settings;
  private final BiPredicate<String, String> scrapeLogin;
  private final Clock clock;
  private final Faults faults;
  private final World world;
  private final TrustFile trust;
  private final MailSink mails;
  private final FaultyPort backend;
  private final FaultyPort identity;
  private final FaultyPort management;
  private final FaultyPort components;
  private final HttpListener control;
  private final MailPort mailPort;
  private final Timers.Timer faultTimer;

  /**
   * A component whose metrics can be scraped over HTTPS with Basic auth.
   *
   * @param name its job name, such as {@code keycloak}
   * @param host address
   * @param port port
   * @param metricsPath path of the metrics page
   * @param honorLabels whether the page's own {@code job} and {@code instance} labels are to be kept
   */
  public record Component(String name, String host, int port, String metricsPath, boolean honorLabels) {}

  /** A sandbox whose metrics pages take the settings' user and password. */
  public Sandbox(Environment environment, SandboxSettings settings) {
    this(environment, settings, (user, password) -> user.equals(settings.scrapeUsername())
        && MessageDigest.isEqual(password.getBytes(StandardCharsets.UTF_8), settings.scrapePassword().reveal().getBytes(StandardCharsets.UTF_8)));
  }

  /** A sandbox that asks somebody else whether a scrape's user and password are right. */
  public Sandbox(Environment environment, SandboxSettings settings, BiPredicate<String, String> scrapeLogin) {
    this.environment = environment;
    this.settings = settings;
    this.scrapeLogin = scrapeLogin;
    clock = environment.clock();
    long start = clock.wallMillis();
    long componentsStart = componentsStart(start);
    faults = new Faults(clock, settings.platforms(), COMPONENTS);
    world = new World(settings, start);
    trust = new TrustFile(environment.disk(), settings, faults);
    mails = new MailSink(clock, settings.mailsMax());
    Replicator replicator = new Replicator(clock, world, faults, settings);
    RequestCounts requests = new RequestCounts();
    LoginCounts logins = new LoginCounts();
    Tokens tokens = new Tokens();
    FaultCertificates certificates = new FaultCertificates(clock, environment.disk(), settings);

    IdentityBroker broker = new IdentityBroker(clock, settings, faults, tokens, logins, this::identityUrl);
    identity = port("sandbox-identity", "identity", settings.identityPort(), gated(broker), FaultKind.IDP_PORT_CLOSED, certificates, false);
    MeshObjectApi objects = new MeshObjectApi(clock, world, replicator, faults, this::apiUrl);
    Backend api = new Backend(clock, settings, faults, tokens, broker, objects, new AccessApi(world, replicator, faults), requests);
    backend = port("sandbox-backend", "backend", settings.backendPort(), new FaultyHandler(clock, faults, api), FaultKind.API_PORT_CLOSED, certificates, false);

    Flows flows = new Flows(componentsStart);
    JvmMetrics jvm = new JvmMetrics(flows, faults, componentsStart);
    ComponentSite backendMetrics = new ComponentSite(clock, faults)
        .add(BACKEND, "/actuator/prometheus", new BackendMetrics(flows, faults, jvm, world, requests)::write);
    HttpHandler managementSite = new ManagementSite(faults, backendMetrics, () -> clock.wallMillis() - componentsStart);
    management = port("sandbox-management", "management", settings.managementPort(), managementSite, null, certificates, true);
    ComponentSite pages = componentPages(new Components(flows, faults, jvm, replicator, logins, componentsStart));
    components = port("sandbox-components", "components", settings.componentsPort(), pages, null, certificates, true);

    mailPort = new MailPort(settings, faults, mails);
    control = environment.listeners().open(
        new ListenerSpec("sandbox-control", settings.host(), settings.controlPort(), Optional.empty(), Optional.empty(), REQUEST_BYTES_MAX),
        new ControlSite(faults, mails));
    faults.onChange(this::refreshPorts);
    faultTimer = environment.timers().every("sandbox-faults", FAULT_CHECK_MILLIS, 0, dueMillis -> refreshPorts());
  }

  /**
   * The simulated components have been running since the evening before, whenever the sandbox itself was started: starting it three
   * times in a row must not look as if all of meshStack crashed.
   */
  private static long componentsStart(long nowMillis) {
    return Math.floorDiv(nowMillis, DAY_MILLIS) * DAY_MILLIS - RUNNING_BEFORE_MIDNIGHT_MILLIS;
  }

  /** The identity broker answers with 503 while it is down. */
  private HttpHandler gated(HttpHandler inner) {
    return (request, reply) -> {
      if (faults.isActive(FaultKind.IDP_DOWN)) {
        reply.status(503).send("text/html", "<html><head><title>503 Service Temporarily Unavailable</title></head></html>\n");
      } else {
        inner.handle(request, reply);
      }
    };
  }

  private ComponentSite componentPages(Components writers) {
    return new ComponentSite(clock, faults)
        .add("replicator", "/replicator/actuator/prometheus", writers::writeReplicator)
        .add("kraken-api", "/kraken-api/actuator/prometheus", writers::writeKrakenApi)
        .add("kraken-worker", "/kraken-worker/actuator/prometheus", writers::writeKrakenWorker)
        .add("identityconnector", "/identityconnector/actuator/prometheus", writers::writeIdentityConnector)
        .add("keycloak", "/keycloak/metrics", writers::writeKeycloak)
        .add("mariadb", "/mariadb/metrics", writers::writeMariaDb)
        .add("rabbitmq", "/rabbitmq/metrics", writers::writeRabbit)
        .add("panel", "/panel/metrics", writers::writePanel)
        .add("pushgateway", "/pushgateway/metrics", writers::writeBackups);
  }

  private FaultyPort port(
      String name,
      String portParameter,
      int port,
      HttpHandler handler,
      @Nullable FaultKind closedBy,
      FaultCertificates certificates,
      boolean login) {
    ListenerSpec spec = new ListenerSpec(
        name,
        settings.host(),
        port,
        Optional.of(new ListenerSpec.ServerTls(Path.of(settings.certificateFile()), Path.of(settings.keyFile()))),
        login ? Optional.of(scrapeLogin) : Optional.empty(),
        REQUEST_BYTES_MAX);
    return new FaultyPort(environment.listeners(), spec, handler, new FaultyPort.Condition() {
      @Override
      public boolean closed() {
        return closedBy != null && faults.isActive(closedBy);
      }

      @Override
      public Optional<ListenerSpec.ServerTls> wrongCertificate() {
        if (isOn(FaultKind.CERTIFICATE_EXPIRED)) {
          return Optional.of(certificates.expired());
        }
        return isOn(FaultKind.CERTIFICATE_WRONG) ? Optional.of(certificates.wrong()) : Optional.empty();
      }

      private boolean isOn(FaultKind kind) {
        return faults.active(kind).filter(fault -> fault.text("port").equals(portParameter)).isPresent();
      }
    });
  }

  private void refreshPorts() {
    List.of(backend, identity, management, components).forEach(port -> reopen(port::refresh));
    reopen(mailPort::refresh);
    trust.refresh();
  }

  /** A port that another program took while a fault kept it closed is tried again at the next tick. */
  private static void reopen(Runnable port) {
    try {
      port.run();
    } catch (Listeners.PortTakenException e) {
      LOG.warn("{}; it is tried again", e.getMessage());
    }
  }

  /** The authority that signs the certificates of all HTTPS ports, as smoke tests should trust it. A fault takes the file away. */
  public Path trustFile() {
    return trust.file();
  }

  /** Where faults are switched and mails are read. */
  public String controlUrl() {
    return "http://" + settings.host() + ":" + control.port();
  }

  /** meshStack's API, without a path. */
  public String apiUrl() {
    return "https://" + settings.host() + ":" + backend.port();
  }

  /** The OpenID Connect issuer. */
  public String issuer() {
    return identityUrl() + IdentityBroker.REALM;
  }

  private String identityUrl() {
    return "https://" + settings.host() + ":" + identity.port();
  }

  /** Health of the backend, on its management port. */
  public String healthUrl() {
    return "https://" + settings.host() + ":" + management.port() + "/actuator/health";
  }

  /** The access URL of the technical user's project on a platform such as {@code aws.aws-main}. */
  public String accessUrl(String platform) {
    World.Platform known = world.platform(platform)
        .orElseThrow(() -> new IllegalArgumentException("platform: expected one of " + settings.platforms() + ", got " + platform));
    World.Project project = world.project(settings.customer() + "." + settings.project()).orElseThrow();
    return apiUrl() + AccessApi.path(project, known);
  }

  /** Everything that can be scraped. */
  public List<Component> components() {
    List<Component> all = new ArrayList<>();
    all.add(new Component(BACKEND, settings.host(), management.port(), "/actuator/prometheus", false));
    for (String name : COMPONENTS.subList(1, COMPONENTS.size())) {
      boolean spring = name.equals("replicator") || name.startsWith("kraken") || name.equals("identityconnector");
      String path = "/" + name + (spring ? "/actuator/prometheus" : "/metrics");
      all.add(new Component(name, settings.host(), components.port(), path, name.equals("pushgateway")));
    }
    return List.copyOf(all);
  }

  /** Port of the mail sink: SMTP without TLS, any login. */
  public int mailPort() {
    return mailPort.port();
  }

  @Override
  public void close() {
    faultTimer.cancel(false);
    control.close();
    mailPort.close();
    List.of(components, management, backend, identity).forEach(FaultyPort::close);
  }

  /** The mail sink's port, which a fault can close. Guarded by this. */
  private static final class MailPort implements AutoCloseable {
    private final SandboxSettings settings;
    private final Faults faults;
    private final MailSink mails;
    private int port;
    private @Nullable TcpServer open;

    MailPort(SandboxSettings settings, Faults faults, MailSink mails) {
      this.settings = settings;
      this.faults = faults;
      this.mails = mails;
      this.port = settings.mailPort();
      refresh();
    }

    synchronized int port() {
      return port;
    }

    synchronized void refresh() {
      boolean closed = faults.isActive(FaultKind.MAIL_PORT_CLOSED);
      if (closed) {
        close();
      } else if (open == null) {
        open = new TcpServer("sandbox-mail", settings.host(), port, MAIL_CONNECTIONS_MAX, MAIL_IDLE_MILLIS,
            (in, out) -> new SmtpSession(in, out, faults, mails).serve());
        port = open.port();
      }
    }

    @Override
    public synchronized void close() {
      if (open != null) {
        open.close();
        open = null;
      }
    }
  }
}
