package io.meshwatch.scrape;

import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;

/**
 * How to connect to a target or to a service that lists targets.
 *
 * @param basicAuth user and password; empty = none
 * @param authorization an Authorization header of another kind; empty = none
 * @param oauth2 a token of an OAuth 2.0 server instead; empty = none
 * @param headers further headers of the request
 * @param tls how the certificate is checked
 * @param followRedirects whether redirects are followed; credentials never go to another host
 */
public record ConnectionSettings(
    Optional<BasicAuth> basicAuth,
    Optional<Authorization> authorization,
    Optional<OAuth2> oauth2,
    List<Header> headers,
    Tls tls,
    boolean followRedirects) {
  public static ConnectionSettings defaults() {
    return new ConnectionSettings(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Tls.defaults(), true);
  }

  /**
   * User and password; each may stand in a file, which is read for every request, so that it may change.
   *
   * @param username the user
   * @param usernameFile a file that holds the user; used if {@code username} is empty
   * @param password the password
   * @param passwordFile a file that holds the password; used if {@code password} is empty
   */
  public record BasicAuth(String username, Optional<String> usernameFile, Secret password, Optional<String> passwordFile) {
    public static BasicAuth defaults() {
      return new BasicAuth("", Optional.empty(), Secret.EMPTY, Optional.empty());
    }
  }

  /**
   * An Authorization header.
   *
   * @param type its first word
   * @param credentials what follows
   * @param credentialsFile a file that holds the credentials, read for every request; used if {@code credentials} is empty
   */
  public record Authorization(String type, Secret credentials, Optional<String> credentialsFile) {
    public static Authorization defaults() {
      return new Authorization("Bearer", Secret.EMPTY, Optional.empty());
    }
  }

  /**
   * How a token is asked for: the client credentials grant.
   *
   * @param clientId who we are
   * @param clientSecret how we prove it
   * @param clientSecretFile a file that holds the secret, read whenever a token is asked for; used if {@code clientSecret} is empty
   * @param tokenUrl where tokens are given out
   * @param scopes what the token is to be good for
   * @param endpointParameters further parameters of the request
   * @param tls how the token server's certificate is checked
   */
  public record OAuth2(
      String clientId,
      Secret clientSecret,
      Optional<String> clientSecretFile,
      String tokenUrl,
      List<String> scopes,
      List<TextEntry> endpointParameters,
      Tls tls) {
    public static OAuth2 defaults() {
      return new OAuth2("", Secret.EMPTY, Optional.empty(), "", List.of(), List.of(), Tls.defaults());
    }
  }

  /**
   * A header of the request.
   *
   * @param name its name
   * @param value its value, which may be secret
   * @param valueFile a file that holds the value, read for every request; used if {@code value} is empty
   */
  public record Header(String name, Secret value, Optional<String> valueFile) {
    public static Header defaults() {
      return new Header("", Secret.EMPTY, Optional.empty());
    }
  }

  /**
   * How the other side's certificate is checked, and which certificate is shown to it. Files are PEM.
   *
   * @param caFile certificates to trust; empty = those of the JDK
   * @param serverName name to check instead of the host of the address
   * @param certificateFile our certificate chain, for servers that ask
   * @param keyFile its private key
   * @param insecureSkipVerify accepts any certificate; for tests only
   */
  public record Tls(
      Optional<String> caFile,
      Optional<String> serverName,
      Optional<String> certificateFile,
      Optional<String> keyFile,
      boolean insecureSkipVerify) {
    public static Tls defaults() {
      return new Tls(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** Trusts only what this file signed. */
    public static Tls ca(String caFile) {
      return new Tls(Optional.of(caFile), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }
  }

  public ConnectionSettings withBasicAuth(BasicAuth auth) {
    return new ConnectionSettings(Optional.of(auth), authorization, oauth2, headers, tls, followRedirects);
  }

  public ConnectionSettings withTls(Tls newTls) {
    return new ConnectionSettings(basicAuth, authorization, oauth2, headers, newTls, followRedirects);
  }
}
