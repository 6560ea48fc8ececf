package io.meshwatch.notify.mail;

import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.util.Map;

/**
 * Where access tokens of OAuth 2.0 come from.
 *
 * @param tokenUrl address that gives tokens
 * @param clientId name of the client there
 * @param clientSecret its password there
 * @param refreshToken what a user once allowed; empty = the client's own right
 * @param scope what the token is for; empty = as the other side thinks
 * @param parameters what else is sent there
 * @param trust how the certificate there is checked
 * @param proxy through which proxy it is asked
 */
public record TokenSource(
    String tokenUrl, String clientId, Secret clientSecret, Secret refreshToken, String scope, Map<String, String> parameters, TlsTrust trust, HttpProxy proxy) {
  public TokenSource {
    parameters = Map.copyOf(parameters);
  }

  /** What settings say, asked directly. */
  public static TokenSource of(MailSettings.OAuth2 settings) {
    return new TokenSource(settings.tokenUrl(), settings.clientId(), settings.clientSecret(), settings.refreshToken(), settings.scope(), Map.of(),
        TlsTrust.PUBLIC, HttpProxy.NONE);
  }
}
