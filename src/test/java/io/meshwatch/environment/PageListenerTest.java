package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509TrustManager;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The listener of programs that have to stay small, asked byte by byte. */
class PageListenerTest {
  private static final String LOGIN = "Authorization: Basic c2NyYXBlOnJpZ2h0\r\n";

  private final SimulatedTime time = new SimulatedTime(1_800_000_000_000L);
  private final PageListeners listeners = new PageListeners(time);
  private final BlockingQueue<AccessEntry> told = new LinkedBlockingQueue<>();
  private final List<HttpListener> open = new ArrayList<>();
  @TempDir private Path folder;

  @AfterEach
  void close() {
    open.forEach(HttpListener::close);
  }

  private HttpListener listen(Optional<ListenerSpec.ServerTls> tls) {
    listeners.onAccess(told::add);
    HttpListener listener = listeners.open(new ListenerSpec("page", "127.0.0.1", 0, tls,
        Optional.of((user, password) -> user.equals("scrape") && password.equals("right")), 1024), PageListenerTest::answer);
    open.add(listener);
    return listener;
  }

  private static void answer(HttpRequest request, HttpReply reply) throws IOException {
    switch (request.path()) {
      case "/broken" -> throw new IllegalStateException("broken on purpose");
      case "/cut" -> reply.abort();
      case "/large" -> reply.send("text/plain", "x".repeat(5_000));
      default -> reply.send("text/plain", request.path() + " " + request.parameter("a").orElse("none"));
    }
  }

