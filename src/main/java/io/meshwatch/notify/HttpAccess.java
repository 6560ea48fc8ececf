package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.nio.charset.StandardCharsets;
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
 */
public record HttpAccess(
    Optional<HttpCall.BasicAuth> basicAuth, Optional<Secret> authorization, Map<String, Secret> headers, TlsTrust trust, boolean followRedirects) {
  /** No login, the JDK's certificates. */
  static final HttpAccess PLAIN = new HttpAccess(Optional.empty(), Optional.empty(), Map.of(), TlsTrust.PUBLIC, true);

  public HttpAccess {
    headers = Map.copyOf(headers);
  }

  /** A request that carries JSON. */
  HttpCall post(URI uri, String json, long timeoutMillis, long answerBytesMax) {
    HttpCall call = HttpCall.post(uri, "application/json", json.getBytes(StandardCharsets.UTF_8), trust)
        .withLimits(timeoutMillis, answerBytesMax).withRedirects(followRedirects).header("User-Agent", "meshwatch");
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
