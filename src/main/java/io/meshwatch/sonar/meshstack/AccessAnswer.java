package io.meshwatch.sonar.meshstack;

import io.meshwatch.environment.HttpResult;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import tools.jackson.databind.JsonNode;

/**
 * What an access URL said. Its form is not published, so nothing but its meaning is asked for: in, not yet, or no.
 *
 * @param kind in, not yet, or no
 * @param replication what it says about the replication; {@link ReplicationState#UNKNOWN} if nothing
 * @param remarks what it says to the user
 * @param error code, id and message, if it names them
 * @param status HTTP status
 */
record AccessAnswer(Kind kind, ReplicationState replication, List<String> remarks, ErrorBody error, int status) {
  /** The meaning of an answer. */
  enum Kind {
    GRANTED,
    PENDING,
    REFUSED,
    /** A redirect to a host nobody named as a place to log in. */
    STRANGE_REDIRECT
  }

  private static final String[] STATE_PATHS = {
    "replicationStatus", "replicationState", "replication.status", "replication.state", "replicationStatus.status", "replication",
    "tenant.replicationStatus", "status", "state", "status.replication"
  };
  private static final String[] SIGN_IN_PATHS = {
    "url", "signInUrl", "sign-in-url", "loginUrl", "redirectUrl", "webConsoleUrl", "consoleUrl", "accessUrl", "token", "accessToken", "access_token",
    "platformToken", "access.url", "access.token", "loginInfo.url", "signIn.url", "_links.console.href", "_links.signIn.href"
  };

  static AccessAnswer of(HttpResult.Answer answer, List<String> redirectHosts, String ownHost) {
    JsonNode json = Json.parse(answer.text()).orElse(Json.MAPPER.createObjectNode());
    ReplicationState replication = replication(json);
    ErrorBody error = ErrorBody.of(json);
    Kind kind = kind(answer, json, replication, redirectHosts, ownHost);
    return new AccessAnswer(kind, replication, error.remarks(), error, answer.status());
  }

  private static Kind kind(
      HttpResult.Answer answer, JsonNode json, ReplicationState replication, List<String> redirectHosts, String ownHost) {
    int status = answer.status();
    if (status >= 300 && status < 400) {
      return redirectKind(answer, redirectHosts, ownHost);
    }
    if (status >= 400) {
      return Kind.REFUSED;
    }
    if (signsIn(json)) {
      return Kind.GRANTED;
    }
    if (status == 202 || replication.isPending()) {
      return Kind.PENDING;
    }
    return replication == ReplicationState.FAILED ? Kind.REFUSED : Kind.GRANTED;
  }

  private static Kind redirectKind(HttpResult.Answer answer, List<String> redirectHosts, String ownHost) {
    String host = answer.header("Location").flatMap(AccessAnswer::host).orElse(ownHost);
    boolean allowed = redirectHosts.stream().anyMatch(h -> host.equalsIgnoreCase(h) || host.endsWith("." + h));
    return allowed ? Kind.GRANTED : Kind.STRANGE_REDIRECT;
  }

  private static Optional<String> host(String location) {
    try {
      return Optional.ofNullable(URI.create(location).getHost());
    } catch (IllegalArgumentException notAUrl) {
      return Optional.empty();
    }
  }

  /** Whether it hands out a way in: an address to sign in at or a platform's token. */
  private static boolean signsIn(JsonNode json) {
    return !Json.firstText(json, SIGN_IN_PATHS).isEmpty();
  }

  private static ReplicationState replication(JsonNode json) {
    for (String path : STATE_PATHS) {
      Optional<ReplicationState> state = ReplicationState.parse(Json.firstText(json, path));
      if (state.isPresent()) {
        return state.get();
      }
    }
    return ReplicationState.UNKNOWN;
  }
}
