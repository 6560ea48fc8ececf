package io.meshwatch.scrape;

import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.TlsVersion;
import io.meshwatch.model.Secret;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/**
 * Reads how to connect from a {@code prometheus.yml}: logins, tokens, headers, certificates, proxies.
 *
 * @see <a href="https://prometheus.io/docs/prometheus/latest/configuration/configuration/#http_config">http_config</a>
 */
final class ConnectionYaml {
  private static final String CLIENT_CREDENTIALS = "client_credentials";

  private final Path folder;

  /** A reader that resolves relative paths against this folder. */
  ConnectionYaml(Path folder) {
    this.folder = folder;
  }

  /** The options of a mapping that say how to connect; others are left for the caller. */
  ConnectionSettings connection(YamlFields fields) {
    // HTTP/1.1 is spoken with everybody.
    fields.flag("enable_http2", true);
    Optional<ConnectionSettings.BasicAuth> basic = fields.fields("basic_auth").map(this::basicAuth);
    Optional<ConnectionSettings.Authorization> authorization = fields.fields("authorization").map(this::authorization).or(() -> bearer(fields));
    Optional<ConnectionSettings.OAuth2> oauth2 = fields.fields("oauth2").map(this::oauth2);
    if (Stream.of(basic, authorization, oauth2).filter(Optional::isPresent).count() > 1) {
      boolean older = fields.has("bearer_token") || fields.has("bearer_token_file");
      fields.errorAt("basic_auth",
          "at most one of basic_auth, oauth2" + (older ? ", bearer_token & bearer_token_file" : " & authorization") + " must be configured");
    }
    return new ConnectionSettings(basic, authorization, oauth2, headers(fields), fields.fields("tls_config").map(this::tls).orElse(ConnectionSettings.Tls.defaults()),
        fields.flag("follow_redirects", true), proxy(fields));
  }

  private ConnectionSettings.OAuth2 oauth2(YamlFields fields) {
    List<TextEntry> parameters = new ArrayList<>();
    fields.fields("endpoint_params").ifPresent(p -> p.names().forEach(name -> parameters.add(new TextEntry(name, p.text(name, "")))));
    ConnectionSettings.OAuth2 oauth2 = new ConnectionSettings.OAuth2(fields.text("client_id", ""), Secret.of(fields.text("client_secret", "")),
        path(fields, "client_secret_file"), fields.text("token_url", ""), fields.texts("scopes"), parameters,
        fields.fields("tls_config").map(this::tls).orElse(ConnectionSettings.Tls.defaults()), proxy(fields), jwtBearer(fields));
    atMostOne(fields, "client_secret", "client_secret_file");
    if (oauth2.clientId().isEmpty()) {
      fields.errorAt("client_id", "oauth2 client_id must be configured");
    }
    if (oauth2.tokenUrl().isEmpty()) {
      fields.errorAt("token_url", "oauth2 token_url must be configured");
    }
    fields.finish();
    return oauth2;
  }

  private Optional<ConnectionSettings.JwtBearer> jwtBearer(YamlFields fields) {
    String grant = fields.text("grant_type", CLIENT_CREDENTIALS);
    ConnectionSettings.JwtBearer bearer = new ConnectionSettings.JwtBearer(Secret.of(fields.text("client_certificate_key", "")),
        path(fields, "client_certificate_key_file"), fields.text("client_certificate_key_id", ""), fields.text("signature_algorithm", "RS256"),
        fields.text("iss", ""), fields.text("audience", ""), fields.json("claims"));
    atMostOne(fields, "client_certificate_key", "client_certificate_key_file");
    if (!ConnectionSettings.JwtBearer.ALGORITHMS.contains(bearer.algorithm())) {
      fields.errorAt("signature_algorithm", "valid signature algorithms are RS256, RS384 and RS512");
    }
    if (!grant.equals(CLIENT_CREDENTIALS) && !grant.equals(ConnectionSettings.JwtBearer.GRANT)) {
      fields.errorAt("grant_type", "expected " + CLIENT_CREDENTIALS + " or " + ConnectionSettings.JwtBearer.GRANT + ", got " + grant);
    }
    return grant.equals(ConnectionSettings.JwtBearer.GRANT) ? Optional.of(bearer) : Optional.empty();
  }

  private ConnectionSettings.BasicAuth basicAuth(YamlFields fields) {
    ConnectionSettings.BasicAuth auth =
        new ConnectionSettings.BasicAuth(fields.text("username", ""), path(fields, "username_file"), Secret.of(fields.text("password", "")), path(fields, "password_file"));
    atMostOne(fields, "username", "username_file");
    atMostOne(fields, "password", "password_file");
    fields.finish();
    return auth;
  }

  private ConnectionSettings.Authorization authorization(YamlFields fields) {
    ConnectionSettings.Authorization authorization =
        new ConnectionSettings.Authorization(fields.text("type", "Bearer"), Secret.of(fields.text("credentials", "")), path(fields, "credentials_file"));
    atMostOne(fields, "credentials", "credentials_file");
    if (authorization.type().equalsIgnoreCase("basic")) {
      fields.errorAt("type", "authorization type cannot be set to \"basic\", use \"basic_auth\" instead");
    }
    fields.finish();
    return authorization;
  }

