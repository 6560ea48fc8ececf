package io.meshwatch.deploy;

import static org.assertj.core.api.Assertions.assertThat;

import at.favre.lib.crypto.bcrypt.BCrypt;
import io.meshwatch.environment.Environment;
import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Secret;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;

class CredentialCheckerTest {
  private final SimulatedEnvironment world = new SimulatedEnvironment(1_800_000_000_000L);
  private final Environment environment = world.environment();
  private final AtomicReference<List<Credentials.Login>> accepted = new AtomicReference<>(List.of(login("scrape", "right")));
  private final CredentialChecker checker =
      new CredentialChecker("agent", environment.clock(), environment.telemetry(), accepted::get);

  @Test
  void acceptsTheRightPasswordAtOnce() {
    assertThat(checker.test("scrape", "right")).isTrue();
    assertThat(environment.clock().wallMillis()).isEqualTo(1_800_000_000_000L);
  }

  @Test
  void countsAndSlowsDownWrongPasswords() {
    assertThat(checker.test("scrape", "wrong")).isFalse();
    assertThat(checker.test("nobody", "right")).isFalse();
    assertThat(environment.clock().wallMillis()).isEqualTo(1_800_000_001_000L);
    assertThat(metrics()).contains("meshwatch_logins_rejected_total{listener=\"agent\"} 2.0");
  }

  @Test
  void forgetsAVerifiedPasswordThatIsNoLongerAccepted() {
    assertThat(checker.test("scrape", "right")).isTrue();
    accepted.set(List.of(login("scrape", "new")));
    assertThat(checker.test("scrape", "right")).isFalse();
    assertThat(checker.test("scrape", "new")).isTrue();
  }

  @Test
  void checksBcryptOnceAndThenFromMemory() {
    accepted.set(List.of(login("scrape", BCrypt.withDefaults().hashToString(11, "right".toCharArray()))));
    assertThat(checker.test("scrape", "right")).isTrue();
    long started = System.nanoTime();
    for (int i = 0; i < 1_000; i++) {
      assertThat(checker.test("scrape", "right")).isTrue();
    }
    // A thousand bcrypt runs of this cost would take two minutes.
    assertThat((System.nanoTime() - started) / 1e9).isLessThan(10);
    assertThat(checker.test("scrape", "wrong")).isFalse();
    assertThat(metrics()).contains("meshwatch_logins_accepted_total{listener=\"agent\"} 1001.0");
  }

  private String metrics() {
    return new String(environment.telemetry().exposition(), StandardCharsets.UTF_8);
  }

  private static Credentials.Login login(String username, String password) {
    return new Credentials.Login(username, Secret.of(password));
  }
}
