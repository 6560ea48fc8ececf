package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.SystemEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.BufferedReader;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The agent as it runs on a node: a process of its own, started with the launcher's options. */
class AgentProcessTest {
  private static final Pattern ADDRESS = Pattern.compile("https://127\\.0\\.0\\.1:(\\d+)/metrics");
  private static final int PAGES = 300;
  private static final int KILOBYTES_MAX = 80_000;

  @Test
  void makesItsCredentialsServesItsPageAndStaysSmall(@TempDir Path folder) throws Exception {
    Process agent = new ProcessBuilder(command(folder)).redirectError(ProcessBuilder.Redirect.INHERIT).start();
    try (BufferedReader says = agent.inputReader(); SystemEnvironment system = new SystemEnvironment()) {
      Matcher address = ADDRESS.matcher(String.valueOf(says.readLine()));
      assertThat(address.find()).as("it says where it listens").isTrue();
      HttpCall call = HttpCall.get(URI.create(address.group()), TlsTrust.ca(folder.resolve("credentials/ca.crt")));
      String password = Files.readString(folder.resolve("credentials/agent.1.password")).strip();
      HttpCall good = call.withBasicAuth("scrape", Secret.of(password));

      assertThat(answer(system, call.withBasicAuth("scrape", Secret.of("wrong"))).status()).isEqualTo(401);
      for (int i = 0; i < PAGES; i++) {
        assertThat(answer(system, good).status()).isEqualTo(200);
      }
      assertThat(answer(system, good).text())
          .contains("node_memory_MemTotal_bytes", "node_filesystem_files", "node_timex_sync_status")
          .contains("meshwatch_logins_rejected_total{listener=\"agent\"} 1\n", "meshwatch_logins_accepted_total{listener=\"agent\"} " + (PAGES + 1) + "\n");
      assertThat(folder.resolve("log/access.log")).content().contains(" - GET /metrics 401 ", " scrape GET /metrics 200 ");
      assertThat(folder.resolve("log/audit.log")).content().contains(" refused\n", " accepted user scrape\n");
      int kilobytes = residentKilobytes(agent.pid());
      System.err.println("the agent after " + PAGES + " pages: " + kilobytes + " kB resident");
      assertThat(kilobytes).as("resident kB").isLessThan(KILOBYTES_MAX);
    } finally {
      agent.destroy();
      agent.waitFor();
    }
  }

  private static HttpResult.Answer answer(SystemEnvironment system, HttpCall call) throws InterruptedException {
    return (HttpResult.Answer) system.environment().network().exchange(call);
  }

  private static List<String> command(Path folder) throws Exception {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.addAll(launcherOptions());
    command.addAll(List.of("-cp", System.getProperty("java.class.path"), "io.meshwatch.Main",
        "agent", "--listen", "127.0.0.1:0", "--credentials", folder.resolve("credentials").toString(), "--log", folder.resolve("log").toString()));
    return command;
  }

  private static List<String> launcherOptions() throws Exception {
    Matcher options = Pattern.compile("= agent \\].*?options=\\((.*?)\\)", Pattern.DOTALL).matcher(Files.readString(Path.of("meshwatch")));
    assertThat(options.find()).as("the launcher has options for the agent").isTrue();
    return List.of(options.group(1).replace("\"${MESHWATCH_HEAP:-16m}\"", "16m").strip().split("\\s+"));
  }

  private static int residentKilobytes(long pid) throws Exception {
    return Files.readAllLines(Path.of("/proc/" + pid + "/status")).stream()
        .filter(line -> line.startsWith("VmRSS:")).map(line -> Integer.parseInt(line.replaceAll("\\D", ""))).findFirst().orElseThrow();
  }
}
