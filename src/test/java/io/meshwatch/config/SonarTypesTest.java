package io.meshwatch.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SystemDisk;
import io.meshwatch.sonar.HistorySettings;
import io.meshwatch.sonar.HttpStepSettings;
import io.meshwatch.sonar.SonarSettings;
import io.meshwatch.sonar.SuccessCriteria;
import io.meshwatch.sonar.meshstack.Grant;
import io.meshwatch.sonar.meshstack.TimeoutSettings;
import java.nio.file.Path;
import java.util.Optional;
import org.junit.jupiter.api.Test;

/** Sonar's types for users: what they leave out is what meshwatch fills in itself. */
class SonarTypesTest {
  private static SonarSettings load(String sonar) {
    String text = "let T = ./types.dhall in { monitor.sonar = { username = \"u\", password = Secret.Raw \"p\", customer = \"c\", project = \"p\", " + sonar + " } }";
    return new ConfigLoader(new SystemDisk(), name -> Optional.empty(), Path.of("/nowhere")).load(text, Path.of("config/test.dhall").toAbsolutePath())
        .config()
        .sonar()
        .orElseThrow();
  }

  @Test
  void theirDefaultsAreTheDefaults() {
    SonarSettings settings = load("""
        scanInterval = 60
        , targets = [ T.SonarTarget::{ platformName = "aws.here", url = "https://m.example.com/projects/p/access" } ]
        , timeouts = T.SonarTimeouts::{=}, history = T.SonarHistory::{=}
        , identityBroker = T.SonarIdentityBroker::{=} /\\ { clientSecret = Secret.Raw "" }
        , steps = [ T.SonarStep::{ name = "console", url = "https://m.example.com/" } ]
        """);

    SonarSettings d = SonarSettings.defaults();
    assertThat(settings.timeouts()).isEqualTo(TimeoutSettings.defaults());
    assertThat(settings.history()).isEqualTo(HistorySettings.defaults());
    assertThat(settings.identityBroker()).isEqualTo(d.identityBroker());
    assertThat(settings.targets().getFirst().criteria()).isEqualTo(SuccessCriteria.defaults());
    assertThat(settings.targets().getFirst().accessMethod()).isEqualTo("GET");
    HttpStepSettings step = settings.steps().getFirst();
    HttpStepSettings s = HttpStepSettings.defaults();
    assertThat(step).isEqualTo(new HttpStepSettings("console", s.method(), "https://m.example.com/", s.headers(), s.secretHeaders(), s.body(), s.withToken(), s.statuses(), s.json(),
        s.responseHeaders(), s.secondsMax(), s.certificateDaysMin(), s.platforms(), s.capture(), s.always()));
  }

  @Test
  void theyHoldEverythingThatCanBeSet() {
    SonarSettings settings = load("""
        scanInterval = 30, vantagePoint = "frankfurt", replicationDeadlineSeconds = 600
        , targets =
          [ T.SonarTarget::{ platformName = "aws.here", url = "https://m.example.com/projects/p/access"
            , criteria = T.SonarCriteria::{ redirectHosts = [ "signin.aws.amazon.com" ], replicationSecondsMax = 300.0 } }
          ]
        , identityBroker = T.SonarIdentityBroker::{ issuer = Some "https://sso.example.com/realms/meshfed", grant = "LOGIN_FORM" }
        , maintenance =
          { once = [ T.SonarWindow::{ from = "2026-03-01T17:00", until = "2026-03-01T21:00" } ]
          , weekly = [ T.SonarWeeklyWindow::{ days = [ "MONDAY", "THURSDAY" ], from = "17:00", until = "21:00", timeZone = "Europe/Berlin" } ]
          }
        , steps =
          [ T.SonarStep::{ name = "console", url = "https://m.example.com/", statuses = [ 200 ]
            , json = [ T.SonarJson::{ path = "status.name" }, T.SonarJson::{ path = "items", comparison = "LENGTH_AT_LEAST", value = "1" } ] }
          ]
        """);

    assertThat(settings.check()).isEmpty();
    assertThat(settings.vantagePoint()).contains("frankfurt");
    assertThat(settings.identityBroker().grant()).isEqualTo(Grant.LOGIN_FORM);
    assertThat(settings.maintenance().weekly().getFirst().days()).hasSize(2);
    assertThat(settings.targets().getFirst().criteria().replicationSecondsMax()).isEqualTo(300);
    assertThat(settings.steps().getFirst().json().get(1).comparison()).isEqualTo(HttpStepSettings.Comparison.LENGTH_AT_LEAST);
  }
}
