package io.meshwatch.notify;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.TokenSource;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.snakeyaml.engine.v2.nodes.Node;

/** Reads the {@code http_config} blocks of an {@code alertmanager.yml}. Confined to one thread. */
final class AlertmanagerHttp {
  private static final Set<String> FIELDS = Set.of("basic_auth", "authorization", "bearer_token", "bearer_token_file", "oauth2", "follow_redirects",
      "enable_http2", "tls_config", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header", "http_headers");
  private static final Set<String> TLS_FIELDS = Set.of("ca", "ca_file", "cert", "cert_file", "key", "key_file", "server_name", "insecure_skip_verify",
      "min_version", "max_version");
  private static final Set<String> OAUTH2_FIELDS = Set.of("client_id", "client_secret", "client_secret_file", "scopes", "token_url", "endpoint_params",
      "tls_config", "proxy_url", "no_proxy", "proxy_from_environment", "proxy_connect_header");

  private final YamlReader yaml;
  private final Function<String, Optional<Secret>> secretFiles;
  private final Function<String, Path> files;

  /** Takes a reader of secret files, and the way from a name to a file. */
  AlertmanagerHttp(YamlReader yaml, Function<String, Optional<Secret>> secretFiles, Function<String, Path> files) {
    this.yaml = yaml;
    this.secretFiles = secretFiles;
    this.files = files;
  }

  HttpAccess access(@Nullable Node node) {
    Map<String, Node> http = yaml.fields(node, "http_config", FIELDS);
    Optional<Secret> bearer = secret(http, "bearer_token").map(token -> Secret.of("Bearer " + token.reveal()));
    return new HttpAccess(basicAuth(http.get("basic_auth")), authorization(http.get("authorization")).or(() -> bearer), headers(http.get("http_headers")),
        trust(http.get("tls_config")), yaml.truth(http.get("follow_redirects"), true), tokenSource(http.get("oauth2")), proxy(http));
  }

  private Optional<TokenSource> tokenSource(@Nullable Node node) {
    Map<String, Node> fields = yaml.fields(node, "oauth2", OAUTH2_FIELDS);
    if (fields.isEmpty()) {
      return Optional.empty();
    }
    String url = yaml.text(fields.get("token_url"));
    if (!WebUrls.isWeb(url)) {
      yaml.error(node, "oauth2: expected a token_url such as https://login.example.com/token");
    }
    Map<String, String> parameters = new HashMap<>();
    yaml.entries(fields.get("endpoint_params"), "endpoint_params").forEach((name, value) -> parameters.put(name, yaml.text(value)));
    return Optional.of(new TokenSource(url, yaml.text(fields.get("client_id")), secret(fields, "client_secret").orElse(Secret.EMPTY), Secret.EMPTY,
        String.join(" ", yaml.texts(fields.get("scopes"), "scopes")), parameters, trust(fields.get("tls_config")), proxy(fields)));
  }

  private HttpProxy proxy(Map<String, Node> fields) {
    String url = yaml.text(fields.get("proxy_url"));
    boolean fromEnvironment = yaml.truth(fields.get("proxy_from_environment"), false);
    if (url.isEmpty() && !fromEnvironment) {
      return HttpProxy.NONE;
    }
    if (!url.isEmpty()) {
      check(url, fields);
    }
    List<HttpCall.Header> headers = new ArrayList<>();
    yaml.entries(fields.get("proxy_connect_header"), "proxy_connect_header").forEach((name, values) ->
        yaml.texts(values, "proxy_connect_header").forEach(value -> headers.add(new HttpCall.Header(name, value))));
    return new HttpProxy(Secret.of(url), yaml.text(fields.get("no_proxy")), fromEnvironment, List.copyOf(headers));
  }

  private void check(String proxyUrl, Map<String, Node> fields) {
    if (yaml.truth(fields.get("proxy_from_environment"), false)) {
      yaml.error(fields.get("proxy_url"), "if proxy_from_environment is configured, proxy_url must not be configured");
    }
    try {
      HttpProxy.checked(proxyUrl);
    } catch (IllegalArgumentException e) {
      yaml.error(fields.get("proxy_url"), "proxy_url: " + e.getMessage());
    }
  }

  private Optional<HttpCall.BasicAuth> basicAuth(@Nullable Node node) {
    Map<String, Node> fields = yaml.fields(node, "basic_auth", Set.of("username", "username_file", "password", "password_file"));
    String username = secret(fields, "username").map(Secret::reveal).orElse("");
    return fields.isEmpty() ? Optional.empty() : Optional.of(new HttpCall.BasicAuth(username, secret(fields, "password").orElse(Secret.EMPTY)));
  }

  private Optional<Secret> authorization(@Nullable Node node) {
    Map<String, Node> fields = yaml.fields(node, "authorization", Set.of("type", "credentials", "credentials_file"));
    String type = fields.containsKey("type") ? yaml.text(fields.get("type")) : "Bearer";
    return fields.isEmpty() ? Optional.empty() : Optional.of(Secret.of(type + " " + secret(fields, "credentials").orElse(Secret.EMPTY).reveal()));
  }

  private Map<String, Secret> headers(@Nullable Node node) {
    Map<String, Secret> headers = new HashMap<>();
    yaml.entries(node, "http_headers").forEach((name, block) -> {
      Map<String, Node> fields = yaml.fields(block, "http_headers", Set.of("values", "secrets", "files"));
      for (String value : yaml.texts(fields.get("values"), "values")) {
        headers.put(name, Secret.of(value));
      }
      for (String value : yaml.texts(fields.get("secrets"), "secrets")) {
        headers.put(name, Secret.of(value));
      }
      for (String file : yaml.texts(fields.get("files"), "files")) {
        secretFiles.apply(file).ifPresent(value -> headers.put(name, value));
      }
    });
    return headers;
  }

  private TlsTrust trust(@Nullable Node node) {
    Map<String, Node> tls = tls(node);
    return tls.isEmpty() ? TlsTrust.PUBLIC : new TlsTrust(file(tls, "ca_file"), text(tls, "server_name"), file(tls, "cert_file"), file(tls, "key_file"),
        yaml.truth(tls.get("insecure_skip_verify"), false));
  }

  /** The fields of a {@code tls_config}. */
  Map<String, Node> tls(@Nullable Node node) {
    Map<String, Node> tls = yaml.fields(node, "tls_config", TLS_FIELDS);
    for (String inline : List.of("ca", "cert", "key")) {
      if (tls.containsKey(inline)) {
        yaml.warning(tls.get(inline), "tls_config: " + inline + " is not used, write " + inline + "_file");
      }
    }
    return tls;
  }

  /** The file that a field names, seen from the folder of the configuration. */
  Optional<Path> file(Map<String, Node> fields, String name) {
    return text(fields, name).map(files);
  }

  private Optional<String> text(Map<String, Node> fields, String name) {
    return Optional.of(yaml.text(fields.get(name))).filter(each -> !each.isEmpty());
  }

  /** The field's own text, else the content of the file that the field with {@code _file} names. */
  private Optional<Secret> secret(Map<String, Node> fields, String name) {
    return text(fields, name).map(Secret::of).or(() -> text(fields, name + "_file").flatMap(secretFiles));
  }
}