  /** Sends text and reads until the other side closes. */
  private static String ask(HttpListener listener, String sent) throws IOException {
    try (Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
      socket.setSoTimeout(5_000);
      socket.getOutputStream().write(sent.getBytes(StandardCharsets.ISO_8859_1));
      return new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1);
    }
  }

  private static String get(String target, String headers) {
    return "GET " + target + " HTTP/1.1\r\nHost: here\r\n" + headers + "\r\n";
  }

  @Test
  void answersSeveralRequestsOfOneConnection() throws Exception {
    String answers = ask(listen(Optional.empty()),
        get("/one?a=b%20c", LOGIN) + get("http://here/two%2B", LOGIN) + get("/three", LOGIN + "Connection: close\r\n"));
    assertThat(answers).contains("/one b c", "/two+ none", "/three none").containsOnlyOnce("Connection: close")
        .contains("HTTP/1.1 200 ", "Date: Fri, 15 Jan 2027 08:00:00 GMT\r\n", "Content-Length: 8\r\n");
  }

  @Test
  void answersHeadWithoutBodyAndOldClientsOnce() throws Exception {
    HttpListener listener = listen(Optional.empty());
    assertThat(ask(listener, "HEAD /x HTTP/1.1\r\nHost: here\r\nConnection: close\r\n" + LOGIN + "\r\n")).contains("Content-Length: 7\r\n").endsWith("\r\n\r\n");
    assertThat(ask(listener, "GET /old HTTP/1.0\r\n" + LOGIN + "\r\n")).contains("Connection: close").endsWith("/old none");
  }

  @Test
  void asksForALoginAndTellsWhoWasRefused() throws Exception {
    HttpListener listener = listen(Optional.empty());
    String close = "Connection: close\r\n";
    assertThat(ask(listener, get("/", close))).startsWith("HTTP/1.1 401 ").contains("WWW-Authenticate: Basic realm=\"meshwatch\"");
    assertThat(ask(listener, get("/", close + "Authorization: Basic c2NyYXBlOndyb25n\r\n"))).startsWith("HTTP/1.1 401 ");
    assertThat(ask(listener, get("/?secret", close + LOGIN))).startsWith("HTTP/1.1 200 ");
    assertThat(List.of(next(), next(), next())).extracting(AccessEntry::loginFailed).containsExactly(false, true, false);
  }

  private AccessEntry next() throws InterruptedException {
    AccessEntry entry = told.poll(5, TimeUnit.SECONDS);
    assertThat(entry).isNotNull();
    assertThat(entry.path()).isEqualTo("/");
    return entry;
  }

  @Test
  void compressesForWhoTakesIt() throws Exception {
    HttpListener listener = listen(Optional.empty());
    String packed = ask(listener, get("/large", LOGIN + "Accept-Encoding: gzip\r\nConnection: close\r\n"));
    assertThat(packed).contains("Content-Encoding: gzip\r\n", "Vary: Accept-Encoding\r\n");
    byte[] body = packed.substring(packed.indexOf("\r\n\r\n") + 4).getBytes(StandardCharsets.ISO_8859_1);
    try (InputStream plain = new GZIPInputStream(new ByteArrayInputStream(body))) {
      assertThat(plain.readAllBytes()).hasSize(5_000);
    }
    assertThat(ask(listener, get("/large", LOGIN + "Connection: close\r\n"))).contains("Content-Length: 5000\r\n").endsWith("xxx");
  }

  @Test
  void saysWhatIsWrongWithARequestAndClosesTheConnection() throws Exception {
    HttpListener listener = listen(Optional.empty());
    assertThat(ask(listener, "nonsense\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, "GET / HTTP/2.0\r\n\r\n")).startsWith("HTTP/1.1 505 ");
    assertThat(ask(listener, "GET / HTTP/1.1\r\n\r\n")).startsWith("HTTP/1.1 400 ").contains("Host");
    assertThat(ask(listener, "GET / HTTP/1.1\r\nHost: a\r\nHost: b\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, "GET / HTTP/1.1\r\nHost: a\r\n folded\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, "GET / HTTP/1.1\r\nHost : a\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, "GET nowhere HTTP/1.1\r\nHost: a\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, "GET / HTTP/1.1\rHost: a\r\n\r\n")).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, get("/", "X: \u0001\r\n"))).startsWith("HTTP/1.1 400 ");
    assertThat(ask(listener, get("/", "X: " + "x".repeat(RequestHead.BYTES_MAX)))).startsWith("HTTP/1.1 431 ");
    assertThat(ask(listener, get("/", LOGIN + "Content-Length: 5\r\n") + "12345")).startsWith("HTTP/1.1 413 ");
    assertThat(ask(listener, get("/", LOGIN + "Transfer-Encoding: chunked\r\n") + "0\r\n\r\n")).startsWith("HTTP/1.1 413 ");
    assertThat(ask(listener, "DELETE / HTTP/1.1\r\nHost: a\r\n" + LOGIN + "\r\n")).startsWith("HTTP/1.1 405 ").contains("Allow: GET, HEAD");
    assertThat(ask(listener, get("/broken", LOGIN))).startsWith("HTTP/1.1 500 ").doesNotContain("on purpose");
    assertThat(ask(listener, get("/cut", LOGIN))).isEmpty();
    assertThat(ask(listener, get("/../x", LOGIN + "Connection: close\r\n"))).endsWith("\r\n\r\n none");
  }

  @Test
  void doesNotWaitForWhoSendsByteByByte() throws Exception {
    InputStream drip = new InputStream() {
      @Override
      public int read() {
        return 'x';
      }
    };
    int[] bytes = {0};
    assertThatThrownBy(() -> RequestHead.read('G', drip, () -> ++bytes[0] > 100))
        .isInstanceOfSatisfying(RequestHead.BadRequestException.class, e -> assertThat(e.status()).isEqualTo(408));
  }

  @Test
  void closesConnectionsBeyondTheLimit() throws Exception {
    HttpListener listener = listen(Optional.empty());
    List<Socket> sockets = new ArrayList<>();
    try {
      for (int i = 0; i < PageListener.CONNECTIONS_MAX; i++) {
        Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.port());
        sockets.add(socket);
        socket.getOutputStream().write(get("/", LOGIN).getBytes(StandardCharsets.ISO_8859_1));
        assertThat(socket.getInputStream().read()).isEqualTo('H');
      }
      try (Socket oneTooMany = new Socket(InetAddress.getLoopbackAddress(), listener.port())) {
        assertThat(oneTooMany.getInputStream().read()).isEqualTo(-1);
      }
    } finally {
      for (Socket socket : sockets) {
        socket.close();
      }
    }
  }

  @Test
  void showsANewCertificateToTheNextWhoConnectsAndKeepsTheOldOneIfItIsBroken() throws Exception {
    TestCertificates certificates = new TestCertificates(folder);
    ListenerSpec.ServerTls files = certificates.server("page", "127.0.0.1", 10);
    HttpListener listener = listen(Optional.of(files));
    X509Certificate first = certificate(listener);
    certificates.server("page", "127.0.0.1", 10);
    later(files, 1);
    assertThat(certificate(listener)).as("not looked at yet").isEqualTo(first);
    time.advance(5_000);
    X509Certificate second = certificate(listener);
    assertThat(second).isNotEqualTo(first);

    Files.writeString(files.certificateChainFile(), "no certificate");
    later(files, 2);
    time.advance(5_000);
    assertThat(certificate(listener)).isEqualTo(second);
  }

  /** File systems may count in seconds only. */
  private static void later(ListenerSpec.ServerTls files, int steps) throws IOException {
    Files.setLastModifiedTime(files.certificateChainFile(), FileTime.fromMillis(2_000_000_000_000L + steps * 10_000L));
  }

  private static X509Certificate certificate(HttpListener listener) throws Exception {
    SSLContext context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new TrustsAll()}, null);
    try (SSLSocket socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", listener.port())) {
      socket.getOutputStream().write(get("/", LOGIN + "Connection: close\r\n").getBytes(StandardCharsets.ISO_8859_1));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1)).startsWith("HTTP/1.1 200 ");
      return (X509Certificate) socket.getSession().getPeerCertificates()[0];
    }
  }

  private static final class TrustsAll implements X509TrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String type) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String type) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }
}
