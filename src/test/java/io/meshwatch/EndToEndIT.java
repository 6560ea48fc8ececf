package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/** The real process, started as a user starts it: something breaks, and a mail says what; it is mended, and a mail says so. */
class EndToEndIT {
  private static final Duration UNTIL_READY = Duration.ofMinutes(4);
  private static final Duration UNTIL_MAILED = Duration.ofMinutes(2);
  private static final long LOOK_MILLIS = 500;

  @TempDir Path folder;
  private final HttpClient http = HttpClient.newHttpClient();
  private final List<Process> processes = new ArrayList<>();

  private Process launch(String log, String... arguments) throws IOException {
    List<String> command = new ArrayList<>(List.of("./meshwatch"));
    command.addAll(Arrays.asList(arguments));
    Process process = new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(folder.resolve(log).toFile())
        .start();
    processes.add(process);
    return process;
  }

  @AfterEach
  void stop() throws InterruptedException {
    for (Process process : processes.reversed()) {
      process.descendants().forEach(ProcessHandle::destroy);
      process.destroy();
      if (!process.waitFor(20, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    }
    http.close();
  }

  /** Ports for a quickstart that disturbs no other: the page's, and seven in a row. */
  private static int freePorts() throws IOException {
    for (int first = 20_000 + (int) (ProcessHandle.current().pid() % 20_000); first < 60_000; first += 10) {
      if (areFree(first)) {
        return first;
      }
    }
    throw new IOException("no ten free ports in a row");
  }

  private static boolean areFree(int first) {
    for (int port = first; port < first + 9; port++) {
      try (ServerSocket socket = new ServerSocket(port)) {
        socket.setReuseAddress(true);
      } catch (IOException e) {
        return false;
      }
    }
    return true;
  }

  private JsonNode get(String url) throws IOException, InterruptedException {
    HttpResponse<String> answer = http.send(HttpRequest.newBuilder(URI.create(url)).build(), HttpResponse.BodyHandlers.ofString());
    return JsonMapper.shared().readTree(answer.body());
  }

  private void send(String method, String url) throws IOException, InterruptedException {
    HttpRequest request = HttpRequest.newBuilder(URI.create(url)).method(method, HttpRequest.BodyPublishers.ofString("{}")).build();
    assertThat(http.send(request, HttpResponse.BodyHandlers.ofString()).statusCode()).isBetween(200, 299);
  }

  private JsonNode await(String what, String url, Duration atMost, Predicate<JsonNode> wanted) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + atMost.toNanos();
    Optional<JsonNode> last = Optional.empty();
    while (System.nanoTime() < deadline) {
      last = look(url);
      if (last.filter(wanted).isPresent()) {
        return last.get();
      }
      Thread.sleep(LOOK_MILLIS);
    }
    throw new AssertionError(what + " did not come within " + atMost.toSeconds() + " s; last seen: " + last + "\n" + logs());
  }

  private Optional<JsonNode> look(String url) throws InterruptedException {
    try {
      return Optional.of(get(url));
    } catch (IOException | tools.jackson.core.JacksonException e) {
      return Optional.empty();
    }
  }

  private String logs() throws IOException {
    StringBuilder all = new StringBuilder();
    try (var files = Files.list(folder)) {
      for (Path file : files.filter(f -> f.toString().endsWith(".log")).toList()) {
        List<String> lines = Files.readAllLines(file);
        all.append(file.getFileName()).append(":\n").append(String.join("\n", lines.subList(Math.max(0, lines.size() - 40), lines.size()))).append('\n');
      }
    }
    return all.toString();
  }

  /** Finds the newest mail to an address whose subject and text have all these parts. */
  private JsonNode awaitMail(String control, String to, String... parts) throws IOException, InterruptedException {
    JsonNode mails = await("a mail with " + Arrays.toString(parts), control + "/mails", UNTIL_MAILED, all -> find(all, to, parts).isPresent());
    return find(mails, to, parts).orElseThrow();
  }

  private static Optional<JsonNode> find(JsonNode mails, String to, String... parts) {
    return mails.valueStream()
        .filter(mail -> mail.path("to").toString().contains(to))
        .filter(mail -> Arrays.stream(parts).allMatch(part -> (mail.path("subject").asString("") + "\n" + mail.path("text").asString("")).contains(part)))
        .findFirst();
  }

  @Test
  void mailsWhatBroke() throws Exception {
    int port = freePorts();
    String page = "http://127.0.0.1:" + port;
    String control = "http://127.0.0.1:" + (port + 1);
    launch("up.log", "up", "--data", folder.resolve("data").toString(), "--listen", "127.0.0.1:" + port, "--ports-from", "" + (port + 1));
    await("green", page + "/api/meshwatch/v1/overview", UNTIL_READY, overview ->
        overview.path("targets").path("up").asInt() == overview.path("targets").path("total").asInt()
            && overview.path("targets").path("total").asInt() > 5
            && !overview.path("sonar").isEmpty()
            && overview.path("sonar").valueStream().allMatch(target -> target.path("verdict").asString().equals("passed"))
            && overview.path("state").asString().equals("ok"));

    send("PUT", control + "/faults/replication-failed");
    JsonNode fault = get(control + "/faults").valueStream().filter(f -> f.path("name").asString().equals("replication-failed")).findFirst().orElseThrow();
    String platform = fault.path("parameters").path("platform").asString();
    assertThat(platform).isNotEmpty();
    JsonNode mail = awaitMail(control, "operators@example.com", platform, "replicat");
    assertThat(mail.path("subject").asString()).contains("new");
    assertThat(mail.path("html").asString()).contains(platform);
    awaitMail(control, "alerts@example.com", platform, "replicat");

    send("DELETE", control + "/faults/replication-failed");
    JsonNode resolved = awaitMail(control, "operators@example.com", platform, "resolved");
    assertThat(resolved.path("subject").asString()).contains("resolved");
  }

  @Test
  void mailsThatANodeAgentStopped() throws Exception {
    int port = freePorts();
    String control = "http://127.0.0.1:" + (port + 1);
    launch("sandbox.log", "up", "--data", folder.resolve("sandbox").toString(), "--listen", "127.0.0.1:" + port, "--ports-from", "" + (port + 1));
    await("the mail sink", control + "/mails", UNTIL_READY, mails -> true);
    int mailPort = port + 7;
    int page = port + 8;
    int agentPort = freePorts();
    Path config = folder.resolve("monitor.dhall");
    Files.writeString(config, """
        { monitor =
          { installation = "one-node"
          , operatorAlertAddresses = [ "night@example.com" ]
          , mail = { host = "127.0.0.1", port = %d, sender.address = "meshwatch@example.com", security = "none" }
          , notification.grouping = { by = [ "alertname", "host" ], groupWaitSeconds = 1, groupIntervalSeconds = 3, repeatIntervalSeconds = 3600 }
          , nodes = [ { name = "node-1", address = "127.0.0.1", port = %d } ]
          , scrapeInterval = 2
          , evaluationInterval = 2
          , rules = { parameters = toMap { target_down_window = "6s" }, overrides = [ { alert = "NodeDown", forSeconds = 0 } ] }
          , listen = "127.0.0.1:%d"
          }
        }
        """.formatted(mailPort, agentPort, page));
    String data = folder.resolve("data").toString();
    assertThat(launch("credentials.log", "credentials", "init", "--config", config.toString(), "--data", data).waitFor(2, TimeUnit.MINUTES)).isTrue();
    String[] agent = {"agent", "--listen", "127.0.0.1:" + agentPort, "--credentials", data + "/credentials", "--name", "node-1"};
    Process running = launch("agent.log", agent);
    launch("up.log", "up", "--config", config.toString(), "--data", data);
    String overview = "http://127.0.0.1:" + page + "/api/meshwatch/v1/overview";
    await("the node", overview, UNTIL_READY, o -> o.path("targets").path("up").asInt() == 1);

    running.destroy();
    assertThat(running.waitFor(20, TimeUnit.SECONDS)).isTrue();
    awaitMail(control, "night@example.com", "NodeDown", "new");

    launch("agent-again.log", agent);
    awaitMail(control, "night@example.com", "NodeDown", "resolved");
  }
}
