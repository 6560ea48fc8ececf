package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.environment.HttpProxy;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.environment.ListenerSpec;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.environment.TlsTrust;
import io.meshwatch.model.Secret;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import tools.jackson.databind.JsonNode;
import tools.jackson.databind.json.JsonMapper;

class OAuthTokenTest {
  private static final int PORT = 9000;
  private static final String ACCEPTED = "Basic Y2xpZW50OnNlY3JldA==";

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private final List<String> asked = new ArrayList<>();
  private final Set<String> jtis = new HashSet<>();
  private String statement = "";
  private boolean onlyParameters;
  private String answer = "{\"access_token\":\"t1\",\"token_type\":\"bearer\",\"expires_in\":60}";

  @BeforeEach
  void listen() {
    world.environment().listeners().open(new ListenerSpec("idp", "127.0.0.1", PORT, Optional.empty(), Optional.empty(), 10_000), this::giveOut);
  }

  private OAuthToken token() {
    return token(List.of(new TextEntry("audience", "x")), Optional.empty());
  }

  private OAuthToken token(List<TextEntry> parameters, Optional<ConnectionSettings.JwtBearer> bearer) {
    return new OAuthToken(
        new ConnectionSettings.OAuth2("client", Secret.of("secret"), Optional.empty(), "http://127.0.0.1:" + PORT + "/token", List.of("a", "b"),
            parameters, ConnectionSettings.Tls.defaults(), ConnectionSettings.Proxy.defaults(), bearer),
        TlsTrust.PUBLIC, HttpProxy.NONE, world.environment());
  }

  private void giveOut(HttpRequest request, HttpReply reply) throws IOException {
    asked.add(request.parameter("grant_type").orElse("") + " " + request.parameter("scope").orElse("") + " " + request.parameter("audience").orElse(""));
    statement = request.parameter("assertion").orElse("");
    boolean known = !statement.isEmpty() || (onlyParameters
        ? request.parameter("client_secret").filter("secret"::equals).isPresent()
        : request.header("Authorization").filter(ACCEPTED::equals).isPresent());
    reply.status(known ? 200 : 401).send("application/json", known ? answer : "{}");
  }

  @Test
  void asksOnceAndAgainBeforeTheTokenEnds() throws Exception {
    OAuthToken token = token();
    assertThat(token.header(1_000)).isEqualTo("Bearer t1");
    assertThat(token.header(1_000)).isEqualTo("Bearer t1");
    assertThat(asked).containsExactly("client_credentials a b x");
    answer = "{\"access_token\":\"t2\"}";
    world.time().advance(50_000);
    assertThat(token.header(1_000)).isEqualTo("Bearer t2");
  }

  @Test
  void sendsTheSecretAmongTheParametersWhereBasicAuthIsRefused() throws Exception {
    onlyParameters = true;
    assertThat(token().header(1_000)).isEqualTo("Bearer t1");
    assertThat(asked).hasSize(2);
  }

  @Test
  void saysWhyThereIsNoToken() {
    answer = "<html>";
    assertThatThrownBy(() -> token().header(1_000)).isInstanceOfSatisfying(ScrapeFailure.class,
        failure -> assertThat(failure.outcome().reason()).contains("did not answer in JSON"));
  }

  @Test
  void parametersMayReplaceTheGrant() throws Exception {
    token(List.of(new TextEntry("grant_type", "password"), new TextEntry("audience", "y")), Optional.empty()).header(1_000);
    assertThat(asked).containsExactly("password a b y");
  }

  @Test
  void showsASignedStatementInsteadOfTheSecret() throws Exception {
    KeyPair keys = rsaKeys();
    for (String algorithm : List.of("RS256", "RS384", "RS512")) {
      ConnectionSettings.JwtBearer bearer = new ConnectionSettings.JwtBearer(
          Secret.of(pem(keys)), Optional.empty(), "key-7", algorithm, "", "", "{\"role\":[\"reader\",7],\"sub\":\"somebody\"}");
      asked.clear();
      world.time().advance(1);
      OAuthToken token = token(List.of(), Optional.of(bearer));
      assertThat(token.header(1_000)).isEqualTo("Bearer t1");
      assertThat(asked).containsExactly("urn:ietf:params:oauth:grant-type:jwt-bearer  ");
      String[] parts = statement.split("\\.");
      assertThat(json(parts[0])).isEqualTo("{\"alg\":\"" + algorithm + "\",\"typ\":\"JWT\",\"kid\":\"key-7\"}");
      JsonNode claims = JsonMapper.shared().readTree(json(parts[1]));
      assertThat(claims.path("iss").asString()).isEqualTo("client");
      assertThat(claims.path("sub").asString()).as("configured claims replace ours").isEqualTo("somebody");
      assertThat(claims.path("aud").asString()).isEqualTo("http://127.0.0.1:" + PORT + "/token");
      assertThat(claims.path("scope").asString()).isEqualTo("a b");
      assertThat(claims.path("role").toString()).isEqualTo("[\"reader\",7]");
      assertThat(claims.path("exp").asLong() - claims.path("iat").asLong()).isEqualTo(600);
      assertThat(jtis.add(claims.path("jti").asString())).as("no two statements are the same").isTrue();
      Signature check = Signature.getInstance("SHA" + algorithm.substring(2) + "withRSA");
      check.initVerify(keys.getPublic());
      check.update((parts[0] + "." + parts[1]).getBytes(StandardCharsets.US_ASCII));
      assertThat(check.verify(Base64.getUrlDecoder().decode(parts[2]))).isTrue();
    }
  }

  @Test
  void readsTheKeyFromItsFileWheneverItAsks() throws Exception {
    ConnectionSettings.JwtBearer bearer = new ConnectionSettings.JwtBearer(
        Secret.EMPTY, Optional.of("/keys/client.pem"), "", "RS256", "me", "them", "");
    OAuthToken token = token(List.of(), Optional.of(bearer));
    assertThatThrownBy(() -> token.header(1_000)).isInstanceOfSatisfying(ScrapeFailure.class,
        failure -> assertThat(failure.outcome().reason()).contains("/keys/client.pem"));
    world.disk().createDirectories(Path.of("/keys"));
    world.disk().replace(Path.of("/keys/client.pem"), "no key".getBytes(StandardCharsets.UTF_8));
    assertThatThrownBy(() -> token.header(1_000)).isInstanceOfSatisfying(ScrapeFailure.class,
        failure -> assertThat(failure.outcome().reason()).contains("the client's key cannot be used"));
    world.disk().replace(Path.of("/keys/client.pem"), pem(rsaKeys()).getBytes(StandardCharsets.UTF_8));
    assertThat(token.header(1_000)).isEqualTo("Bearer t1");
    assertThat(json(statement.split("\\.")[1])).contains("\"iss\":\"me\"", "\"sub\":\"client\"", "\"aud\":\"them\"");
  }

  private static String json(String encoded) {
    return new String(Base64.getUrlDecoder().decode(encoded), StandardCharsets.UTF_8);
  }

  private static KeyPair rsaKeys() throws Exception {
    KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
    generator.initialize(2048);
    return generator.generateKeyPair();
  }

  private static String pem(KeyPair keys) {
    return "-----BEGIN PRIVATE KEY-----\n" + Base64.getMimeEncoder().encodeToString(keys.getPrivate().getEncoded()) + "\n-----END PRIVATE KEY-----\n";
  }
}
