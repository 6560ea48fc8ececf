package io.meshwatch.notify;

import static io.meshwatch.notify.NotifyWorld.MINUTE;
import static io.meshwatch.notify.NotifyWorld.SECOND;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.meshwatch.model.Alert;
import io.meshwatch.model.Matcher;
import io.meshwatch.model.ProblemsException;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Acknowledgements, and silences that would match too much. */
class CareTest {
  private final NotifyWorld world = new NotifyWorld();

  @AfterEach
  void close() {
    world.close();
  }

  @Test
  void repeatsNoAlertThatSomebodyTakesCareOf() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * SECOND);
    world.notifier.care().acknowledge(alert.labels(), "ann", "ordered a disk");
    world.restart();
    assertThat(world.notifier.alerts().getFirst().acknowledged()).hasValueSatisfying(a -> assertThat(a.author()).isEqualTo("ann"));
    world.pass(150 * MINUTE);
    assertThat(world.subjects()).as("the repeat interval is an hour").hasSize(1);
    world.resolve(alert);
    world.pass(2 * MINUTE);
    assertThat(world.lastMail().subject()).startsWith("1 resolved");
  }

  @Test
  void saysInTheMailWhoTakesCareOfWhatStillFires() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1", "disk", "a");
    world.pass(30 * SECOND);
    world.notifier.care().acknowledge(alert.labels(), "ann", "ordered a disk");
    world.firing("alertname", "DiskFull", "host", "db-1", "disk", "b");
    world.pass(6 * MINUTE);
    assertThat(world.lastMail().text()).contains("== Still firing ==").contains("ann takes care of it: ordered a disk");
  }

  @Test
  void repeatsAgainWhenAnAcknowledgementIsTakenBack() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * SECOND);
    world.notifier.care().acknowledge(alert.labels(), "ann", "");
    world.notifier.care().unacknowledge(alert.labels());
    world.pass(70 * MINUTE);
    assertThat(world.subjects()).hasSize(2);
  }

  @Test
  void forgetsAnAcknowledgementWithItsAlert() {
    Alert alert = world.firing("alertname", "DiskFull", "host", "db-1");
    world.pass(30 * SECOND);
    world.notifier.care().acknowledge(alert.labels(), "ann", "");
    world.resolve(alert);
    world.pass(5 * MINUTE);
    world.firing("alertname", "DiskFull", "host", "db-1");
    assertThat(world.notifier.alerts().getFirst().acknowledged()).isEmpty();
  }

  @Test
  void takesNoAcknowledgementOfAnAlertThatDoesNotFire() {
    assertThatThrownBy(() -> world.notifier.care().acknowledge(io.meshwatch.model.Labels.of("alertname", "Nothing"), "ann", ""))
        .isInstanceOf(ProblemsException.class).hasMessageContaining("no alert with these labels fires");
  }

  private void silence(Matcher matcher, boolean force) {
    world.notifier.care().silence(Optional.empty(), List.of(matcher), world.now(), world.now() + MINUTE, "ann", "", force);
  }

  @Test
  void refusesASilenceThatMatchesTooMuchUnlessOneInsists() {
    for (int i = 0; i < 20; i++) {
      world.firing("alertname", "DiskFull", "host", "db-" + i);
    }
    Matcher all = Matcher.equal("alertname", "DiskFull");
    assertThatThrownBy(() -> silence(all, false)).isInstanceOf(ProblemsException.class).hasMessageContaining("20 of the 20 alerts");
    assertThatThrownBy(() -> silence(new Matcher("host", Matcher.Op.MATCH, ".+"), false)).hasMessageContaining("nearly any value");
    silence(Matcher.equal("host", "db-1"), false);
    silence(all, true);
    assertThat(world.notifier.care().silences()).hasSize(2);
    assertThat(world.notifier.care().previewSilence(List.of(Matcher.equal("host", "db-1"))).matching()).hasSize(1);
  }
}
