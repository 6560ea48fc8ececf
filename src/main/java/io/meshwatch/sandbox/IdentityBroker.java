package io.meshwatch.sandbox;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.HttpHandler;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.util.Base64;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import tools.jackson.databind.node.ObjectNode;

/**
 * The identity broker: one realm of a Keycloak with discovery, the token endpoint's grants, and the login form. Tokens live for
 * five minutes; refresh tokens are used once.
 */
final class IdentityBroker implements HttpHandler {
  static final String REALM = "/auth/realms/meshfed";

  private static final long TOKEN_SECONDS = 300;
  private static final long REFRESH_SECONDS = 1800;
  private static final String PROTOCOL = REALM + "/protocol/openid-connect";
  /** RFC 2606 keeps this top-level domain free of hosts. */
  private static final String UNKNOWN_HOST = "https://sso.meshstack.invalid";
  private static final String AUTHENTICATE = REALM + "/login-actions/authenticate";
  private static final String CONSENT = REALM + "/login-actions/consent";

  private final Clock clock;
  private final SandboxSettings settings;
  private final Faults faults;
  private final Tokens tokens;
  private final LoginCounts counts;
  private final Supplier<String> baseUrl;
  private final LoginSessions sessions = new LoginSessions();
  private final AtomicLong serial = new AtomicLong();

  IdentityBroker(Clock clock, SandboxSettings settings, Faults faults, Tokens tokens, LoginCounts counts, Supplier<String> baseUrl) {
    this.clock = clock;
    this.settings = settings;
    this.faults = faults;
    this.tokens = tokens;
    this.counts = counts;
    this.baseUrl = baseUrl;
  }

  String issuer() {
    return baseUrl.get() + REALM;
  }

  @Override
  public void handle(HttpRequest request, HttpReply reply) throws IOException, InterruptedException {
    if (faults.isActive(FaultKind.IDP_WRONG_REALM) && request.path().startsWith(REALM)) {
      sendError(reply, new OAuthException(404, "Realm does not exist", ""));
      return;
    }
    try {
      route(request, reply);
    } catch (OAuthException e) {
      sendError(reply, e);
    }
  }

  private void route(HttpRequest request, HttpReply reply) throws IOException, InterruptedException, OAuthException {
    switch (request.path()) {
      case REALM, REALM + "/" -> Json.send(reply, 200, Json.PLAIN, realm());
      case REALM + "/.well-known/openid-configuration" -> Json.send(reply, 200, Json.PLAIN, discovery());
      case PROTOCOL + "/certs" -> Json.send(reply, 200, Json.PLAIN, tokens.keySet());
      case PROTOCOL + "/token" -> token(request, reply);
      case PROTOCOL + "/auth" -> showLoginForm(request, reply);
      case AUTHENTICATE -> authenticate(request, reply);
      case CONSENT -> consent(request, reply);
      case PROTOCOL + "/userinfo" -> userInfo(request, reply);
      case PROTOCOL + "/logout", PROTOCOL + "/revoke" -> logout(request, reply);
      default -> throw new OAuthException(404, "Unable to find matching target resource method", "");
    }
  }

  private ObjectNode realm() {
    return Json.object()
        .put("realm", "meshfed")
        .put("public_key", tokens.publicKey())
        .put("token-service", baseUrl.get() + PROTOCOL)
        .put("account-service", issuer() + "/account")
        .put("tokens-not-before", 0);
  }

  private ObjectNode discovery() {
    String protocol = (faults.isActive(FaultKind.IDP_NAME_GONE) ? UNKNOWN_HOST : baseUrl.get()) + PROTOCOL;
    ObjectNode document = Json.object()
        .put("issuer", issuer())
        .put("authorization_endpoint", protocol + "/auth")
        .put("token_endpoint", protocol + "/token")
        .put("userinfo_endpoint", protocol + "/userinfo")
        .put("end_session_endpoint", protocol + "/logout")
        .put("revocation_endpoint", protocol + "/revoke")
        .put("jwks_uri", protocol + "/certs");
    document.putArray("grant_types_supported").add("authorization_code").add("refresh_token").add("password").add("client_credentials");
    document.putArray("response_types_supported").add("code");
    document.putArray("subject_types_supported").add("public");
    document.putArray("id_token_signing_alg_values_supported").add("RS256");
    document.putArray("token_endpoint_auth_methods_supported").add("client_secret_basic").add("client_secret_post");
    document.putArray("scopes_supported").add("openid").add("profile").add("email").add("offline_access");
    document.putArray("code_challenge_methods_supported").add("plain").add("S256");
    return document;
  }

