package io.meshwatch.environment;

import java.nio.charset.StandardCharsets;
import java.util.Base64;
import java.util.Optional;

/** User and password as they stand in an Authorization header of the Basic scheme. */
public record BasicAuthHeader(String username, String password) {
  private static final String SCHEME = "Basic ";

  /** Reads a header's value; empty if it is of another scheme or malformed. */
  public static Optional<BasicAuthHeader> parse(String value) {
    if (!value.regionMatches(true, 0, SCHEME, 0, SCHEME.length())) {
      return Optional.empty();
    }
    try {
      String decoded = new String(Base64.getDecoder().decode(value.substring(SCHEME.length()).strip()), StandardCharsets.UTF_8);
      int colon = decoded.indexOf(':');
      return colon < 0 ? Optional.empty() : Optional.of(new BasicAuthHeader(decoded.substring(0, colon), decoded.substring(colon + 1)));
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  @Override
  public String toString() {
    return username + ":<secret>";
  }
}
