package io.meshwatch.environment;

import io.meshwatch.model.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/**
 * A request with its limits.
 *
 * @param method GET, POST…
 * @param uri absolute, http or https
 * @param headers in order; names may repeat
 * @param body what is sent; empty for none
 * @param basicAuth user and password, sent without being asked, never to another host after a redirect
 * @param trust how the server's certificate is checked; the same object for calls that may share connections
 * @param timeoutMillis for the whole exchange, redirects and body included
 * @param bodyBytesMax the answer's body after decompression; a larger one is a failure
 * @param followRedirects whether 3xx are followed, at most ten times; credentials, also those in headers, never go to another host
 * @param proxy through which proxy it goes
 * @param socketFile a socket in the file system that takes the place of the network: whatever the address says, connections go there, and no proxy is used
 */
public record HttpCall(
    String method,
    URI uri,
    List<Header> headers,
    byte[] body,
    Optional<BasicAuth> basicAuth,
    TlsTrust trust,
    long timeoutMillis,
    long bodyBytesMax,
    boolean followRedirects,
    HttpProxy proxy,
    Optional<Path> socketFile) {

  private static final Set<String> HARMLESS = Set.of("accept", "accept-encoding", "accept-language", "connection", "content-type", "user-agent",
      "x-prometheus-refresh-interval-seconds", "x-prometheus-scrape-timeout-seconds");

  /** A request that goes directly to its host. */
  public HttpCall(String method, URI uri, List<Header> headers, byte[] body, Optional<BasicAuth> basicAuth, TlsTrust trust, long timeoutMillis,
      long bodyBytesMax, boolean followRedirects) {
    this(method, uri, headers, body, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, HttpProxy.NONE);
  }

  /** A request over the network. */
  public HttpCall(String method, URI uri, List<Header> headers, byte[] body, Optional<BasicAuth> basicAuth, TlsTrust trust, long timeoutMillis,
      long bodyBytesMax, boolean followRedirects, HttpProxy proxy) {
    this(method, uri, headers, body, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, proxy, Optional.empty());
  }

  public record Header(String name, String value) {}

  public record BasicAuth(String username, Secret password) {
    /** As the Authorization header carries it. */
    String headerValue() {
      byte[] pair = (username + ":" + password.reveal()).getBytes(StandardCharsets.UTF_8);
      return "Basic " + Base64.getEncoder().encodeToString(pair);
    }
  }

  /** A GET without credentials: 10 s, 64 MiB, no redirects. */
  public static HttpCall get(URI uri, TlsTrust trust) {
    return new HttpCall("GET", uri, List.of(), new byte[0], Optional.empty(), trust, 10_000, 64L << 20, false);
  }

  /** A POST without credentials: 10 s, 64 MiB, no redirects. */
  public static HttpCall post(URI uri, String contentType, byte[] body, TlsTrust trust) {
    return new HttpCall(
        "POST", uri, List.of(new Header("Content-Type", contentType)), body, Optional.empty(), trust, 10_000, 64L << 20, false);
  }

  /** This call with one more header. */
  public HttpCall header(String name, String value) {
    List<Header> more = new ArrayList<>(headers);
    more.add(new Header(name, value));
    return new HttpCall(method, uri, List.copyOf(more), body, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, proxy, socketFile);
  }

  public HttpCall withBasicAuth(String username, Secret password) {
    return new HttpCall(method, uri, headers, body, Optional.of(new BasicAuth(username, password)), trust, timeoutMillis,
        bodyBytesMax, followRedirects, proxy, socketFile);
  }

  public HttpCall withLimits(long newTimeoutMillis, long newBodyBytesMax) {
    return new HttpCall(method, uri, headers, body, basicAuth, trust, newTimeoutMillis, newBodyBytesMax, followRedirects, proxy, socketFile);
  }

  public HttpCall withProxy(HttpProxy newProxy) {
    return new HttpCall(method, uri, headers, body, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, newProxy, socketFile);
  }

  public HttpCall withSocketFile(Optional<Path> newSocketFile) {
    return new HttpCall(method, uri, headers, body, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, proxy, newSocketFile);
  }

  /** This call with another method and body. */
  public HttpCall with(String newMethod, byte[] newBody) {
    return new HttpCall(newMethod, uri, headers, newBody, basicAuth, trust, timeoutMillis, bodyBytesMax, followRedirects, proxy, socketFile);
  }

  public HttpCall withRedirects(boolean follow) {
    return new HttpCall(method, uri, headers, body, basicAuth, trust, timeoutMillis, bodyBytesMax, follow, proxy, socketFile);
  }

  /**
   * The call that a redirect asks for. Another host, port or scheme gets no login, and of the headers only those that are the same for all; 303, and 301 and 302 after anything but
   * GET and HEAD, become a GET.
   *
   * @see <a href="https://www.rfc-editor.org/rfc/rfc9110#section-15.4">RFC 9110, 15.4</a>
   */
  public HttpCall redirectedTo(String location, int status) {
    URI target = uri.resolve(location);
    boolean sameOrigin = target.getScheme().equalsIgnoreCase(uri.getScheme()) && target.getAuthority().equalsIgnoreCase(uri.getAuthority());
    boolean keepsMethod = status == 307 || status == 308 || method.equals("GET") || method.equals("HEAD");
    List<Header> kept = headers.stream()
        .filter(h -> sameOrigin || isHarmless(h.name()))
        .filter(h -> keepsMethod || !h.name().equalsIgnoreCase("Content-Type"))
        .toList();
    return new HttpCall(keepsMethod ? method : "GET", target, kept, keepsMethod ? body : new byte[0],
        sameOrigin ? basicAuth : Optional.empty(), trust, timeoutMillis, bodyBytesMax, followRedirects, proxy, socketFile);
  }

  /** Whether a header may be shown to a host that was not asked for: whatever else was configured may be secret. */
  private static boolean isHarmless(String headerName) {
    return HARMLESS.contains(headerName.toLowerCase(Locale.ROOT));
  }
}