  private Optional<ConnectionSettings.Authorization> bearer(YamlFields fields) {
    Optional<String> token = fields.text("bearer_token");
    Optional<String> tokenFile = path(fields, "bearer_token_file");
    atMostOne(fields, "bearer_token", "bearer_token_file");
    return token.isPresent() || tokenFile.isPresent()
        ? Optional.of(new ConnectionSettings.Authorization("Bearer", Secret.of(token.orElse("")), tokenFile))
        : Optional.empty();
  }

  private static void atMostOne(YamlFields fields, String first, String second) {
    if (fields.has(first) && fields.has(second)) {
      fields.errorAt(second, "at most one of " + first + " & " + second + " must be configured");
    }
  }

  Optional<String> path(YamlFields fields, String name) {
    return fields.text(name).map(this::resolved);
  }

  /** A path that may be relative to the file's folder. */
  String resolved(String path) {
    return folder.resolve(path).toString();
  }

  private List<ConnectionSettings.Header> headers(YamlFields fields) {
    List<ConnectionSettings.Header> headers = new ArrayList<>();
    Optional<YamlFields> named = fields.fields("http_headers");
    if (named.isEmpty()) {
      return headers;
    }
    for (String name : named.get().names()) {
      named.get().fields(name).ifPresent(header -> {
        header.texts("values").forEach(v -> headers.add(new ConnectionSettings.Header(name, Secret.of(v), Optional.empty())));
        header.texts("secrets").forEach(v -> headers.add(new ConnectionSettings.Header(name, Secret.of(v), Optional.empty())));
        header.texts("files").forEach(f -> headers.add(new ConnectionSettings.Header(name, Secret.EMPTY, Optional.of(resolved(f)))));
        header.finish();
      });
    }
    return headers;
  }

  private ConnectionSettings.Tls tls(YamlFields fields) {
    ConnectionSettings.Tls tls = new ConnectionSettings.Tls(path(fields, "ca_file"), fields.text("server_name"), path(fields, "cert_file"),
        path(fields, "key_file"), fields.flag("insecure_skip_verify", false), fields.text("ca", ""), fields.text("cert", ""),
        Secret.of(fields.text("key", "")), fields.parsed("min_version", Optional.empty(), ConnectionYaml::oldest),
        fields.parsed("max_version", Optional.empty(), ConnectionYaml::newest));
    atMostOne(fields, "ca", "ca_file");
    atMostOne(fields, "cert", "cert_file");
    atMostOne(fields, "key", "key_file");
    boolean certificate = tls.certificateFile().isPresent() || !tls.certificate().isEmpty();
    boolean key = tls.keyFile().isPresent() || !tls.key().isEmpty();
    if (certificate != key) {
      fields.error(fields.node(), "cert or cert_file and key or key_file go together, only one of them is set");
    }
    fields.finish();
    return tls;
  }

  /** Nothing older than TLS 1.2 is ever spoken. */
  private static Optional<TlsVersion> oldest(String text) {
    return switch (text) {
      case "TLS10", "TLS11", "TLS12" -> Optional.of(TlsVersion.TLS12);
      case "TLS13" -> Optional.of(TlsVersion.TLS13);
      default -> throw new IllegalArgumentException("unknown TLS version: " + text + "; expected TLS12 or TLS13");
    };
  }

  private static Optional<TlsVersion> newest(String text) {
    return switch (text) {
      case "TLS12" -> Optional.of(TlsVersion.TLS12);
      case "TLS13" -> Optional.of(TlsVersion.TLS13);
      case "TLS10", "TLS11" -> throw new IllegalArgumentException("expected TLS12 or TLS13, got " + text + ": older versions are not spoken");
      default -> throw new IllegalArgumentException("unknown TLS version: " + text + "; expected TLS12 or TLS13");
    };
  }

  private static ConnectionSettings.Proxy proxy(YamlFields fields) {
    String url = fields.text("proxy_url", "");
    boolean fromEnvironment = fields.flag("proxy_from_environment", false);
    String noProxy = fields.text("no_proxy", "");
    List<ConnectionSettings.Header> headers = new ArrayList<>();
    fields.fields("proxy_connect_header").ifPresent(named -> named.names().forEach(
        name -> named.texts(name).forEach(value -> headers.add(new ConnectionSettings.Header(name, Secret.of(value), Optional.empty())))));
    if (fromEnvironment && !url.isEmpty()) {
      fields.errorAt("proxy_url", "if proxy_from_environment is configured, proxy_url must not be configured");
    }
    if (fromEnvironment && !noProxy.isEmpty()) {
      fields.errorAt("no_proxy", "if proxy_from_environment is configured, no_proxy must not be configured");
    }
    if (!fromEnvironment && url.isEmpty() && !noProxy.isEmpty()) {
      fields.errorAt("no_proxy", "if no_proxy is configured, proxy_url must also be configured");
    }
    if (!fromEnvironment && url.isEmpty() && !headers.isEmpty()) {
      fields.errorAt("proxy_connect_header", "if proxy_connect_header is configured, proxy_url or proxy_from_environment must also be configured");
    }
    checkProxyUrl(fields, url);
    return new ConnectionSettings.Proxy(Secret.of(url), noProxy, fromEnvironment, headers);
  }

  private static void checkProxyUrl(YamlFields fields, String url) {
    try {
      if (!url.isEmpty()) {
        HttpProxy.checked(url);
      }
    } catch (IllegalArgumentException e) {
      fields.errorAt("proxy_url", "proxy_url: " + e.getMessage());
    }
  }
}
