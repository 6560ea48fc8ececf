package io.meshwatch;

import io.meshwatch.agent.Agent;
import io.meshwatch.agent.AgentSettings;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.CredentialChecker;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Collectors;

/**
 * Something to watch on one machine without any other program: this machine through the agent, meshwatch itself, and a simulated
 * meshStack, all over HTTPS with Basic auth and with credentials made on first start. What is watched stands in
 * {@code config/quickstart.dhall}. Closing it ends agent and sandbox.
 */
final class Quickstart implements AutoCloseable {
  /** Where the agent shows meshwatch's own metrics, so that they too are scraped over HTTPS with a password. */
  private static final String OWN_METRICS_PATH = "/meshwatch";
  private static final String CONFIGURATION = "/config/quickstart.dhall";
  private static final String WRITTEN = "quickstart.dhall";
  private static final String MACHINE = "this-machine";
  private static final String OWN = "meshwatch";
  private static final String SANDBOX = "sandbox";
  private static final String TECHNICAL_USER = "technical-user";
  private static final String HOST = "127.0.0.1";
  private static final String SIMULATED_HOST = "simulated-meshstack";

  private final Agent agent;
  private final Sandbox sandbox;
  private final Config config;

  /**
   * Starts agent and sandbox.
   *
   * @param loader reads the configuration
   * @param listen where the page is to listen
   * @param firstPort the sandbox's control port, the others follow; 0 = any free ports
   */
  Quickstart(Environment environment, ConfigLoader loader, Path dataFolder, String listen, int firstPort) {
    Credentials credentials = new Credentials(environment, dataFolder.resolve("credentials"), CredentialSettings.defaults());
    credentials.init(subjects());
    sandbox = sandbox(environment, dataFolder, credentials, firstPort);
    try {
      agent = agent(environment, credentials, port(firstPort, 1));
    } catch (RuntimeException e) {
      sandbox.close();
      throw e;
    }
    String text = text(listen, credentials);
    config = loader.load(text, dataFolder.resolve(WRITTEN)).config();
    write(environment.disk(), dataFolder.resolve(WRITTEN), text);
  }

  /** For commands that work on the same deployment; it names files with secrets but holds none. */
  private static void write(Disk disk, Path file, String text) {
    try {
      disk.replace(file, text.getBytes(StandardCharsets.UTF_8));
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + file + ": " + e.getMessage(), e);
    }
  }

  private static List<Credentials.Subject> subjects() {
    List<String> names = new ArrayList<>(List.of(MACHINE, OWN, SANDBOX, TECHNICAL_USER));
    names.addAll(Sandbox.COMPONENTS);
    return names.stream().map(name -> new Credentials.Subject(name, List.of("localhost", HOST))).toList();
  }

  private static Sandbox sandbox(Environment environment, Path dataFolder, Credentials credentials, int firstPort) {
    ListenerSpec.ServerTls tls = credentials.serverTls(SANDBOX);
    SandboxSettings settings = SandboxSettings.defaults()
        .withFiles(tls.certificateChainFile().toString(), tls.keyFile().toString(), Optional.of(credentials.authorityFile().toString()),
            Optional.of(credentials.authorityKeyFile().toString()), dataFolder.resolve(SANDBOX).toString())
        .withPasswords(credentials.login(SANDBOX).password(), credentials.login(TECHNICAL_USER).password(), credentials.login(SANDBOX).password())
        .withPorts(firstPort, port(firstPort, 2), port(firstPort, 3), port(firstPort, 4), port(firstPort, 5), port(firstPort, 6));
    return new Sandbox(environment, settings, checker("sandbox", environment, credentials, Sandbox.COMPONENTS));
  }

  private static Agent agent(Environment environment, Credentials credentials, int port) {
    ListenerSpec.ServerTls tls = credentials.serverTls(MACHINE);
    AgentSettings d = AgentSettings.defaults();
    AgentSettings settings =
        new AgentSettings(HOST, port, tls.certificateChainFile().toString(), tls.keyFile().toString(), d.username(), d.password());
    return new Agent(environment.clock(), environment.listeners(), settings, checker("agent", environment, credentials, List.of(MACHINE, OWN)),
        Map.of(OWN_METRICS_PATH, environment.telemetry()::exposition));
  }

  private static CredentialChecker checker(String name, Environment environment, Credentials credentials, List<String> subjects) {
    return new CredentialChecker(name, environment.clock(), environment.telemetry(),
        () -> subjects.stream().flatMap(subject -> credentials.accepted(subject).stream()).toList());
  }

  private static int port(int firstPort, int offset) {
    return firstPort == 0 ? 0 : firstPort + offset;
  }

  /** The shipped configuration, which is a function, applied to what is known only now. */
  private String text(String listen, Credentials credentials) {
    SandboxSettings names = SandboxSettings.defaults();
    List<String> components = new ArrayList<>();
    for (Sandbox.Component each : sandbox.components()) {
      String kind = each.honorLabels() ? "pushgateway" : "generic";
      components.add(component(each.name(), kind, each.port(), each.metricsPath(), SIMULATED_HOST));
    }
    components.add(component(OWN, "generic", agent.port(), OWN_METRICS_PATH, MACHINE));
    String targets = names.platforms().stream()
        .map(platform -> "{ platformName = " + quote(platform) + ", url = " + quote(sandbox.accessUrl(platform)) + " }")
        .collect(Collectors.joining(", "));
    return "( " + resource() + ")\n{ listen = " + quote(listen)
        + "\n, agentPort = " + agent.port()
        + "\n, mailPort = " + sandbox.mailPort()
        + "\n, certificateAuthority = " + quote(sandbox.trustFile().toAbsolutePath().toString())
        + "\n, components = [ " + String.join(", ", components) + " ]"
        + "\n, technicalUser = { username = " + quote(names.username()) + ", passwordFile = "
        + quote(credentials.passwordFile(TECHNICAL_USER).toAbsolutePath().toString()) + ", customer = " + quote(names.customer())
        + ", project = " + quote(names.project()) + " }"
        + "\n, targets = [ " + targets + " ]\n}\n";
  }

  /** A dead host silences what runs on it, so the simulated components must not share this machine's name. */
  private static String component(String name, String kind, int port, String path, String host) {
    return "{ name = " + quote(name) + ", kind = " + quote(kind) + ", address = " + quote(HOST) + ", port = " + port + ", path = "
        + quote(path) + ", labels = toMap { host = " + quote(host) + " } }";
  }

  private static String quote(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$") + '"';
  }

  private static String resource() {
    try (InputStream in = Objects.requireNonNull(Quickstart.class.getResourceAsStream(CONFIGURATION), CONFIGURATION)) {
      return new String(in.readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  Config config() {
    return config;
  }

  String controlUrl() {
    return sandbox.controlUrl();
  }

  String apiUrl() {
    return sandbox.apiUrl();
  }

  int agentPort() {
    return agent.port();
  }

  int mailPort() {
    return sandbox.mailPort();
  }

  @Override
  public void close() {
    agent.close();
    sandbox.close();
  }
}
