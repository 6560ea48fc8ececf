package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.model.Names;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.snakeyaml.engine.v2.api.Load;
import org.snakeyaml.engine.v2.api.LoadSettings;
import org.snakeyaml.engine.v2.exceptions.YamlEngineException;

/**
 * Where a cluster's API server is and how to connect to it.
 *
 * @param url without a slash at the end
 * @param connection credentials and certificates
 */
record KubernetesServer(String url, ConnectionSettings connection) {
  static KubernetesServer at(String url, ConnectionSettings connection) {
    return new KubernetesServer(url.endsWith("/") ? url.substring(0, url.length() - 1) : url, connection);
  }

  /** From within a cluster, with the account that is laid into every pod. */
  static KubernetesServer around(String url, Path serviceAccount) {
    return at(url, bearer(Secret.EMPTY, Optional.of(serviceAccount.resolve("token").toString()))
        .withTls(ConnectionSettings.Tls.ca(serviceAccount.resolve("ca.crt").toString())));
  }

  private static ConnectionSettings bearer(Secret token, Optional<String> tokenFile) {
    ConnectionSettings usual = ConnectionSettings.defaults();
    return new ConnectionSettings(usual.basicAuth(), Optional.of(new ConnectionSettings.Authorization("Bearer", token, tokenFile)), usual.oauth2(),
        usual.headers(), usual.tls(), usual.followRedirects(), usual.proxy());
  }

  /**
   * The server and the user of a kubeconfig's current context.
   *
   * @throws IOException with the reason if the file cannot be read or used
   * @see <a href="https://kubernetes.io/docs/reference/config-api/kubeconfig.v1/">kubeconfig</a>
   */
  static KubernetesServer ofKubeconfig(Path file, Disk disk) throws IOException {
    try {
      Object document = new Load(LoadSettings.builder().build()).loadFromString(new String(disk.readAll(file), StandardCharsets.UTF_8));
      Fields root = new Fields(document, file);
      Fields context = root.named("contexts", root.text("current-context")).inner("context");
      Fields cluster = root.named("clusters", context.text("cluster")).inner("cluster");
      String userName = context.text("user");
      Fields user = userName.isEmpty() ? new Fields(Map.of(), file) : root.named("users", userName).inner("user");
      return at(cluster.text("server"), connection(cluster, user));
    } catch (YamlEngineException e) {
      throw new IOException("it is not YAML: " + e.getMessage(), e);
    }
  }

  private static ConnectionSettings connection(Fields cluster, Fields user) throws IOException {
    if (user.has("exec") || user.has("auth-provider")) {
      throw new IOException("its user logs in by another program, which is not supported; give a token or a certificate");
    }
    ConnectionSettings.Tls tls = new ConnectionSettings.Tls(cluster.path("certificate-authority"), cluster.optional("tls-server-name"),
        user.path("client-certificate"), user.path("client-key"), cluster.text("insecure-skip-tls-verify").equals("true"),
        cluster.decoded("certificate-authority-data"), user.decoded("client-certificate-data"), Secret.of(user.decoded("client-key-data")),
        Optional.empty(), Optional.empty());
    ConnectionSettings usual = ConnectionSettings.defaults().withTls(tls);
    if (user.has("token") || user.has("tokenFile")) {
      return bearer(Secret.of(user.text("token")), user.path("tokenFile")).withTls(tls);
    }
    return user.has("username")
        ? usual.withBasicAuth(new ConnectionSettings.BasicAuth(user.text("username"), Optional.empty(), Secret.of(user.text("password")), Optional.empty()))
        : usual;
  }

  /** A mapping of the file. Relative paths in it count from the file's folder. */
  private record Fields(Object value, Path file) {
    private Map<?, ?> map() {
      return value instanceof Map<?, ?> map ? map : Map.of();
    }

    boolean has(String name) {
      return map().get(name) != null;
    }

    String text(String name) {
      Object found = map().get(name);
      return found == null ? "" : found.toString();
    }

    Optional<String> optional(String name) {
      return Optional.of(text(name)).filter(text -> !text.isEmpty());
    }

    Optional<String> path(String name) {
      return optional(name).map(path -> file.resolveSibling(path).toString());
    }

    String decoded(String name) throws IOException {
      try {
        return new String(Base64.getMimeDecoder().decode(text(name)), StandardCharsets.ISO_8859_1);
      } catch (IllegalArgumentException e) {
        throw new IOException("its " + name + " is not Base64", e);
      }
    }

    Fields inner(String name) {
      Object inner = map().get(name);
      return new Fields(inner == null ? Map.of() : inner, file);
    }

    /** The element of a list that has this name. */
    Fields named(String list, String name) throws IOException {
      Object elements = map().get(list);
      for (Object element : elements instanceof List<?> all ? all : List.of()) {
        Fields fields = new Fields(element, file);
        if (fields.text("name").equals(name)) {
          return fields;
        }
      }
      throw new IOException("it has no element named " + Names.quote(name) + " in " + list);
    }
  }
}
