package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpResult.Answer;
import io.meshwatch.environment.HttpResult.Failure;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests through an HTTP proxy, which tunnels HTTPS. */
class ProxyTest {
  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final List<String> asked = new CopyOnWriteArrayList<>();
  private final TcpServer proxy = new TcpServer("proxy", "127.0.0.1", 0, 10, 5_000, this::pass);

  @AfterEach
  void close() {
    proxy.close();
    system.close();
  }

  /** Answers requests itself, and opens tunnels to wherever it is told. */
  private void pass(InputStream in, OutputStream out) throws IOException {
    StringBuilder head = new StringBuilder();
    while (head.indexOf("\r\n\r\n") < 0) {
      int read = in.read();
      if (read < 0) {
        return;
      }
      head.append((char) read);
    }
    asked.add(head.toString());
    String[] first = head.toString().split("\r\n", 2)[0].split(" ", 3);
    if (!first[0].equals("CONNECT")) {
      out.write("HTTP/1.1 200 OK\r\nContent-Length: 4\r\nConnection: close\r\n\r\nup 1".getBytes(StandardCharsets.US_ASCII));
      return;
    }
    if (first[1].startsWith("refused")) {
      out.write("HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      return;
    }
    int port = Integer.parseInt(first[1].substring(first[1].lastIndexOf(':') + 1));
    try (Socket target = new Socket(InetAddress.getLoopbackAddress(), port)) {
      out.write("HTTP/1.1 200 Connection established\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      out.flush();
      Thread back = Thread.startVirtualThread(() -> copy(target, out));
      in.transferTo(target.getOutputStream());
      back.interrupt();
    }
  }

  private static void copy(Socket from, OutputStream to) {
    try {
      from.getInputStream().transferTo(to);
    } catch (IOException closed) {
      // One side has hung up.
    }
  }

  private HttpProxy through(String login, HttpCall.Header... connectHeaders) {
    return new HttpProxy(Secret.of("http://" + login + "127.0.0.1:" + proxy.port()), "", false, List.of(connectHeaders));
  }

  @Test
  void tunnelsOfOneLoginAreNotUsedByAnother() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec spec = new ListenerSpec("tls", "127.0.0.1", 0, Optional.of(certificates.server("a", "127.0.0.1", 5)), Optional.empty(), 100);
    try (HttpListener target = system.environment().listeners().open(spec, (request, reply) -> reply.send("text/plain", "up 1"))) {
      HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + target.port() + "/"), TlsTrust.ca(certificates.ca()));
      for (String login : List.of("one:x@", "two:x@", "one:x@", "two:x@")) {
        assertThat(((Answer) system.environment().network().exchange(call.withProxy(through(login)))).text()).isEqualTo("up 1");
      }
      assertThat(asked).as("a tunnel for each login, and each used again").hasSize(2);
    }
  }

  @Test
  void plainRequestsNameTheirHostToTheProxyAndLogIn() throws Exception {
    HttpCall call = HttpCall.get(URI.create("http://target.invalid:9100/metrics?a=b"), TlsTrust.PUBLIC).withProxy(through("me:se%40cret@"));
    Answer answer = (Answer) system.environment().network().exchange(call);
    assertThat(answer.text()).isEqualTo("up 1");
    assertThat(asked.getFirst()).startsWith("GET http://target.invalid:9100/metrics?a=b HTTP/1.1\r\n").contains("Proxy-Authorization: Basic bWU6c2VAY3JldA==");
  }

  @Test
  void httpsGoesThroughATunnelThatOnlyThePartnersUnderstand() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    try (HttpListener listener = system.environment().listeners().open(
        new ListenerSpec("target", "127.0.0.1", 0, Optional.of(certificates.server("ok", "127.0.0.1", 10)),
            Optional.of((user, password) -> password.equals("pw")), 1024),
        (request, reply) -> reply.send("text/plain", "up 1 " + request.header("X-Team").isPresent() + request.header("Proxy-Authorization").isPresent()))) {
      HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + listener.port() + "/metrics"), TlsTrust.ca(certificates.ca()))
          .withBasicAuth("scrape", Secret.of("pw"))
          .withProxy(through("me:secret@", new HttpCall.Header("X-Team", "ops")));
      assertThat(((Answer) system.environment().network().exchange(call)).text()).isEqualTo("up 1 falsefalse");
      assertThat(((Answer) system.environment().network().exchange(call)).text()).isEqualTo("up 1 falsefalse");
      assertThat(asked).hasSize(1);
      assertThat(asked.getFirst()).startsWith("CONNECT 127.0.0.1:" + listener.port()).contains("X-Team: ops", "Proxy-Authorization: Basic")
          .doesNotContain("\r\nAuthorization");
    }
  }

  @Test
  void aProxyThatRefusesOrIsNotThereIsNamed() throws Exception {
    HttpCall refused = HttpCall.get(URI.create("https://refused.invalid/metrics"), TlsTrust.PUBLIC).withProxy(through(""));
    assertThat(((Failure) system.environment().network().exchange(refused)).message()).isEqualTo("the proxy refused a tunnel to refused.invalid:443 (403)");
    int port;
    try (ServerSocket free = new ServerSocket(0)) {
      port = free.getLocalPort();
    }
    HttpCall call = HttpCall.get(URI.create("http://target.invalid:9100/metrics"), TlsTrust.PUBLIC)
        .withProxy(new HttpProxy(Secret.of("http://127.0.0.1:" + port), "", false, List.of()));
    assertThat(((Failure) system.environment().network().exchange(call)).message())
        .isEqualTo("connection to 127.0.0.1:" + port + " was refused (the proxy on the way to target.invalid:9100)");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', textBlock = """
      http://db.internal:9100/   | .internal            | false
      http://internal:9100/      | .internal            | true
      http://a.b.example.com/    | example.com          | false
      http://badexample.com/     | example.com          | true
      http://x.example.com/      | *.example.com        | false
      http://10.1.2.3/           | 10.0.0.0/8           | false
      http://11.1.2.3/           | 10.0.0.0/8           | true
      http://10.1.130.3/         | 10.1.128.0/17        | false
      http://[fd00::1]/          | fd00::/8             | false
      http://10.1.2.3:9100/      | 10.1.2.3:9100        | false
      http://10.1.2.3:9101/      | 10.1.2.3:9100        | true
      https://shop.test/         | shop.test:443        | false
      http://shop.test/          | ' a, SHOP.test ,b'   | false
      http://anything.test/      | *                    | false
      http://localhost:9100/     | other.test           | false
      http://127.0.0.1:9100/     | other.test           | false
      http://127.0.0.1:9100/     | ''                   | true
      """)
  void exceptionsAreUnderstoodAsEverywhere(String target, String noProxy, boolean proxied) {
    HttpProxy settings = new HttpProxy(Secret.of("http://proxy:3128"), noProxy, false, List.of());
    assertThat(settings.uriFor(URI.create(target), name -> Optional.empty()).isPresent()).isEqualTo(proxied);
  }

  @Test
  void theEnvironmentNamesAProxyForEachScheme() {
    HttpProxy settings = new HttpProxy(Secret.EMPTY, "", true, List.of());
    Map<String, String> variables = Map.of("http_proxy", "plain:1", "HTTPS_PROXY", "http://secure:2", "NO_PROXY", "direct.test");
    assertThat(settings.uriFor(URI.create("http://a.test/"), name -> Optional.ofNullable(variables.get(name)))).contains(URI.create("http://plain:1"));
    assertThat(settings.uriFor(URI.create("https://a.test/"), name -> Optional.ofNullable(variables.get(name)))).contains(URI.create("http://secure:2"));
    assertThat(settings.uriFor(URI.create("https://direct.test/"), name -> Optional.ofNullable(variables.get(name)))).isEmpty();
    assertThat(settings.uriFor(URI.create("https://a.test/"), name -> Optional.empty())).isEmpty();
  }

  @Test
  void certificatesMayStandInTheConfigurationItself() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    String authority = Files.readString(certificates.ca());
    ListenerSpec.ServerTls own = certificates.server("client", "client.test", 10);
    try (HttpListener listener = system.environment().listeners().open(
        new ListenerSpec("target", "127.0.0.1", 0, Optional.of(certificates.server("ok", "127.0.0.1", 10)), Optional.empty(), 1024),
        (request, reply) -> reply.send("text/plain", "up 1"))) {
      TlsTrust.Texts texts = new TlsTrust.Texts(
          authority, Files.readString(own.certificateChainFile()), Secret.of(Files.readString(own.keyFile())));
      TlsTrust trust = new TlsTrust(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false, texts,
          Optional.of(TlsVersion.TLS13), Optional.empty());
      HttpCall call = HttpCall.get(URI.create("https://127.0.0.1:" + listener.port() + "/"), trust);
      assertThat(((Answer) system.environment().network().exchange(call)).text()).isEqualTo("up 1");
      TlsTrust broken = new TlsTrust(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false,
          new TlsTrust.Texts("no certificate", "", Secret.EMPTY), Optional.empty(), Optional.empty());
      assertThat(((Failure) system.environment().network().exchange(HttpCall.get(call.uri(), broken))).message())
          .contains("the authority in the configuration holds no certificate in PEM form");
    }
  }
}
