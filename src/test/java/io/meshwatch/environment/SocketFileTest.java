package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpResult.Answer;
import io.meshwatch.environment.HttpResult.Failure;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.StandardProtocolFamily;
import java.net.URI;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.ClosedChannelException;
import java.nio.channels.ServerSocketChannel;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Requests over a socket in the file system. */
class SocketFileTest {
  @TempDir private Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final List<AutoCloseable> open = new ArrayList<>();

  @AfterEach
  void close() throws Exception {
    system.close();
    for (AutoCloseable each : open) {
      each.close();
    }
  }

  private interface Talk {
    void with(SocketChannel client) throws IOException;
  }

  /** Serves each connection by the talk. */
  private Path serve(String name, Talk talk) throws IOException {
    Path file = folder.resolve(name);
    ServerSocketChannel server = ServerSocketChannel.open(StandardProtocolFamily.UNIX).bind(UnixDomainSocketAddress.of(file));
    open.add(server);
    Thread.startVirtualThread(() -> accept(server, talk));
    return file;
  }

  private static void accept(ServerSocketChannel server, Talk talk) {
    while (server.isOpen()) {
      try {
        SocketChannel client = server.accept();
        Thread.startVirtualThread(() -> {
          try (client) {
            talk.with(client);
          } catch (IOException e) {
            // The other side has hung up.
          }
        });
      } catch (IOException e) {
        return;
      }
    }
  }

  /** Answers every request with its own name and what was asked, and keeps the connection. */
  private static Talk named(String name, List<String> heads) {
    return client -> {
      ByteBuffer read = ByteBuffer.allocate(4_096);
      while (client.read(read) > 0) {
        String head = StandardCharsets.ISO_8859_1.decode(read.flip()).toString();
        heads.add(head);
        read.clear();
        client.write(ByteBuffer.wrap(("HTTP/1.1 200 OK\r\nContent-Length: " + name.length() + "\r\n\r\n" + name).getBytes(StandardCharsets.US_ASCII)));
      }
    };
  }

  private HttpResult ask(String url, Path file) throws InterruptedException {
    HttpCall call = HttpCall.get(URI.create(url), TlsTrust.PUBLIC).withLimits(2_000, 1_000).withSocketFile(Optional.of(file));
    return system.environment().network().exchange(call);
  }

  @Test
  void nameTheirAddressAndReachEachFileByConnectionsOfItsOwn() throws Exception {
    List<String> heads = new java.util.concurrent.CopyOnWriteArrayList<>();
    Path one = serve("one", named("first", heads));
    Path two = serve("two", named("second", heads));
    for (int i = 0; i < 3; i++) {
      assertThat(((Answer) ask("http://exporter.invalid:9100/metrics?a=b", one)).text()).isEqualTo("first");
      assertThat(((Answer) ask("http://exporter.invalid:9100/metrics?a=b", two)).text()).isEqualTo("second");
    }
    assertThat(heads).hasSize(6).allSatisfy(head ->
        assertThat(head).startsWith("GET /metrics?a=b HTTP/1.1\r\n").contains("Host: exporter.invalid:9100\r\n"));
  }

  @Test
  void mayBeEncrypted() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec spec = new ListenerSpec("tls", "127.0.0.1", 0, Optional.of(certificates.server("db", "db.example", 5)), Optional.empty(), 100);
    HttpListener target = system.environment().listeners().open(spec, (request, reply) -> reply.send("text/plain", "secured"));
    open.add(target);
    Path file = serve("tls", client -> passOn(client, target.port()));
    HttpCall call = HttpCall.get(URI.create("https://db.example/metrics"), TlsTrust.ca(certificates.ca())).withSocketFile(Optional.of(file));
    assertThat(system.environment().network().exchange(call)).isInstanceOfSatisfying(Answer.class, answer -> assertThat(answer.text()).isEqualTo("secured"));
    assertThat(system.environment().network().exchange(call)).isInstanceOf(Answer.class);
  }

  private static void passOn(SocketChannel client, int port) throws IOException {
    try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
      Thread back = Thread.startVirtualThread(() -> {
        try {
          byte[] buffer = new byte[4_096];
          for (int read = target.getInputStream().read(buffer); read > 0; read = target.getInputStream().read(buffer)) {
            client.write(ByteBuffer.wrap(buffer, 0, read));
          }
        } catch (IOException e) {
          // One side has hung up.
        }
      });
      ByteBuffer buffer = ByteBuffer.allocate(4_096);
      for (int read = client.read(buffer); read > 0; read = client.read(buffer.clear())) {
        target.getOutputStream().write(buffer.array(), 0, read);
      }
      back.interrupt();
    }
  }

  @Test
  void sayWhichFileIsMissingOrSilent() throws Exception {
    assertThat(ask("http://localhost/metrics", folder.resolve("none"))).isInstanceOfSatisfying(Failure.class, failure -> {
      assertThat(failure.phase()).isEqualTo(HttpResult.Phase.CONNECT);
      assertThat(failure.message()).endsWith(" (over the socket " + folder.resolve("none") + ")");
    });
    Path silent = serve("silent", client -> client.read(ByteBuffer.allocate(1_000_000)));
    Path deaf = serve("deaf", client -> {
      while (client.read(ByteBuffer.allocate(1_000)) > 0) {
        // Says nothing.
      }
      throw new ClosedChannelException();
    });
    assertThat(ask("http://localhost/metrics", silent)).isInstanceOf(Failure.class);
    assertThat(ask("http://localhost/metrics", deaf)).isInstanceOfSatisfying(Failure.class,
        failure -> assertThat(failure.phase()).isEqualTo(HttpResult.Phase.TIMEOUT));
  }
}
