package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.failure;
import static io.meshwatch.sonar.FakeMeshStack.json;
import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.HttpResult.Phase;
import io.meshwatch.sonar.Diagnosis.Outcome;
import java.util.List;
import org.junit.jupiter.api.Test;

/** The doctor names the precondition that is missing. */
class DoctorTest {
  private final SonarWorld world = new SonarWorld();

  private List<Diagnosis> examine() throws InterruptedException {
    return new Doctor(world.environment).examine(settings());
  }

  private Diagnosis firstMissing() throws InterruptedException {
    return examine().stream().filter(d -> d.outcome() == Outcome.MISSING).findFirst().orElseThrow();
  }

  @Test
  void findsNothingMissingWhereAllIsWell() throws InterruptedException {
    assertThat(examine()).extracting(Diagnosis::outcome).containsOnly(Outcome.HOLDS);
    assertThat(examine()).extracting(Diagnosis::check).containsExactly("settings", "dns", "connection", "certificate", "answer in time", "identity broker",
        "technical user and password grant", "customer", "project", "tenant", "access URL");
  }

  @Test
  void namesACertificate() throws InterruptedException {
    world.meshStack.intercept = call -> call.uri().getHost().startsWith("federation") ? failure(Phase.TLS, "not signed by a known authority") : null;

    assertThat(firstMissing()).satisfies(d -> {
      assertThat(d.check()).isEqualTo("certificate");
      assertThat(d.advice()).contains("caFile");
    });
    assertThat(examine()).filteredOn(d -> d.check().equals("dns")).extracting(Diagnosis::outcome).containsOnly(Outcome.HOLDS);
  }

  @Test
  void namesAGrantThatIsSwitchedOff() throws InterruptedException {
    world.meshStack.passwordGrant = false;

    assertThat(firstMissing()).satisfies(d -> {
      assertThat(d.check()).isEqualTo("technical user and password grant");
      assertThat(d.advice()).contains("LOGIN_FORM");
    });
    assertThat(examine()).filteredOn(d -> d.check().equals("project")).extracting(Diagnosis::outcome).containsOnly(Outcome.NOT_CHECKED);
  }

  @Test
  void namesAMissingProject() throws InterruptedException {
    world.meshStack.projects.clear();

    assertThat(firstMissing().check()).isEqualTo("project");
  }

  @Test
  void namesAMissingTenant() throws InterruptedException {
    world.meshStack.tenantPlatform = "gcp.gcp-main";

    assertThat(firstMissing().check()).isEqualTo("tenant");
  }

  @Test
  void namesAnAccessUrlThatLeadsNowhere() throws InterruptedException {
    world.meshStack.access = call -> json(404, "{\"errorCode\":\"NotFound\"}");

    assertThat(firstMissing().check()).isEqualTo("access URL");
  }

  @Test
  void stopsAtWrongSettings() throws InterruptedException {
    SonarSettings typo = SonarWorld.flat(60, List.of(new TargetSettings("aws.aws-main", "https//host/access", "GET", SuccessCriteria.defaults())));

    assertThat(new Doctor(world.environment).examine(typo)).singleElement().satisfies(d -> {
      assertThat(d.outcome()).isEqualTo(Outcome.MISSING);
      assertThat(d.detail()).contains("the colon after https is missing");
    });
    assertThat(world.meshStack.calls).isEmpty();
  }
}
