package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.NotificationStore;
import io.meshwatch.notify.mail.MailMessage;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import io.meshwatch.sandbox.Sandbox;
import io.meshwatch.sandbox.SandboxSettings;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.slf4j.LoggerFactory;
import tools.jackson.databind.json.JsonMapper;

/** The whole of meshwatch with four smoke tests on simulated time: what a person gets by mail when something breaks that they share. */
class OutageIsToldOnceTest {
  private static final long MINUTE = 60_000;
  private static final String PASSWORD = "pa+ss/wörd=&-1234567";

  private final SimulatedEnvironment world = new SimulatedEnvironment(Instant.parse("2026-01-05T08:00:00Z").toEpochMilli());
  private final SimulatedMailTransport relay = new SimulatedMailTransport();
  private final ListAppender<ILoggingEvent> log = new ListAppender<>();
  private Sandbox sandbox;
  private Meshwatch meshwatch;

  @BeforeEach
  void open() throws Exception {
    log.start();
    ((Logger) LoggerFactory.getLogger("io.meshwatch")).addAppender(log);
    sandbox = new Sandbox(world.environment(), SandboxSettings.defaults()
        .withPorts(0, 0, 0, 0, 0, 0)
        .withFiles("server.crt", "server.key", Optional.empty(), Optional.empty(), "/sandbox")
        .withPasswords(Secret.of("scrape"), Secret.of(PASSWORD), Secret.of("key-secret")));
    Config config = new ConfigLoader(world.environment().disk(), name -> Optional.of(PASSWORD), Path.of("/home")).load(configuration(), Path.of("/etc/monitor.dhall"))
        .config();
    meshwatch = Meshwatch.start(world.environment(), config, Path.of("/data"),
        new Meshwatch.Outside(mail -> relay, path -> NotificationStore.inMemory(), () -> config, Path.of("/etc")));
    world.time().advance(5 * MINUTE);
  }

  @AfterEach
  void close() {
    meshwatch.close();
    sandbox.close();
    ((Logger) LoggerFactory.getLogger("io.meshwatch")).detachAppender(log);
  }

  private String configuration() {
    String targets = SandboxSettings.defaults().platforms().stream()
        .map(platform -> "{ platformName = \"" + platform + "\", url = \"" + sandbox.accessUrl(platform) + "\" }")
        .collect(Collectors.joining(", "));
    return """
        { monitor =
          { installation = "simulated", operatorAlertAddresses = [ "ops@example.com" ]
          , mail = { host = "relay", sender.address = "meshwatch@example.com" }
          , sonar =
            { username = "sonar@example.com", password = Secret.fromEnv "SONAR_PASSWORD", customer = "my-customer", project = "my-project"
            , scanInterval = 60, targets = [ %s ]
            }
          }
        }
        """.formatted(targets);
  }

  private void control(String method, String fault) throws InterruptedException {
    exchange(new HttpCall(method, URI.create(sandbox.controlUrl() + "/faults/" + fault), List.of(), "{}".getBytes(StandardCharsets.UTF_8),
        Optional.empty(), TlsTrust.PUBLIC, 10_000, 1 << 20, false));
  }

  private String exchange(HttpCall call) throws InterruptedException {
    HttpResult result = world.network().exchange(call);
    return result instanceof HttpResult.Answer answer ? answer.text() : result.toString();
  }

  private String page(String path) throws InterruptedException {
    return exchange(HttpCall.get(URI.create("http://127.0.0.1:" + meshwatch.port() + path), TlsTrust.PUBLIC));
  }

  private List<MailMessage> mails() {
    return relay.accepted();
  }

  private List<String> subjects() {
    return mails().stream().map(MailMessage::subject).toList();
  }

  @Test
  void aBrokenIdentityBrokerIsOneAlertWithItsEvidence() throws InterruptedException {
    control("PUT", "idp-down");
    world.time().advance(15 * MINUTE);

    assertThat(mails()).singleElement().satisfies(mail -> {
      assertThat(mail.subject()).contains("Sonar cannot log in");
      assertThat(mail.text()).contains("Step login", "status 503", "request     GET https://", "last good   2026-01-05T08:0", "meshwatch sonar replay ",
          "times       resolve", "First steps: Keycloak alerts");
    });

    control("DELETE", "idp-down");
    world.time().advance(25 * MINUTE);
    assertThat(subjects()).hasSize(2).last().satisfies(subject -> assertThat(subject).containsIgnoringCase("resolved"));
  }

  @Tag("peers")
  @Test
  void aBrokenBackendIsOneAlert() throws InterruptedException {
    control("PUT", "api-error");
    world.time().advance(15 * MINUTE);

    assertThat(subjects()).singleElement().satisfies(subject -> assertThat(subject).contains("meshStack's API fails the smoke tests"));
    control("DELETE", "api-error");
    world.time().advance(25 * MINUTE);
    assertThat(subjects()).hasSize(2);
  }

  @Test
  void noSecretIsInMailsPageSeriesOrLog() throws InterruptedException {
    for (String fault : List.of("idp-wrong-password", "token-rejected", "replication-failed")) {
      control("PUT", fault);
      world.time().advance(5 * MINUTE);
      control("DELETE", fault);
      world.time().advance(MINUTE);
    }
    // While the first alert lives on for its time, it holds back those that follow from it.
    world.time().advance(20 * MINUTE);
    List<String> shown = new ArrayList<>();
    mails().forEach(mail -> shown.add(mail.subject() + mail.text() + mail.html()));
    log.list.forEach(event -> shown.add(event.getFormattedMessage()));
    for (String path : List.of("/metrics", "/api/meshwatch/v1/overview", "/api/meshwatch/v1/sonar", "/api/v2/alerts", "/api/v1/alerts",
        "/api/v1/status/config", "/federate?match%5B%5D=%7Bjob%3D%22sonar%22%7D", "/api/meshwatch/v1/notifications")) {
      shown.add(page(path));
    }
    String overview = page("/api/meshwatch/v1/sonar");
    JsonMapper.shared().readTree(overview).forEach(target -> target.path("runs").forEach(run -> {
      shown.add(pageOf("/api/meshwatch/v1/sonar/runs/" + run.path("id").asString("")));
      shown.add(pageOf("/api/meshwatch/v1/sonar/runs/" + run.path("id").asString("") + "/record"));
    }));

    assertThat(subjects()).hasSizeGreaterThan(1);
    assertThat(shown).hasSizeGreaterThan(50).allSatisfy(text -> assertThat(forms(PASSWORD).stream().filter(text::contains).toList()).isEmpty());
    assertThat(shown).noneMatch(text -> text.contains("eyJ"));
  }

  private String pageOf(String path) {
    try {
      return page(path);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return "";
    }
  }

  /** As it is, URL-encoded, in base64 alone and within Basic credentials. */
  private static List<String> forms(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    String basic = Base64.getEncoder().encodeToString(("sonar@example.com:" + secret).getBytes(StandardCharsets.UTF_8));
    return List.of(secret, URLEncoder.encode(secret, StandardCharsets.UTF_8), Base64.getEncoder().encodeToString(bytes),
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes), basic);
  }
}
