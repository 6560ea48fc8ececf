package io.meshwatch.scrape;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * A token of an OAuth 2.0 server by the client credentials grant or for a signed statement, asked for when the one at hand is about to end.
 * Guarded by itself.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, 4.4</a>
 */
final class OAuthToken {
  private static final long BODY_BYTES_MAX = 1 << 20;
  /** A token that ends sooner than this is not used any more. */
  private static final long MARGIN_MILLIS = 10_000;

  private final ConnectionSettings.OAuth2 settings;
  private final TlsTrust trust;
  private final HttpProxy proxy;
  private final Environment environment;
  private Secret header = Secret.EMPTY;
  private long endMillis;
  private long statements;

  OAuthToken(ConnectionSettings.OAuth2 settings, TlsTrust trust, HttpProxy proxy, Environment environment) {
    this.settings = settings;
    this.trust = trust;
    this.proxy = proxy;
    this.environment = environment;
  }

  /** The value of the Authorization header; throws {@link ScrapeFailure} if there is no token. */
  synchronized String header(long timeoutMillis) throws InterruptedException {
    if (header.isEmpty() || environment.clock().wallMillis() + MARGIN_MILLIS >= endMillis) {
      take(ask(timeoutMillis));
    }
    return header.reveal();
  }

  private HttpResult.Answer ask(long timeoutMillis) throws InterruptedException {
    HttpCall call = HttpCall.post(URI.create(settings.tokenUrl()), "application/x-www-form-urlencoded", new byte[0], trust)
        .withLimits(timeoutMillis, BODY_BYTES_MAX).withProxy(proxy);
    HttpResult result = settings.jwtBearer().isPresent() ? askByStatement(call, settings.jwtBearer().get()) : askBySecret(call);
    return switch (result) {
      case HttpResult.Failure failure -> throw failed(failure.message());
      case HttpResult.Answer answer when answer.status() / 100 != 2 -> throw failed(settings.tokenUrl() + " answered with status " + answer.status());
      case HttpResult.Answer answer -> answer;
    };
  }

  private HttpResult askByStatement(HttpCall call, ConnectionSettings.JwtBearer bearer) throws InterruptedException {
    Secret key = secret(bearer.key(), bearer.keyFile());
    Clock clock = environment.clock();
    try {
      String unlike = settings.clientId() + " " + clock.wallMillis() + " " + clock.monotonicNanos() + " " + ++statements;
      String statement = new JwtStatement(settings, bearer).signed(key, clock.wallMillis() / 1000, unlike);
      return environment.network().exchange(with(call, Map.of("grant_type", ConnectionSettings.JwtBearer.GRANT, "assertion", statement)));
    } catch (GeneralSecurityException e) {
      throw failed("the client's key cannot be used: " + e.getMessage());
    } catch (JacksonException e) {
      throw failed("the claims are no object in JSON: " + e.getOriginalMessage());
    }
  }

  /** Most servers take the client's secret as Basic auth, as the standard wants; some only among the parameters. */
  private HttpResult askBySecret(HttpCall call) throws InterruptedException {
    Secret secret = secret(settings.clientSecret(), settings.clientSecretFile());
    Map<String, String> form = new TreeMap<>(Map.of("grant_type", "client_credentials"));
    if (!settings.scopes().isEmpty()) {
      form.put("scope", String.join(" ", settings.scopes()));
    }
    HttpResult result = environment.network()
        .exchange(with(call, form).withBasicAuth(encoded(settings.clientId()), Secret.of(encoded(secret.reveal()))));
    if (result instanceof HttpResult.Answer answer && (answer.status() == 400 || answer.status() == 401)) {
      form.put("client_id", settings.clientId());
      form.put("client_secret", secret.reveal());
      result = environment.network().exchange(with(call, form));
    }
    return result;
  }

  /** The configured parameters may replace ours: {@code grant_type = password} for servers that know nothing else. */
  private HttpCall with(HttpCall call, Map<String, String> parameters) {
    Map<String, String> all = new TreeMap<>(parameters);
    settings.endpointParameters().forEach(p -> all.put(p.mapKey(), p.mapValue()));
    List<String> pairs = new ArrayList<>();
    all.forEach((name, value) -> pairs.add(encoded(name) + "=" + encoded(value)));
    return call.with(call.method(), String.join("&", pairs).getBytes(StandardCharsets.UTF_8));
  }

  private void take(HttpResult.Answer answer) {
    try {
      JsonNode json = JsonMapper.shared().readTree(answer.text());
      String token = json.path("access_token").asString("");
      if (token.isEmpty()) {
        throw failed(settings.tokenUrl() + " answered without an access_token");
      }
      String type = json.path("token_type").asString("Bearer");
      header = Secret.of((type.equalsIgnoreCase("bearer") ? "Bearer" : type) + " " + token);
      long seconds = json.path("expires_in").asLong(0);
      endMillis = seconds <= 0 ? Long.MAX_VALUE : environment.clock().wallMillis() + seconds * 1000;
    } catch (JacksonException e) {
      throw failed(settings.tokenUrl() + " did not answer in JSON");
    }
  }

  private Secret secret(Secret given, Optional<String> file) {
    if (!given.isEmpty() || file.isEmpty()) {
      return given;
    }
    try {
      return Secret.of(new String(environment.disk().readAll(Path.of(file.get())), StandardCharsets.UTF_8).strip());
    } catch (IOException e) {
      throw failed("file " + file.get() + " cannot be read: " + e.getMessage());
    }
  }

  private static ScrapeFailure failed(String reason) {
    return new ScrapeFailure(new ScrapeOutcome.NoCredentials("no token: " + reason));
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
