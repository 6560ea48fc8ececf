package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import com.icegreen.greenmail.util.GreenMail;
import com.icegreen.greenmail.util.ServerSetup;
import io.meshwatch.cli.AcknowledgeCommand;
import io.meshwatch.cli.ExitCode;
import io.meshwatch.cli.MailCommand;
import io.meshwatch.cli.MeshwatchCommand;
import io.meshwatch.cli.RulesCommand;
import io.meshwatch.cli.SilenceCommand;
import io.meshwatch.config.Config;
import io.meshwatch.config.ConfigLoader;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/** Rules, silences, mails and acknowledgements from the terminal and over HTTP, with a meshwatch that runs. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class AlertCommandsTest {
  private final SystemEnvironment system = new SystemEnvironment();
  private GreenMail relay;
  private Meshwatch meshwatch;
  private Path config;
  private String url;

  /** What a command printed, and its exit code. */
  private record Result(int exit, String out, String err) {}

  @BeforeAll
  void open(@TempDir Path folder) throws Exception {
    ServerSetup setup = new ServerSetup(0, "127.0.0.1", ServerSetup.PROTOCOL_SMTP).dynamicPort();
    setup.setServerStartupTimeout(20_000);
    relay = new GreenMail(setup);
    relay.start();
    config = Files.writeString(folder.resolve("monitor.dhall"), """
        { monitor =
          { installation = "test", listen = "127.0.0.1:0", evaluationInterval = 1.0, operatorAlertAddresses = [ "ops@example.com" ]
          , mail = { host = "127.0.0.1", port = %d, sender = { address = "m@example.com" }, security = "NONE" }
          , rules = { overrides = [ { alert = "TargetDown", forSeconds = Some 7.0 } ], files = [ "own.yml" ] }
          }
        }
        """.formatted(relay.getSmtp().getPort()));
    Files.writeString(folder.resolve("own.yml"), "groups: [{name: own, rules: [{alert: Own, expr: vector(7) > 5, labels: {severity: critical}}, "
        + "{alert: NeverMine, expr: nothing_here > 1}]}]\n");
    Config loaded = new ConfigLoader(system.environment().disk(), name -> Optional.empty(), folder).load(config).config();
    meshwatch = Meshwatch.start(system.environment(), loaded, folder.resolve("data"),
        Meshwatch.Outside.real(system.environment(), () -> loaded, folder));
    url = "http://127.0.0.1:" + meshwatch.port();
    awaitOwn();
  }

  @AfterAll
  void close() {
    meshwatch.close();
    relay.stop();
    system.close();
  }

  /** The rule of this test fires with its first evaluation and is stored with its second one. */
  private void awaitOwn() throws InterruptedException {
    CountDownLatch never = new CountDownLatch(1);
    for (int i = 0; i < 300 && !run("rules", "explain", "Own").out().contains("it fires: 1 alert"); i++) {
      assertThat(never.await(100, TimeUnit.MILLISECONDS)).isFalse();
    }
  }

  private Result run(String... arguments) {
    List<String> all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--url", url));
    return runHere(all.toArray(new String[0]));
  }

  private static Result runHere(String... arguments) {
    StringWriter out = new StringWriter();
    StringWriter err = new StringWriter();
    CommandLine line = MeshwatchCommand.commandLine(new RulesCommand(), new SilenceCommand(), new AcknowledgeCommand(), new MailCommand());
    line.setOut(new PrintWriter(out)).setErr(new PrintWriter(err, true));
    return new Result(line.execute(arguments), out.toString(), err.toString());
  }

  private HttpResult.Answer post(String path, String type, String body) throws InterruptedException {
    HttpCall call = HttpCall.post(URI.create(url + path), type, body.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC);
    return (HttpResult.Answer) system.environment().network().exchange(call);
  }

  @Test
  void explainsWhyAnAlertFires() {
    Result own = run("rules", "explain", "Own");
    assertThat(own.exit()).isEqualTo(ExitCode.NO);
    assertThat(own.out()).contains("=> it fires: 1 alert", "yes 7 > 5", "to mail", "ops@example.com", "last evaluations:");
    Result watchdog = run("rules", "explain", "Own", "--at", "-1h");
    assertThat(watchdog.out()).contains("=> its condition held at this time, but no alert was stored yet");
    assertThat(run("rules", "explain", "TargetDown").out()).contains("=> it does not fire: no series for up");
    assertThat(run("rules", "explain", "Missing").err()).contains("no alerting rule named Missing");
  }

  @Test
  void listsRulesAndTheirDifferenceToTheShippedOnes() {
    assertThat(run("rules", "list").out()).contains("Own", "changed  meshwatch-meta / TargetDown", "for: 3m -> 7s", "added    own / Own");
    Result here = runHere("rules", "list", "--diff", "--config", config.toString());
    assertThat(here.out()).startsWith("Difference to the shipped rules").contains("for: 3m -> 7s").doesNotContain("record ");
  }

  @Test
  void addsListsAndEndsSilences() {
    Result added = run("silence", "add", "host=db-1", "--for", "2h", "--comment", "disk");
    assertThat(added.exit()).as(added.err()).isEqualTo(ExitCode.FINE);
    String id = added.out().lines().toList().getLast();
    assertThat(run("silence", "list").out()).contains(id + "  active", "{host=\"db-1\"}", "disk");
    assertThat(run("silence", "expire", id).exit()).isEqualTo(ExitCode.FINE);
    assertThat(run("silence", "list").out()).doesNotContain(id);
    assertThat(run("silence", "expire", "none").err()).contains("there is no silence none");
    Result preview = run("silence", "add", "alertname=Own", "--preview");
    assertThat(preview.out()).contains("matches 1 of the", "alertname=\"Own\"");
    assertThat(run("silence", "list").out()).doesNotContain("Own");
    assertThat(run("silence", "add", "alertname=~.+").err()).contains("matches too much");
  }

  @Test
  void sendsATestMailAndShowsTheTalk() {
    for (Result sent : List.of(run("mail", "test", "ops@example.com"), runHere("mail", "test", "ops@example.com", "--config", config.toString()))) {
      assertThat(sent.exit()).as(sent.out() + sent.err()).isEqualTo(ExitCode.FINE);
      assertThat(sent.out()).contains("RCPT TO:<ops@example.com>", "The relay took the mail: 250");
    }
  }

  @Test
  void acknowledgesListsAndWithdraws() {
    Result added = run("ack", "add", "alertname=Own", "--author", "ann", "--comment", "on my way");
    assertThat(added.exit()).as(added.err()).isEqualTo(ExitCode.FINE);
    assertThat(added.out()).contains("acknowledged {alertname=\"Own\"");
    assertThat(run("ack", "list").out()).contains("alertname=\"Own\"", "ann: on my way");
    assertThat(run("rules", "explain", "Own").out()).contains("ann", "on my way");
    assertThat(run("ack", "withdraw", "severity=critical").out()).contains("withdrawn {alertname=\"Own\"");
    assertThat(run("ack", "list").out()).contains("(no acknowledgements)");
    assertThat(run("ack", "add", "alertname=Nothing").exit()).isEqualTo(ExitCode.NO);
  }

  @Test
  void takesAcknowledgementsAsJsonOnly() throws Exception {
    String body = "{\"labels\": {\"alertname\": \"Own\", \"severity\": \"critical\"}, \"author\": \"ann\"}";
    assertThat(post("/api/meshwatch/v1/acknowledgements", "text/plain", body).status()).isEqualTo(400);
    assertThat(post("/api/meshwatch/v1/acknowledgements", "application/json", body).status()).isEqualTo(200);
    assertThat(post("/api/meshwatch/v1/acknowledgements/withdraw", "application/json", body).status()).isEqualTo(200);
    assertThat(post("/api/meshwatch/v1/acknowledgements", "application/json", "{\"labels\": {\"alertname\": \"No\"}}").text()).contains("no alert with these labels fires");
  }
}
