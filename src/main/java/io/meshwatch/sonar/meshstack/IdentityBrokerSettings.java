package io.meshwatch.sonar.meshstack;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * How Sonar logs in.
 *
 * @param issuer the identity broker's realm, such as {@code https://sso.example.com/auth/realms/meshfed}; empty = asked from meshStack's
 *     {@code /mesh/info}, then looked for on the sibling host {@code sso.}
 * @param clientId client of the identity broker, or the API key; empty = {@code meshfed-oidc}
 * @param clientSecret its secret; empty = a public client
 * @param grant how the token is got
 * @param redirectUrl where the login page sends the code; nothing needs to listen there
 * @param scopes scopes to ask for
 * @param customerScope whether the token is asked for this customer only, by the scope {@code c:customer}
 */
public record IdentityBrokerSettings(
    Optional<String> issuer,
    String clientId,
    Secret clientSecret,
    Grant grant,
    String redirectUrl,
    List<String> scopes,
    boolean customerScope) {
  public static IdentityBrokerSettings defaults() {
    return new IdentityBrokerSettings(
        Optional.empty(), "", Secret.EMPTY, Grant.PASSWORD, "http://localhost/sonar", List.of("openid", "profile", "email"), true);
  }
}
