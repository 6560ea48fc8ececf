package io.meshwatch.sonar;

import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import ch.qos.logback.classic.Logger;
import ch.qos.logback.classic.spi.ILoggingEvent;
import ch.qos.logback.core.read.ListAppender;
import io.meshwatch.environment.HttpCall;
import io.meshwatch.environment.HttpResult;
import io.meshwatch.model.Secret;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.Redactor;
import java.io.IOException;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.slf4j.LoggerFactory;

/** No secret ever leaves a run, in whatever form it comes back. */
class RedactionTest {
  private static final long SEED = 20_260_101;

  /** Whatever a secret may look like in an answer that echoes it. */
  private static List<String> forms(String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    List<String> forms = new ArrayList<>(List.of(
        secret,
        URLEncoder.encode(secret, StandardCharsets.UTF_8),
        URLEncoder.encode(secret, StandardCharsets.UTF_8).replace("+", "%20"),
        Base64.getEncoder().encodeToString(bytes),
        Base64.getUrlEncoder().withoutPadding().encodeToString(bytes),
        Base64.getEncoder().encodeToString(("sonar@example.com:" + secret).getBytes(StandardCharsets.UTF_8)),
        Base64.getEncoder().encodeToString(("u:" + secret + "\n").getBytes(StandardCharsets.UTF_8)),
        "Basic " + Base64.getEncoder().encodeToString(("us:" + secret).getBytes(StandardCharsets.UTF_8)),
        secret.replace("\"", "\\\""),
        secret.replace("&", "&amp;").replace("\"", "&quot;")));
    for (String part : secret.split("\\.")) {
      if (part.length() >= 8) {
        forms.add(part);
      }
    }
    return forms;
  }

  @Test
  void recognisesASecretInAllItsForms() {
    Random random = new Random(SEED);
    for (int round = 0; round < 500; round++) {
      String secret = randomSecret(random, 6 + random.nextInt(40));
      Redactor redactor = new Redactor();
      redactor.learn("password", Secret.of(secret));
      for (String form : forms(secret)) {
        String text = "before '" + form + "' after";
        assertThat(leaks(redactor.text(text), secret)).as("seed %s, round %s, form %s", SEED, round, form).isFalse();
      }
    }
  }

