package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.HashSet;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.node.ObjectNode;

/**
 * meshStack's backend (meshfed-api) on its application port: who may come in, and which part answers. Health and metrics are on the
 * management port; asked for here they give 401, which looks like a wrong password and is none.
 */
final class Backend implements HttpHandler {
  private static final int BODY_BYTES_MAX = 64 << 10;

  private final Clock clock;
  private final SandboxSettings settings;
  private final Faults faults;
  private final Tokens tokens;
  private final IdentityBroker identity;
  private final MeshObjectApi objects;
  private final AccessApi access;
  private final RequestCounts requests;
  private final AtomicLong errorSerial = new AtomicLong();

  Backend(
      Clock clock,
      SandboxSettings settings,
      Faults faults,
      Tokens tokens,
      IdentityBroker identity,
      MeshObjectApi objects,
      AccessApi access,
      RequestCounts requests) {
    this.clock = clock;
    this.settings = settings;
    this.faults = faults;
    this.tokens = tokens;
    this.identity = identity;
    this.objects = objects;
    this.access = access;
    this.requests = requests;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException {
    long started = clock.monotonicNanos();
    int status = 200;
    try {
      checkFaults(reply);
      route(request, reply);
    } catch (ApiProblemException e) {
      status = e.status();
      sendProblem(reply, e);
    }
    requests.count(uriPattern(request.path()), request.method(), status, clock.monotonicNanos() - started);
  }

  private void checkFaults(HttpReply reply) throws ApiProblemException {
    Optional<Faults.ActiveFault> limit = faults.active(FaultKind.API_RATE_LIMIT);
    if (limit.isPresent()) {
      reply.header("Retry-After", String.valueOf((long) limit.get().number("retryAfterSeconds")));
      throw new ApiProblemException(429, "TooManyRequests", "Too many requests; one at a time, please");
    }
    if (faults.isActive(FaultKind.API_ERROR)) {
      throw new ApiProblemException(500, "InternalServerError", "An unexpected error occurred");
    }
    if (faults.isActive(FaultKind.MARIADB_DOWN)) {
      throw new ApiProblemException(500, "InternalServerError", "Could not open JPA EntityManager for transaction");
    }
  }

  private void route(HttpRequest request, HttpReply reply) throws IOException, ApiProblemException {
    String path = request.path();
    if (path.equals("/mesh/info")) {
      Json.send(reply, 200, Json.PLAIN, info());
    } else if (path.equals("/info")) {
      String protocol = identity.issuer() + "/protocol/openid-connect";
      Json.send(reply, 200, Json.PLAIN, Json.object().put("authorization_endpoint", protocol + "/auth").put("token_endpoint", protocol + "/token"));
    } else if (path.equals("/api/login")) {
      login(request, reply);
    } else if (path.equals("/api") || path.startsWith("/api/")) {
      objects.handle(request, reply, caller(request, reply));
    } else if (path.startsWith("/projects/")) {
      access.handle(request, reply, caller(request, reply));
    } else {
      caller(request, reply);
      throw ApiProblemException.notFound(path);
    }
  }

  private ObjectNode info() {
    ObjectNode body = Json.object().put("version", "2026.31.0").put("is4EPEnabled", false);
    body.putObject("metadata");
    return body
        .put("adminWorkspaceIdentifier", "partner")
        .put("issuer", identity.issuer())
        .put("cliClientId", "meshstack-cli");
  }

  /** API keys log in here: a form is sent on to the identity broker with 307, JSON is answered with a token. */
  private void login(HttpRequest request, HttpReply reply) throws IOException, ApiProblemException {
    if (!request.method().equals("POST")) {
      throw new ApiProblemException(405, "MethodNotAllowed", request.method() + " is not supported here");
    }
    if (!request.header("Content-Type").orElse("").startsWith(Json.PLAIN)) {
      reply.status(307).header("Location", identity.issuer() + "/protocol/openid-connect/token").send(new byte[0]);
      return;
    }
    try {
      JsonNode body = Json.read(request.body(BODY_BYTES_MAX));
      Json.send(reply, 200, Json.PLAIN, identity.apiKeyTokens(body.path("clientId").asString(""), body.path("clientSecret").asString("")));
    } catch (JacksonException e) {
      throw new ApiProblemException(400, "BadRequest", "The request's body is not JSON");
    } catch (OAuthException e) {
      throw new ApiProblemException(401, "Unauthorized", "Invalid client credentials");
    }
  }

  private Caller caller(HttpRequest request, HttpReply reply) throws ApiProblemException {
    String authorization = request.header("Authorization").orElse("");
    Optional<Caller> caller = Optional.empty();
    if (authorization.startsWith("Bearer ") && !faults.isActive(FaultKind.TOKEN_REJECTED)) {
      caller = bearer(authorization.substring(7));
    } else if (authorization.startsWith("Basic ")) {
      caller = apiUser(authorization.substring(6));
    }
    if (caller.isEmpty()) {
      reply.header("WWW-Authenticate", "Bearer");
      throw new ApiProblemException(401, "Unauthorized", "Full authentication is required to access this resource");
    }
    return caller.get();
  }

  private Optional<Caller> bearer(String token) {
    Optional<JsonNode> claims = tokens.claims(token);
    long now = clock.wallMillis() / 1000;
    // A minute of tolerance for clocks, as Spring's resource server has.
    boolean valid = claims.isPresent()
        && claims.get().path("typ").asString("").equals("Bearer")
        && claims.get().path("iss").asString("").equals(identity.issuer())
        && claims.get().path("exp").asLong(0) + 60 > now
        && claims.get().path("iat").asLong(0) - 60 < now;
    if (!valid) {
      return Optional.empty();
    }
    JsonNode body = claims.orElseThrow();
    Set<String> projects = new HashSet<>();
    body.path("MC_PROJECTS").forEach(project -> projects.add(project.asString("")));
    return Optional.of(new Caller(
        body.path("preferred_username").asString(""), body.has("client_id"), body.path("MC_CUSTOMER").asString(""), Set.copyOf(projects)));
  }

  /** API users log in with Basic auth and see everything; here the API key is one. */
  private Optional<Caller> apiUser(String encoded) {
    try {
      byte[] given = Base64.getDecoder().decode(encoded);
      byte[] expected = (settings.apiKeyId() + ":" + settings.apiKeySecret().reveal()).getBytes(StandardCharsets.UTF_8);
      return MessageDigest.isEqual(given, expected) ? Optional.of(new Caller(settings.apiKeyId(), true, "", Set.of())) : Optional.empty();
    } catch (IllegalArgumentException e) {
      return Optional.empty();
    }
  }

  private void sendProblem(HttpReply reply, ApiProblemException problem) throws IOException {
    ObjectNode body = Json.object()
        .put("error", "Mesh" + problem.errorCode() + "Exception")
        .put("message", problem.getMessage())
        .put("errorCode", problem.errorCode())
        .put("errorId", tokens.opaque("error " + errorSerial.incrementAndGet()).substring(0, 10));
    Json.send(reply, problem.status(), Json.PLAIN, body);
  }

  /** As the metrics name a path: identifiers replaced by their kind. */
  private static String uriPattern(String path) {
    if (path.startsWith("/projects/")) {
      return "/projects/{projectId}/locations/{locationId}/platformInstances/{platformId}/access";
    }
    String[] parts = path.split("/", -1);
    if (path.startsWith("/api/meshobjects/") && parts.length > 3 && ObjectKind.atPath(parts[3]).isPresent()) {
      return "/api/meshobjects/" + parts[3] + (parts.length > 4 ? "/{id}" : "");
    }
    return path.equals("/api") || path.equals("/api/meshobjects") || path.equals("/api/login") || path.equals("/mesh/info") ? path : "UNKNOWN";
  }
}
