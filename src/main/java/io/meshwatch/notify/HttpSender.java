package io.meshwatch.notify;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.Network;
import io.meshwatch.model.Secret;
import io.meshwatch.notify.mail.AccessTokens;
import java.net.URI;
import org.jspecify.annotations.Nullable;

/** Sends JSON to one program as its {@link HttpAccess} says, with a token that is kept as long as it is valid. Confined to one thread at a time. */
final class HttpSender {
  private static final long ANSWER_BYTES_MAX = 64 * 1024;
  private static final int UNAUTHORIZED = 401;

  private final Network network;
  private final HttpAccess access;
  /** Null if no token is wanted. */
  private final @Nullable AccessTokens tokens;

  HttpSender(Network network, Clock clock, HttpAccess access) {
    this.network = network;
    this.access = access;
    this.tokens = access.oauth2().map(source -> new AccessTokens(network, clock, source)).orElse(null);
  }

  /** Posts JSON; without a token it is as if there were no connection. */
  HttpResult post(URI uri, String json, long timeoutMillis) throws InterruptedException {
    HttpCall call = access.post(uri, json, timeoutMillis, ANSWER_BYTES_MAX);
    AccessTokens source = tokens;
    if (source == null) {
      return network.exchange(call);
    }
    try {
      HttpResult result = network.exchange(with(source.token(), call));
      if (result instanceof HttpResult.Answer answer && answer.status() == UNAUTHORIZED) {
        // Tokens may be taken back before their end.
        source.forget();
        return network.exchange(with(source.token(), call));
      }
      return result;
    } catch (AccessTokens.NoTokenException e) {
      return new HttpResult.Failure(HttpResult.Phase.CONNECT, String.valueOf(e.getMessage()), HttpResult.Phases.NONE);
    }
  }

  private static HttpCall with(Secret token, HttpCall call) {
    return call.header("Authorization", "Bearer " + token.reveal());
  }
}
