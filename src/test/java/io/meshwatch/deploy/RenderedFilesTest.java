package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.config.CredentialSettings;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The rendered files in the programs they are for: each shows its metrics over HTTPS to whoever has the password. */
@Tag("peers")
class RenderedFilesTest {
  private static final int TRIES = 600;
  private static final long PAUSE_MILLIS = 100;

  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private final List<Process> processes = new ArrayList<>();

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      process.waitFor();
    }
    system.close();
  }

  /** The files of one target, with the places where they would be installed replaced by where they are. */
  private final class Rendered {
    private final String name;
    private final int port = freePort();
    private final Credentials credentials;

    Rendered(String name, DeployTarget.Kind kind) {
      this.name = name;
      credentials = new Credentials(environment, folder.resolve("credentials"), CredentialSettings.defaults());
      credentials.init(List.of(new Credentials.Subject(name, List.of("127.0.0.1"))));
      new DeployFiles(environment.disk(), credentials).render(folder, List.of(new DeployTarget(name, kind, port)));
    }

    String file(String file) throws IOException {
      return Files.readString(folder.resolve(name).resolve(file)).replaceAll("/etc/(prometheus/" + name + "|nginx/metrics)/", folder.resolve(name) + "/");
    }

    /** Starts what a systemd unit starts. */
    void startUnit(String unit, Map<String, String> variables) throws IOException {
      String line = file(unit).lines().filter(each -> each.startsWith("ExecStart=")).findFirst().orElseThrow().substring("ExecStart=".length());
      start(line.split(" "), variables);
    }

    String page() throws InterruptedException, IOException {
      awaitRefusal();
      return body(credentials.login(name));
    }

    /** Waits until something answers, and sees it refuse a wrong password. */
    void awaitRefusal() throws InterruptedException {
      assertThat(statusFor(credentials.login(name).username(), Secret.of("wrong"))).isEqualTo(401);
    }

    private String body(Credentials.Login login) throws InterruptedException, IOException {
      for (int attempt = 0; attempt < TRIES; attempt++) {
        HttpResult result = environment.network().exchange(call(login.username(), login.password()));
        if (result instanceof HttpResult.Answer answer && answer.status() == 200) {
          return answer.text();
        }
        environment.clock().sleep(PAUSE_MILLIS);
      }
      throw new AssertionError(Files.readString(folder.resolve("log")));
    }

    private int statusFor(String user, Secret password) throws InterruptedException {
      for (int attempt = 0; attempt < TRIES; attempt++) {
        if (environment.network().exchange(call(user, password)) instanceof HttpResult.Answer answer) {
          return answer.status();
        }
        environment.clock().sleep(PAUSE_MILLIS);
      }
      return 0;
    }

    private HttpCall call(String user, Secret password) {
      return HttpCall.get(URI.create("https://127.0.0.1:" + port + "/metrics"), TlsTrust.ca(credentials.authorityFile())).withBasicAuth(user, password);
    }
  }

  private static void need(String... programs) {
    for (String program : programs) {
      Assumptions.assumeTrue(Files.isExecutable(Path.of(program)), program + " is not installed");
    }
  }

  private static int freePort() {
    try (ServerSocket socket = new ServerSocket(0)) {
      return socket.getLocalPort();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void start(String[] command, Map<String, String> variables) throws IOException {
    ProcessBuilder builder = new ProcessBuilder(command).redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(folder.resolve("log").toFile()));
    builder.environment().putAll(variables);
    processes.add(builder.start());
  }

  private void startNginx(String... snippets) throws IOException {
    Path main = folder.resolve("nginx.conf");
    Files.writeString(main, "user root;\ndaemon off;\npid " + folder.resolve("nginx.pid") + ";\nerror_log stderr;\nevents {}\nhttp {\naccess_log off;\n"
        + String.join("\n", snippets) + "}\n");
    start(new String[] {"/usr/sbin/nginx", "-c", main.toString(), "-p", folder.toString(), "-e", "stderr"}, Map.of());
  }

  @Test
  void nginxShowsItsOwnMetricsThroughItself() throws Exception {
    need("/usr/sbin/nginx", "/usr/bin/prometheus-nginx-exporter");
    Rendered nginx = new Rendered("nginx", DeployTarget.Kind.NGINX);
    startNginx(nginx.file("nginx-metrics.conf"), nginx.file("nginx-status.conf"));
    // The exporter gives up if nginx is not there yet; its unit would start it again.
    nginx.awaitRefusal();
    nginx.startUnit("prometheus-nginx-exporter.service", Map.of());
    assertThat(nginx.page()).contains("\nnginx_up 1\n", "nginx_http_requests_total");
  }

  @Test
  void rabbitMqShowsItsMetricsThroughNginx() throws Exception {
    need("/usr/sbin/nginx", "/usr/lib/rabbitmq/bin/rabbitmq-server", "/usr/bin/epmd");
    Rendered rabbit = new Rendered("rabbitmq", DeployTarget.Kind.RABBITMQ);
    startNginx(rabbit.file("nginx-metrics.conf"));
    Path home = Files.createDirectories(folder.resolve("rabbit"));
    Files.writeString(home.resolve("rabbitmq.conf"), rabbit.file("rabbitmq.conf"));
    Files.writeString(home.resolve("plugins"), "[rabbitmq_prometheus].\n");
    // Erlang's name server, which RabbitMQ would otherwise start for itself and leave running.
    String names = Integer.toString(freePort());
    start(new String[] {"/usr/bin/epmd", "-address", "127.0.0.1", "-port", names}, Map.of());
    start(new String[] {"/usr/lib/rabbitmq/bin/rabbitmq-server"}, Map.ofEntries(
        Map.entry("ERL_EPMD_PORT", names), Map.entry("ERL_EPMD_ADDRESS", "127.0.0.1"),
        Map.entry("HOME", home.toString()), Map.entry("RABBITMQ_CONFIG_FILE", home.resolve("rabbitmq").toString()),
        Map.entry("RABBITMQ_MNESIA_BASE", home.resolve("mnesia").toString()), Map.entry("RABBITMQ_LOG_BASE", home.toString()),
        Map.entry("RABBITMQ_ENABLED_PLUGINS_FILE", home.resolve("plugins").toString()), Map.entry("RABBITMQ_NODENAME", "meshwatch-test@localhost"),
        Map.entry("RABBITMQ_NODE_PORT", Integer.toString(freePort())), Map.entry("RABBITMQ_DIST_PORT", Integer.toString(freePort())),
        Map.entry("RABBITMQ_NODE_IP_ADDRESS", "127.0.0.1")));
    assertThat(rabbit.page()).contains("rabbitmq_identity_info", "rabbitmq_disk_space_available_bytes");
  }

  @Test
  void mysqldExporterShowsARealMariaDb() throws Exception {
    need("/usr/sbin/mariadbd", "/usr/bin/mariadb-install-db", "/usr/bin/prometheus-mysqld-exporter");
    Rendered mariadb = new Rendered("mariadb", DeployTarget.Kind.MARIADB);
    Path data = folder.resolve("database");
    Path socket = folder.resolve("s");
    new ProcessBuilder("mariadb-install-db", "--no-defaults", "--datadir=" + data, "--auth-root-authentication-method=normal", "--skip-test-db")
        .redirectErrorStream(true).redirectOutput(folder.resolve("install.log").toFile()).start().waitFor();
    start(new String[] {"mariadbd", "--no-defaults", "--user=root", "--datadir=" + data, "--socket=" + socket, "--skip-networking"}, Map.of());
    mariadb.startUnit("prometheus-mysqld-exporter.service", Map.of("DATA_SOURCE_NAME", "root@unix(" + socket + ")/"));
    String page = mariadb.page();
    for (int attempt = 0; attempt < TRIES && !page.contains("\nmysql_up 1\n"); attempt++) {
      environment.clock().sleep(PAUSE_MILLIS);
      page = mariadb.page();
    }
    assertThat(page).contains("\nmysql_up 1\n", "mysql_global_status_threads_connected");
  }

  @Test
  void pushgatewayAndBlackboxExporterTakeTheirWebConfiguration() throws Exception {
    need("/usr/bin/prometheus-pushgateway", "/usr/bin/prometheus-blackbox-exporter");
    Rendered pushgateway = new Rendered("pushgateway", DeployTarget.Kind.PUSHGATEWAY);
    pushgateway.startUnit("prometheus-pushgateway.service", Map.of());
    assertThat(pushgateway.page()).contains("pushgateway_build_info");
    Rendered blackbox = new Rendered("blackbox", DeployTarget.Kind.BLACKBOX);
    blackbox.startUnit("prometheus-blackbox-exporter.service", Map.of());
    assertThat(blackbox.page()).contains("blackbox_exporter_build_info");
  }
}
