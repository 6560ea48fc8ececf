package io.meshwatch.environment;

import java.nio.file.Path;
import java.util.Optional;
import java.util.function.BiPredicate;
import org.jspecify.annotations.Nullable;

/**
 * Where and how a listener listens.
 *
 * @param name for logs and threads: "page", "agent"
 * @param host address to bind
 * @param port 0 = any free one
 * @param tls certificate and key; empty = plain HTTP
 * @param login says whether user and password are right; empty = no login. Asked for every request, so it must be quick: cache
 * @param requestBodyBytesMax hard limit of any request's body
 */
public record ListenerSpec(
    String name, String host, int port, Optional<ServerTls> tls, Optional<BiPredicate<String, String>> login, int requestBodyBytesMax) {
  /** PEM files, read again when they change. */
  public record ServerTls(Path certificateChainFile, Path keyFile) {}

  /** Who logs in by this Authorization header; empty if nobody, or if no login is asked for. */
  Optional<String> user(@Nullable String authorization) {
    if (login.isEmpty() || authorization == null) {
      return Optional.empty();
    }
    return BasicAuthHeader.parse(authorization).filter(pair -> login.get().test(pair.username(), pair.password())).map(BasicAuthHeader::username);
  }
}
