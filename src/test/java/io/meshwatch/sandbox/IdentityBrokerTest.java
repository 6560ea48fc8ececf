package io.meshwatch.sandbox;

import static io.meshwatch.sandbox.SimulatedClient.json;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpResult;
import java.math.BigInteger;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.Signature;
import java.security.spec.RSAPublicKeySpec;
import java.util.Base64;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;

class IdentityBrokerTest {
  private static final String VERIFIER = "a-verifier-of-at-least-forty-three-characters-0123456789";
  private static final String REDIRECT = "http://127.0.0.1:5555/callback?x=1";

  private final SimulatedClient client = new SimulatedClient();

  @AfterEach
  void close() {
    client.close();
  }

  @Test
  void signsTokensWithTheKeyItPublishes() throws Exception {
    String token = client.token("openid c:my-customer");
    JsonNode key = json(client.get(client.sandbox.issuer() + "/protocol/openid-connect/certs", "", "")).at("/keys/0");
    RSAPublicKeySpec spec = new RSAPublicKeySpec(number(key, "n"), number(key, "e"));
    String[] parts = token.split("\\.");
    Signature signature = Signature.getInstance("SHA256withRSA");
    signature.initVerify(KeyFactory.getInstance("RSA").generatePublic(spec));
    signature.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
    assertThat(signature.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();

    JsonNode claims = claims(token);
    assertThat(claims.path("iss").asString("")).isEqualTo(client.sandbox.issuer());
    assertThat(claims.path("exp").asLong(0) - claims.path("iat").asLong(0)).isEqualTo(300);
    assertThat(claims.path("MC_CUSTOMER").asString("")).isEqualTo("my-customer");
    assertThat(claims.at("/MC_PROJECTS/0").asString("")).isEqualTo("my-customer.my-project");
    assertThat(claims(client.token("openid c:team-01")).has("MC_CUSTOMER")).isFalse();
  }

  @Test
  void usesEachRefreshTokenOnce() throws Exception {
    JsonNode first = json(client.passwordGrant("c:my-customer"));
    JsonNode second = json(client.form("grant_type", "refresh_token", "client_id", "meshfed-oidc", "refresh_token", first.path("refresh_token").asString("")));
    assertThat(claims(second.path("access_token").asString("")).path("MC_CUSTOMER").asString("")).isEqualTo("my-customer");
    refused(client.form("grant_type", "refresh_token", "client_id", "meshfed-oidc", "refresh_token", first.path("refresh_token").asString("")), 400, "invalid_grant");
    client.environment.time().advance(1_800_000);
    refused(client.form("grant_type", "refresh_token", "client_id", "meshfed-oidc", "refresh_token", second.path("refresh_token").asString("")), 400, "invalid_grant");
  }

  @Test
  void leadsThroughTheLoginFormToACodeThatTheVerifierRedeems() throws Exception {
    URI action = action(startLogin());
    HttpResult.Answer wrong = client.form(action, "username", "sonar@example.com", "password", "guess", "credentialId", "");
    assertThat(wrong.text()).contains("Invalid username or password");
    HttpResult.Answer redirect = client.form(action(wrong), "username", "sonar@example.com", "password", "sonar-secret", "credentialId", "");
    assertThat(redirect.status()).isEqualTo(302);
    String code = code(redirect);
    refused(redeem(code, "another-verifier"), 400, "invalid_grant");

    String good = code(client.form(action(startLogin()), "username", "sonar@example.com", "password", "sonar-secret"));
    JsonNode tokens = json(redeem(good, VERIFIER));
    assertThat(claims(tokens.path("id_token").asString("")).path("nonce").asString("")).isEqualTo("n-1");
    refused(redeem(good, VERIFIER), 400, "invalid_grant");
  }

  @Test
  void asksForConsentOnlyAfterTheRightPassword() throws Exception {
    client.put("idp-consent-required", "{}");
    HttpResult.Answer form = startLogin();
    URI skipping = URI.create(action(form).toString().replace("authenticate", "consent"));
    assertThat(client.form(skipping, "accept", "Yes").status()).isEqualTo(400);

    HttpResult.Answer consent = client.form(action(form), "username", "sonar@example.com", "password", "sonar-secret");
    assertThat(consent.text()).contains("login-actions/consent", "name=\"accept\"");
    assertThat(client.form(action(consent), "code", "consent", "accept", "Yes").status()).isEqualTo(302);
  }

  @Test
  void refusesAsKeycloakDoes() throws Exception {
    refused(client.form("grant_type", "password", "client_id", "meshfed-oidc", "username", "sonar@example.com", "password", "x"), 401, "invalid_grant");
    refused(client.form("grant_type", "password", "client_id", "nobody", "username", "sonar@example.com", "password", "sonar-secret"), 401, "invalid_client");
    refused(client.form("grant_type", "magic"), 400, "unsupported_grant_type");
    refused(client.form("client_id", "meshfed-oidc"), 400, "invalid_request");
    refused(client.form("grant_type", "client_credentials", "client_id", "nobody", "client_secret", "x"), 401, "unauthorized_client");
    client.put("idp-user-disabled", "{}");
    refused(client.passwordGrant(""), 400, "invalid_grant");
    assertThat(client.scrape("keycloak")).contains("error=\"user_disabled\",event=\"login\"");
  }

  private HttpResult.Answer startLogin() throws Exception {
    byte[] digest = MessageDigest.getInstance("SHA-256").digest(VERIFIER.getBytes(StandardCharsets.US_ASCII));
    String challenge = Base64.getUrlEncoder().withoutPadding().encodeToString(digest);
    return client.get(client.sandbox.issuer() + "/protocol/openid-connect/auth?response_type=code&client_id=meshfed-oidc&scope=openid&state=s&nonce=n-1"
        + "&code_challenge_method=S256&code_challenge=" + challenge + "&redirect_uri=http%3A%2F%2F127.0.0.1%3A5555%2Fcallback%3Fx%3D1", "", "");
  }

  private HttpResult.Answer redeem(String code, String verifier) throws InterruptedException {
    return client.form("grant_type", "authorization_code", "client_id", "meshfed-oidc", "code", code, "redirect_uri", REDIRECT, "code_verifier", verifier);
  }

  private static URI action(HttpResult.Answer page) {
    Matcher action = Pattern.compile("action=\"([^\"]+)\"").matcher(page.text());
    assertThat(action.find()).as(page.text()).isTrue();
    return URI.create(action.group(1).replace("&amp;", "&"));
  }

  private static String code(HttpResult.Answer redirect) {
    Matcher code = Pattern.compile("callback\\?x=1&state=s&code=([^&]+)&").matcher(redirect.header("Location").orElse(""));
    assertThat(code.find()).as(redirect.headers().toString()).isTrue();
    return code.group(1);
  }

  private static void refused(HttpResult.Answer answer, int status, String error) {
    assertThat(answer.status()).as(answer.text()).isEqualTo(status);
    assertThat(json(answer).path("error").asString("")).isEqualTo(error);
  }

  private static JsonNode claims(String token) {
    return Json.read(Base64.getUrlDecoder().decode(token.split("\\.")[1]));
  }

  private static BigInteger number(JsonNode key, String name) {
    return new BigInteger(1, Base64.getUrlDecoder().decode(key.path(name).asString("")));
  }
}
