package io.meshwatch.environment;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.zip.GZIPOutputStream;
import org.eclipse.jetty.http.HttpField;
import org.eclipse.jetty.http.HttpHeader;
import org.eclipse.jetty.io.Content;
import org.eclipse.jetty.server.Handler;
import org.eclipse.jetty.server.Request;
import org.eclipse.jetty.server.Response;
import org.eclipse.jetty.util.Callback;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Joins Jetty's request and response to ours: login, limits, compression, and what becomes of a handler's exception. */
final class JettyBridge extends Handler.Abstract {
  private static final Logger LOG = LoggerFactory.getLogger(JettyBridge.class);
  /** Requests that are answered at once; more are told to come back. */
  static final int REQUESTS_MAX = 500;

  private final ListenerSpec spec;
  private final HttpHandler handler;
  /** One permit for each request that runs; all of them are taken when the listener closes. */
  private final Semaphore running = new Semaphore(REQUESTS_MAX);

  private final Clock clock;
  private final Consumer<AccessEntry> observer;

  JettyBridge(ListenerSpec spec, HttpHandler handler, Clock clock, Consumer<AccessEntry> observer) {
    this.spec = spec;
    this.handler = handler;
    this.clock = clock;
    this.observer = observer;
  }

  @Override
  public boolean handle(Request request, Response response, Callback callback) {
    Reply reply = new Reply(request, response);
    if (!running.tryAcquire()) {
      fail(reply, callback, 503, new IOException("more than " + REQUESTS_MAX + " requests at once, or closing"));
      return true;
    }
    try {
      answer(request, response, reply, callback);
    } finally {
      running.release();
    }
    return true;
  }

