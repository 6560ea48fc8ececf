package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.deploy.Credentials;
import io.meshwatch.deploy.PrometheusDeployment;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.BooleanSupplier;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** A real Prometheus on the files written for it scrapes all that the quickstart scrapes, and fires the same alerts. */
@Tag("peers")
class RealPrometheusTest {
  private static final long LOOK_MILLIS = 500;
  private static final long PATIENCE_MILLIS = 150_000;
  private static final String BROKEN = "panel";

  @TempDir Path folder;

  @Test
  void scrapesTheSameTargetsAndFiresTheSameAlerts() throws Exception {
    for (String program : List.of("prometheus", "promtool", "prometheus-alertmanager", "amtool")) {
      Assumptions.assumeTrue(Files.isExecutable(Path.of("/usr/bin", program)), program + " is not installed");
    }
    Path data = folder.resolve("data");
    Path files = folder.resolve("files");
    Files.createDirectories(data);
    try (SystemEnvironment system = new SystemEnvironment()) {
      Environment environment = system.environment();
      try (Quickstart quickstart = new Quickstart(environment, UpProgram.loader(environment), data, "127.0.0.1:" + freePort(), 0);
          Meshwatch meshwatch = Meshwatch.start(environment, quickstart.config(), data, Meshwatch.Outside.real(environment, quickstart::config, data))) {
        Credentials credentials = new Credentials(environment, data.resolve("credentials"), CredentialSettings.defaults());
        String prometheus = "127.0.0.1:" + freePort();
        String alertmanager = "127.0.0.1:" + freePort();
        new PrometheusDeployment(environment.disk(), credentials, quickstart.config(), data,
            new PrometheusDeployment.Servers(prometheus, alertmanager)).render(files);
        check("promtool", "check", "config", files.resolve("prometheus.yml").toString());
        check("promtool", "check", "web-config", files.resolve("prometheus-web.yml").toString(), files.resolve("alertmanager-web.yml").toString());
        check("amtool", "check-config", files.resolve("alertmanager.yml").toString());
        Process notifying = new ProcessBuilder("prometheus-alertmanager", "--config.file=" + files.resolve("alertmanager.yml"),
            "--web.config.file=" + files.resolve("alertmanager-web.yml"), "--web.listen-address=" + alertmanager,
            "--web.external-url=https://" + alertmanager, "--cluster.listen-address=", "--storage.path=" + folder.resolve("alertmanager"))
            .redirectErrorStream(true).redirectOutput(folder.resolve("alertmanager.log").toFile()).start();
        try {
          compare(environment, credentials, prometheus, meshwatch, quickstart, files);
          awaitMail(environment, quickstart);
        } finally {
          notifying.destroy();
          notifying.waitFor();
        }
      }
    }
  }

  private void compare(
      Environment environment, Credentials credentials, String prometheus, Meshwatch meshwatch, Quickstart quickstart, Path files) throws Exception {
    Process real = new ProcessBuilder("prometheus", "--config.file=" + files.resolve("prometheus.yml"),
        "--web.config.file=" + files.resolve("prometheus-web.yml"), "--web.listen-address=" + prometheus,
        "--storage.tsdb.path=" + folder.resolve("tsdb"), "--enable-feature=extra-scrape-metrics")
        .redirectErrorStream(true).redirectOutput(folder.resolve("prometheus.log").toFile()).start();
    try {
      Credentials.Login login = credentials.login("prometheus-server");
      HttpCall theirs = HttpCall.get(URI.create("https://" + prometheus), TlsTrust.ca(credentials.authorityFile()))
          .withBasicAuth(login.username(), login.password());
      HttpCall ours = HttpCall.get(URI.create("http://127.0.0.1:" + meshwatch.port()), TlsTrust.PUBLIC);
      await("every target is up", () -> health(environment, theirs).equals(Set.of("up")));
      assertThat(jobs(environment, theirs)).containsAll(jobs(environment, ours));
      byte[] body = ("{\"component\":\"" + BROKEN + "\"}").getBytes(StandardCharsets.UTF_8);
      HttpCall fault = HttpCall.post(URI.create(quickstart.controlUrl() + "/faults/component-down"), "application/json", body, TlsTrust.PUBLIC);
      environment.network().exchange(new HttpCall("PUT", fault.uri(), fault.headers(), fault.body(), fault.basicAuth(), fault.trust(),
          fault.timeoutMillis(), fault.bodyBytesMax(), false));
      await("both fire for " + BROKEN, () -> !firing(environment, ours).isEmpty() && firing(environment, ours).equals(firing(environment, theirs)));
      assertThat(firing(environment, theirs)).contains("JobDown");
    } finally {
      real.destroy();
      real.waitFor();
    }
  }