  private static String randomSecret(Random random, int length) {
    String alphabet = "abcXYZ0189-_+/=&\"%<> .äß§$!{}";
    StringBuilder secret = new StringBuilder();
    for (int i = 0; i < length; i++) {
      secret.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return secret.toString().replace(' ', '_');
  }

  /** Whether the secret, or what encodes only it, is still in there. */
  private static boolean leaks(String text, String secret) {
    byte[] bytes = secret.getBytes(StandardCharsets.UTF_8);
    String base64 = Base64.getEncoder().withoutPadding().encodeToString(bytes);
    return text.contains(secret) || text.contains(URLEncoder.encode(secret, StandardCharsets.UTF_8))
        || text.contains(base64.substring(0, base64.length() - 1));
  }

  @Test
  void hidesWhatNobodyToldItByItsNameOrShape() {
    Redactor redactor = new Redactor();

    String text = redactor.text("{\"access_token\": \"opaque-1\", \"clientSecret\":\"s2\", \"errorCode\":\"NotFound\", \"token_endpoint\":\"https://sso/token\"}"
        + " ?SigninToken=abc&code=xyz&page=2 eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxIn0.c2lnbmF0dXJl Bearer abcdef123456");

    assertThat(text).doesNotContain("opaque-1", "s2", "SigninToken=abc", "code=xyz", "eyJ", "abcdef123456")
        .contains("\"errorCode\":\"NotFound\"", "https://sso/token", "page=2");
  }

  @Test
  void cutsOnlyAfterItHasRedacted() {
    Redactor redactor = new Redactor();
    redactor.learn("password", Secret.of("a-very-long-password"));

    assertThat(redactor.excerpt("x".repeat(10) + "a-very-long-password", 20)).doesNotContain("a-very");
  }

  @Test
  void ignoresAnEmptySecret() {
    Redactor redactor = new Redactor();
    redactor.learn("password", Secret.EMPTY);

    assertThat(redactor.text("abc")).isEqualTo("abc");
  }

  /** A meshStack that echoes everything it gets, in every form, into every error; and Sonar on top, with its log, series, files and status. */
  @ParameterizedTest
  @EnumSource(Grant.class)
  void nothingThatSonarKeepsOrShowsHoldsASecret(Grant grant) throws IOException {
    SonarWorld world = new SonarWorld();
    Set<String> secrets = new HashSet<>();
    Set<String> session = new HashSet<>();
    ListAppender<ILoggingEvent> log = capture();
    for (String broken : List.of("/access", "/token", "/meshprojects", "/meshtenants", "/authenticate", "/logout")) {
      world.meshStack.intercept = call -> {
        learn(call, session);
        secrets.addAll(session);
        return call.uri().getPath().endsWith(broken) ? echo(call, session) : null;
      };
      Sonar sonar = world.sonar(SonarWorld.withGrant(settings(), grant, "key-id", grant == Grant.PASSWORD || grant == Grant.LOGIN_FORM ? "" : "key-secret"));
      world.advanceSeconds(180);
      assertHidden(everythingShown(world, sonar, log), secrets);
      sonar.close();
    }
    detach(log);
  }

  private static HttpResult echo(HttpCall call, Set<String> secrets) {
    StringBuilder body = new StringBuilder("{\"errorCode\":\"Echo\",\"message\":\"");
    for (String secret : secrets) {
      forms(secret).forEach(form -> body.append(form.replace("\\", "\\\\").replace("\"", "\\\"")).append(' '));
    }
    body.append("\",\"remarks\":[\"").append(new String(call.body(), StandardCharsets.UTF_8).replace("\"", "'")).append("\"]}");
    byte[] bytes = body.toString().getBytes(StandardCharsets.UTF_8);
    List<HttpCall.Header> headers = new ArrayList<>(List.of(new HttpCall.Header("Set-Cookie", "S=" + FakeMeshStack.PASSWORD)));
    call.headers().forEach(h -> headers.add(new HttpCall.Header("X-Echo-" + h.name(), h.value())));
    return new HttpResult.Answer(500, headers, bytes, bytes.length, java.util.Optional.empty(), HttpResult.Phases.NONE);
  }

  /** What a session knows of secrets; a new login begins a new one. */
  private static void learn(HttpCall call, Set<String> secrets) {
    if (List.of("/auth", "/token", "/login").stream().anyMatch(call.uri().getPath()::endsWith)) {
      secrets.clear();
      secrets.add(FakeMeshStack.PASSWORD);
    }
    String bearer = FakeMeshStack.header(call, "Authorization").replace("Bearer ", "");
    if (!bearer.isEmpty()) {
      secrets.add(bearer);
    }
    FakeMeshStack.form(new String(call.body(), StandardCharsets.UTF_8)).forEach((name, value) -> {
      if (Set.of("client_secret", "refresh_token", "code", "code_verifier").contains(name)) {
        secrets.add(value);
      }
    });
  }

  private static List<String> everythingShown(SonarWorld world, Sonar sonar, ListAppender<ILoggingEvent> log) throws IOException {
    List<String> shown = new ArrayList<>();
    log.list.forEach(event -> shown.add(event.getFormattedMessage()));
    shown.add(world.store.series.keySet().toString());
    shown.add(sonar.status(100).toString());
    for (String name : world.environment.disk().list(SonarWorld.RUNS)) {
      shown.add(new String(world.environment.disk().readAll(SonarWorld.RUNS.resolve(name)), StandardCharsets.UTF_8));
    }
    for (RunSummary run : sonar.status(100).targets().getFirst().newest()) {
      SonarRun whole = sonar.run(run.id()).orElseThrow();
      shown.add(whole.toString());
      shown.addAll(Replay.curl(whole));
    }
    return shown;
  }

  private static void assertHidden(List<String> shown, Set<String> secrets) {
    for (String text : shown) {
      for (String secret : secrets) {
        assertThat(forms(secret).stream().filter(form -> form.length() >= 6 && text.contains(form)).toList()).isEmpty();
      }
    }
  }

  private static ListAppender<ILoggingEvent> capture() {
    ListAppender<ILoggingEvent> appender = new ListAppender<>();
    appender.start();
    ((Logger) LoggerFactory.getLogger("io.meshwatch.sonar")).addAppender(appender);
    return appender;
  }

  private static void detach(ListAppender<ILoggingEvent> appender) {
    ((Logger) LoggerFactory.getLogger("io.meshwatch.sonar")).detachAppender(appender);
  }
}
