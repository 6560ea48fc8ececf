package io.meshwatch.cli;

import io.meshwatch.agent.Agent;
import io.meshwatch.agent.AgentSettings;
import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.CredentialChecker;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.SystemEnvironment;
import java.io.PrintWriter;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** Node metrics of the machine it runs on, until it is told to stop. */
@Command(
    name = "agent",
    mixinStandardHelpOptions = true,
    description = "Serves metrics of this machine, under node_exporter's names, over HTTPS with Basic auth.",
    footer = {
      "",
      "Examples:",
      "  meshwatch agent --listen 0.0.0.0:9100 --credentials /etc/meshwatch/credentials --name db-1",
      "Without credentials of that name it makes some."
    })
public final class AgentCommand implements Callable<Integer> {
  private static final String DEFAULT_LISTEN = "127.0.0.1:9482";

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--listen", paramLabel = "HOST:PORT", description = "default " + DEFAULT_LISTEN)
  private String listen = DEFAULT_LISTEN;

  @Option(names = "--credentials", paramLabel = "DIR", description = "folder of the deployment's credentials, default ./data/credentials")
  private Path folder = Path.of("data", "credentials");

  @Option(names = "--name", paramLabel = "NODE", description = "name of this node in the configuration, default agent")
  private String name = "agent";

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    int colon = listen.lastIndexOf(':');
    if (colon < 1 || !listen.substring(colon + 1).matches("\\d{1,5}")) {
      throw new CommandFailedException("--listen: expected HOST:PORT, got " + listen);
    }
    String host = listen.substring(0, colon);
    try (SystemEnvironment system = new SystemEnvironment()) {
      Credentials credentials = new Credentials(system.environment(), folder, CredentialSettings.defaults());
      if (credentials.subjects().stream().noneMatch(subject -> subject.name().equals(name))) {
        credentials.init(List.of(new Credentials.Subject(name, List.of("localhost", host))));
      }
      ListenerSpec.ServerTls tls = credentials.serverTls(name);
      AgentSettings d = AgentSettings.defaults();
      AgentSettings settings = new AgentSettings(host, Integer.parseInt(listen.substring(colon + 1)), tls.certificateChainFile().toString(),
          tls.keyFile().toString(), d.username(), d.password());
      CredentialChecker login = new CredentialChecker(
          "agent", system.environment().clock(), system.environment().telemetry(), () -> credentials.accepted(name));
      try (Agent agent = new Agent(system.environment(), settings, login)) {
        out.println("agent listens on https://" + host + ":" + agent.port() + "/metrics, user and password are in " + folder);
        out.flush();
        awaitStop();
      } catch (Listeners.PortTakenException e) {
        throw new CommandFailedException(e.getMessage() + "; choose another with --listen HOST:PORT", e);
      }
    }
    return ExitCode.FINE;
  }

  private static void awaitStop() throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop::countDown));
    stop.await();
  }
}
