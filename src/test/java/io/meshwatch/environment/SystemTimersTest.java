package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicLong;
import org.junit.jupiter.api.Test;

class SystemTimersTest {
  /** The machine's clock, set by so much. */
  private static final class SetClock implements Clock {
    final AtomicLong setByMillis = new AtomicLong();

    @Override
    public long wallMillis() {
      return System.currentTimeMillis() + setByMillis.get();
    }

    @Override
    public long monotonicNanos() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long millis) throws InterruptedException {
      Thread.sleep(millis);
    }
  }

  @Test
  void goOnWhenTheClockIsSetBack() throws InterruptedException {
    SetClock clock = new SetClock();
    try (SystemTimers timers = new SystemTimers(clock, new Telemetry())) {
      CountDownLatch before = new CountDownLatch(2);
      CountDownLatch after = new CountDownLatch(5);
      timers.every("test", 10, 0, due -> {
        if (clock.setByMillis.get() == 0) {
          before.countDown();
        } else {
          after.countDown();
        }
      });
      assertThat(before.await(10, TimeUnit.SECONDS)).isTrue();
      clock.setByMillis.set(-TimeUnit.HOURS.toMillis(1));
      assertThat(after.await(10, TimeUnit.SECONDS)).isTrue();
    }
  }
}
