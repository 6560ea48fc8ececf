package io.meshwatch.sonar.meshstack;

import io.meshwatch.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * An access token.
 *
 * @param access what goes into the Authorization header
 * @param refresh for the logout; may be empty
 * @param expiresAtMillis wall time
 */
record Token(Secret access, Secret refresh, long expiresAtMillis) {
  /** A token is not used when it ends so soon: the request must still arrive with it. */
  private static final long MARGIN_MILLIS = 30_000;
  private static final long LIFETIME_SECONDS_DEFAULT = 300;

  /** The token in an answer of the token endpoint; empty if there is none. */
  static Optional<Token> of(JsonNode json, long nowMillis) {
    String access = Json.firstText(json, "access_token");
    if (access.isEmpty()) {
      return Optional.empty();
    }
    JsonNode lifetime = json.path("expires_in");
    long seconds = lifetime.isNumber() ? lifetime.asLong() : LIFETIME_SECONDS_DEFAULT;
    return Optional.of(new Token(Secret.of(access), Secret.of(Json.firstText(json, "refresh_token")), nowMillis + seconds * 1000));
  }

  boolean isUsableAt(long nowMillis) {
    return nowMillis + MARGIN_MILLIS < expiresAtMillis;
  }

  /** A claim of the token as text; empty if it has no such claim. */
  String claim(String name) {
    return claims().map(json -> Json.firstText(json, name)).orElse("");
  }

  /** When the identity broker made it, by the broker's clock. */
  Optional<Long> issuedAtMillis() {
    return claims().map(json -> json.path("iat")).filter(JsonNode::isNumber).map(iat -> iat.asLong() * 1000);
  }

  /** What the token says; empty if it is not a JSON Web Token. Nothing is verified: that is the API's part. */
  private Optional<JsonNode> claims() {
    String[] parts = access.reveal().split("\\.");
    if (parts.length != 3) {
      return Optional.empty();
    }
    try {
      return Json.parse(new String(Base64.getUrlDecoder().decode(parts[1]), StandardCharsets.UTF_8));
    } catch (IllegalArgumentException notBase64) {
      return Optional.empty();
    }
  }
}
