package io.meshwatch.cli;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.Listeners;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.concurrent.Callable;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/** The simulated meshStack alone, until it is told to stop. */
@Command(
    name = "sandbox",
    mixinStandardHelpOptions = true,
    description = "Serves a simulated meshStack with switches that break it, and writes a configuration whose smoke tests use it.",
    footer = {
      "",
      "Examples:",
      "  meshwatch sonar sandbox --data /tmp/sandbox",
      "  meshwatch sonar run --config /tmp/sandbox/sandbox.dhall --data /tmp/sandbox",
      "  curl -X PUT localhost:9481/faults/idp-down -d '{}'"
    })
final class SonarSandboxCommand implements Callable<Integer> {
  private static final String HOST = "127.0.0.1";
  private static final String SERVER = "sandbox";
  private static final String TECHNICAL_USER = "technical-user";
  private static final int FIRST_PORT = 9481;
  private static final List<String> PORT_NAMES = List.of("control", "backend", "identity broker", "management", "components", "mail");

  @Spec private @Nullable CommandSpec spec;

  @Option(names = "--data", paramLabel = "DIR", description = "credentials and the configuration are written here, default ./data/sandbox")
  private Path folder = Path.of("data", "sandbox");

  @Option(names = "--ports-from", paramLabel = "PORT", description = "the control port; backend and others follow from the second after it, default " + FIRST_PORT)
  private int firstPort = FIRST_PORT;

  @Override
  public Integer call() throws InterruptedException {
    PrintWriter out = Objects.requireNonNull(spec).commandLine().getOut();
    try (SystemEnvironment system = new SystemEnvironment()) {
      Credentials credentials = credentials(system.environment());
      SandboxSettings settings = settings(credentials);
      try (Sandbox sandbox = new Sandbox(system.environment(), settings)) {
        Path file = folder.resolve("sandbox.dhall");
        Files.writeString(file, configuration(sandbox, settings, credentials));
        print(sandbox, settings, credentials, file, out);
        awaitStop();
      } catch (Listeners.PortTakenException e) {
        throw new CommandFailedException(e.getMessage() + "; move all " + PORT_NAMES.size() + " ports with --ports-from PORT", e);
      } catch (IOException e) {
        throw new CommandFailedException("cannot write to " + folder + ": " + e.getMessage() + "; choose another folder with --data DIR", e);
      }
    }
    return ExitCode.FINE;
  }

  private Credentials credentials(Environment environment) {
    Credentials credentials = new Credentials(environment, folder.resolve("credentials"), CredentialSettings.defaults());
    credentials.init(List.of(new Credentials.Subject(SERVER, List.of("localhost", HOST)), new Credentials.Subject(TECHNICAL_USER, List.of(HOST))));
    return credentials;
  }

  /** Ports as in the quickstart, which has its agent at the second. */
  private SandboxSettings settings(Credentials credentials) {
    ListenerSpec.ServerTls tls = credentials.serverTls(SERVER);
    return SandboxSettings.defaults()
        .withFiles(tls.certificateChainFile().toString(), tls.keyFile().toString(), Optional.of(credentials.authorityFile().toString()),
            Optional.of(credentials.authorityKeyFile().toString()), folder.toString())
        .withPasswords(credentials.login(SERVER).password(), credentials.login(TECHNICAL_USER).password(), credentials.login(SERVER).password())
        .withPorts(firstPort, port(2), port(3), port(4), port(5), port(6));
  }

  private int port(int offset) {
    return firstPort == 0 ? 0 : firstPort + offset;
  }

  private static String configuration(Sandbox sandbox, SandboxSettings settings, Credentials credentials) {
    String targets = settings.platforms().stream()
        .map(platform -> "{ platformName = " + quoted(platform) + ", url = " + quoted(sandbox.accessUrl(platform)) + " }")
        .collect(Collectors.joining("\n        , "));
    return """
        -- Smoke tests of the simulated meshStack that `meshwatch sonar sandbox` serves.
        { monitor =
          { sonar =
            { username = %s
            , password = Secret.fromFile %s
            , customer = %s
            , project = %s
            , scanInterval = 60
            , targets =
              [ %s
              ]
            , caFile = %s
            }
          }
        }
        """.formatted(quoted(settings.username()), quoted(absolute(credentials.passwordFile(TECHNICAL_USER))), quoted(settings.customer()),
        quoted(settings.project()), targets, quoted(absolute(sandbox.trustFile())));
  }

  private static String absolute(Path file) {
    return file.toAbsolutePath().normalize().toString();
  }

  private static String quoted(String text) {
    return '"' + text.replace("\\", "\\\\").replace("\"", "\\\"").replace("$", "\\$") + '"';
  }

  private static void print(Sandbox sandbox, SandboxSettings settings, Credentials credentials, Path file, PrintWriter out) {
    out.println();
    out.println("  the simulated meshStack is ready.");
    out.println();
    out.println("  control          " + sandbox.controlUrl() + "  (switches to break things, mails that came in)");
    out.println("  API              " + sandbox.apiUrl());
    out.println("  identity broker  " + sandbox.issuer());
    out.println("  authority        " + absolute(sandbox.trustFile()));
    out.println("  technical user   " + settings.username() + ", password in " + absolute(credentials.passwordFile(TECHNICAL_USER)));
    out.println("  configuration    " + absolute(file) + "  (meshwatch sonar run --config FILE)");
    out.println();
    out.flush();
  }

  private static void awaitStop() throws InterruptedException {
    CountDownLatch stop = new CountDownLatch(1);
    Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().unstarted(stop::countDown));
    stop.await();
  }
}
