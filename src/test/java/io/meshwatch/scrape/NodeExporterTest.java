package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TestCertificates;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Scrapes Debian's node_exporter over HTTPS with Basic auth, as it would run on a node. */
@Tag("peers")
class NodeExporterTest {
  private static final Path PROGRAM = Path.of("/usr/bin/prometheus-node-exporter");
  private static final long PATIENCE_MILLIS = 15_000;

  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final RecordingStore store = new RecordingStore();
  private final Scraper scraper = new Scraper(system.environment(), this::appender);
  private TestCertificates certificates;
  private Process exporter;
  private int port;

  private io.meshwatch.model.Appender appender() {
    synchronized (store) {
      return store.appender();
    }
  }

  @BeforeEach
  void startExporter() throws Exception {
    Assumptions.assumeTrue(Files.exists(PROGRAM), "prometheus-node-exporter is not installed");
    certificates = new TestCertificates(folder);
    ListenerSpec.ServerTls tls = certificates.server("node", "127.0.0.1", 10);
    String hash = BCrypt.with(BCrypt.Version.VERSION_2Y).hashToString(4, "right".toCharArray());
    Path web = folder.resolve("web.yml");
    Files.writeString(web, "tls_server_config:\n  cert_file: " + tls.certificateChainFile() + "\n  key_file: " + tls.keyFile()
        + "\nbasic_auth_users:\n  scraper: " + hash + "\n");
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    exporter = new ProcessBuilder(PROGRAM.toString(), "--web.config.file=" + web, "--web.listen-address=127.0.0.1:" + port)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve("exporter.log").toFile())
        .start();
  }

  @AfterEach
  void stopExporter() {
    scraper.close();
    system.close();
    if (exporter != null) {
      exporter.destroy();
    }
  }

  private void scrape(String password, Path ca, String address) throws InterruptedException {
    NodeSettings node = new NodeSettings("this", address, port, "node", Optional.of("scraper"), Optional.of(Secret.of(password)), Optional.empty(), List.of());
    DeploymentTargets targets =
        new DeploymentTargets(ScrapeJob.defaults().withTiming(0.3, 0.3), Optional.of(ca.toString()), name -> Optional.empty());
    scraper.apply(targets.jobs(List.of(node), List.of()));
  }

  /** Waits for a state, however slow the machine is. */
  private TargetStatus await(Predicate<TargetStatus> wanted) throws InterruptedException, IOException {
    long until = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (System.currentTimeMillis() < until) {
      TargetStatus status = scraper.targets().getFirst();
      if (wanted.test(status)) {
        return status;
      }
      system.environment().clock().sleep(20);
    }
    throw new AssertionError(scraper.targets() + "\n" + Files.readString(folder.resolve("exporter.log")));
  }

  @Test
  void storesItsMetrics() throws Exception {
    scrape("right", certificates.ca(), "127.0.0.1");
    TargetStatus status = await(s -> s.health() == TargetStatus.Health.UP);
    assertThat(status.lastSamples()).isGreaterThan(200);
    assertThat(status.url()).isEqualTo("https://127.0.0.1:" + port + "/metrics");
    scraper.close();
    assertThat(store.named("node_load1")).hasSize(1);
    assertThat(store.named("node_load1").getFirst().get("node")).isEqualTo("this");
    assertThat(store.named("node_cpu_seconds_total")).isNotEmpty();
  }

  @Test
  void namesTheUserItRefuses() throws Exception {
    scrape("wrong", certificates.ca(), "127.0.0.1");
    assertThat(await(s -> s.lastError().contains("401")).lastError()).isEqualTo("the target refused user scraper (401)");
  }

  @Test
  void doesNotTrustACertificateOfAnotherAuthority() throws Exception {
    Path other = Files.createDirectory(folder.resolve("other"));
    scrape("right", new TestCertificates(other).ca(), "127.0.0.1");
    assertThat(await(s -> s.lastError().contains("certificate")).lastError()).contains("is not signed by the authority in ca.pem");
  }

  @Test
  void noticesThatTheCertificateIsForAnotherName() throws Exception {
    scrape("right", certificates.ca(), "localhost");
    assertThat(await(s -> s.lastError().contains("certificate")).lastError()).contains("is not for localhost");
  }

  @Test
  void goesDownAndUpWithIt() throws Exception {
    scrape("right", certificates.ca(), "127.0.0.1");
    await(s -> s.health() == TargetStatus.Health.UP);
    exporter.destroy();
    assertThat(await(s -> s.health() == TargetStatus.Health.DOWN && s.lastError().contains("refused")).lastError())
        .isEqualTo("connection to 127.0.0.1:" + port + " was refused");
  }
}
