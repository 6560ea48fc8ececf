package io.meshwatch.rules;

import static org.assertj.core.api.Assertions.assertThat;

import io.meshwatch.model.Labels;
import io.meshwatch.model.StaleMarker;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

/** What an alert that is pending after a restart knows of the time before it; the default options tolerate an hour and grant a minute. */
class ForRestorationTest {
  private static final long NOW = 1_700_000_000_000L;
  private static final long SECOND = 1000;
  private static final long MINUTE = 60 * SECOND;
  private static final Labels ALERT = Labels.of("alertname", "Broken", "instance", "a");

  private final FakeEngine engine = new FakeEngine();

  /** Stores that the alert was active since a time, last known at another. */
  private void before(long activeAtMillis, long lastKnownMillis) {
    engine.stored.add(new FakeEngine.Stored(
        ALERT.toBuilder().set("__name__", "ALERTS_FOR_STATE").build(), lastKnownMillis, activeAtMillis / 1000.0));
  }

  /** When an alert fires that has been pending for a second now, if its condition stays true. */
  private long firesAt(long forMillis) {
    AlertingRule rule = new AlertingRule("Broken", "x > 0", forMillis, 0, Map.of(), Map.of(), OnMissingData.KEEP, 0);
    ActiveAlert pending = ActiveAlert.pending(ALERT, Labels.EMPTY, ALERT, 1, NOW - SECOND);
    AlertStates states = new AlertStates(Map.of(ALERT, pending));
    AlertStates restored = new ForRestoration(engine, RuleOptions.defaults("http://mw")).restored(rule, states, NOW);
    assertThat(restored.all()).hasSize(1);
    return List.copyOf(restored.all()).getFirst().activeAtMillis() + forMillis;
  }

  @Test
  void waitsForTheRestOfItsTimeAndNotForTheOutage() {
    before(NOW - 20 * MINUTE, NOW - 10 * MINUTE);
    assertThat(firesAt(15 * MINUTE)).as("ten minutes of fifteen had passed").isEqualTo(NOW + 5 * MINUTE);
  }

  @Test
  void waitsAtLeastForTheGracePeriod() {
    before(NOW - 20 * MINUTE, NOW - 10 * MINUTE);
    assertThat(firesAt(10 * MINUTE + SECOND)).isEqualTo(NOW + MINUTE);
  }

  @Test
  void firesAtOnceIfItHadFired() {
    before(NOW - 30 * MINUTE, NOW - 10 * MINUTE);
    assertThat(firesAt(15 * MINUTE)).isLessThan(NOW);
  }

  @Test
  void beginsAnewAfterALongOutage() {
    before(NOW - 100 * MINUTE, NOW - 61 * MINUTE);
    assertThat(firesAt(45 * MINUTE)).isEqualTo(NOW - SECOND + 45 * MINUTE);
  }

  @Test
  void beginsAnewIfItsForIsShorterThanTheGracePeriod() {
    before(NOW - 20 * MINUTE, NOW - MINUTE);
    assertThat(firesAt(30 * SECOND)).isEqualTo(NOW - SECOND + 30 * SECOND);
  }

  @Test
  void beginsAnewIfItHadEnded() {
    before(NOW - 20 * MINUTE, NOW - 11 * MINUTE);
    engine.stored.add(new FakeEngine.Stored(ALERT.toBuilder().set("__name__", "ALERTS_FOR_STATE").build(), NOW - 10 * MINUTE, StaleMarker.VALUE));
    assertThat(firesAt(15 * MINUTE)).isEqualTo(NOW - SECOND + 15 * MINUTE);
  }
}
