package io.meshwatch.notify.mail;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gets access tokens, by the client's own right or with a refresh token, and keeps each until shortly before its end. Confined to one thread at a time.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, client credentials</a>
 */
public final class AccessTokens {
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long ANSWER_BYTES_MAX = 64 * 1024;
  private static final long EARLY_MILLIS = 60_000;
  private static final long USUAL_SECONDS = 300;

  private final Network network;
  private final Clock clock;
  private final TokenSource source;
  private @Nullable Secret token;
  private long validUntilMillis;

  /** There is no token; the message says why. */
  public static final class NoTokenException extends Exception {
    NoTokenException(String message) {
      super(message);
    }
  }

  public AccessTokens(Network network, Clock clock, TokenSource source) {
    this.network = network;
    this.clock = clock;
    this.source = source;
  }

  /** A token that is valid now. */
  public Secret token() throws NoTokenException, InterruptedException {
    Secret kept = token;
    if (kept == null || clock.wallMillis() >= validUntilMillis) {
      kept = fetch();
      token = kept;
    }
    return kept;
  }

  /** The other side did not want the token, so the next one is fetched anew. */
  public void forget() {
    token = null;
  }

  /** Most servers take the client's password among the parameters; some want it as a login, as RFC 6749 does. */
  private Secret fetch() throws NoTokenException, InterruptedException {
    HttpResult result = network.exchange(call(true));
    if (result instanceof HttpResult.Answer answer && (answer.status() == 400 || answer.status() == 401)) {
      HttpResult second = network.exchange(call(false).withBasicAuth(encoded(source.clientId()), Secret.of(encoded(source.clientSecret().reveal()))));
      boolean better = second instanceof HttpResult.Answer other && other.status() == 200;
      result = better ? second : result;
    }
    return switch (result) {
      case HttpResult.Failure failure -> throw new NoTokenException("no access token: " + failure.message());
      case HttpResult.Answer answer -> read(answer);
    };
  }

  private HttpCall call(boolean withClient) {
    Map<String, String> form = new LinkedHashMap<>();
    boolean refresh = !source.refreshToken().isEmpty();
    form.put("grant_type", refresh ? "refresh_token" : "client_credentials");
    if (withClient) {
      form.put("client_id", source.clientId());
      form.put("client_secret", source.clientSecret().reveal());
    }
    form.put("refresh_token", source.refreshToken().reveal());
    form.put("scope", source.scope());
    form.putAll(new TreeMap<>(source.parameters()));
    String body = form.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> encoded(each.getKey()) + "=" + encoded(each.getValue()))
        .collect(Collectors.joining("&"));
    return HttpCall.post(URI.create(source.tokenUrl()), "application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8), source.trust())
        .withLimits(TIMEOUT_MILLIS, ANSWER_BYTES_MAX).withProxy(source.proxy());
  }

  private static String encoded(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }

  /** The answer may hold secrets, so of a refusal only its error code is shown. */
  private Secret read(HttpResult.Answer answer) throws NoTokenException {
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(answer.body(), 0, answer.bodyLength());
    } catch (JacksonException e) {
      throw new NoTokenException("no access token: " + source.tokenUrl() + " answers " + answer.status() + " without JSON");
    }
    String access = json.path("access_token").asString("");
    if (answer.status() != 200 || access.isEmpty()) {
      throw new NoTokenException(
          "no access token: " + source.tokenUrl() + " answers " + answer.status() + " " + json.path("error").asString(""));
    }
    long seconds = json.path("expires_in").asLong(USUAL_SECONDS);
    validUntilMillis = clock.wallMillis() + Math.max(0, seconds * 1000 - EARLY_MILLIS);
    return Secret.of(access);
  }
}