  /** Takes no more requests and waits for those that run, at most so long. */
  void refuseAndAwaitIdle(long timeoutMillis) {
    try {
      if (running.tryAcquire(REQUESTS_MAX, timeoutMillis, TimeUnit.MILLISECONDS)) {
        LOG.debug("{}: no request runs", spec.name());
      }
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void answer(Request request, Response response, Reply reply, Callback callback) {
    long beganNanos = clock.monotonicNanos();
    Optional<String> user = spec.user(request.getHeaders().get(HttpHeader.AUTHORIZATION));
    answer(request, user, response, reply, callback);
    boolean loginFailed = spec.login().isPresent() && user.isEmpty() && request.getHeaders().contains(HttpHeader.AUTHORIZATION);
    observer.accept(new AccessEntry(clock.wallMillis(), spec.name(), Request.getRemoteAddr(request), user, loginFailed, request.getMethod(),
        String.valueOf(request.getHttpURI().getPath()), response.getStatus(), (clock.monotonicNanos() - beganNanos) / 1_000_000));
  }

  private void answer(Request request, Optional<String> user, Response response, Reply reply, Callback callback) {
    try {
      if (spec.login().isPresent() && user.isEmpty()) {
        reply.status(401).header("WWW-Authenticate", "Basic realm=\"meshwatch\"").send("text/plain", "Unauthorized\n");
      } else {
        handler.handle(new Incoming(request, user, spec.requestBodyBytesMax()), reply);
      }
      finish(reply, response, callback);
    } catch (HttpRequest.BodyTooLargeException e) {
      fail(reply, callback, 413, e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      fail(reply, callback, 503, e);
    } catch (IOException | RuntimeException e) {
      // Libraries wrap what a stream throws in exceptions of their own.
      if (e instanceof IOException || e instanceof UncheckedIOException || reply.isClientGone()) {
        LOG.debug("{}: {} {} ended early: {}", spec.name(), request.getMethod(), request.getHttpURI().getPath(), e.getMessage());
      } else {
        LOG.error("{}: {} {} failed", spec.name(), request.getMethod(), request.getHttpURI().getPath(), e);
      }
      fail(reply, callback, 500, e);
    }
  }

  private static void finish(Reply reply, Response response, Callback callback) {
    if (reply.aborted) {
      callback.failed(new IOException("the handler cut the connection"));
    } else if (reply.begun) {
      callback.succeeded();
    } else {
      response.write(true, ByteBuffer.allocate(0), callback);
    }
  }

  private static void fail(Reply reply, Callback callback, int status, Exception cause) {
    if (reply.begun || reply.aborted) {
      callback.failed(cause);
      return;
    }
    try {
      String message = status == 500 ? "internal error" : String.valueOf(cause.getMessage());
      reply.status(status).send("text/plain; charset=utf-8", message + "\n");
      callback.succeeded();
    } catch (IOException e) {
      callback.failed(e);
    }
  }

  /** Confined to the request's thread. */
  private static final class Incoming implements HttpRequest {
    private final Request request;
    private final Optional<String> user;
    private final int bodyBytesMax;
    private byte @Nullable [] body;
    private @Nullable Map<String, List<String>> parameters;

    Incoming(Request request, Optional<String> user, int bodyBytesMax) {
      this.request = request;
      this.user = user;
      this.bodyBytesMax = bodyBytesMax;
    }

    @Override
    public String method() {
      return request.getMethod();
    }

    @Override
    public String path() {
      return String.valueOf(request.getHttpURI().getDecodedPath());
    }

    @Override
    public String rawPath() {
      return request.getHttpURI().getPath();
    }

    @Override
    public Map<String, List<String>> parameters() throws IOException {
      Map<String, List<String>> known = parameters;
      if (known == null) {
        known = new LinkedHashMap<>();
        FormText.addTo(known, request.getHttpURI().getQuery());
        String type = header("Content-Type").orElse("");
        if (type.startsWith("application/x-www-form-urlencoded")) {
          FormText.addTo(known, new String(body(bodyBytesMax), StandardCharsets.UTF_8));
        }
        parameters = known;
      }
      return known;
    }

    @Override
    public Optional<String> header(String name) {
      return Optional.ofNullable(request.getHeaders().get(name));
    }

    /** A body of known length needs one array and no copies; a sender that breaks off early leaves it shorter. */
    private static byte[] exactly(InputStream in, int length) throws IOException {
      byte[] read = new byte[length];
      int count = in.readNBytes(read, 0, length);
      return count == length ? read : Arrays.copyOf(read, count);
    }

    @Override
    public byte[] body(int bytesMax) throws IOException {
      byte[] read = body;
      if (read == null) {
        int limit = checkedLimit(bytesMax);
        try (InputStream in = Content.Source.asInputStream(request)) {
          read = request.getLength() >= 0 ? exactly(in, (int) request.getLength()) : in.readNBytes(limit + 1);
        }
        if (read.length > limit) {
          throw new BodyTooLargeException("request body is larger than " + limit + " bytes");
        }
        body = read;
      }
      return read;
    }

    @Override
    public void body(int bytesMax, BodyBuffer into) throws IOException {
      if (body != null || request.getLength() < 0) {
        into.set(body(bytesMax));
        return;
      }
      checkedLimit(bytesMax);
      try (InputStream in = Content.Source.asInputStream(request)) {
        into.read(in, (int) request.getLength());
      }
    }

    private int checkedLimit(int bytesMax) throws BodyTooLargeException {
      int limit = Math.min(bytesMax, bodyBytesMax);
      if (request.getLength() > limit) {
        throw new BodyTooLargeException("request body is larger than " + limit + " bytes");
      }
      return limit;
    }

    @Override
    public String remoteAddress() {
      return Request.getRemoteAddr(request);
    }

    @Override
    public Optional<String> user() {
      return user;
    }
  }

  /** Confined to the request's thread. */
  private static final class Reply implements HttpReply {
    private final Request request;
    private final Response response;
    private @Nullable AnswerStream stream;
    private boolean begun;
    private boolean aborted;

    Reply(Request request, Response response) {
      this.request = request;
      this.response = response;
    }

    @Override
    public HttpReply status(int status) {
      response.setStatus(status);
      return this;
    }

    @Override
    public HttpReply header(String name, String value) {
      response.getHeaders().put(name, value);
      return this;
    }

    @Override
    public void send(byte[] body) throws IOException {
      if (body.length >= Gzip.BYTES_MIN && mayCompress()) {
        try (OutputStream out = stream()) {
          out.write(body);
        }
        return;
      }
      begun = true;
      response.getHeaders().put(HttpHeader.CONTENT_LENGTH, body.length);
      Content.Sink.write(response, true, ByteBuffer.wrap(body));
    }

    @Override
    public OutputStream stream() throws IOException {
      begun = true;
      AnswerStream out = new AnswerStream(response);
      stream = out;
      if (!mayCompress()) {
        return out;
      }
      response.getHeaders().put(HttpHeader.CONTENT_ENCODING, "gzip");
      response.getHeaders().ensureField(new HttpField(HttpHeader.VARY, "Accept-Encoding"));
      return new GZIPOutputStream(out, 8192);
    }

    private boolean mayCompress() {
      return !response.getHeaders().contains(HttpHeader.CONTENT_ENCODING)
          && Gzip.pays(request.getHeaders().get(HttpHeader.ACCEPT_ENCODING), response.getHeaders().get(HttpHeader.CONTENT_TYPE));
    }

    boolean isClientGone() {
      return stream != null && stream.isBroken();
    }

    @Override
    public void abort() {
      aborted = true;
    }
  }
}