  /** The alert goes on to the real Alertmanager, and from there by mail. Its mails are told from ours by the link to it. */
  private void awaitMail(Environment environment, Quickstart quickstart) throws Exception {
    HttpCall mails = HttpCall.get(URI.create(quickstart.controlUrl()), TlsTrust.PUBLIC);
    await("Alertmanager mails the alert", () -> {
      for (JsonNode mail : get(environment, mails, "/mails")) {
        if (mail.path("html").asString("").matches("(?is).*view in\\s+alertmanager.*") && mail.toString().contains("JobDown")) {
          return true;
        }
      }
      return false;
    });
  }

  private static Set<String> health(Environment environment, HttpCall server) {
    return targets(environment, server, "health");
  }

  private static Set<String> jobs(Environment environment, HttpCall server) {
    Set<String> jobs = new TreeSet<>();
    get(environment, server, "/api/v1/targets").path("data").path("activeTargets").forEach(target -> jobs.add(target.path("labels").path("job").asString("")));
    return jobs;
  }

  private static Set<String> targets(Environment environment, HttpCall server, String field) {
    Set<String> values = new TreeSet<>();
    get(environment, server, "/api/v1/targets").path("data").path("activeTargets").forEach(target -> values.add(target.path(field).asString("")));
    return values;
  }

  /** Names of alerts that fire for the broken component. */
  private static Set<String> firing(Environment environment, HttpCall server) {
    Set<String> names = new TreeSet<>();
    for (JsonNode alert : get(environment, server, "/api/v1/alerts").path("data").path("alerts")) {
      if (alert.path("state").asString("").equals("firing") && alert.path("labels").path("job").asString("").equals(BROKEN)) {
        names.add(alert.path("labels").path("alertname").asString(""));
      }
    }
    return names;
  }

  private static JsonNode get(Environment environment, HttpCall server, String path) {
    HttpCall call = new HttpCall("GET", URI.create(server.uri() + path), server.headers(), server.body(), server.basicAuth(), server.trust(), 5_000,
        server.bodyBytesMax(), false);
    try {
      return environment.network().exchange(call) instanceof HttpResult.Answer answer && answer.status() == 200
          ? JsonMapper.shared().readTree(answer.text())
          : JsonMapper.shared().createObjectNode();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      return JsonMapper.shared().createObjectNode();
    }
  }

  private void await(String what, BooleanSupplier condition) throws Exception {
    long end = System.currentTimeMillis() + PATIENCE_MILLIS;
    while (!condition.getAsBoolean()) {
      assertThat(System.currentTimeMillis()).as("%s; Prometheus' log: %s, Alertmanager's: %s", what,
          Files.readString(folder.resolve("prometheus.log")), Files.readString(folder.resolve("alertmanager.log"))).isLessThan(end);
      Thread.sleep(LOOK_MILLIS);
    }
  }

  private static void check(String... command) throws IOException, InterruptedException {
    Process process = new ProcessBuilder(command).redirectErrorStream(true).start();
    String output = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(output).isZero();
  }

  static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    }
  }
}
