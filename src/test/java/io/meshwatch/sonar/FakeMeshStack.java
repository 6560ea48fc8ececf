package io.meshwatch.sonar;

import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.environment.HttpResult.Phases;
import io.meshwatch.environment.Network;
import io.meshwatch.environment.SimulatedTime;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** A meshStack in a few pages, written from its published documentation; every test sets what it needs to be different. */
final class FakeMeshStack implements Network {
  static final String API = "https://federation.example.com";
  static final String SSO = "https://sso.example.com";
  static final String REALM = SSO + "/auth/realms/meshfed";
  static final String ACCESS = API + "/projects/my-project/locations/eu/platformInstances/31/access";
  static final String USER = "sonar@example.com";
  static final String PASSWORD = "geheim+&\"wört/=";
  private static final int CALLS_MAX = 5_000;

  final SimulatedTime time;
  final List<HttpCall> calls = new ArrayList<>();
  /** Answers in place of everything below, unless null. */
  Function<HttpCall, @Nullable HttpResult> intercept = call -> null;
  Set<String> versions = new HashSet<>(Set.of("meshworkspace.v2", "meshproject.v2", "meshtenant.v3"));
  List<String> projects = new ArrayList<>(List.of("my-project"));
  int pageSize = 20;
  boolean refreshes = true;
  boolean passwordGrant = true;
  boolean infoNamesIssuer = true;
  boolean customerScopes = true;
  String tokenCustomer = "my-customer";
  long tokenSeconds = 300;
  long brokerClockSkewSeconds;
  String localId = "123456789012";
  String tenantPlatform = "aws.aws-main";
  long tenantCreatedMillis;
  /** What the access URL says. */
  Function<HttpCall, HttpResult> access = call -> json(200, "{\"signInUrl\":\"https://signin.aws.example.com/?SigninToken=abcdefgh12345678\"}");

  private final Map<String, Long> tokens = new HashMap<>();
  private int tokensMade;

  FakeMeshStack(SimulatedTime time) {
    this.time = time;
    this.tenantCreatedMillis = time.wallMillis() - 86_400_000L;
  }

  @Override
  public HttpResult exchange(HttpCall call) {
    if (calls.size() < CALLS_MAX) {
      calls.add(call);
    }
    HttpResult other = intercept.apply(call);
    return other == null ? answer(call) : other;
  }

  private HttpResult answer(HttpCall call) {
    String url = call.uri().toString();
    if (url.startsWith(SSO)) {
      return broker(call, call.uri().getPath());
    }
    String path = call.uri().getPath();
    if (path.equals("/mesh/info")) {
      return json(200, "{\"version\":\"2026.1\"" + (infoNamesIssuer ? ",\"issuer\":\"" + REALM + "\",\"cliClientId\":\"meshstack-cli\"" : "") + "}");
    }
    if (path.equals("/api/login")) {
      return apiLogin(call);
    }
    if (!isAuthorised(call)) {
      return json(401, "{\"errorCode\":\"Unauthorized\",\"message\":\"no valid token\",\"errorId\":\"a1b2c3d4e5\"}");
    }
    return path.endsWith("/access") ? access.apply(call) : objects(call, path);
  }

  // ---- identity broker

  private HttpResult broker(HttpCall call, String path) {
    if (path.endsWith("/.well-known/openid-configuration")) {
      return path.startsWith("/auth/realms/meshfed/") ? json(200, "{\"issuer\":\"" + REALM + "\",\"authorization_endpoint\":\"" + REALM
          + "/protocol/openid-connect/auth\",\"token_endpoint\":\"" + REALM + "/protocol/openid-connect/token\",\"end_session_endpoint\":\"" + REALM
          + "/protocol/openid-connect/logout\"}") : json(404, "{\"error\":\"Realm does not exist\"}");
    }
    Map<String, String> form = form(new String(call.body(), StandardCharsets.UTF_8));
    if (path.endsWith("/token")) {
      return token(form);
    }
    if (path.endsWith("/logout")) {
      return new HttpResult.Answer(204, List.of(), new byte[0], 0, Optional.empty(), phases());
    }
    if (path.endsWith("/auth")) {
      Map<String, String> query = form(call.uri().getRawQuery());
      return html(200, "<form id=\"kc-form-login\" action=\"" + REALM + "/login-actions/authenticate?session_code=s3ss10n&amp;redirect="
              + query.get("redirect_uri") + "\" method=\"post\"><input name=\"username\"/><input type=\"password\" name=\"password\"/>"
              + "<input type=\"hidden\" name=\"credentialId\"/></form>", "Set-Cookie", "AUTH_SESSION_ID=cookievalue123; Path=/; HttpOnly");
    }
    if (path.endsWith("/authenticate")) {
      boolean right = USER.equals(form.get("username")) && PASSWORD.equals(form.get("password"))
          && header(call, "Cookie").contains("AUTH_SESSION_ID=cookievalue123");
      return right
          ? html(302, "", "Location", "http://localhost/sonar?state=x&code=c0de-1234567890")
          : html(200, "<form action=\"" + REALM + "/login-actions/authenticate\"><span class=\"kc-feedback-text\">Invalid username or password.</span>"
              + "<input name=\"username\"/><input type=\"password\" name=\"password\"/></form>", "X", "y");
    }
    return json(404, "{\"error\":\"not found\"}");
  }

