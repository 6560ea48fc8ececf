package io.meshwatch.environment;

import io.meshwatch.model.Secret;
import java.net.URI;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.function.Function;

/**
 * Through which proxy requests go.
 *
 * @param url the proxy, {@code http://host:port} or {@code https://…}, perhaps with a login; empty = none
 * @param noProxy hosts that are asked directly, as the variable {@code NO_PROXY} lists them
 * @param fromEnvironment whether the variables {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} say all that instead
 * @param connectHeaders what a proxy gets beside the request to open a tunnel
 */
public record HttpProxy(Secret url, String noProxy, boolean fromEnvironment, List<HttpCall.Header> connectHeaders) {
  /** Every request goes directly to its host. */
  public static final HttpProxy NONE = new HttpProxy(Secret.EMPTY, "", false, List.of());

  /**
   * The proxy for a request, empty if it goes directly to its host.
   *
   * @throws IllegalArgumentException with the reason in one sentence if what should be a proxy's address is none
   */
  Optional<URI> uriFor(URI target, Function<String, Optional<String>> variables) {
    String address = fromEnvironment ? variable(target.getScheme() + "_proxy", variables) : url.reveal();
    String exempt = fromEnvironment ? variable("no_proxy", variables) : noProxy;
    // A proxy that is configured without exceptions is for all hosts, even for this machine itself.
    boolean exceptions = fromEnvironment || !exempt.isEmpty();
    if (address.isEmpty() || (exceptions && new ProxyExceptions(exempt).contain(target))) {
      return Optional.empty();
    }
    return Optional.of(checked(address));
  }

  private static String variable(String name, Function<String, Optional<String>> variables) {
    return variables.apply(name.toUpperCase(Locale.ROOT)).filter(text -> !text.isEmpty()).or(() -> variables.apply(name)).orElse("");
  }

  /** The address of a proxy; throws {@link IllegalArgumentException} without showing it, as it may hold a password. */
  public static URI checked(String address) {
    String complete = address.contains("://") ? address : "http://" + address;
    try {
      URI uri = new URI(complete);
      boolean known = "http".equalsIgnoreCase(uri.getScheme()) || "https".equalsIgnoreCase(uri.getScheme());
      if (known && uri.getHost() != null) {
        return uri;
      }
      throw new IllegalArgumentException("expected a proxy's address with http or https and a host, got scheme " + uri.getScheme());
    } catch (java.net.URISyntaxException e) {
      throw new IllegalArgumentException("expected a proxy's address such as http://proxy:3128, got something that is no URL", e);
    }
  }
}