  private void token(HttpRequest request, HttpReply reply) throws IOException, InterruptedException, OAuthException {
    if (!request.method().equals("POST")) {
      throw new OAuthException(405, "invalid_request", "HTTP 405 Method Not Allowed");
    }
    Optional<Faults.ActiveFault> slow = faults.active(FaultKind.IDP_SLOW_TOKEN);
    if (slow.isPresent()) {
      clock.sleep((long) (slow.get().number("delaySeconds") * 1000));
    }
    String grant = request.parameter("grant_type").orElse("");
    ObjectNode answer = switch (grant) {
      case "password" -> passwordGrant(request);
      case "client_credentials" -> clientGrant(request);
      case "refresh_token" -> refreshGrant(request);
      case "authorization_code" -> codeGrant(request);
      case "" -> throw new OAuthException(400, "invalid_request", "Missing form parameter: grant_type");
      default -> throw new OAuthException(400, "unsupported_grant_type", "Unsupported grant_type");
    };
    Json.send(reply, 200, Json.PLAIN, answer);
  }

  private ObjectNode passwordGrant(HttpRequest request) throws IOException, OAuthException {
    String clientId = publicClient(request);
    if (faults.isActive(FaultKind.IDP_GRANT_OFF)) {
      throw failed("login", new OAuthException(400, "unauthorized_client", "Client not allowed for direct access grants"));
    }
    checkLogin(request.parameter("username").orElse(""), request.parameter("password").orElse(""));
    if (faults.isActive(FaultKind.IDP_CONSENT_REQUIRED)) {
      throw failed("login", new OAuthException(400, "invalid_grant", "Account is not fully set up"));
    }
    counts.count("login", "");
    return userTokens(LoginSessions.Login.ofGrant(clientId, request.parameter("scope").orElse("")));
  }

  private ObjectNode clientGrant(HttpRequest request) throws IOException, OAuthException {
    Client client = client(request);
    return apiKeyTokens(client.id(), client.secret());
  }

  /** Tokens of an API key. */
  ObjectNode apiKeyTokens(String clientId, String secret) throws OAuthException {
    boolean right = clientId.equals(settings.apiKeyId()) && same(secret, settings.apiKeySecret());
    if (!right) {
      throw failed("client_login", new OAuthException(401, "unauthorized_client", "Invalid client or Invalid client credentials"));
    }
    counts.count("client_login", "");
    ObjectNode claims = commonClaims(clientId, "profile email")
        .put("sub", java.util.UUID.nameUUIDFromBytes(clientId.getBytes(StandardCharsets.UTF_8)).toString())
        .put("client_id", clientId)
        .put("preferred_username", "service-account-" + clientId);
    return answer(tokens.sign(claims), "profile email").put("refresh_expires_in", 0);
  }

  private ObjectNode refreshGrant(HttpRequest request) throws IOException, OAuthException {
    Optional<LoginSessions.Login> login = sessions.take("refresh " + request.parameter("refresh_token").orElse(""), clock.wallMillis());
    if (login.isEmpty()) {
      throw failed("refresh_token", new OAuthException(400, "invalid_grant", "Invalid refresh token"));
    }
    counts.count("refresh_token", "");
    return userTokens(login.get());
  }

  private ObjectNode codeGrant(HttpRequest request) throws IOException, OAuthException {
    Optional<LoginSessions.Login> login = sessions.take("code " + request.parameter("code").orElse(""), clock.wallMillis());
    boolean right = login.isPresent()
        && login.get().redirectUri().equals(request.parameter("redirect_uri").orElse(""))
        && proves(request.parameter("code_verifier").orElse(""), login.get());
    if (!right) {
      throw failed("code_to_token", new OAuthException(400, "invalid_grant", "Code not valid"));
    }
    counts.count("code_to_token", "");
    return userTokens(login.orElseThrow());
  }

  private void showLoginForm(HttpRequest request, HttpReply reply) throws IOException, OAuthException {
    String clientId = request.parameter("client_id").orElse("");
    String redirectUri = request.parameter("redirect_uri").orElse("");
    if (!clientId.equals(settings.clientId()) || redirectUri.isEmpty()) {
      throw new OAuthException(400, "invalid_request", clientId.equals(settings.clientId()) ? "Invalid parameter: redirect_uri" : "Client not found.");
    }
    LoginSessions.Login login = new LoginSessions.Login(
        clientId, redirectUri,
        request.parameter("scope").orElse(""),
        request.parameter("state").orElse(""),
        request.parameter("nonce").orElse(""),
        request.parameter("code_challenge").orElse(""),
        request.parameter("code_challenge_method").orElse("plain"));
    sendLoginForm(reply, login, "");
  }

