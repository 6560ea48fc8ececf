package io.meshwatch.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.meshwatch.environment.SystemDisk;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import io.meshwatch.model.Secret;
import io.meshwatch.scrape.ScrapeJob;
import io.meshwatch.scrape.kubernetes.Role;
import io.meshwatch.sonar.SonarSettings;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ConfigLoaderTest {
  private static final Path FILE = Path.of("monitor.dhall");
  private static final Map<String, String> VARIABLES = Map.of("SONAR_PASSWORD", "correct horse");

  private static ConfigLoader.Loaded load(String text) {
    return new ConfigLoader(new SystemDisk(), name -> Optional.ofNullable(VARIABLES.get(name)), Path.of("/")).load(text, FILE);
  }

  private static List<String> mistakes(String text) {
    ProblemsException e = catchThrowableOfType(ProblemsException.class, () -> load(text));
    assertThat(e).as("problems expected").isNotNull();
    return e.problems().stream().filter(p -> !p.warning()).map(Problem::toString).toList();
  }

  @Test
  void loadsThePublishedContractAsPublished() {
    Config config = load("""
        { monitor =
          { , additionalAlertAddresses = [ "alerts@example.com" ]
            , sonar =
              { username = "sonar@example.com"
              , password = Secret.fromEnv "SONAR_PASSWORD"
              , customer = "my-customer"
              , project = "my-project"
              , scanInterval = 60
              , targets = [ { platformName = "aws.aws-main", url = "https://federation.example.com/…/access" } ]
              }
          }
        }
        """).config();
    assertThat(config.additionalAlertAddresses()).containsExactly("alerts@example.com");
    SonarSettings sonar = config.sonar().orElseThrow();
    assertThat(sonar.password()).isEqualTo(Secret.of("correct horse"));
    assertThat(sonar.scanInterval()).isEqualTo(60);
    assertThat(sonar.targets()).singleElement().satisfies(target -> assertThat(target.platformName()).isEqualTo("aws.aws-main"));
    assertThat(config.scrapeInterval()).isEqualTo(15);
    assertThat(config.listen()).isEqualTo("127.0.0.1:9480");
  }

  @Test
  void loadsTheLaterPublishedShapeWithScopes() {
    Config config = load("""
        { monitor.sonar.scopes =
          [ { username = "sonar@example.com"
            , password = Secret.Raw "pw"
            , customer = "my-customer"
            , projects =
              [ { projectName = "my-project"
                , targets = [ { platformName = "aws.aws-main", url = "https://federation.example.com/access" } ]
                }
              ]
            }
          ]
        }
        """).config();
    assertThat(config.sonar().orElseThrow().scopes()).singleElement().satisfies(scope -> assertThat(scope.customer()).isEqualTo("my-customer"));
  }

  @Test
  void loadsScrapeJobsByTheirTypes() {
    List<ScrapeJob> jobs = new ConfigLoader(new SystemDisk(), name -> Optional.empty(), Path.of("/")).load("""
        let T = ./types.dhall
        in  { monitor.scrape.jobs =
              [ T.ScrapeJob::{ name = "a", targets = [ T.Targets::{ addresses = [ "10.0.0.1:80" ] } ] }
              , T.ScrapeJob::{
                , name = "b"
                , discovery = T.Discovery::{ kubernetes = [ T.Kubernetes::{ role = "endpointslice", attachNode = True } ] }
                }
              ]
            }
        """, Path.of("config/monitor.dhall")).config().scrape().jobs();
    assertThat(jobs).extracting(ScrapeJob::name).containsExactly("a", "b");
    assertThat(jobs.getFirst().targets().getFirst().addresses()).containsExactly("10.0.0.1:80");
    assertThat(jobs.getLast().discovery().kubernetes().getFirst().role()).isEqualTo(Role.ENDPOINTSLICE);
    assertThat(jobs.getLast().discovery().kubernetes().getFirst().attachNode()).isTrue();
  }

  @Test
  void findsMistakesInScrapeJobs() {
    assertThat(mistakes("{ monitor.scrape.jobs = [ { name = \"a\", discovery.kubernetes = [ { role = \"pod\", ownNamespace = True, apiServer = \"https://x\" } ] } ] }"))
        .singleElement().asString().contains("cannot use 'api_server' and 'namespaces.own_namespace' simultaneously");
  }

  @Test
  void leavesOtherKeysOfTheModelAlone() {
    assertThat(load("{ meshfed = { web = 1 }, monitor = { installation = \"x\" } }").config().installation()).isEqualTo("x");
    assertThat(mistakes("{ meshfed = 1 }")).containsExactly(
        "monitor.dhall:1:1: expected the field `monitor`, which holds meshwatch's configuration, got only meshfed");
  }

  @Test
  void takesAPlainTextAsASecretWithAWarning() {
    ConfigLoader.Loaded loaded = load("{ monitor.mail = { host = \"relay\", username = \"u\", password = \"hunter2\", sender.address = \"a@example.com\" } }");
    assertThat(loaded.config().mail().orElseThrow().password()).isEqualTo(Secret.of("hunter2"));
    assertThat(loaded.warnings()).extracting(Problem::toString).anySatisfy(w -> assertThat(w).startsWith("monitor.dhall:1:").contains("plain text"));
    assertThat(loaded.warnings().toString()).doesNotContain("hunter2");
    assertThat(loaded.config().toString()).doesNotContain("hunter2");
  }

  @Test
  void givesTenErrorsWithPlacesForTenMistakes() {
    assertThat(mistakes("""
        { monitor =
          { instalation = "typo"
          , operatorAlertAddresses = [ "not an address" ]
          , mail = { host = "mail.example.com", port = "587", sender.address = "x@example.com" }
          , nodes = [ { name = "db-1", adress = "10.0.0.1", port = 99999 } ]
          , components = [ { name = "kc", kind = "keyclock", address = "10.0.0.2" } ]
          , scrapeInterval = 0
          , rules = { parameters = toMap { fs_warn_ration = "0.1" } }
          , sonar =
            { username = "sonar@example.com"
            , password = Secret.fromEnv "NO_SUCH_VARIABLE"
            , customer = "my-customer"
            , project = "my-project"
            , targets = [ { platformName = "aws.aws-main", url = "https//federation.example.com/access" } ]
            }
          }
        }
        """)).satisfiesExactly(
        m -> assertThat(m).isEqualTo("monitor.dhall:2:5: unknown field `instalation`; did you mean `installation`?"),
        m -> assertThat(m).startsWith("monitor.dhall:3:").contains("'not an address'"),
        m -> assertThat(m).startsWith("monitor.dhall:4:").endsWith("`mail.port`: expected a whole number, got Text"),
        m -> assertThat(m).startsWith("monitor.dhall:5:").endsWith("unknown field `adress`; did you mean `address`?"),
        m -> assertThat(m).startsWith("monitor.dhall:5:").endsWith("nodes[0].port: expected 1 to 65535, got 99999"),
        m -> assertThat(m).startsWith("monitor.dhall:6:").endsWith("did you mean `KEYCLOAK`?"),
        m -> assertThat(m).startsWith("monitor.dhall:7:").endsWith("scrapeInterval: expected more than 0 seconds, got 0.0"),
        m -> assertThat(m).startsWith("monitor.dhall:8:").endsWith("did you mean \"fs_warn_ratio\"?"),
        m -> assertThat(m).startsWith("monitor.dhall:11:").contains("NO_SUCH_VARIABLE"),
        m -> assertThat(m).startsWith("monitor.dhall:14:").contains("the colon after https is missing"));
  }

  @Test
  void checksScrapeSectionsThatAreTakenOver(@TempDir Path folder) throws Exception {
    Files.writeString(folder.resolve("prometheus.yml"), "scrape_configs:\n- job_name: a\n  scrape_intervall: 5s\n");
    assertThat(mistakes("{ monitor.scrape.scrapeConfigFiles = [ \"" + folder.resolve("prometheus.yml") + "\" ] }"))
        .singleElement()
        .satisfies(m -> assertThat(m).contains("prometheus.yml:3:").contains("scrape_interval"));
  }

  @Test
  void warnsOfSettingsThatAreNotTakenOver(@TempDir Path folder) throws Exception {
    Path file = Files.writeString(folder.resolve("prometheus.yml"), "global:\n  evaluation_interval: 5s\nscrape_configs: [{job_name: a}]\n");
    assertThat(load("{ monitor.scrape.scrapeConfigFiles = [ \"" + file + "\" ] }").warnings()).extracting(Problem::toString).singleElement()
        .asString().startsWith(file + ":2:3: warning: evaluation_interval: \"5s\" is not used; `evaluationInterval`");
  }

  @Test
  void shippedConfigurationsLoad() {
    ConfigLoader loader = new ConfigLoader(new SystemDisk(), name -> Optional.of("secret"), Path.of("/"));
    Config config = loader.load(Path.of("config", "monitor.dhall")).config();
    assertThat(config.nodes()).hasSize(2);
    assertThat(config.components()).hasSize(3);
  }
}
