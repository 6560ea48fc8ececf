package io.meshwatch.scrape;

import io.meshwatch.environment.TlsVersion;
import io.meshwatch.model.Secret;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.json.JsonMapper;

/**
 * How to connect to a target or to a service that lists targets.
 *
 * @param basicAuth user and password; empty = none
 * @param authorization an Authorization header of another kind; empty = none
 * @param oauth2 a token of an OAuth 2.0 server instead; empty = none
 * @param headers further headers of the request
 * @param tls how the certificate is checked
 * @param followRedirects whether redirects are followed; credentials never go to another host
 * @param proxy through which proxy requests go
 */
public record ConnectionSettings(
    Optional<BasicAuth> basicAuth,
    Optional<Authorization> authorization,
    Optional<OAuth2> oauth2,
    List<Header> headers,
    Tls tls,
    boolean followRedirects,
    Proxy proxy) {
  public static ConnectionSettings defaults() {
    return new ConnectionSettings(Optional.empty(), Optional.empty(), Optional.empty(), List.of(), Tls.defaults(), true, Proxy.defaults());
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
   * How a token is asked for: by the client credentials grant, or by a signed statement.
   *
   * @param clientId who we are
   * @param clientSecret how we prove it
   * @param clientSecretFile a file that holds the secret, read whenever a token is asked for; used if {@code clientSecret} is empty
   * @param tokenUrl where tokens are given out
   * @param scopes what the token is to be good for
   * @param endpointParameters further parameters of the request
   * @param tls how the token server's certificate is checked
   * @param proxy through which proxy the token server is asked
   * @param jwtBearer the signed statement that takes the place of the secret; empty = the client credentials grant
   */
  public record OAuth2(
      String clientId,
      Secret clientSecret,
      Optional<String> clientSecretFile,
      String tokenUrl,
      List<String> scopes,
      List<TextEntry> endpointParameters,
      Tls tls,
      Proxy proxy,
      Optional<JwtBearer> jwtBearer) {
    public static OAuth2 defaults() {
      return new OAuth2("", Secret.EMPTY, Optional.empty(), "", List.of(), List.of(), Tls.defaults(), Proxy.defaults(), Optional.empty());
    }
  }

  /**
   * A statement about ourselves, signed with our key, for which a token is given out.
   *
   * @param key RSA key in PEM, without password
   * @param keyFile a file that holds the key, read whenever a token is asked for; used if {@code key} is empty
   * @param keyId which key it is, for the server; empty = not said
   * @param algorithm {@code RS256}, {@code RS384} or {@code RS512}
   * @param issuer who states it; empty = the client
   * @param audience for whom it is; empty = the address where tokens are given out
   * @param claims what else it states, an object in JSON; empty = nothing
   * @see <a href="https://www.rfc-editor.org/rfc/rfc7523">RFC 7523</a>
   */
  public record JwtBearer(Secret key, Optional<String> keyFile, String keyId, String algorithm, String issuer, String audience, String claims) {
    /** How the request for a token names this way of asking. */
    public static final String GRANT = "urn:ietf:params:oauth:grant-type:jwt-bearer";

    static final Set<String> ALGORITHMS = Set.of("RS256", "RS384", "RS512");

    public static JwtBearer defaults() {
      return new JwtBearer(Secret.EMPTY, Optional.empty(), "", "RS256", "", "", "");
    }

    /** What types cannot say. */
    List<String> check() {
      List<String> problems = new ArrayList<>();
      if (!ALGORITHMS.contains(algorithm)) {
        problems.add("algorithm: expected RS256, RS384 or RS512, got " + algorithm);
      }
      if (!claims.isEmpty() && !isJsonObject(claims)) {
        problems.add("claims: expected an object in JSON, got " + claims);
      }
      return problems;
    }

    private static boolean isJsonObject(String text) {
      try {
        return JsonMapper.shared().readTree(text).isObject();
      } catch (JacksonException e) {
        return false;
      }
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
   * How the other side's certificate is checked, and which certificate is shown to it. All of it is PEM, in files or as texts.
   *
   * @param caFile certificates to trust; empty = those of the JDK
   * @param serverName name to check instead of the host of the address
   * @param certificateFile our certificate chain, for servers that ask
   * @param keyFile its private key
   * @param insecureSkipVerify accepts any certificate; for tests only
   * @param ca certificates to trust, instead of {@code caFile}
   * @param certificate our certificate chain, instead of {@code certificateFile}
   * @param key its private key, instead of {@code keyFile}
   * @param minVersion oldest version of TLS, {@code TLS12} or {@code TLS13}
   * @param maxVersion newest version of TLS
   */
  public record Tls(
      Optional<String> caFile,
      Optional<String> serverName,
      Optional<String> certificateFile,
      Optional<String> keyFile,
      boolean insecureSkipVerify,
      String ca,
      String certificate,
      Secret key,
      Optional<TlsVersion> minVersion,
      Optional<TlsVersion> maxVersion) {
    public static Tls defaults() {
      return files(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** Trusts only what this file signed. */
    public static Tls ca(String caFile) {
      return files(Optional.of(caFile), Optional.empty(), Optional.empty(), Optional.empty(), false);
    }

    /** Everything in files, any version of TLS. */
    static Tls files(Optional<String> caFile, Optional<String> serverName, Optional<String> certificateFile, Optional<String> keyFile,
        boolean insecureSkipVerify) {
      return new Tls(caFile, serverName, certificateFile, keyFile, insecureSkipVerify, "", "", Secret.EMPTY, Optional.empty(), Optional.empty());
    }
  }

  /**
   * Through which proxy requests go.
   *
   * @param url {@code http://host:port}, perhaps with a login; empty = none
   * @param noProxy hosts that are asked directly: names (with their subdomains), addresses, networks, separated by commas
   * @param fromEnvironment whether {@code HTTP_PROXY}, {@code HTTPS_PROXY} and {@code NO_PROXY} say all that instead
   * @param connectHeaders what the proxy gets beside the request for a tunnel, which HTTPS goes through
   */
  public record Proxy(Secret url, String noProxy, boolean fromEnvironment, List<Header> connectHeaders) {
    public static Proxy defaults() {
      return new Proxy(Secret.EMPTY, "", false, List.of());
    }

    boolean isUsed() {
      return fromEnvironment || !url.isEmpty();
    }
  }

  public ConnectionSettings withBasicAuth(BasicAuth auth) {
    return new ConnectionSettings(Optional.of(auth), authorization, oauth2, headers, tls, followRedirects, proxy);
  }

  public ConnectionSettings withTls(Tls newTls) {
    return new ConnectionSettings(basicAuth, authorization, oauth2, headers, newTls, followRedirects, proxy);
  }

  public ConnectionSettings withProxy(Proxy newProxy) {
    return new ConnectionSettings(basicAuth, authorization, oauth2, headers, tls, followRedirects, newProxy);
  }
}
