package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.MailSettings;
import io.meshwatch.notify.mail.TokenSource;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/**
 * How a program is spoken to besides its address: the {@code http_config} of Alertmanager.
 *
 * @param basicAuth login; empty = none
 * @param authorization value of the header of that name; empty = none
 * @param headers further headers
 * @param trust how its certificate is checked
 * @param followRedirects whether 3xx are followed
 * @param oauth2 where tokens for the header Authorization come from; empty = none
 * @param proxy through which proxy it is spoken to
 */
public record HttpAccess(
    Optional<HttpCall.BasicAuth> basicAuth,
    Optional<Secret> authorization,
    Map<String, Secret> headers,
    TlsTrust trust,
    boolean followRedirects,
    Optional<TokenSource> oauth2,
    HttpProxy proxy) {
  /** No login, the JDK's certificates. */
  static final HttpAccess PLAIN = of("", Secret.EMPTY, Secret.EMPTY, Optional.empty(), Optional.empty(), Secret.EMPTY);

  public HttpAccess {
    headers = Map.copyOf(headers);
  }

  /** What settings say; empty texts say nothing. */
  static HttpAccess of(
      String username, Secret password, Secret bearerToken, Optional<String> caFile, Optional<MailSettings.OAuth2> oauth2, Secret proxyUrl) {
    Optional<HttpCall.BasicAuth> login = username.isEmpty() ? Optional.empty() : Optional.of(new HttpCall.BasicAuth(username, password));
    Optional<Secret> authorization = bearerToken.isEmpty() ? Optional.empty() : Optional.of(Secret.of("Bearer " + bearerToken.reveal()));
    TlsTrust trust = caFile.map(file -> TlsTrust.ca(Path.of(file))).orElse(TlsTrust.PUBLIC);
    HttpProxy proxy = proxyUrl.isEmpty() ? HttpProxy.NONE : new HttpProxy(proxyUrl, "", false, List.of());
    return new HttpAccess(login, authorization, Map.of(), trust, true, oauth2.map(TokenSource::of), proxy);
  }

  /** The same with another value of the header Authorization. */
  HttpAccess withAuthorization(Secret value) {
    return new HttpAccess(basicAuth, Optional.of(value), headers, trust, followRedirects, oauth2, proxy);
  }

  /** A request that carries JSON. */
  HttpCall post(URI uri, String json, long timeoutMillis, long answerBytesMax) {
    HttpCall call = HttpCall.post(uri, "application/json", json.getBytes(StandardCharsets.UTF_8), trust)
        .withLimits(timeoutMillis, answerBytesMax).withRedirects(followRedirects).withProxy(proxy).header("User-Agent", "meshwatch");
    if (basicAuth.isPresent()) {
      call = call.withBasicAuth(basicAuth.get().username(), basicAuth.get().password());
    }
    if (authorization.isPresent()) {
      call = call.header("Authorization", authorization.get().reveal());
    }
    for (Map.Entry<String, Secret> header : headers.entrySet()) {
      call = call.header(header.getKey(), header.getValue().reveal());
    }
    return call;
  }
}
