package io.meshwatch;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.environment.SimulatedEnvironment;
import io.meshwatch.model.Alert;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class StoreAlarmTest {
  private static final long NOW = 1_700_000_000_000L;

  private final List<Alert> sent = new ArrayList<>();
  private Optional<String> trouble = Optional.empty();
  private List<String> damages = List.of();
  private final StoreAlarm alarm =
      new StoreAlarm(new SimulatedEnvironment(NOW).environment(), () -> trouble, () -> damages, sent::addAll, "http://page");

  @Test
  void tellsTheOperatorsAsLongAsSamplesAreRefusedAndWhenTheyAreTakenAgain() {
    alarm.look(NOW);
    trouble = Optional.of("The volume is full.");
    alarm.look(NOW + 15_000);
    assertThat(sent).as("one failure is no reason for a mail").isEmpty();
    alarm.look(NOW + 30_000);
    alarm.look(NOW + 45_000);
    assertThat(sent).hasSize(2);
    Alert alert = sent.getLast();
    assertThat(alert.name()).isEqualTo("MonitorStoreRefusesSamples");
    assertThat(alert.labels().get("severity")).isEqualTo("critical");
    assertThat(alert.startsAtMillis()).isEqualTo(NOW + 15_000);
    assertThat(alert.isResolvedAt(NOW + 60_000)).isFalse();
    assertThat(alert.annotations().get("description")).startsWith("The volume is full.");
    trouble = Optional.empty();
    alarm.look(NOW + 60_000);
    assertThat(sent.getLast().isResolvedAt(NOW + 60_000)).isTrue();
    alarm.look(NOW + 75_000);
    assertThat(sent).hasSize(3);
  }

  @Test
  void tellsTheOperatorsForAnHourWhatWasCut() {
    damages = List.of("/data/wal/00000007: cut 120 bytes at byte 4096, about 9 samples (expected a checksum)");
    alarm.look(NOW);
    Alert alert = sent.getLast();
    assertThat(alert.name()).isEqualTo("MonitorStoreWasDamaged");
    assertThat(alert.annotations().get("description")).startsWith(damages.getFirst());
    alarm.look(NOW + 3_600_000);
    assertThat(sent.getLast().isResolvedAt(NOW + 3_600_000)).isTrue();
    alarm.look(NOW + 3_615_000);
    assertThat(sent).hasSize(2);
    damages = List.of(damages.getFirst(), "The damaged block 01AB was put aside");
    alarm.look(NOW + 3_630_000);
    assertThat(sent).hasSize(3);
    assertThat(sent.getLast().startsAtMillis()).isEqualTo(NOW + 3_630_000);
    assertThat(sent.getLast().annotations().get("description")).contains("01AB");
  }
}
