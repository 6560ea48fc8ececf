package io.meshwatch.environment;

import com.github.benmanes.caffeine.cache.Cache;
import com.github.benmanes.caffeine.cache.Caffeine;
import io.meshwatch.environment.HttpResult.Phase;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Function;
import java.util.zip.GZIPInputStream;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.apache.hc.client5.http.classic.methods.HttpUriRequestBase;
import org.apache.hc.client5.http.protocol.HttpClientContext;
import org.apache.hc.core5.http.ClassicHttpResponse;
import org.apache.hc.core5.http.ContentType;
import org.apache.hc.core5.http.Header;
import org.apache.hc.core5.http.HttpEntity;
import org.apache.hc.core5.http.io.HttpClientResponseHandler;
import org.apache.hc.core5.http.io.entity.ByteArrayEntity;
import org.jspecify.annotations.Nullable;

/**
 * HTTP by Apache's client: one pool of connections for each way of trusting, blocking calls on the caller's (virtual) thread, a
 * deadline over everything, redirects followed here so that credentials stay with their host.
 */
final class PooledNetwork implements Network, AutoCloseable {
  private static final int REDIRECTS_MAX = 10;
  private static final int POOLS_MAX = 1_000;
  private static final long IDLE_LOOK_MILLIS = 30_000;
  private static final int BUFFER_BYTES_START = 16 << 10;

  private final Clock clock;
  private final Function<String, Optional<String>> variables;
  private final DnsClient dns = new DnsClient("dns:");
  private final Deadlines deadlines;
  private final Timers.Timer idleLook;
  private final Cache<TlsTrust, ConnectionPool> pools =
      Caffeine.newBuilder().maximumSize(POOLS_MAX).removalListener((key, pool, cause) -> closePool(pool)).build();

  PooledNetwork(Clock clock, Timers timers) {
    this(clock, timers, name -> Optional.ofNullable(System.getenv(name)));
  }

  /** A network that is told about proxies by these environment variables. */
  PooledNetwork(Clock clock, Timers timers, Function<String, Optional<String>> variables) {
    this.clock = clock;
    this.variables = variables;
    deadlines = new Deadlines(clock);
    idleLook = timers.every("close idle connections", IDLE_LOOK_MILLIS, 0, due -> closeIdle());
  }

  private void closeIdle() {
    pools.asMap().forEach((trust, pool) -> {
      pool.closeIdle();
      if (pool.direct().remembersTooMany()) {
        pools.invalidate(trust);
      }
    });
  }

  private static void closePool(@Nullable Object pool) {
    if (pool instanceof ConnectionPool open) {
      open.close();
    }
  }

  @Override
  public List<String> records(String name, String type) throws IOException {
    return dns.records(name, type);
  }

  @Override
  public DnsResult ask(DnsCall call) {
    return new DnsExchange(call, clock).run();
  }

  @Override
  public ConnectResult connect(ConnectCall call) throws InterruptedException {
    ConnectResult result = new SocketProbe(call, clock).run();
    if (Thread.interrupted()) {
      throw new InterruptedException("interrupted while connecting to " + call.host());
    }
    return result;
  }

  @Override
  public HttpResult exchange(HttpCall call) throws InterruptedException {
    return exchange(call, PooledNetwork::read);
  }

  @Override
  public HttpResult lines(HttpCall call, LineTaker taker) throws InterruptedException {
    LineBody lines = new LineBody(taker, call.bodyBytesMax());
    HttpCall plain = call.header("Accept-Encoding", "identity");
    HttpResult result = exchange(plain, (request, response, context, phases) -> response.getCode() == 200
        ? lines.read(request, response, phases)
        : read(request, response, context, phases));
    lines.rethrow();
    return result;
  }

  /** Makes a result of a response while its connection is open. */
  @FunctionalInterface
  private interface Reader {
    HttpResult read(HttpCall call, ClassicHttpResponse response, HttpClientContext context, PhaseClock phases) throws IOException;
  }

  private HttpResult exchange(HttpCall call, Reader reader) throws InterruptedException {
    long deadlineNanos = clock.monotonicNanos() + call.timeoutMillis() * 1_000_000;
    HttpCall next = call;
    for (int hop = 0; ; hop++) {
      HttpResult result = exchangeOnce(next, reader, deadlineNanos, call.timeoutMillis());
      if (Thread.interrupted()) {
        throw new InterruptedException("interrupted while waiting for " + call.uri().getHost());
      }
      Optional<HttpCall> redirected = call.followRedirects() ? redirect(next, result) : Optional.empty();
      if (redirected.isEmpty()) {
        return result;
      }
      if (hop == REDIRECTS_MAX) {
        return new HttpResult.Failure(
            Phase.FIRST_BYTE, call.uri().getAuthority() + " redirected more than " + REDIRECTS_MAX + " times", result.phases());
      }
      next = redirected.get();
    }
  }