  private void authenticate(HttpRequest request, HttpReply reply) throws IOException, OAuthException {
    LoginSessions.Login login = sessions
        .take("form " + request.parameter("session_code").orElse(""), clock.wallMillis())
        .orElseThrow(() -> new OAuthException(400, "invalid_request", "Page has expired"));
    try {
      checkLogin(request.parameter("username").orElse(""), request.parameter("password").orElse(""));
    } catch (OAuthException e) {
      sendLoginForm(reply, login, "Invalid username or password.");
      return;
    }
    if (faults.isActive(FaultKind.IDP_CONSENT_REQUIRED)) {
      LoginPages.consent(reply, actionUrl(CONSENT, remember("consent ", login)));
    } else {
      sendCode(reply, login);
    }
  }

  private void consent(HttpRequest request, HttpReply reply) throws IOException, OAuthException {
    LoginSessions.Login login = sessions
        .take("consent " + request.parameter("session_code").orElse(""), clock.wallMillis())
        .orElseThrow(() -> new OAuthException(400, "invalid_request", "Page has expired"));
    if (request.parameter("accept").isEmpty()) {
      throw new OAuthException(400, "access_denied", "User denied consent");
    }
    sendCode(reply, login);
  }

  private void sendCode(HttpReply reply, LoginSessions.Login login) throws IOException {
    counts.count("login", "");
    String code = remember("code ", login);
    String separator = login.redirectUri().contains("?") ? "&" : "?";
    reply.status(302)
        .header("Location", login.redirectUri() + separator + "state=" + encode(login.state()) + "&code=" + encode(code) + "&iss=" + encode(issuer()))
        .send(new byte[0]);
  }

  private void userInfo(HttpRequest request, HttpReply reply) throws IOException, OAuthException {
    String authorization = request.header("Authorization").orElse("");
    boolean valid = authorization.startsWith("Bearer ")
        && tokens.claims(authorization.substring(7)).filter(c -> c.path("exp").asLong(0) > seconds()).isPresent();
    if (!valid) {
      throw new OAuthException(401, "invalid_token", "Token verification failed");
    }
    Json.send(reply, 200, Json.PLAIN,
        Json.object().put("sub", subject()).put("preferred_username", settings.username()).put("email", settings.username()).put("email_verified", true));
  }

  private void logout(HttpRequest request, HttpReply reply) throws IOException {
    String token = request.parameter("refresh_token").or(() -> parameterOf(request, "token")).orElse("");
    sessions.take("refresh " + token, clock.wallMillis());
    counts.count("logout", "");
    reply.status(request.path().endsWith("/revoke") ? 200 : 204).send(new byte[0]);
  }

  private static Optional<String> parameterOf(HttpRequest request, String name) {
    try {
      return request.parameter(name);
    } catch (IOException e) {
      throw new java.io.UncheckedIOException(e);
    }
  }

  private void checkLogin(String username, String password) throws OAuthException {
    boolean right = username.equals(settings.username()) && same(password, settings.password());
    if (!right || faults.isActive(FaultKind.IDP_WRONG_PASSWORD)) {
      counts.count("login", "invalid_user_credentials");
      throw new OAuthException(401, "invalid_grant", "Invalid user credentials");
    }
    if (faults.isActive(FaultKind.IDP_USER_DISABLED)) {
      counts.count("login", "user_disabled");
      throw new OAuthException(400, "invalid_grant", "Account disabled");
    }
  }

  private OAuthException failed(String event, OAuthException failure) {
    counts.count(event, failure.error());
    return failure;
  }

  private String publicClient(HttpRequest request) throws IOException, OAuthException {
    String id = client(request).id();
    if (!id.equals(settings.clientId())) {
      throw failed("login", new OAuthException(401, "invalid_client", "Invalid client or Invalid client credentials"));
    }
    return id;
  }

  private record Client(String id, String secret) {}

  /** The client, from Basic auth or the form. */
  private static Client client(HttpRequest request) throws IOException {
    String authorization = request.header("Authorization").orElse("");
    if (authorization.startsWith("Basic ")) {
      try {
        String pair = new String(Base64.getDecoder().decode(authorization.substring(6)), StandardCharsets.UTF_8);
        int colon = pair.indexOf(':');
        return colon < 0 ? new Client(pair, "") : new Client(pair.substring(0, colon), pair.substring(colon + 1));
      } catch (IllegalArgumentException e) {
        return new Client("", "");
      }
    }
    return new Client(request.parameter("client_id").orElse(""), request.parameter("client_secret").orElse(""));
  }

