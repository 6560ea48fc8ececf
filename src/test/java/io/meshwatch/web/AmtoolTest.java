package io.meshwatch.web;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.notify.Installation;
import io.meshwatch.notify.NotificationStore;
import io.meshwatch.notify.Notifier;
import io.meshwatch.notify.NotifySettings;
import io.meshwatch.notify.mail.SimulatedMailTransport;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real amtool against the API. */
@Tag("peers")
class AmtoolTest {
  private static final Path AMTOOL = Path.of("/usr/bin/amtool");
  private static final long PATIENCE_SECONDS = 30;

  @TempDir Path folder;

  private final SystemEnvironment system = new SystemEnvironment();
  private final NotificationStore store = NotificationStore.inMemory();
  private final Notifier notifier = new Notifier(system.environment(), new Installation("test", "http://watch", List.of(), List.of(), Optional.empty()),
      NotifySettings.defaults(), store, s -> new SimulatedMailTransport());
  private HttpListener listener;

  /** What a run of the program printed, both streams, and its exit code. */
  private record Run(int code, String text) {}

  @BeforeEach
  void start() throws IOException {
    assumeTrue(Files.isExecutable(AMTOOL), "amtool is missing: apt-get install prometheus-alertmanager");
    Routes routes = new Routes();
    new AlertmanagerApi(notifier, system.environment().clock(), "0.25.0", system.environment().clock().wallMillis()).addTo(routes);
    listener = system.environment().listeners().open(new ListenerSpec("test", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1 << 20), routes);
    notifier.start();
  }

  @AfterEach
  void stop() {
    if (listener != null) {
      listener.close();
    }
    notifier.close();
    store.close();
    system.close();
  }

  private Run amtool(String... arguments) throws IOException, InterruptedException {
    List<String> command = new ArrayList<>(List.of(AMTOOL.toString(), "--alertmanager.url=http://127.0.0.1:" + listener.port()));
    command.addAll(List.of(arguments));
    Path output = Files.createTempFile(folder, "amtool", ".txt");
    Process process = new ProcessBuilder(command).redirectErrorStream(true).redirectOutput(output.toFile()).start();
    assertThat(process.waitFor(PATIENCE_SECONDS, TimeUnit.SECONDS)).isTrue();
    return new Run(process.exitValue(), Files.readString(output, StandardCharsets.UTF_8));
  }

  private String fine(String... arguments) throws IOException, InterruptedException {
    Run run = amtool(arguments);
    assertThat(run.code()).as(run.text()).isZero();
    return run.text();
  }

  @Test
  void addsAsksForAndEndsSilences() throws Exception {
    String id = fine("silence", "add", "--author=ann", "--comment=disk", "--duration=2h", "alertname=DiskFull", "host=~db-.*", "env!=test").strip();
    assertThat(fine("silence", "query", "-q")).isEqualTo(id + "\n");
    assertThat(fine("silence", "query", "host=~db-.*")).contains(id, "host=~\"db-.*\"", "env!=\"test\"", "ann", "disk");
    assertThat(fine("silence", "query", "--created-by=ann", "-o", "json")).contains("\"isEqual\":false");
    assertThat(fine("silence", "query", "alertname=Other", "-q")).isEmpty();
    fine("silence", "update", "--duration=3h", "--comment=longer", id);
    assertThat(fine("silence", "query")).contains("longer");
    fine("silence", "expire", fine("silence", "query", "-q").strip());
    assertThat(fine("silence", "query", "-q")).isEmpty();
    assertThat(fine("silence", "query", "--expired", "-q")).contains(id);
    assertThat(amtool("silence", "expire", "00000000-0000-0000-0000-000000000000").code()).isNotZero();
  }

  @Test
  void refusesASilenceForEverything() throws Exception {
    Run run = amtool("silence", "add", "--author=ann", "--comment=x", "alertname=~.+");
    assertThat(run.code()).isNotZero();
    assertThat(run.text()).contains("matches too much");
  }

  @Test
  void importsAndExportsSilences() throws Exception {
    fine("silence", "add", "--author=ann", "--comment=a", "host=a");
    Path file = folder.resolve("silences.json");
    Files.writeString(file, fine("silence", "query", "-o", "json"));
    fine("silence", "expire", fine("silence", "query", "-q").strip());
    fine("silence", "import", "--force", file.toString());
    assertThat(fine("silence", "query", "-q").lines()).hasSize(1);
  }

  @Test
  void addsAndAsksForAlerts() throws Exception {
    fine("alert", "add", "alertname=DiskFull", "host=db-1", "severity=critical", "--annotation=summary=Disk is full", "--generator-url=http://x/");
    fine("alert", "add", "DiskSlow", "host=db-2");
    assertThat(fine("alert", "query")).contains("DiskFull", "Disk is full", "DiskSlow");
    assertThat(fine("alert", "query", "host=db-1", "-o", "json")).contains("\"severity\":\"critical\"").doesNotContain("DiskSlow");
    assertThat(fine("alert", "query", "alertname=~Disk.*", "--receiver=mail", "-o", "simple")).contains("DiskFull", "DiskSlow");
    fine("silence", "add", "--author=ann", "--comment=x", "host=db-1");
    assertThat(fine("alert", "query")).doesNotContain("DiskFull").contains("DiskSlow");
    assertThat(fine("alert", "query", "--silenced")).contains("DiskFull");
    assertThat(fine("alert", "query", "--silenced", "-o", "extended")).contains("http://x/");
  }

  @Test
  void showsAndTestsRoutes() throws Exception {
    assertThat(fine("config", "show")).contains("receiver: \"mail\"");
    assertThat(fine("config", "routes", "test", "alertname=Watchdog")).contains("heartbeat");
    assertThat(fine("config", "routes", "test", "--verify.receivers=mail", "alertname=DiskFull", "severity=critical")).contains("mail");
    assertThat(fine("config", "routes", "show")).contains("Routing tree");
    Path file = Files.writeString(folder.resolve("alertmanager.yml"), notifier.routingText());
    assertThat(fine("check-config", file.toString())).contains("SUCCESS", "inhibit rules");
  }

  @Test
  void showsTheCluster() throws Exception {
    assertThat(fine("cluster", "show")).contains("disabled");
  }
}
