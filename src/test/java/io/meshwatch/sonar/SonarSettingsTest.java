package io.meshwatch.sonar;

import static io.meshwatch.sonar.SonarWorld.flat;
import static io.meshwatch.sonar.SonarWorld.settings;
import static io.meshwatch.sonar.SonarWorld.target;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What may be configured, and what is said about mistakes. */
class SonarSettingsTest {
  private static final TargetSettings NUMBERED =
      withUrl("https://federation.example.com/projects/17/locations/3/platformInstances/31/access");

  private static TargetSettings withUrl(String url) {
    return new TargetSettings("aws.aws-main", url, "GET", SuccessCriteria.defaults());
  }

  private static List<String> problems(SonarSettings settings) {
    return settings.check().stream().map(Problem::toString).toList();
  }

  @Test
  void theFlatFormIsOneScopeWithOneProject() {
    List<Journey> journeys = Journey.of(settings());

    assertThat(problems(settings())).isEmpty();
    assertThat(journeys).singleElement().satisfies(journey -> {
      assertThat(journey.target()).isEqualTo(SonarWorld.TARGET);
      assertThat(journey.target().name()).isEqualTo("my-customer.my-project.aws.aws-main");
      assertThat(journey.account().apiUrl()).hasToString(FakeMeshStack.API);
      assertThat(journey.intervalMillis()).isEqualTo(60_000);
    });
  }

  @Test
  void scopesMayHaveTheSameCustomer() {
    ScopeSettings first = new ScopeSettings("a@example.com", Secret.of("one"), "my-customer",
        List.of(new ProjectSettings("p-one", List.of(NUMBERED)), new ProjectSettings("p-two", List.of(NUMBERED))));
    ScopeSettings second = new ScopeSettings("b@example.com", Secret.of("two"), "my-customer",
        List.of(new ProjectSettings("p-three", List.of(NUMBERED))));
    SonarSettings d = SonarSettings.defaults();
    SonarSettings settings = new SonarSettings(d.username(), d.password(), d.customer(), d.project(), d.scanInterval(), d.targets(), List.of(first, second),
        d.apiUrl(), d.identityBroker(), d.timeouts(), d.replicationDeadlineSeconds(), d.replicationPollSeconds(), d.youngTenantSeconds(),
        d.restartSeconds(), d.retries(), d.maintenance(), d.steps(), d.caFile(), d.concurrentRequestsMax(), d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());

    assertThat(problems(settings)).isEmpty();
    assertThat(Journey.of(settings)).extracting(j -> j.target().scope()).containsExactly("my-customer", "my-customer", "my-customer-2");
  }

  @ParameterizedTest
  @CsvSource(delimiter = '|', value = {
    "https//federation.example.com/projects/p/access | the colon after https is missing",
    "http://federation.example.com/projects/31/access | expected https, got http",
    "ftp://federation.example.com/access              | expected a URL with https and a host",
    "federation.example.com/access                    | expected a URL with https and a host",
    "https://a b/access                               | expected a URL, got",
    "https://u:p@federation.example.com/access        | expected a URL without a user",
    "https://federation.example.com/projects/31       | expected a URL that ends in /access",
    "https://federation.example.com/projects/other-project/access | expected the access URL of project my-project, got one of project other-project",
  })
  void saysWhatIsWrongWithAUrl(String url, String message) {
    assertThat(problems(flat(60, List.of(withUrl(url))))).singleElement().asString().contains("sonar.targets[0].url: ", message);
  }

  @Test
  void namesDuplicatesAndBadIdentifiers() {
    SonarSettings s = flat(60, List.of(target("aws.aws-main"), target("aws.aws-main"), target("AWS")));

    assertThat(problems(s)).anySatisfy(p -> assertThat(p).contains("targets[1]", "each platform of a project once"))
        .anySatisfy(p -> assertThat(p).contains("targets[2].platformName", "platform.location"));
  }

  @Test
  void warnsIfRunsMayOverlap() {
    assertThat(problems(flat(10, List.of(target("aws.aws-main"))))).singleElement().asString()
        .startsWith("warning: sonar.scanInterval: expected at least the 30 s");
  }

  @Test
  void findsAllMistakesAtOnce() {
    SonarSettings d = SonarSettings.defaults();
    HttpStepSettings step = new HttpStepSettings("Login", "GET", "https//x", List.of(), List.of(), "", false, List.of(),
        List.of(new HttpStepSettings.JsonExpectation("a", HttpStepSettings.Comparison.AT_LEAST, "many")),
        List.of(new HttpStepSettings.HeaderExpectation("X", "(")), 0, 0, List.of(), List.of(), false);
    MaintenanceSettings maintenance = new MaintenanceSettings(
        List.of(new MaintenanceSettings.Once("x", "tomorrow", "2026-01-01T00:00", "Mars", List.of())),
        List.of(new MaintenanceSettings.Weekly("y", List.of(), "17:00", "25:00", "UTC", List.of())));
    SonarSettings s = new SonarSettings("", Secret.EMPTY, "My_Customer", "", 0, List.of(target("aws.aws-main")), d.scopes(), d.apiUrl(), d.identityBroker(),
        d.timeouts(), -1, d.replicationPollSeconds(), d.youngTenantSeconds(), d.restartSeconds(), d.retries(), maintenance, List.of(step), d.caFile(), 0,
        d.history(), d.vantagePoint(), d.confirmSeconds(), d.heartbeat(), d.domainExpiry());

    assertThat(problems(s)).extracting(p -> p.substring(0, p.indexOf(':'))).contains("sonar.project", "sonar.username", "sonar.password", "sonar.customer",
        "sonar.scanInterval", "sonar.replicationDeadlineSeconds", "sonar.concurrentRequestsMax", "sonar.maintenance.once[0].timeZone",
        "sonar.maintenance.once[0].from", "sonar.maintenance.weekly[0].until", "sonar.maintenance.weekly[0].days", "sonar.steps[0].name", "sonar.steps[0].url",
        "sonar.steps[0].json[0].value", "sonar.steps[0].responseHeaders[0].matches");
  }

  @Test
  void secretsDoNotPrint() {
    assertThat(settings().toString()).doesNotContain(FakeMeshStack.PASSWORD);
    assertThat(Journey.of(settings()).toString()).doesNotContain(FakeMeshStack.PASSWORD);
  }
}
