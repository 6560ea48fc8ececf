package io.meshwatch.notify.mail;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.net.URI;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

/**
 * Gets access tokens for a relay, by the client's own right or with a refresh token, and keeps each until shortly before its end.
 * Confined to one thread at a time.
 *
 * @see <a href="https://www.rfc-editor.org/rfc/rfc6749#section-4.4">RFC 6749, client credentials</a>
 */
final class AccessTokens {
  private static final long TIMEOUT_MILLIS = 10_000;
  private static final long ANSWER_BYTES_MAX = 64 * 1024;
  private static final long EARLY_MILLIS = 60_000;
  private static final long USUAL_SECONDS = 300;

  private final Network network;
  private final Clock clock;
  private final MailSettings.OAuth2 settings;
  private @Nullable Secret token;
  private long validUntilMillis;

  /** There is no token; the message says why. */
  static final class NoTokenException extends Exception {
    NoTokenException(String message) {
      super(message);
    }
  }

  AccessTokens(Network network, Clock clock, MailSettings.OAuth2 settings) {
    this.network = network;
    this.clock = clock;
    this.settings = settings;
  }

  /** A token that is valid now. */
  Secret token() throws NoTokenException, InterruptedException {
    Secret kept = token;
    if (kept == null || clock.wallMillis() >= validUntilMillis) {
      kept = fetch();
      token = kept;
    }
    return kept;
  }

  /** The relay did not want the token, so the next one is fetched anew. */
  void forget() {
    token = null;
  }

  private Secret fetch() throws NoTokenException, InterruptedException {
    Map<String, String> form = new LinkedHashMap<>();
    boolean refresh = !settings.refreshToken().isEmpty();
    form.put("grant_type", refresh ? "refresh_token" : "client_credentials");
    form.put("client_id", settings.clientId());
    form.put("client_secret", settings.clientSecret().reveal());
    form.put("refresh_token", settings.refreshToken().reveal());
    form.put("scope", settings.scope());
    String body = form.entrySet().stream()
        .filter(each -> !each.getValue().isEmpty())
        .map(each -> each.getKey() + "=" + URLEncoder.encode(each.getValue(), StandardCharsets.UTF_8))
        .collect(Collectors.joining("&"));
    HttpCall call = HttpCall.post(URI.create(settings.tokenUrl()), "application/x-www-form-urlencoded", body.getBytes(StandardCharsets.UTF_8), TlsTrust.PUBLIC)
        .withLimits(TIMEOUT_MILLIS, ANSWER_BYTES_MAX);
    return switch (network.exchange(call)) {
      case HttpResult.Failure failure -> throw new NoTokenException("no access token for the relay: " + failure.message());
      case HttpResult.Answer answer -> read(answer);
    };
  }

  /** The answer may hold secrets, so of a refusal only its error code is shown. */
  private Secret read(HttpResult.Answer answer) throws NoTokenException {
    JsonNode json;
    try {
      json = JsonMapper.shared().readTree(answer.body(), 0, answer.bodyLength());
    } catch (JacksonException e) {
      throw new NoTokenException("no access token for the relay: " + settings.tokenUrl() + " answers " + answer.status() + " without JSON");
    }
    String access = json.path("access_token").asString("");
    if (answer.status() != 200 || access.isEmpty()) {
      throw new NoTokenException(
          "no access token for the relay: " + settings.tokenUrl() + " answers " + answer.status() + " " + json.path("error").asString(""));
    }
    long seconds = json.path("expires_in").asLong(USUAL_SECONDS);
    validUntilMillis = clock.wallMillis() + Math.max(0, seconds * 1000 - EARLY_MILLIS);
    return Secret.of(access);
  }
}