  private static Optional<HttpCall> redirect(HttpCall call, HttpResult result) {
    if (!(result instanceof HttpResult.Answer answer) || !List.of(301, 302, 303, 307, 308).contains(answer.status())) {
      return Optional.empty();
    }
    return answer.header("Location").map(location -> call.redirectedTo(location, answer.status()));
  }

  private HttpResult exchangeOnce(HttpCall call, Reader reader, long deadlineNanos, long timeoutMillis) {
    ConnectionPool pool;
    Optional<ProxyRoute> proxy;
    try {
      pool = poolFor(call.trust());
      proxy = ProxyRoute.of(call, variables);
    } catch (IOException e) {
      return new HttpResult.Failure(Phase.TLS, String.valueOf(e.getMessage()), HttpResult.Phases.NONE);
    } catch (IllegalArgumentException e) {
      return new HttpResult.Failure(Phase.CONNECT, String.valueOf(e.getMessage()), HttpResult.Phases.NONE);
    }
    Attempt attempt = attempt(pool, call, proxy, reader, deadlineNanos, timeoutMillis);
    // A kept connection may have been closed by the other side just now; then the request was not seen and is sent again. The next kept one
    // may have gone the same way, as servers close idle connections together: each is dropped as it is found, until a new one is opened.
    for (int again = 0; again < ConnectionPool.CONNECTIONS_PER_HOST_MAX && attempt.requestUnseen() && clock.monotonicNanos() < deadlineNanos; again++) {
      attempt = attempt(pool, call, proxy, reader, deadlineNanos, timeoutMillis);
    }
    return attempt.result();
  }

  private ConnectionPool poolFor(TlsTrust trust) throws IOException {
    long now = clock.monotonicNanos();
    ConnectionPool pool = pools.getIfPresent(trust);
    if (pool == null || pool.files().wereReplaced(now)) {
      synchronized (pools) {
        pool = pools.getIfPresent(trust);
        if (pool == null || pool.files().wereReplaced(now)) {
          pool = ConnectionPool.open(trust, new TrustFiles(trust, now));
          pools.put(trust, pool);
        }
      }
    }
    return pool;
  }

  private Attempt attempt(ConnectionPool pool, HttpCall call, Optional<ProxyRoute> proxy, Reader reader, long deadlineNanos, long timeoutMillis) {
    PhaseClock phases = new PhaseClock(clock);
    HttpUriRequestBase request = request(call, proxy);
    AtomicBoolean timedOut = new AtomicBoolean();
    Deadlines.Deadline deadline = deadlines.set(deadlineNanos, () -> {
      timedOut.set(true);
      request.cancel();
    });
    HttpClientContext context = HttpClientContext.create();
    proxy.ifPresent(route -> {
      context.setAttribute(ConnectionPool.PROXY, route);
      // A tunnel that was opened with one login serves only calls with the same.
      context.setUserToken(route);
    });
    try {
      HttpResult answer = ScopedValue.where(ConnectionPool.PHASES, phases)
          .call(() -> {
            HttpClientResponseHandler<HttpResult> taken = response -> reader.read(call, response, context, phases);
            boolean direct = proxy.isEmpty() && call.socketFile().isEmpty();
            return direct ? pool.direct().run(request, context, taken) : pool.client().execute(request, context, taken);
          });
      return new Attempt(answer, false);
    } catch (BodyLimitException e) {
      return new Attempt(new HttpResult.Failure(Phase.BODY_LIMIT, String.valueOf(e.getMessage()), phases.end()), false);
    } catch (IOException | RuntimeException e) {
      Phase phase = phases.phase();
      if (timedOut.get()) {
        String message = FailureText.timeout(call.uri(), phase, timeoutMillis);
        return new Attempt(new HttpResult.Failure(Phase.TIMEOUT, message, phases.end()), false);
      }
      boolean unseen = phases.reusedConnection() && phase != Phase.BODY && ConnectionPool.isClosedByPeer(e)
          && !Thread.currentThread().isInterrupted();
      Phase blamed = FailureText.phase(e, phase);
      String message = proxy.isPresent() && !(e instanceof ProxyRefusalException) && (blamed == Phase.RESOLVE || blamed == Phase.CONNECT)
          ? FailureText.of(e, proxy.get().uri(), call.trust()) + " (the proxy on the way to " + call.uri().getAuthority() + ")"
          : FailureText.of(e, call.uri(), call.trust()) + call.socketFile().map(file -> " (over the socket " + file + ")").orElse("");
      return new Attempt(new HttpResult.Failure(blamed, message, phases.end()), unseen);
    } finally {
      deadline.close();
    }
  }

