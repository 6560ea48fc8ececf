package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class AlarmTest {
  private static final long START = 1_700_000_000_000L;

  private final SimulatedTime time = new SimulatedEnvironment(START).time();
  private final List<Long> runs = new ArrayList<>();
  private long takesMillis;
  private final Alarm alarm = new Alarm("test", time, due -> {
    runs.add(time.wallMillis() - START);
    time.sleep(takesMillis);
  });

  @Test
  void runsOnceAtTheEarliestTimeAskedFor() {
    alarm.ask(START + 300);
    alarm.ask(START + 100);
    alarm.ask(START + 200);
    alarm.ask(Long.MAX_VALUE);
    time.advance(1000);
    assertThat(runs).containsExactly(100L);
  }

  @Test
  void runsAgainAfterARunThatWasUnderWayWhenItWasAsked() {
    takesMillis = 500;
    alarm.ask(START + 100);
    time.advance(200);
    alarm.ask(START + 300);
    time.advance(1000);
    assertThat(runs).as("it does not overlap itself").containsExactly(100L, 600L);
  }

  @Test
  void runsAtOnceForATimeThatHasPassed() {
    time.advance(1000);
    alarm.ask(START);
    time.advance(0);
    assertThat(runs).containsExactly(1000L);
  }

  @Test
  void isQuietAfterItWasCancelled() throws InterruptedException {
    takesMillis = 500;
    alarm.ask(START + 100);
    time.advance(200);
    alarm.ask(START + 300);
    alarm.cancel(false);
    assertThat(alarm.awaitIdle(1000)).isTrue();
    alarm.ask(START + 2000);
    time.advance(5000);
    assertThat(runs).containsExactly(100L);
  }
}
