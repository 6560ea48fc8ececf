package io.meshwatch.sonar;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpListener;
import io.meshwatch.environment.HttpReply;
import io.meshwatch.environment.HttpRequest;
import io.meshwatch.model.Labels;
import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Predicate;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The ends of registrations, from a registry of the test: one that sends askers on, as the public ones do, and one that knows. */
class DomainWatchTest {
  private static final String KNOWN = """
      {"objectClassName": "domain", "ldhName": "EXAMPLE.COM", "rdapConformance": ["rdap_level_0"],
       "events": [{"eventAction": "registration", "eventDate": "1995-08-14T04:00:00Z"},
                  {"eventAction": "expiration", "eventDate": "2026-08-13T06:00:00+02:00"},
                  {"eventAction": "last update of RDAP database", "eventDate": "2026-01-01T00:00:00Z"}]}
      """;

  private final SonarWorld world = new SonarWorld();
  private final List<String> asked = new ArrayList<>();
  private final Map<String, String> registered = new HashMap<>(Map.of("example.com", KNOWN));
  private int broken;
  private HttpListener bootstrap;
  private HttpListener registry;

  @BeforeEach
  void open() {
    world.store.onlyHistoryOf = "nothing";
    Predicate<String> registries = host -> host.endsWith(".example");
    registry = world.serve(registries, this::answer);
    bootstrap = world.serve(registries, (request, reply) ->
        reply.status(302).header("Location", "http://registry.example:" + registry.port() + request.rawPath()).send(new byte[0]));
  }

  private void answer(HttpRequest request, HttpReply reply) throws IOException {
    String name = request.path().substring("/domain/".length());
    asked.add(name);
    assertThat(request.header("Accept")).hasValueSatisfying(accept -> assertThat(accept).startsWith("application/rdap+json"));
    if (broken != 0) {
      reply.status(broken).send("text/plain", "busy");
    } else if (registered.containsKey(name)) {
      reply.send("application/rdap+json", registered.get(name));
    } else {
      reply.status(404).send("application/rdap+json", "{\"errorCode\": 404}");
    }
  }

  @AfterEach
  void close() {
    bootstrap.close();
    registry.close();
  }

  private Sonar sonar(String... names) {
    DomainExpirySettings settings = new DomainExpirySettings(Optional.of("http://rdap.example:" + bootstrap.port() + "/"), List.of(names));
    return world.sonar(SonarWorld.with(SonarWorld.flat(86_400, List.of(SonarWorld.target("aws.aws-main"))), settings));
  }

  private double value(String metric, String label, String value) {
    return world.store.at(Labels.of(Labels.JOB, "sonar", Labels.METRIC_NAME, metric, label, value), world.now());
  }

  @Test
  void findsTheDomainOfTheHostsByItself() {
    sonar();
    world.advanceSeconds(60);

    assertThat(value("sonar_domain_expiry_timestamp_seconds", "domain", "example.com"))
        .isEqualTo((double) Instant.parse("2026-08-13T04:00:00Z").getEpochSecond());
    assertThat(asked).as("the second host is of the same domain").containsExactly("federation.example.com", "example.com");
  }

  @Test
  void looksOnceADay() {
    sonar("example.com");
    world.advanceSeconds(86_400 + 7_200);

    assertThat(asked).hasSize(2);
  }

  @Test
  void aRegistryThatDoesNotAnswerIsVisibleAndAskedAgainInAnHour() {
    broken = 429;
    sonar("example.com");
    world.advanceSeconds(1_800);
    assertThat(value("sonar_domain_lookup_success", "name", "example.com")).isZero();
    assertThat(value("sonar_domain_expiry_timestamp_seconds", "domain", "example.com")).isNaN();

    broken = 0;
    world.advanceSeconds(3_600);
    assertThat(value("sonar_domain_lookup_success", "name", "example.com")).isOne();
    assertThat(value("sonar_domain_expiry_timestamp_seconds", "domain", "example.com")).isPositive();
  }

  @Test
  void aDomainThatIsNamedMustBeKnown() {
    sonar("elsewhere.net");
    world.advanceSeconds(60);

    assertThat(value("sonar_domain_lookup_success", "name", "elsewhere.net")).isZero();
  }

  @Test
  void anAnswerWithoutAnEndIsAFailure() {
    registered.put("example.com", "{\"events\": [{\"eventAction\": \"expiration\", \"eventDate\": \"soon\"}]}");
    sonar("example.com");
    world.advanceSeconds(60);

    assertThat(value("sonar_domain_lookup_success", "name", "example.com")).isZero();
  }

  @Test
  void nobodyIsAskedUnlessConfigured() {
    world.sonar(SonarWorld.settings());
    world.advanceSeconds(7_200);

    assertThat(asked).isEmpty();
    assertThat(SonarWorld.with(SonarWorld.settings(), new DomainExpirySettings(Optional.empty(), List.of("example.com"))).check())
        .anySatisfy(problem -> assertThat(problem.message()).contains("sonar.domainExpiry.rdapUrl"));
  }
}
