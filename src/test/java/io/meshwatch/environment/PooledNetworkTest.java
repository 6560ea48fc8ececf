package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpResult.Answer;
import io.meshwatch.environment.HttpResult.Failure;
import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.ServerSocket;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BrokenBarrierException;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class PooledNetworkTest {
  @TempDir Path folder;
  private final SystemEnvironment system = new SystemEnvironment();
  private final Environment environment = system.environment();
  private TestCertificates certificates;

  @BeforeEach
  void makeAuthority() throws Exception {
    certificates = new TestCertificates(folder);
  }

  @AfterEach
  void close() {
    system.close();
  }

  private HttpListener listen(Optional<ListenerSpec.ServerTls> tls, HttpHandler handler) {
    return environment.listeners()
        .open(new ListenerSpec("test", "127.0.0.1", 0, tls, Optional.of((u, p) -> u.equals("scrape") && p.equals("pw")), 1024), handler);
  }

  private HttpCall call(HttpListener listener, String scheme, TlsTrust trust) {
    return HttpCall.get(URI.create(scheme + "://127.0.0.1:" + listener.port() + "/metrics?a=1"), trust)
        .withBasicAuth("scrape", Secret.of("pw"))
        .withLimits(2_000, 1 << 20);
  }

  @Test
  void speaksNoOlderAndNoNewerTlsThanIsConfigured() throws Exception {
    HttpListener listener = listen(Optional.of(certificates.server("a", "127.0.0.1", 5)), (request, reply) -> reply.send("text/plain", "x"));
    assertThat(spoken(listener, Optional.empty(), Optional.empty())).isEqualTo("TLS 1.3");
    assertThat(spoken(listener, Optional.empty(), Optional.of(TlsVersion.TLS12))).isEqualTo("TLS 1.2");
    assertThat(spoken(listener, Optional.of(TlsVersion.TLS13), Optional.empty())).isEqualTo("TLS 1.3");
    HttpCall old = call(listener, "https", trust(Optional.empty(), Optional.of(TlsVersion.TLS12)));
    assertThat(((Answer) environment.network().exchange(old)).status()).isEqualTo(200);
    listener.close();
  }

  private TlsTrust trust(Optional<TlsVersion> oldest, Optional<TlsVersion> newest) {
    return new TlsTrust(Optional.of(certificates.ca()), Optional.empty(), Optional.empty(), Optional.empty(), false, TlsTrust.Texts.NONE, oldest, newest);
  }

  private String spoken(HttpListener listener, Optional<TlsVersion> oldest, Optional<TlsVersion> newest) throws InterruptedException {
    ConnectCall call = new ConnectCall("127.0.0.1", listener.port(), Optional.of(trust(oldest, newest)), 0, 2_000);
    return environment.network().connect(call).tls().orElseThrow().version();
  }

  @Test
  void readsOverHttpsWithBasicAuthAndKeepsTheConnection() throws Exception {
    String page = "up 1\n".repeat(1000);
    try (HttpListener listener = listen(
        Optional.of(certificates.server("ok", "127.0.0.1", 10)),
        (request, reply) -> reply.send("text/plain", request.user().orElse("?") + request.parameter("a").orElse("?") + page))) {
      HttpCall call = call(listener, "https", TlsTrust.ca(certificates.ca()));
      Answer first = (Answer) environment.network().exchange(call);
      Answer second = (Answer) environment.network().exchange(call);
      assertThat(first.status()).isEqualTo(200);
      assertThat(first.text()).isEqualTo("scrape1" + page);
      assertThat(first.phases().tlsNanos()).isPositive();
      assertThat(first.certificateExpiryMillis()).isPresent();
      assertThat(second.phases().tlsNanos()).isZero();
      assertThat(second.phases().connectNanos()).isLessThan(second.phases().totalNanos());
    }
  }

  @Test
  void aServerThatHungUpOnAllKeptConnectionsIsAskedOnANewOne() throws Exception {
    Optional<ListenerSpec.ServerTls> tls = Optional.of(certificates.server("ok", "127.0.0.1", 10));
    CyclicBarrier together = new CyclicBarrier(5);
    HttpListener first = listen(tls, (request, reply) -> {
      await(together);
      reply.send("text/plain", "first");
    });
    HttpCall call = call(first, "https", TlsTrust.ca(certificates.ca()));
    List<Thread> callers = IntStream.range(0, 5).mapToObj(i -> Thread.ofVirtual().start(() -> exchange(call))).toList();
    for (Thread caller : callers) {
      caller.join();
    }
    int port = first.port();
    first.close();
    ListenerSpec same = new ListenerSpec("test", "127.0.0.1", port, tls, Optional.empty(), 1024);
    try (HttpListener second = environment.listeners().open(same, (request, reply) -> reply.send("text/plain", "second"))) {
      HttpResult result = environment.network().exchange(call);

      assertThat(result).isInstanceOfSatisfying(Answer.class, answer -> assertThat(answer.text()).isEqualTo("second"));
      assertThat(result.phases().tlsNanos()).isPositive();
    }
  }

  private void exchange(HttpCall call) {
    try {
      environment.network().exchange(call);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static void await(CyclicBarrier barrier) throws InterruptedException {
    try {
      barrier.await();
    } catch (BrokenBarrierException e) {
      throw new IllegalStateException(e);
    }
  }

  @Test
  void answersAWrongPasswordWith401() throws Exception {
    try (HttpListener listener = listen(Optional.empty(), (request, reply) -> reply.send("text/plain", "secret"))) {
      HttpCall call = call(listener, "http", TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("wrong"));
      Answer answer = (Answer) environment.network().exchange(call);
      assertThat(answer.status()).isEqualTo(401);
      assertThat(answer.header("www-authenticate")).hasValue("Basic realm=\"meshwatch\"");
      assertThat(answer.text()).doesNotContain("secret");
    }
  }

  @Test
  void namesWhatIsWrongWithACertificate() throws Exception {
    HttpHandler handler = (request, reply) -> reply.send("text/plain", "x");
    try (HttpListener expired = listen(Optional.of(certificates.server("old", "127.0.0.1", -1)), handler);
        HttpListener otherName = listen(Optional.of(certificates.server("other", "db-1", 10)), handler);
        HttpListener good = listen(Optional.of(certificates.server("good", "127.0.0.1", 10)), handler)) {
      TlsTrust trust = TlsTrust.ca(certificates.ca());
      assertFailure(call(expired, "https", trust), Phase.TLS, "has expired");
      assertFailure(call(otherName, "https", trust), Phase.TLS, "is not for 127.0.0.1");
      assertFailure(call(good, "https", TlsTrust.PUBLIC), Phase.TLS, "is not signed by a known authority");
    }
  }

  @Test
  void namesARefusedConnectionASlowServerAndALargeBody() throws Exception {
    HttpHandler handler = (request, reply) -> {
      if (request.path().equals("/slow")) {
        Thread.sleep(5_000);
      }
      reply.send(new byte[100_000]);
    };
    int closedPort = closedPort();
    try (HttpListener listener = listen(Optional.empty(), handler)) {
      HttpCall call = call(listener, "http", TlsTrust.PUBLIC);
      assertFailure(call.withLimits(2_000, 50_000), Phase.BODY_LIMIT, "larger than 50000 bytes");
      HttpCall slow = HttpCall.get(URI.create("http://127.0.0.1:" + listener.port() + "/slow"), TlsTrust.PUBLIC)
          .withBasicAuth("scrape", Secret.of("pw"))
          .withLimits(200, 1000);
      assertFailure(slow, Phase.TIMEOUT, "did not answer within 0.2 s (while waiting for the answer)");
      HttpCall refused = HttpCall.get(URI.create("http://127.0.0.1:" + closedPort + "/"), TlsTrust.PUBLIC);
      assertFailure(refused, Phase.CONNECT, "refused");
      HttpCall unknown = HttpCall.get(URI.create("http://does-not-exist.invalid/"), TlsTrust.PUBLIC);
      assertFailure(unknown, Phase.RESOLVE, "was not found");
      HttpCall noTls = call(listener, "https", TlsTrust.ca(certificates.ca()));
      assertFailure(noTls, Phase.TLS, "does not speak TLS");
    }
  }

  @Test
  void keepsCredentialsWithTheirHostWhenRedirected() throws Exception {
    CopyOnWriteArrayList<String> seen = new CopyOnWriteArrayList<>();
    ListenerSpec open = new ListenerSpec("other", "127.0.0.1", 0, Optional.empty(), Optional.empty(), 1024);
    try (HttpListener other = environment.listeners().open(open, (request, reply) -> {
          seen.add(request.header("Authorization").orElse("none") + request.header("X-Api-Key").orElse("none") + request.header("Accept").orElse("none"));
          reply.send("text/plain", "there");
        });
        HttpListener first = listen(Optional.empty(), (request, reply) ->
            reply.status(302).header("Location", "http://127.0.0.1:" + other.port() + "/x").send(new byte[0]))) {
      Answer answer = (Answer) environment.network().exchange(call(first, "http", TlsTrust.PUBLIC)
          .header("X-Api-Key", "secret").header("Accept", "text/plain").withRedirects(true));
      assertThat(answer.text()).isEqualTo("there");
      assertThat(seen).containsExactly("nonenonetext/plain");
    }
  }

  @Test
  void postsBodiesAndRefusesLargeOnes() throws Exception {
    try (HttpListener listener = listen(Optional.empty(), (request, reply) -> reply.send(request.body(10)))) {
      URI uri = URI.create("http://127.0.0.1:" + listener.port() + "/");
      HttpCall small = HttpCall.post(uri, "text/plain", "hello".getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC)
          .withBasicAuth("scrape", Secret.of("pw"));
      assertThat(((Answer) environment.network().exchange(small)).text()).isEqualTo("hello");
      HttpCall large = HttpCall.post(uri, "text/plain", new byte[11], TlsTrust.PUBLIC).withBasicAuth("scrape", Secret.of("pw"));
      assertThat(((Answer) environment.network().exchange(large)).status()).isEqualTo(413);
    }
  }

  private static int closedPort() throws IOException {
    try (ServerSocket free = new ServerSocket(0)) {
      return free.getLocalPort();
    }
  }

  private void assertFailure(HttpCall call, Phase phase, String text) throws InterruptedException {
    HttpResult result = environment.network().exchange(call);
    assertThat(result).isInstanceOf(Failure.class);
    assertThat(((Failure) result).message()).contains(text).doesNotContain("pw");
    assertThat(((Failure) result).phase()).isEqualTo(phase);
  }
}