  private ObjectNode userTokens(LoginSessions.Login login) {
    String scope = login.scope().isBlank() ? "profile email" : login.scope();
    ObjectNode claims = commonClaims(login.clientId(), scope)
        .put("sub", subject())
        .put("sid", tokens.opaque("session of " + settings.username()))
        .put("preferred_username", settings.username())
        .put("email", settings.username())
        .put("euid", settings.username());
    addMeshClaims(claims, scope);
    ObjectNode answer = answer(tokens.sign(claims), scope)
        .put("refresh_expires_in", REFRESH_SECONDS)
        .put("refresh_token", remember("refresh ", login))
        .put("session_state", claims.path("sid").asString(""));
    if ((" " + scope + " ").contains(" openid ")) {
      ObjectNode id = claims.deepCopy().put("typ", "ID").put("aud", login.clientId());
      answer.put("id_token", tokens.sign(login.nonce().isEmpty() ? id : id.put("nonce", login.nonce())));
    }
    return answer;
  }

  /** A token is for one customer: the one named by the scope {@code c:customer}, if the user belongs to it. */
  private void addMeshClaims(ObjectNode claims, String scope) {
    boolean member = !faults.isActive(FaultKind.USER_NOT_IN_CUSTOMER);
    for (String word : scope.split(" ")) {
      if (word.equals("c:" + settings.customer()) && member) {
        claims.put("MC_CUSTOMER", settings.customer());
        claims.putArray("MC_PROJECTS")
            .add(settings.customer() + "." + settings.project())
            .add(settings.customer() + "." + World.NEIGHBOUR_PROJECT);
        claims.putArray("MC_GROUPS").add("Customer User");
      }
    }
  }

  private ObjectNode commonClaims(String clientId, String scope) {
    long issued = seconds();
    ObjectNode claims = Json.object()
        .put("iss", issuer())
        .put("iat", issued)
        .put("exp", issued + TOKEN_SECONDS)
        .put("jti", tokens.opaque("token " + serial.incrementAndGet()))
        .put("aud", "account")
        .put("typ", "Bearer")
        .put("azp", clientId)
        .put("acr", "1")
        .put("scope", scope);
    claims.putObject("realm_access").putArray("roles").add("offline_access").add("default-roles-meshfed").add("uma_authorization");
    return claims;
  }

  private static ObjectNode answer(String accessToken, String scope) {
    return Json.object()
        .put("access_token", accessToken)
        .put("expires_in", TOKEN_SECONDS)
        .put("token_type", "Bearer")
        .put("not-before-policy", 0)
        .put("scope", scope);
  }

  private String remember(String kind, LoginSessions.Login login) {
    String key = tokens.opaque(kind + serial.incrementAndGet());
    sessions.put(kind + key, login, clock.wallMillis());
    return key;
  }

  private void sendLoginForm(HttpReply reply, LoginSessions.Login login, String complaint) throws IOException {
    LoginPages.login(reply, actionUrl(AUTHENTICATE, remember("form ", login)), complaint);
  }

  private String actionUrl(String path, String sessionCode) {
    return baseUrl.get() + path + "?session_code=" + encode(sessionCode) + "&client_id=" + encode(settings.clientId());
  }

  private static boolean proves(String verifier, LoginSessions.Login login) {
    if (login.challenge().isEmpty()) {
      return true;
    }
    if (!login.challengeMethod().equals("S256")) {
      return verifier.equals(login.challenge());
    }
    try {
      byte[] digest = MessageDigest.getInstance("SHA-256").digest(verifier.getBytes(StandardCharsets.US_ASCII));
      return Base64.getUrlEncoder().withoutPadding().encodeToString(digest).equals(login.challenge());
    } catch (java.security.NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-256", e);
    }
  }

  private String subject() {
    return java.util.UUID.nameUUIDFromBytes(settings.username().getBytes(StandardCharsets.UTF_8)).toString();
  }

  /** The broker's own idea of the time. */
  private long seconds() {
    double skew = faults.active(FaultKind.CLOCK_SKEW).map(f -> f.number("skewSeconds")).orElse(0.0);
    return clock.wallMillis() / 1000 + (long) skew;
  }

  private static void sendError(HttpReply reply, OAuthException failure) throws IOException {
    ObjectNode body = Json.object().put("error", failure.error());
    String description = java.util.Objects.requireNonNullElse(failure.getMessage(), "");
    Json.send(reply, failure.status(), Json.PLAIN, description.isEmpty() ? body : body.put("error_description", description));
  }

  private static boolean same(String given, Secret expected) {
    return MessageDigest.isEqual(given.getBytes(StandardCharsets.UTF_8), expected.reveal().getBytes(StandardCharsets.UTF_8));
  }

  private static String encode(String text) {
    return URLEncoder.encode(text, StandardCharsets.UTF_8);
  }
}
