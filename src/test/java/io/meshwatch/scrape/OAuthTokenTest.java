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
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class OAuthTokenTest {
  private static final int PORT = 9000;
  private static final String ACCEPTED = "Basic Y2xpZW50OnNlY3JldA==";

  private final SimulatedEnvironment world = new SimulatedEnvironment(1_700_000_000_000L);
  private final List<String> asked = new ArrayList<>();
  private boolean onlyParameters;
  private String answer = "{\"access_token\":\"t1\",\"token_type\":\"bearer\",\"expires_in\":60}";

  private OAuthToken token() {
    world.environment().listeners().open(new ListenerSpec("idp", "127.0.0.1", PORT, Optional.empty(), Optional.empty(), 10_000), this::giveOut);
    return new OAuthToken(
        new ConnectionSettings.OAuth2("client", Secret.of("secret"), Optional.empty(), "http://127.0.0.1:" + PORT + "/token", List.of("a", "b"),
            List.of(new TextEntry("audience", "x")), ConnectionSettings.Tls.defaults(), ConnectionSettings.Proxy.defaults()),
        TlsTrust.PUBLIC, HttpProxy.NONE, world.environment());
  }

  private void giveOut(HttpRequest request, HttpReply reply) throws IOException {
    asked.add(request.parameter("grant_type").orElse("") + " " + request.parameter("scope").orElse("") + " " + request.parameter("audience").orElse(""));
    boolean known = onlyParameters
        ? request.parameter("client_secret").filter("secret"::equals).isPresent()
        : request.header("Authorization").filter(ACCEPTED::equals).isPresent();
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
}
