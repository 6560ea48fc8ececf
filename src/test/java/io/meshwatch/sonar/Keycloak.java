package io.meshwatch.sonar;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;

/** A real Keycloak with the realm of {@code keycloak/meshfed-realm.json}, in development mode, on a free port of this machine. */
final class Keycloak implements AutoCloseable {
  private static final Path UNPACKED = Path.of("target", "keycloak");
  private static final Duration UNTIL_READY = Duration.ofMinutes(10);
  private static final long LOOK_MILLIS = 500;

  private final Process process;
  private final int port;

  private Keycloak(Process process, int port) {
    this.process = process;
    this.port = port;
  }

  /** Where the build unpacked the distribution; empty if it did not. */
  static Optional<Path> distribution() throws IOException {
    if (!Files.isDirectory(UNPACKED)) {
      return Optional.empty();
    }
    try (Stream<Path> entries = Files.list(UNPACKED)) {
      return entries.filter(entry -> Files.exists(entry.resolve("bin/kc.sh"))).findFirst();
    }
  }

  /** Starts it and waits until its realm answers. */
  static Keycloak start(Path home, Path log) throws IOException, InterruptedException {
    deleteAll(home.resolve("data"));
    Path imported = Files.createDirectories(home.resolve("data/import"));
    Files.copy(Path.of("src/test/resources/keycloak/meshfed-realm.json"), imported.resolve("meshfed-realm.json"), StandardCopyOption.REPLACE_EXISTING);
    int port = freePort();
    ProcessBuilder builder = new ProcessBuilder("/bin/bash", home.resolve("bin/kc.sh").toAbsolutePath().toString(), "start-dev", "--import-realm",
        "--http-host=127.0.0.1", "--http-port=" + port, "--cache=local");
    builder.environment().put("JAVA_HOME", System.getProperty("java.home"));
    builder.environment().put("JAVA_OPTS_KC_HEAP", "-Xms64m -Xmx512m");
    Process process = builder.redirectErrorStream(true).redirectOutput(log.toFile()).start();
    Keycloak keycloak = new Keycloak(process, port);
    boolean ready = false;
    try {
      keycloak.awaitReady(log);
      ready = true;
      return keycloak;
    } finally {
      if (!ready) {
        keycloak.close();
      }
    }
  }

  private static int freePort() throws IOException {
    try (ServerSocket socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      return socket.getLocalPort();
    }
  }

  private static void deleteAll(Path folder) throws IOException {
    if (!Files.exists(folder)) {
      return;
    }
    try (Stream<Path> all = Files.walk(folder)) {
      for (Path path : all.sorted(Comparator.reverseOrder()).toList()) {
        Files.delete(path);
      }
    }
  }

  private void awaitReady(Path log) throws IOException, InterruptedException {
    long deadline = System.nanoTime() + UNTIL_READY.toNanos();
    HttpRequest request = HttpRequest.newBuilder(URI.create(issuer() + "/.well-known/openid-configuration")).build();
    try (HttpClient http = HttpClient.newHttpClient()) {
      while (System.nanoTime() < deadline && process.isAlive()) {
        try {
          if (http.send(request, HttpResponse.BodyHandlers.discarding()).statusCode() == 200) {
            return;
          }
        } catch (IOException notYet) {
          // Its port opens only after half a minute.
        }
        process.waitFor(LOOK_MILLIS, TimeUnit.MILLISECONDS);
      }
    }
    throw new IOException("Keycloak did not become ready:\n" + Files.readString(log));
  }

  String issuer() {
    return "http://127.0.0.1:" + port + "/realms/meshfed";
  }

  int port() {
    return port;
  }

  @Override
  public void close() {
    process.descendants().forEach(ProcessHandle::destroy);
    process.destroy();
    try {
      if (!process.waitFor(30, TimeUnit.SECONDS)) {
        process.destroyForcibly();
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      process.destroyForcibly();
    }
  }
}
