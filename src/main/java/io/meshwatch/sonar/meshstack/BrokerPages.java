package io.meshwatch.sonar.meshstack;

import java.net.URI;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * Addresses that an identity broker's discovery page names.
 *
 * @param issuer its own name
 * @param authorization where people log in
 * @param token where tokens are given out
 * @param endSession where sessions end; empty if there is no such page
 */
record BrokerPages(URI issuer, URI authorization, URI token, Optional<URI> endSession) {
  /** The pages, or empty if the document does not name what every identity broker must. */
  static Optional<BrokerPages> of(JsonNode json) {
    Optional<URI> issuer = uri(json, "issuer");
    Optional<URI> authorization = uri(json, "authorization_endpoint");
    Optional<URI> token = uri(json, "token_endpoint");
    if (issuer.isEmpty() || authorization.isEmpty() || token.isEmpty()) {
      return Optional.empty();
    }
    return Optional.of(new BrokerPages(issuer.get(), authorization.get(), token.get(), uri(json, "end_session_endpoint")));
  }

  private static Optional<URI> uri(JsonNode json, String name) {
    try {
      URI uri = URI.create(Json.firstText(json, name));
      return uri.getHost() == null ? Optional.empty() : Optional.of(uri);
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }
}
