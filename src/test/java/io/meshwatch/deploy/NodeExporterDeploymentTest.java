package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicInteger;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rendered files in the real node_exporter, through a whole rotation. */
@Tag("peers")
class NodeExporterDeploymentTest {
  private static final Path EXPORTER = Path.of("/usr/bin/prometheus-node-exporter");

  @TempDir Path folder;

  @Test
  void scrapesTheRealExporterThroughAWholeRotationWithoutMissingOne() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(EXPORTER), "prometheus-node-exporter is not installed");
    int port = freePort();
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      Credentials credentials =
          new Credentials(environment, folder.resolve("credentials"), new CredentialSettings(Optional.empty(), "scrape", false, 3650, 397, 0));
      credentials.init(List.of(new Credentials.Subject("node-1", List.of("127.0.0.1"))));
      List<DeployTarget> targets = List.of(new DeployTarget("node-1", DeployTarget.Kind.NODE, port));
      DeployFiles files = new DeployFiles(environment.disk(), credentials);
      files.render(folder.resolve("deploy"), targets);
      Process exporter = new ProcessBuilder(
          EXPORTER.toString(), "--web.listen-address=127.0.0.1:" + port,
          "--web.config.file=" + folder.resolve("deploy/node-1/web-config.yml"))
          .redirectErrorStream(true).redirectOutput(folder.resolve("exporter.log").toFile()).start();
      try {
        TlsTrust trust = TlsTrust.ca(credentials.authorityFile());
        Credentials.Login old = credentials.login("node-1");
        awaitStart(environment, port, trust, old);

        credentials.prepareRotation();
        files.render(folder.resolve("deploy"), targets);
        assertThat(status(environment, port, trust, credentials.login("node-1"))).isEqualTo(200);
        Credentials.Login next = credentials.accepted("node-1").getLast();
        assertThat(next).isNotEqualTo(old);
        assertThat(status(environment, port, trust, next)).isEqualTo(200);

        credentials.finishRotation();
        assertThat(credentials.login("node-1")).isEqualTo(next);
        assertThat(status(environment, port, trust, credentials.login("node-1"))).isEqualTo(200);
        files.render(folder.resolve("deploy"), targets);
        assertThat(status(environment, port, trust, next)).isEqualTo(200);
        assertThat(status(environment, port, trust, old)).isEqualTo(401);
      } finally {
        exporter.destroy();
        exporter.waitFor();
      }
    }
  }

  @Test
  void missesNoScrapeWhilePasswordsAndAuthorityRotate() throws Exception {
    Assumptions.assumeTrue(Files.isExecutable(EXPORTER), "prometheus-node-exporter is not installed");
    int port = freePort();
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      Credentials credentials = new Credentials(environment, folder.resolve("credentials"),
          new CredentialSettings(Optional.empty(), "scrape", false, 3650, 397, 60));
      credentials.init(List.of(new Credentials.Subject("node-1", List.of("127.0.0.1"))));
      List<DeployTarget> targets = List.of(new DeployTarget("node-1", DeployTarget.Kind.NODE, port));
      DeployFiles files = new DeployFiles(environment.disk(), credentials);
      files.render(folder.resolve("deploy"), targets);
      Process exporter = new ProcessBuilder(
          EXPORTER.toString(), "--web.listen-address=127.0.0.1:" + port, "--collector.disable-defaults", "--collector.loadavg",
          "--web.config.file=" + folder.resolve("deploy/node-1/web-config.yml"))
          .redirectErrorStream(true).redirectOutput(folder.resolve("exporter.log").toFile()).start();
      // The exporter's own bcrypt check costs more than the scrape; it remembers a password it has seen.
      try (ScrapesWithoutPause scrapes = new ScrapesWithoutPause(environment, credentials, port)) {
        awaitStart(environment, port, TlsTrust.ca(credentials.authorityFile()), credentials.login("node-1"));
        scrapes.start();
        scrapes.awaitMore(5);
        credentials.prepareAuthority();
        scrapes.awaitMore(5);
        credentials.prepareRotation();
        scrapes.awaitMore(5);
        files.render(folder.resolve("deploy"), targets);
        scrapes.awaitMore(5);
        credentials.finishRotation();
        scrapes.awaitMore(5);
        files.render(folder.resolve("deploy"), targets);
        scrapes.awaitMore(5);
        assertThat(scrapes.failures()).isEmpty();
      } finally {
        exporter.destroy();
        exporter.waitFor();
      }
    }
  }

  /** Scrapes as meshwatch does, one after the other, each over a connection of its own. */
  private static final class ScrapesWithoutPause implements AutoCloseable {
    private final Environment environment;
    private final Credentials credentials;
    private final int port;
    private final List<String> failures = new CopyOnWriteArrayList<>();
    private final AtomicInteger done = new AtomicInteger();
    private volatile boolean stopped;
    private final Thread thread = Thread.ofPlatform().unstarted(this::run);

    ScrapesWithoutPause(Environment environment, Credentials credentials, int port) {
      this.environment = environment;
      this.credentials = credentials;
      this.port = port;
    }

    void start() {
      thread.start();
    }

    private void run() {
      try {
        while (!stopped) {
          Credentials.Login login = credentials.login("node-1");
          HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + port + "/metrics"), TlsTrust.ca(credentials.authorityFile()))
              .header("Connection", "close").withBasicAuth(login.username(), login.password());
          HttpResult result = environment.network().exchange(call);
          if (!(result instanceof HttpResult.Answer answer && answer.status() == 200)) {
            failures.add(result.toString());
          }
          done.incrementAndGet();
        }
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }

    void awaitMore(int scrapes) throws InterruptedException {
      int wanted = done.get() + scrapes;
      while (done.get() < wanted) {
        environment.clock().sleep(20);
      }
    }

    List<String> failures() {
      return failures;
    }

    @Override
    public void close() throws InterruptedException {
      stopped = true;
      thread.join();
    }
  }

  private void awaitStart(Environment environment, int port, TlsTrust trust, Credentials.Login login) throws Exception {
    for (int attempt = 0; status(environment, port, trust, login) != 200; attempt++) {
      assertThat(attempt).as("node_exporter starts; its log: %s", Files.readString(folder.resolve("exporter.log"))).isLessThan(100);
      environment.clock().sleep(100);
    }
  }

  private static int status(Environment environment, int port, TlsTrust trust, Credentials.Login login) throws InterruptedException {
    HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + port + "/metrics"), trust).withBasicAuth(login.username(), login.password());
    return environment.network().exchange(call) instanceof HttpResult.Answer answer ? answer.status() : 0;
  }

  private static int freePort() throws java.io.IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
