package io.meshwatch.sonar;

import static io.meshwatch.sonar.FakeMeshStack.json;
import static io.meshwatch.sonar.SonarWorld.settings;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.junit.jupiter.api.Test;

/** Repeating a run. */
class ReplayTest {
  private final SonarWorld world = new SonarWorld();

  @Test
  void saysWhatIsDifferentNow() throws InterruptedException {
    world.meshStack.access = call -> json(500, "{\"errorCode\":\"Broken\"}");
    SonarRun before = world.run(settings());
    world.meshStack.access = call -> json(200, "{}");

    SonarRun now = new HandRuns(world.environment, settings(), world.runLog).run(before.target(), SonarRun.Trigger.REPLAY).orElseThrow();

    assertThat(now.trigger()).isEqualTo(SonarRun.Trigger.REPLAY);
    assertThat(Replay.difference(before, now)).containsExactly(
        "access: was failed (expected access to the platform, got status 500 Broken), is passed with status 200",
        "replicate: was not reached, is passed",
        "the verdict was failed at access (api), is passed");
  }

  @Test
  void saysIfNothingIs() throws InterruptedException {
    SonarRun before = world.run(settings());

    assertThat(Replay.difference(before, world.run(settings()))).containsExactly("the verdict is the same: passed");
  }

  @Test
  void printsShellLinesWithVariablesForSecrets() throws InterruptedException {
    world.meshStack.intercept = call -> call.uri().getPath().endsWith("/token") ? json(401, "{\"error\":\"invalid_grant\"}") : null;

    SonarRun run = world.run(settings());

    assertThat(Replay.curl(run)).startsWith("# set first: PASSWORD", "# if a private authority signs the certificates, add --cacert FILE", "# login: failed");
    assertThat(Replay.curl(run)).anySatisfy(line -> assertThat(line).startsWith("curl -sS -i -X POST")
        .contains("grant_type=password", "password=$PASSWORD").endsWith("\"" + FakeMeshStack.REALM + "/protocol/openid-connect/token\""));
  }

  @Test
  void cannotRepeatWhatIsNoLongerATarget() throws InterruptedException {
    SonarRun before = world.run(settings());

    assertThat(new HandRuns(world.environment, SonarSettings.defaults(), world.runLog).run(before.target(), SonarRun.Trigger.REPLAY)).isEmpty();
  }

  @Test
  void showsHowToAskAgainAlsoWhereAllWasWell() throws InterruptedException {
    List<String> lines = Replay.curl(world.run(settings()));

    assertThat(lines).startsWith("# set first: PASSWORD", "# REFRESH_TOKEN is refresh_token in the answer to the login",
        "# TOKEN is access_token in the answer to the login");
    assertThat(lines).anySatisfy(line -> assertThat(line).contains("Authorization: Bearer $TOKEN").endsWith("\"" + FakeMeshStack.ACCESS + "\""));
  }
}