  private HttpResult token(Map<String, String> form) {
    if (form.getOrDefault("scope", "").contains("c:") && !customerScopes) {
      return json(400, "{\"error\":\"invalid_scope\",\"error_description\":\"Invalid scopes\"}");
    }
    return switch (form.getOrDefault("grant_type", "")) {
      case "password" -> {
        if (!passwordGrant) {
          yield json(400, "{\"error\":\"unauthorized_client\",\"error_description\":\"Client not allowed for direct access grants\"}");
        }
        boolean right = USER.equals(form.get("username")) && PASSWORD.equals(form.get("password"));
        yield right ? issued() : json(401, "{\"error\":\"invalid_grant\",\"error_description\":\"Invalid user credentials\"}");
      }
      case "client_credentials" -> "key-secret".equals(form.get("client_secret")) ? issued()
          : json(401, "{\"error\":\"invalid_client\",\"error_description\":\"Invalid client credentials\"}");
      case "authorization_code" -> "c0de-1234567890".equals(form.get("code")) && form.containsKey("code_verifier") ? issued()
          : json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Code not valid\"}");
      case "refresh_token" -> refreshes && form.getOrDefault("refresh_token", "").startsWith("refresh-") ? issued()
          : json(400, "{\"error\":\"invalid_grant\",\"error_description\":\"Token is not active\"}");
      default -> json(400, "{\"error\":\"unsupported_grant_type\"}");
    };
  }

  private HttpResult apiLogin(HttpCall call) {
    String body = new String(call.body(), StandardCharsets.UTF_8);
    if (header(call, "Content-Type").startsWith("application/json")) {
      return body.contains("\"key-secret\"") ? issued() : json(401, "{\"errorCode\":\"Unauthorized\"}");
    }
    return html(307, "", "Location", REALM + "/protocol/openid-connect/token");
  }

  private HttpResult issued() {
    long iat = time.wallMillis() / 1000 + brokerClockSkewSeconds;
    String payload = "{\"iss\":\"" + REALM + "\",\"iat\":" + iat + ",\"n\":" + tokensMade++ + ",\"MC_CUSTOMER\":\"" + tokenCustomer + "\"}";
    String token = base64("{\"alg\":\"RS256\"}") + "." + base64(payload) + "." + base64("signature-" + tokensMade + "-of-the-broker");
    tokens.put(token, time.wallMillis() + tokenSeconds * 1000);
    return json(200, "{\"access_token\":\"" + token + "\",\"refresh_token\":\"refresh-" + tokensMade + "-0123456789\",\"expires_in\":" + tokenSeconds
        + ",\"token_type\":\"Bearer\"}");
  }

  /** Takes all tokens back. */
  void withdrawTokens() {
    tokens.clear();
  }

  /** Takes a token that somebody else made. */
  void accept(String token) {
    tokens.put(token, Long.MAX_VALUE);
  }

  int tokensMade() {
    return tokensMade;
  }

  private boolean isAuthorised(HttpCall call) {
    String bearer = header(call, "Authorization").replace("Bearer ", "");
    return tokens.getOrDefault(bearer, 0L) > time.wallMillis() && Math.abs(brokerClockSkewSeconds) < 60;
  }

  // ---- objects

  private HttpResult objects(HttpCall call, String path) {
    String accept = header(call, "Accept").replace("application/vnd.meshcloud.api.", "").replace(".hal+json", "");
    String kind = path.substring("/api/meshobjects/".length()).replaceAll("s(/.*)?$", "");
    if (!accept.startsWith(kind + ".") || !versions.contains(accept)) {
      return json(406, "{\"errorCode\":\"NotAcceptable\",\"message\":\"no such version\"}");
    }
    boolean one = path.substring("/api/meshobjects/".length()).contains("/");
    return switch (kind) {
      case "meshworkspace", "meshcustomer" -> one && path.endsWith("/my-customer")
          ? json(200, "{\"metadata\":{\"name\":\"my-customer\"}}") : notFound();
      case "meshproject" -> one ? project(path) : projects(call);
      default -> one ? json(200, tenant()) : json(200, page("meshTenants", List.of(tenant()), 1, null));
    };
  }

  private HttpResult project(String path) {
    String name = path.substring(path.lastIndexOf('.') + 1);
    return projects.contains(name) ? json(200, projectJson(name)) : notFound();
  }

  private HttpResult projects(HttpCall call) {
    int page = Integer.parseInt(form(call.uri().getRawQuery()).getOrDefault("page", "0"));
    int from = page * pageSize;
    int to = Math.min(projects.size(), from + pageSize);
    String next = to < projects.size() ? API + "/api/meshobjects/meshprojects?page=" + (page + 1) : null;
    return json(200, page("meshProjects", projects.subList(from, to).stream().map(FakeMeshStack::projectJson).toList(), projects.size(), next));
  }

  private static String projectJson(String name) {
    return "{\"metadata\":{\"name\":\"" + name + "\",\"ownedByWorkspace\":\"my-customer\"}}";
  }

  private String tenant() {
    return "{\"metadata\":{\"ownedByProject\":\"my-project\",\"ownedByWorkspace\":\"my-customer\",\"platformIdentifier\":\"" + tenantPlatform
        + "\",\"createdOn\":\"" + java.time.Instant.ofEpochMilli(tenantCreatedMillis) + "\"},\"spec\":{" + (localId.isEmpty() ? "" : "\"localId\":\"" + localId + "\"")
        + "},\"_links\":{\"self\":{\"href\":\"" + API + "/api/meshobjects/meshtenants/my-customer.my-project.aws.aws-main\"}}}";
  }

  private static String page(String name, List<String> objects, int total, @Nullable String next) {
    return "{\"_embedded\":{\"" + name + "\":[" + String.join(",", objects) + "]},\"_links\":{\"self\":{\"href\":\"x\"}"
        + (next == null ? "" : ",\"next\":{\"href\":\"" + next + "\"}") + "},\"page\":{\"size\":20,\"totalElements\":" + total + ",\"totalPages\":1,\"number\":0}}";
  }

  private static HttpResult notFound() {
    return json(404, "{\"errorCode\":\"NotFound\",\"message\":\"not here\",\"errorId\":\"0123456789\"}");
  }

  // ---- answers

  static HttpResult.Answer json(int status, String body) {
    return html(status, body, "Content-Type", "application/json");
  }

  static HttpResult.Answer html(int status, String body, String headerName, String headerValue) {
    byte[] bytes = body.getBytes(StandardCharsets.UTF_8);
    return new HttpResult.Answer(status, List.of(new HttpCall.Header(headerName, headerValue)), bytes, bytes.length, Optional.of(4_000_000_000_000L), phases());
  }

  static HttpResult.Failure failure(HttpResult.Phase phase, String message) {
    return new HttpResult.Failure(phase, message, phases());
  }

  private static Phases phases() {
    return new Phases(1_000_000, 2_000_000, 3_000_000, 100_000, 20_000_000, 500_000);
  }

  static String header(HttpCall call, String name) {
    return call.headers().stream().filter(h -> h.name().equalsIgnoreCase(name)).map(HttpCall.Header::value).findFirst().orElse("");
  }

  private static String base64(String text) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(text.getBytes(StandardCharsets.UTF_8));
  }

  static Map<String, String> form(@Nullable String text) {
    Map<String, String> form = new HashMap<>();
    for (String pair : (text == null ? "" : text).split("&")) {
      int equals = pair.indexOf('=');
      if (equals > 0) {
        form.put(pair.substring(0, equals), URLDecoder.decode(pair.substring(equals + 1), StandardCharsets.UTF_8));
      }
    }
    return form;
  }
}
