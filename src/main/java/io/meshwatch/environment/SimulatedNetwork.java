package io.meshwatch.environment;

import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.environment.HttpResult.Phases;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/**
 * A network in memory: listeners opened here answer the calls made here, by port, whatever the host name, unless it ends in
 * {@code .invalid}, where there is never a host (RFC 2606). Certificates are not checked. A port can be made slow, silent or broken.
 */
public final class SimulatedNetwork implements Network, Listeners {
  private static final int FIRST_FREE_PORT = 20_000;
  private static final String OTHER_SIDE = "127.0.0.1";

  private record Open(ListenerSpec spec, HttpHandler handler) {}

  private final SimulatedTime time;
  private final Map<Integer, Open> listeners = new HashMap<>();
  private final Map<Integer, Long> delaysMillis = new HashMap<>();
  private final Map<Integer, HttpResult.Failure> failures = new HashMap<>();
  private final Map<String, List<String>> dns = new HashMap<>();
  private int nextPort = FIRST_FREE_PORT;

  SimulatedNetwork(SimulatedTime time) {
    this.time = time;
  }

  /** Lets every call to this port take so long; 0 = none. */
  public void delay(int port, long millis) {
    delaysMillis.put(port, millis);
  }

  /** Lets every call to this port fail, until {@link #repair}. */
  public void fail(int port, Phase phase, String message) {
    failures.put(port, new HttpResult.Failure(phase, message, Phases.NONE));
  }

  public void repair(int port) {
    failures.remove(port);
    delaysMillis.remove(port);
  }

  /** Makes these the records of a name. */
  public void setRecords(String name, String type, List<String> records) {
    dns.put(name + " " + type, records);
  }

  @Override
  public List<String> records(String name, String type) {
    return dns.getOrDefault(name + " " + type, List.of());
  }

  @Override
  public HttpListener open(ListenerSpec spec, HttpHandler handler) {
    int port = spec.port() == 0 ? nextPort++ : spec.port();
    if (listeners.putIfAbsent(port, new Open(spec, handler)) != null) {
      throw new PortTakenException("port " + port + " on " + spec.host() + " (" + spec.name() + ") is in use",
          new IOException("address in use"));
    }
    return new HttpListener() {
      @Override
      public int port() {
        return port;
      }

      @Override
      public void close() {
        listeners.remove(port);
      }
    };
  }

  /** Every port that somebody listens on can be connected to; there is no TLS here. */
  @Override
  public ConnectResult connect(ConnectCall call) {
    boolean listening = listeners.containsKey(call.port());
    return new ConnectResult(Optional.of(call.host()), Optional.empty(),
        listening ? Optional.empty()
            : Optional.of(new ConnectResult.Failure(Phase.CONNECT, "connection to " + call.host() + ":" + call.port() + " was refused")),
        Phases.NONE);
  }

  @Override
  public HttpResult exchange(HttpCall call) throws InterruptedException {
    HttpCall next = call;
    for (int hop = 0; hop <= 10; hop++) {
      HttpResult result = exchangeOnce(next);
      boolean redirected = call.followRedirects() && result instanceof HttpResult.Answer answer && answer.status() / 100 == 3;
      Optional<String> location = redirected ? ((HttpResult.Answer) result).header("Location") : Optional.empty();
      if (location.isEmpty()) {
        return result;
      }
      next = next.redirectedTo(location.get(), ((HttpResult.Answer) result).status());
    }
    return new HttpResult.Failure(Phase.FIRST_BYTE, call.uri().getAuthority() + " redirected more than 10 times", Phases.NONE);
  }

  private HttpResult exchangeOnce(HttpCall call) throws InterruptedException {
    int port = port(call.uri());
    long began = time.wallMillis();
    if (call.uri().getHost().endsWith(".invalid")) {
      return new HttpResult.Failure(Phase.RESOLVE, "host " + call.uri().getHost() + " is unknown", phases(began));
    }
    long delay = delaysMillis.getOrDefault(port, 0L);
    time.sleep(Math.min(delay, call.timeoutMillis()));
    if (delay >= call.timeoutMillis()) {
      return new HttpResult.Failure(
          Phase.TIMEOUT, FailureText.timeout(call.uri(), Phase.FIRST_BYTE, call.timeoutMillis()), phases(began));
    }
    HttpResult.Failure failure = failures.get(port);
    if (failure != null) {
      return failure;
    }
    Open open = listeners.get(port);
    if (open == null) {
      return new HttpResult.Failure(
          Phase.CONNECT, "connection to " + call.uri().getHost() + ":" + port + " was refused", phases(began));
    }
    return answer(call, open, began);
  }

