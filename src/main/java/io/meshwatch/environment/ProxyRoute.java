package io.meshwatch.environment;

import java.net.URI;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import org.apache.hc.core5.http.HttpHost;

/**
 * The proxy of one exchange.
 *
 * @param uri its address
 * @param connectHeaders headers of the request for a tunnel, as configured
 */
record ProxyRoute(URI uri, List<HttpCall.Header> connectHeaders) {
  static final String LOGIN_HEADER = "Proxy-Authorization";

  /** The proxy of a call, empty if it goes directly to its host; throws {@link IllegalArgumentException} if a proxy's address is none. */
  static Optional<ProxyRoute> of(HttpCall call, Function<String, Optional<String>> variables) {
    if (call.proxy().equals(HttpProxy.NONE) || call.socketFile().isPresent()) {
      return Optional.empty();
    }
    return call.proxy().uriFor(call.uri(), variables).map(uri -> new ProxyRoute(uri, call.proxy().connectHeaders()));
  }

  /** Whether the proxy only passes bytes on: for HTTPS. */
  boolean tunnels(URI target) {
    return target.getScheme().equalsIgnoreCase("https");
  }

  HttpHost host() {
    int usualPort = uri.getScheme().equalsIgnoreCase("https") ? 443 : 80;
    return new HttpHost(uri.getScheme(), uri.getHost().replaceAll("[\\[\\]]", ""), uri.getPort() >= 0 ? uri.getPort() : usualPort);
  }

  /** Headers of the request for a tunnel, with the login if the address has one. */
  List<HttpCall.Header> headers() {
    List<HttpCall.Header> headers = new ArrayList<>(connectHeaders);
    login().ifPresent(login -> headers.add(new HttpCall.Header(LOGIN_HEADER, login)));
    return headers;
  }

  /** The login that stands in the address, as its header carries it. */
  Optional<String> login() {
    return Optional.ofNullable(uri.getRawUserInfo())
        .map(user -> URLDecoder.decode(user.replace("+", "%2B"), StandardCharsets.UTF_8))
        .map(user -> "Basic " + Base64.getEncoder().encodeToString(user.getBytes(StandardCharsets.UTF_8)));
  }
}
