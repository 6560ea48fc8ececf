package io.meshwatch.cli;

import io.meshwatch.agent.Agent;
import io.meshwatch.agent.AgentSettings;
import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.AccessLog;
import io.meshwatch.deploy.CredentialChecker;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.SmallSystem;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CountDownLatch;

/**
 * The agent as a program of its own. It stands beside what it watches, so it has to be small: it can read its arguments without the
 * library that reads those of the other commands, and uses as little of the environment as it needs.
 *
 * @param listen HOST:PORT
 * @param folder the deployment's credentials
 * @param name of this node among them
 * @param log folder in which is written down who asked; empty = nowhere
 */
public record AgentProgram(String listen, Path folder, String name, Optional<Path> log) {
  static final String DEFAULT_LISTEN = "127.0.0.1:9482";
  static final String DEFAULT_FOLDER = "data/credentials";
  static final String DEFAULT_NAME = "agent";
  static final String ONLY_CREDENTIALS = "--only-credentials";

  public AgentProgram {
    if (!isAddress(listen)) {
      throw new CommandFailedException("--listen: expected HOST:PORT, got " + listen);
    }
  }

  private static boolean isAddress(String text) {
    int colon = text.lastIndexOf(':');
    return colon > 0 && text.length() > colon + 1 && text.length() <= colon + 6 && text.chars().skip(colon + 1).allMatch(Character::isDigit);
  }

  /** Reads {@code agent --listen HOST:PORT --credentials DIR --name NODE --log DIR}; empty for whatever else may stand there, such as a call for help. */
  public static Optional<AgentProgram> of(String[] arguments) {
    return PlainArguments.of(arguments, "agent", Set.of("--listen", "--credentials", "--name", "--log"))
        .filter(values -> isAddress(values.getOrDefault("--listen", DEFAULT_LISTEN)))
        .map(values -> new AgentProgram(
            values.getOrDefault("--listen", DEFAULT_LISTEN), Path.of(values.getOrDefault("--credentials", DEFAULT_FOLDER)),
            values.getOrDefault("--name", DEFAULT_NAME), Optional.ofNullable(values.get("--log")).map(Path::of)));
  }

  /** Runs until the process is told to stop, and gives its exit code. */
  public int runAlone(PrintWriter out, PrintWriter err) {
    try {
      run(out);
      return ExitCode.FINE;
    } catch (Exception e) {
      return MeshwatchCommand.explain(e, err);
    }
  }

  void run(PrintWriter out) throws IOException, InterruptedException {
    SmallSystem system = SmallSystem.create();
    Credentials credentials = credentials(system);
    if (!isThere(credentials)) {
      makeCredentialsElsewhere();
      credentials = credentials(system);
    }
    serve(system, credentials, out);
  }

  /** Makes credentials for this node if there are none. */
  void makeCredentials() {
    Credentials credentials = credentials(SmallSystem.create());
    if (!isThere(credentials)) {
      credentials.init(List.of(new Credentials.Subject(name, List.of("localhost", host()))));
    }
  }

  /** In a process of its own: what makes certificates takes 20 MB, which would otherwise stay taken. */
  private void makeCredentialsElsewhere() throws IOException, InterruptedException {
    Process maker = new ProcessBuilder(
        Path.of(System.getProperty("java.home"), "bin", "java").toString(), "-XX:TieredStopAtLevel=1", "-cp", System.getProperty("java.class.path"),
        "io.meshwatch.Main", "agent", "--listen", listen, "--credentials", folder.toString(), "--name", name, ONLY_CREDENTIALS)
        .inheritIO().start();
    if (maker.waitFor() != ExitCode.FINE) {
      throw new CommandFailedException("no credentials could be made in " + folder);
    }
  }

  private void serve(SmallSystem system, Credentials credentials, PrintWriter out) throws InterruptedException {
    String host = host();
    ListenerSpec.ServerTls tls = credentials.serverTls(name);
    AgentSettings d = AgentSettings.defaults();
    AgentSettings settings = new AgentSettings(host, port(), tls.certificateChainFile().toString(),
        tls.keyFile().toString(), d.username(), d.password());
    AgentLogins logins = new AgentLogins();
    log.ifPresent(into -> writeDown(system, into));
    CredentialChecker login = new CredentialChecker(system.clock(), logins, () -> credentials.accepted(name));
    try (Agent agent = new Agent(system.clock(), system.listeners(), settings, login, Map.of("/metrics", logins::page))) {
      out.println("agent listens on https://" + host + ":" + agent.port() + "/metrics, user and password are in " + folder);
      out.flush();
      awaitStop();
    } catch (Listeners.PortTakenException e) {
      throw new CommandFailedException(e.getMessage() + "; choose another with --listen HOST:PORT", e);
    }
  }

  /** At once, as an agent is asked a few times a minute. */
  private static void writeDown(SmallSystem system, Path into) {
    try {
      system.disk().createDirectories(into);
    } catch (IOException e) {
      throw new CommandFailedException("--log: folder " + into + " cannot be made: " + e.getMessage(), e);
    }
    AccessLog entries = new AccessLog(system.disk(), () -> {}, into);
    system.listeners().onAccess(entry -> {
      synchronized (entries) {
        entries.accept(entry);
        entries.write();
      }
    });
  }

  private Credentials credentials(SmallSystem system) {
    return new Credentials(system.clock(), system.disk(), system.telemetry(), folder, CredentialSettings.defaults());
  }

  private boolean isThere(Credentials credentials) {
    return credentials.subjects().stream().anyMatch(subject -> subject.name().equals(name));
  }

  private String host() {
    return listen.substring(0, listen.lastIndexOf(':'));
  }

  private int port() {
    return Integer.parseInt(listen.substring(listen.lastIndexOf(':') + 1));
  }

  private static void awaitStop() throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop::countDown));
    stop.await();
  }
}
