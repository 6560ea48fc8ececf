package io.meshwatch.scrape;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Problem;
import io.meshwatch.model.Secret;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class DeploymentTargetsTest {
  private static Optional<ConnectionSettings.BasicAuth> fileOf(String name) {
    return Optional.of(new ConnectionSettings.BasicAuth("meshwatch", Optional.empty(), Secret.EMPTY, Optional.of("/secrets/" + name)));
  }

  private final DeploymentTargets shared =
      new DeploymentTargets(ScrapeJob.defaults(), Optional.of("/ca.pem"), name -> fileOf("all"));

  @Test
  void nodesWithTheSameCredentialsShareAJob() {
    List<ScrapeJob> jobs = shared.jobs(List.of(NodeSettings.of("a", "10.0.0.1"), NodeSettings.of("b", "fd00::1")), List.of());
    assertThat(jobs).hasSize(1);
    ScrapeJob job = jobs.getFirst();
    assertThat(job.name()).isEqualTo("node");
    assertThat(job.scheme()).isEqualTo(ScrapeJob.Scheme.HTTPS);
    assertThat(job.connection().tls().caFile()).contains("/ca.pem");
    assertThat(job.connection().basicAuth()).isEqualTo(fileOf("all"));
    assertThat(job.targets()).extracting(StaticTargets::addresses).containsExactly(List.of("10.0.0.1:9100"), List.of("[fd00::1]:9100"));
    assertThat(job.targets().getFirst().labels()).containsExactly(new TextEntry("job", "node"), new TextEntry("node", "a"));
  }

  @Test
  void differentCredentialsMakeDifferentJobsWithOneJobLabel() {
    DeploymentTargets own = new DeploymentTargets(ScrapeJob.defaults(), Optional.of("/ca.pem"), DeploymentTargetsTest::fileOf);
    List<ScrapeJob> jobs = own.jobs(List.of(NodeSettings.of("a", "10.0.0.1"), NodeSettings.of("b", "10.0.0.2")), List.of());
    assertThat(jobs).extracting(ScrapeJob::name).containsExactly("node/a", "node/b");
    assertThat(jobs).allSatisfy(j -> assertThat(j.targets().getFirst().labels()).contains(new TextEntry("job", "node")));
    assertThat(ScrapeJob.check(jobs)).isEmpty();
  }

  @Test
  void everyKindOfComponentIsFoundWhereItUsuallyIs() {
    ComponentSettings api = ComponentSettings.of("meshfed-api", ComponentKind.SPRING_BOOT, "api");
    ComponentSettings gateway = ComponentSettings.of("pushgateway", ComponentKind.PUSHGATEWAY, "push");
    List<ScrapeJob> jobs = shared.jobs(List.of(), List.of(api, gateway));
    assertThat(jobs.get(0).path()).isEqualTo("/actuator/prometheus");
    assertThat(jobs.get(0).targets().getFirst().addresses()).containsExactly("api:8180");
    assertThat(jobs.get(0).honorLabels()).isFalse();
    assertThat(jobs.get(1).targets().getFirst().addresses()).containsExactly("push:9091");
    assertThat(jobs.get(1).honorLabels()).isTrue();
  }

  @Test
  void ownCredentialsWinOverTheDeployments() {
    ComponentSettings c = new ComponentSettings("x", ComponentKind.GENERIC, "x", Optional.of(1234L), Optional.of("/m"), ScrapeJob.Scheme.HTTP,
        Optional.of("me"), Optional.of(Secret.of("mine")), Optional.empty(), List.of(new TextEntry("env", "prod")));
    ScrapeJob job = shared.jobs(List.of(), List.of(c)).getFirst();
    assertThat(job.connection().basicAuth())
        .contains(new ConnectionSettings.BasicAuth("me", Optional.empty(), Secret.of("mine"), Optional.empty()));
    assertThat(job.scheme()).isEqualTo(ScrapeJob.Scheme.HTTP);
    assertThat(job.path()).isEqualTo("/m");
    assertThat(job.targets().getFirst().addresses()).containsExactly("x:1234");
  }

  @Test
  void findsWhatTypesCannotExpress() {
    List<NodeSettings> nodes = List.of(NodeSettings.of("a", "https://x"), NodeSettings.of("a", "y"), NodeSettings.of("", "z"));
    assertThat(DeploymentTargets.check(nodes, List.of())).extracting(Problem::message)
        .containsExactly(
            "nodes[0].address: expected a host name or IP address without scheme and path, got \"https://x\"",
            "nodes[1].name: there are two nodes named a",
            "nodes[2].name: expected a name, got an empty text");
  }
}