  private HttpResult answer(HttpCall call, Open open, long began) throws InterruptedException {
    Reply reply = new Reply();
    Optional<String> user = call.basicAuth()
        .filter(auth -> open.spec.login().map(l -> l.test(auth.username(), auth.password().reveal())).orElse(false))
        .map(HttpCall.BasicAuth::username);
    try {
      if (open.spec.login().isPresent() && user.isEmpty()) {
        reply.status(401).header("WWW-Authenticate", "Basic realm=\"meshwatch\"");
      } else {
        open.handler.handle(new Incoming(call, user), reply);
      }
    } catch (IOException | RuntimeException e) {
      reply = new Reply();
      reply.status(500);
    }
    if (reply.aborted) {
      return new HttpResult.Failure(
          Phase.BODY, call.uri().getAuthority() + " closed the connection in the middle of the answer", phases(began));
    }
    byte[] body = reply.body.toByteArray();
    if (body.length > call.bodyBytesMax()) {
      return new HttpResult.Failure(
          Phase.BODY_LIMIT, "the body of " + call.uri().getAuthority() + " is larger than " + call.bodyBytesMax() + " bytes", phases(began));
    }
    return new HttpResult.Answer(reply.status, List.copyOf(reply.headers), body, body.length, Optional.empty(), phases(began));
  }

  private Phases phases(long beganMillis) {
    return new Phases(0, 0, 0, 0, (time.wallMillis() - beganMillis) * 1_000_000, 0);
  }

  private static int port(URI uri) {
    return uri.getPort() >= 0 ? uri.getPort() : uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
  }

  private record Incoming(HttpCall call, Optional<String> user) implements HttpRequest {
    @Override
    public String method() {
      return call.method();
    }

    @Override
    public String path() {
      return call.uri().getPath().isEmpty() ? "/" : call.uri().getPath();
    }

    @Override
    public String rawPath() {
      return call.uri().getRawPath().isEmpty() ? "/" : call.uri().getRawPath();
    }

    @Override
    public Map<String, List<String>> parameters() {
      Map<String, List<String>> parameters = new LinkedHashMap<>();
      addForm(parameters, call.uri().getRawQuery());
      if (header("Content-Type").orElse("").startsWith("application/x-www-form-urlencoded")) {
        addForm(parameters, new String(call.body(), StandardCharsets.UTF_8));
      }
      return parameters;
    }

    private static void addForm(Map<String, List<String>> into, @Nullable String form) {
      if (form == null || form.isEmpty()) {
        return;
      }
      for (String pair : form.split("&", -1)) {
        int equals = pair.indexOf('=');
        String name = URLDecoder.decode(equals < 0 ? pair : pair.substring(0, equals), StandardCharsets.UTF_8);
        String value = equals < 0 ? "" : URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8);
        into.computeIfAbsent(name, n -> new ArrayList<>()).add(value);
      }
    }

    @Override
    public Optional<String> header(String name) {
      if (name.equalsIgnoreCase("Authorization") && call.basicAuth().isPresent()) {
        return call.basicAuth().map(HttpCall.BasicAuth::headerValue);
      }
      return call.headers().stream().filter(h -> h.name().equalsIgnoreCase(name)).map(HttpCall.Header::value).findFirst();
    }

    @Override
    public byte[] body(int bytesMax) throws IOException {
      if (call.body().length > bytesMax) {
        throw new BodyTooLargeException("request body is larger than " + bytesMax + " bytes");
      }
      return call.body();
    }

    @Override
    public String remoteAddress() {
      return OTHER_SIDE;
    }
  }

  private static final class Reply implements HttpReply {
    private int status = 200;
    private final List<HttpCall.Header> headers = new ArrayList<>();
    private final ByteArrayOutputStream body = new ByteArrayOutputStream();
    private boolean aborted;

    @Override
    public HttpReply status(int newStatus) {
      status = newStatus;
      return this;
    }

    @Override
    public HttpReply header(String name, String value) {
      headers.removeIf(h -> h.name().equalsIgnoreCase(name));
      headers.add(new HttpCall.Header(name, value));
      return this;
    }

    @Override
    public void send(byte[] bytes) {
      body.writeBytes(bytes);
    }

    @Override
    public OutputStream stream() {
      return body;
    }

    @Override
    public void abort() {
      aborted = true;
    }
  }
}
