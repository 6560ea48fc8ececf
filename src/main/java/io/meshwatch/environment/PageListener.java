package io.meshwatch.environment;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.Socket;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Consumer;
import javax.net.ssl.SSLSocket;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A listener that answers GET and HEAD over HTTP/1.1 and keeps connections. Whoever sends anything else, too much or too slowly gets
 * an answer that says so where that is possible, and loses the connection. Safe for all threads.
 */
final class PageListener implements HttpListener {
  private static final Logger LOG = LoggerFactory.getLogger(PageListener.class);
  /** Each costs about 200 kB while it is open, its thread included; further ones are closed at once. */
  static final int CONNECTIONS_MAX = 32;
  private static final int IDLE_MILLIS = 120_000;
  /** A handshake, or a head from its first byte to its last, takes no longer. */
  private static final int HEAD_MILLIS = 10_000;
  /** How long running requests may go on when the listener closes. */
  private static final long STOP_TIMEOUT_MILLIS = 2_000;

  private final ListenerSpec spec;
  private final HttpHandler handler;
  private final Clock clock;
  private final Consumer<AccessEntry> observer;
  private final @Nullable ServerTlsSockets tls;
  private final TcpServer server;
  /** One permit for each request that runs; all of them are taken when the listener closes. */
  private final Semaphore running = new Semaphore(CONNECTIONS_MAX);

  PageListener(ListenerSpec spec, HttpHandler handler, Clock clock, Consumer<AccessEntry> observer) {
    this.spec = spec;
    this.handler = handler;
    this.clock = clock;
    this.observer = observer;
    this.tls = spec.tls().map(files -> new ServerTlsSockets(spec.name(), files, clock)).orElse(null);
    this.server = new TcpServer(spec.name(), spec.host(), spec.port(), CONNECTIONS_MAX, IDLE_MILLIS,
        Thread.ofPlatform().daemon().factory(), this::serve);
  }

  @Override
  public int port() {
    return server.port();
  }

  private void serve(Socket accepted) throws IOException {
    accepted.setTcpNoDelay(true);
    if (tls == null) {
      converse(accepted);
      return;
    }
    try (SSLSocket connection = tls.over(accepted)) {
      connection.setSoTimeout(HEAD_MILLIS);
      connection.startHandshake();
      converse(connection);
    }
  }

  private void converse(Socket connection) throws IOException {
    InputStream in = new BufferedInputStream(connection.getInputStream(), RequestHead.BYTES_MAX);
    boolean open = true;
    while (open) {
      connection.setSoTimeout(IDLE_MILLIS);
      int first = in.read();
      if (first < 0) {
        return;
      }
      connection.setSoTimeout(HEAD_MILLIS);
      open = answer(first, in, connection);
    }
  }

  /** Reads and answers one request; false if the connection is of no more use. */
  private boolean answer(int firstByte, InputStream in, Socket connection) throws IOException {
    long beganNanos = clock.monotonicNanos();
    BooleanSupplier overdue = () -> clock.monotonicNanos() - beganNanos > TimeUnit.MILLISECONDS.toNanos(HEAD_MILLIS);
    try {
      RequestHead head = RequestHead.read(firstByte, in, overdue);
      PageReply reply = new PageReply(head, connection.getOutputStream(), clock);
      if (head.hasBody()) {
        return refuse(reply, 413, "bodies are not taken");
      }
      return answer(head, connection, reply, beganNanos);
    } catch (RequestHead.BadRequestException e) {
      return refuse(new PageReply(RequestHead.UNREADABLE, connection.getOutputStream(), clock), e.status(), String.valueOf(e.getMessage()));
    }
  }

  private static boolean refuse(PageReply reply, int status, String reason) throws IOException {
    reply.closeAfter().status(status).send("text/plain; charset=utf-8", reason + "\n");
    return false;
  }

  private boolean answer(RequestHead head, Socket connection, PageReply reply, long beganNanos) throws IOException {
    if (!running.tryAcquire()) {
      return refuse(reply, 503, "closing");
    }
    PageRequest request = new PageRequest(head, Optional.empty(), connection);
    boolean open;
    try {
      request = new PageRequest(head, spec.user(head.headers().get("authorization")), connection);
      open = handle(request, reply);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      open = false;
    } catch (IOException | UncheckedIOException e) {
      LOG.debug("{}: {} {} ended early: {}", spec.name(), request.method(), request.rawPath(), e.getMessage());
      open = fail(reply);
    } catch (RuntimeException e) {
      LOG.error("{}: {} {} failed", spec.name(), request.method(), request.rawPath(), e);
      open = fail(reply);
    } finally {
      running.release();
    }
    tell(request, reply, beganNanos);
    return open;
  }

  private static boolean fail(PageReply reply) throws IOException {
    return !reply.begun() && refuse(reply, 500, "internal error");
  }

  private void tell(PageRequest request, PageReply reply, long beganNanos) {
    boolean loginFailed = spec.login().isPresent() && request.user().isEmpty() && request.header("Authorization").isPresent();
    observer.accept(new AccessEntry(clock.wallMillis(), spec.name(), request.remoteAddress(), request.user(), loginFailed, request.method(),
        request.rawPath(), reply.status(), (clock.monotonicNanos() - beganNanos) / 1_000_000));
  }

  private boolean handle(PageRequest request, PageReply reply) throws IOException, InterruptedException {
    if (spec.login().isPresent() && request.user().isEmpty()) {
      reply.status(401).header("WWW-Authenticate", "Basic realm=\"meshwatch\"").send("text/plain", "Unauthorized\n");
    } else if (!request.method().equals("GET") && !request.method().equals("HEAD")) {
      reply.header("Allow", "GET, HEAD");
      return refuse(reply, 405, "only GET and HEAD are answered");
    } else {
      handler.handle(request, reply);
      if (!reply.begun()) {
        reply.send(new byte[0]);
      }
    }
    return reply.keepsOpen();
  }

  @Override
  public void close() {
    try {
      if (running.tryAcquire(CONNECTIONS_MAX, STOP_TIMEOUT_MILLIS, TimeUnit.MILLISECONDS)) {
        LOG.debug("{}: no request runs", spec.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
    server.close();
  }
}
