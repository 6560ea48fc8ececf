package io.meshwatch.scrape;

import io.meshwatch.environment.Disk;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;

/**
 * Makes requests with the credentials of a job. Files are read for every request, they are small, so a new password is used at
 * once. Safe for all threads.
 */
final class Credentials {
  private final ConnectionSettings connection;
  private final TlsTrust trust;
  private final HttpProxy proxy;
  private final Disk disk;
  private final Optional<OAuthToken> token;

  Credentials(ConnectionSettings connection, Environment environment) {
    this.connection = connection;
    this.disk = environment.disk();
    this.trust = trust(connection.tls());
    this.proxy = proxy(connection.proxy());
    this.token = connection.oauth2().map(oauth2 -> new OAuthToken(oauth2, trust(oauth2.tls()), proxy(oauth2.proxy()), environment));
  }

  private static TlsTrust trust(ConnectionSettings.Tls tls) {
    return new TlsTrust(tls.caFile().map(Path::of), tls.serverName(), tls.certificateFile().map(Path::of),
        tls.keyFile().map(Path::of), tls.insecureSkipVerify(), new TlsTrust.Texts(tls.ca(), tls.certificate(), tls.key()), tls.minVersion(),
        tls.maxVersion());
  }

  private HttpProxy proxy(ConnectionSettings.Proxy settings) {
    return settings.isUsed()
        ? new HttpProxy(settings.url(), settings.noProxy(), settings.fromEnvironment(),
            settings.connectHeaders().stream().map(h -> new HttpCall.Header(h.name(), secret(h.value(), h.valueFile()).reveal())).toList())
        : HttpProxy.NONE;
  }

  /** How the other side's certificate is checked. */
  TlsTrust trust() {
    return trust;
  }

  /** A GET with these headers; throws {@link ScrapeFailure} if a file cannot be read or no token is given out. */
  HttpCall get(URI uri, List<HttpCall.Header> headers, long timeoutMillis, long bodyBytesMax) throws InterruptedException {
    HttpCall call = new HttpCall("GET", uri, headers, new byte[0], Optional.empty(), trust, timeoutMillis, bodyBytesMax,
        connection.followRedirects(), proxy);
    for (ConnectionSettings.Header header : connection.headers()) {
      call = call.header(header.name(), secret(header.value(), header.valueFile()).reveal());
    }
    if (connection.basicAuth().isPresent()) {
      ConnectionSettings.BasicAuth auth = connection.basicAuth().get();
      return call.withBasicAuth(user(), secret(auth.password(), auth.passwordFile()));
    }
    if (connection.authorization().isPresent()) {
      ConnectionSettings.Authorization authorization = connection.authorization().get();
      Secret credentials = secret(authorization.credentials(), authorization.credentialsFile());
      return call.header("Authorization", authorization.type() + " " + credentials.reveal());
    }
    return token.isPresent() ? call.header("Authorization", token.get().header(timeoutMillis)) : call;
  }

  /** The configured user, empty if there is none. */
  String user() {
    if (connection.basicAuth().isEmpty()) {
      return "";
    }
    ConnectionSettings.BasicAuth auth = connection.basicAuth().get();
    boolean fromFile = auth.username().isEmpty() && auth.usernameFile().isPresent();
    return fromFile ? read(auth.usernameFile().get()) : auth.username();
  }

  private Secret secret(Secret given, Optional<String> file) {
    return given.isEmpty() && file.isPresent() ? Secret.of(read(file.get())) : given;
  }

  private String read(String file) {
    try {
      return new String(disk.readAll(Path.of(file)), StandardCharsets.UTF_8).strip();
    } catch (IOException e) {
      throw new ScrapeFailure(new ScrapeOutcome.NoCredentials("file " + file + " with credentials cannot be read: " + e.getMessage()));
    }
  }
}
