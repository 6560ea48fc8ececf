package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotificationStore;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Whole products on simulated time: how soon a broken platform is told by mail, and what several vantage points make of it. */
class SmokeTestDetectionTest {
  private static final String PASSWORD = "sonar-secret";
  private static final long MINUTE = 60_000;

  private final SimulatedEnvironment world = new SimulatedEnvironment(Instant.parse("2026-01-05T08:00:00Z").toEpochMilli());
  private final Map<String, SimulatedMailTransport> relays = new HashMap<>();
  private final List<AutoCloseable> opened = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    for (AutoCloseable each : opened.reversed()) {
      each.close();
    }
  }

  private Sandbox sandbox(String folder) {
    Sandbox sandbox = new Sandbox(world.environment(), SandboxSettings.defaults()
        .withPorts(0, 0, 0, 0, 0, 0)
        .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), folder)
        .withPasswords(Secret.of("scrape"), Secret.of(PASSWORD), Secret.of("key-secret")));
    opened.add(sandbox);
    return sandbox;
  }

  private Meshwatch start(String name, Sandbox sandbox, int interval, String monitor, String sonar) throws IOException, InterruptedException {
    String text = """
        { monitor =
          { installation = "%s", operatorAlertAddresses = [ "ops@example.com" ], listen = "127.0.0.1:0"
          , mail = { host = "relay", sender.address = "meshwatch@example.com" } %s
          , sonar =
            { username = "sonar@example.com", password = Secret.fromEnv "SONAR_PASSWORD", customer = "my-customer", project = "my-project"
            , scanInterval = %d, targets = [ { platformName = "aws.aws-main", url = "%s" } ] %s
            }
          }
        }
        """.formatted(name, monitor, interval, sandbox.accessUrl("aws.aws-main"), sonar);
    Config config = new ConfigLoader(world.environment().disk(), variable -> Optional.of(PASSWORD), Path.of("/home"))
        .load(text, Path.of("/etc/" + name + ".dhall")).config();
    Meshwatch meshwatch = Meshwatch.start(world.environment(), config, Path.of("/data/" + name),
        new Meshwatch.Outside(mail -> relays.computeIfAbsent(name, each -> new SimulatedMailTransport()), path -> NotificationStore.inMemory(), () -> config, Path.of("/etc")));
    opened.add(meshwatch);
    return meshwatch;
  }

  private void control(Sandbox sandbox, String method, String fault) throws InterruptedException {
    world.network().exchange(new HttpCall(method, URI.create(sandbox.controlUrl() + "/faults/" + fault), List.of(), "{}".getBytes(StandardCharsets.UTF_8),
        Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  private List<String> subjects(String name) {
    return relays.getOrDefault(name, new SimulatedMailTransport()).accepted().stream().map(MailMessage::subject).toList();
  }

  /** The worst moment: just after a run. Beside the repeated run, the mail waits for the rules (15 s) and for others of its group (45 s). */
  @ParameterizedTest
  @CsvSource({"120, 240", "300, 600"})
  void aBrokenPlatformIsMailedWithinTwoIntervals(int interval, int secondsMax) throws Exception {
    Sandbox sandbox = sandbox("/sandbox");
    Meshwatch meshwatch = start("one", sandbox, interval, "", "");
    while (runs(meshwatch) < 1) {
      world.time().advance(5_000);
    }
    control(sandbox, "PUT", "access-expired");
    long brokenMillis = world.time().wallMillis();
    while (subjects("one").isEmpty() && world.time().wallMillis() < brokenMillis + 3L * interval * 1_000) {
      world.time().advance(1_000);
    }

    assertThat(subjects("one")).singleElement().satisfies(subject -> assertThat(subject).contains("my-project / aws.aws-main fails"));
    assertThat((world.time().wallMillis() - brokenMillis) / 1_000).isBetween((long) interval, (long) secondsMax);
  }

  private double runs(Meshwatch meshwatch) throws InterruptedException {
    String vector = meshwatch.query("sum(sonar_runs_total{result=\"success\"})", world.time().wallMillis());
    Matcher value = Pattern.compile("value=([0-9.]+)").matcher(vector);
    return value.find() ? Double.parseDouble(value.group(1)) : 0;
  }

  @Test
  void oneVantagePointOfTwoPagesNobodyAndBothDo() throws Exception {
    Sandbox fromFrankfurt = sandbox("/sandbox-frankfurt");
    Sandbox fromParis = sandbox("/sandbox-paris");
    Meshwatch frankfurt = start("frankfurt", fromFrankfurt, 60, "", ", vantagePoint = \"frankfurt\"");
    world.environment().disk().replace(Path.of("/etc/scrape.yml"), """
          scrape_configs:
          - job_name: sonar-frankfurt
            honor_labels: true
            metrics_path: /federate
            params: { "match[]": [ '{job="sonar"}' ] }
            static_configs: [ { targets: [ "127.0.0.1:%d" ] } ]
          """.formatted(frankfurt.port()).getBytes(StandardCharsets.UTF_8));
    start("paris", fromParis, 60, ", scrape.scrapeConfigFiles = [ \"/etc/scrape.yml\" ]", ", vantagePoint = \"paris\"");
    world.time().advance(5 * MINUTE);
    control(fromFrankfurt, "PUT", "access-expired");
    world.time().advance(20 * MINUTE);

    assertThat(subjects("paris")).singleElement().satisfies(subject -> assertThat(subject).contains("fails from frankfurt only"));
    control(fromParis, "PUT", "access-expired");
    world.time().advance(5 * MINUTE);
    assertThat(subjects("paris")).hasSize(2).last().satisfies(subject -> assertThat(subject).contains("Smoke test my-project / aws.aws-main fails"));
  }
}