  private static HttpUriRequestBase request(HttpCall call, Optional<ProxyRoute> proxy) {
    HttpUriRequestBase request = new HttpUriRequestBase(call.method(), call.uri());
    call.socketFile().map(ConnectionPool::requestsOver).ifPresent(request::setConfig);
    for (HttpCall.Header header : call.headers()) {
      request.addHeader(header.name(), header.value());
    }
    if (!request.containsHeader("Accept-Encoding")) {
      request.addHeader("Accept-Encoding", "gzip");
    }
    call.basicAuth().ifPresent(auth -> request.setHeader("Authorization", auth.headerValue()));
    // Through a tunnel the proxy sees nothing of this; its login then stands with the request for the tunnel.
    proxy.filter(route -> !route.tunnels(call.uri())).flatMap(ProxyRoute::login).ifPresent(login -> request.setHeader(ProxyRoute.LOGIN_HEADER, login));
    if (call.body().length > 0) {
      // The content type is among the headers; a null type keeps the client from adding its own.
      request.setEntity(new ByteArrayEntity(call.body(), (ContentType) null));
    }
    return request;
  }

  private static HttpResult read(HttpCall call, ClassicHttpResponse response, HttpClientContext context, PhaseClock phases)
      throws IOException {
    phases.enter(Phase.BODY);
    List<HttpCall.Header> headers =
        Arrays.stream(response.getHeaders()).map(PooledNetwork::header).toList();
    Optional<Long> expiry = certificateExpiry(context.getSSLSession());
    byte[] body = new byte[0];
    int length = 0;
    HttpEntity entity = response.getEntity();
    if (entity != null) {
      boolean packed = isGzip(response);
      body = new byte[bufferBytes(entity.getContentLength(), packed, call.bodyBytesMax())];
      try (InputStream in = packed ? new GZIPInputStream(entity.getContent(), 8192) : entity.getContent()) {
        while (true) {
          int read = in.read(body, length, body.length - length);
          if (read < 0) {
            break;
          }
          length += read;
          if (length > call.bodyBytesMax()) {
            throw new BodyLimitException("the body of " + call.uri().getAuthority() + " is larger than " + call.bodyBytesMax() + " bytes");
          }
          if (length == body.length) {
            body = Arrays.copyOf(body, body.length * 2);
          }
        }
      } catch (EOFException e) {
        throw new IOException("the connection was closed in the middle of the body, after " + length + " bytes", e);
      }
    }
    return new HttpResult.Answer(response.getCode(), headers, body, length, expiry, phases.end());
  }

  /** One byte more than promised, so that the end is seen without growing. */
  private static int bufferBytes(long contentLength, boolean packed, long bodyBytesMax) {
    long wanted = contentLength <= 0 ? BUFFER_BYTES_START : packed ? contentLength * 8 : contentLength + 1;
    return (int) Math.clamp(wanted, 64, Math.min(bodyBytesMax + 1, 1 << 26));
  }

  private static HttpCall.Header header(Header header) {
    return new HttpCall.Header(header.getName(), String.valueOf(header.getValue()));
  }

  private static boolean isGzip(ClassicHttpResponse response) {
    Header encoding = response.getFirstHeader("Content-Encoding");
    return encoding != null && encoding.getValue() != null && encoding.getValue().toLowerCase(Locale.ROOT).contains("gzip");
  }

  private static Optional<Long> certificateExpiry(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      long earliest = Long.MAX_VALUE;
      for (Certificate certificate : session.getPeerCertificates()) {
        if (certificate instanceof X509Certificate x509) {
          earliest = Math.min(earliest, x509.getNotAfter().toInstant().toEpochMilli());
        }
      }
      return Optional.of(earliest);
    } catch (SSLPeerUnverifiedException e) {
      return Optional.empty();
    }
  }

  @Override
  public void close() {
    idleLook.cancel(false);
    deadlines.close();
    pools.asMap().values().forEach(ConnectionPool::close);
  }

  /** One try; {@code requestUnseen} = it failed on a kept connection before the other side took the request. */
  private record Attempt(HttpResult result, boolean requestUnseen) {}
}
