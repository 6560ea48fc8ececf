package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.stream.IntStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** What takes too long is ended, what does not is left alone. */
class DeadlinesTest {
  private static final long MILLI = 1_000_000;

  private final Clock clock = new SystemClock();
  private final Deadlines deadlines = new Deadlines(clock);

  @AfterEach
  void close() {
    deadlines.close();
  }

  private long in(long millis) {
    return clock.monotonicNanos() + millis * MILLI;
  }

  private static void await(CountDownLatch latch) throws InterruptedException {
    assertThat(latch.await(10, TimeUnit.SECONDS)).as("missed in time").isTrue();
  }

  @Test
  void aDeadlineIsNotMissedBeforeItsTime() throws Exception {
    CountDownLatch missed = new CountDownLatch(1);
    long at = in(80);
    long[] missedAt = new long[1];
    deadlines.set(at, () -> {
      missedAt[0] = clock.monotonicNanos();
      missed.countDown();
    });
    await(missed);
    assertThat(missedAt[0]).isGreaterThanOrEqualTo(at);
  }

  @Test
  void aDeadlineThatIsPastAlreadyIsMissedAtOnce() throws Exception {
    CountDownLatch missed = new CountDownLatch(1);
    deadlines.set(in(-1), missed::countDown);
    await(missed);
  }

  @Test
  void anEarlierOneThatComesLaterIsNotSleptOver() throws Exception {
    CountDownLatch early = new CountDownLatch(1);
    AtomicInteger late = new AtomicInteger();
    deadlines.set(in(Duration.ofHours(1).toMillis()), late::incrementAndGet);
    Thread.sleep(50);
    deadlines.set(in(50), early::countDown);
    await(early);
    assertThat(late).hasValue(0);
  }

  @Test
  void oneThatIsClosedIsNotMissedAndThoseAfterItAre() throws Exception {
    AtomicInteger closed = new AtomicInteger();
    CountDownLatch after = new CountDownLatch(1);
    deadlines.set(in(60), closed::incrementAndGet).close();
    deadlines.set(in(120), after::countDown);
    await(after);
    assertThat(closed).hasValue(0);
  }

  @Test
  void anActionThatFailsKeepsNoOtherFromItsDeadline() throws Exception {
    CountDownLatch missed = new CountDownLatch(1);
    deadlines.set(in(10), () -> {
      throw new IllegalStateException("a test's");
    });
    deadlines.set(in(20), () -> {
      throw new AssertionError("a test's");
    });
    deadlines.set(in(40), missed::countDown);
    await(missed);
  }

  @Test
  void allOfManyThatComeFromSeveralThreadsAreMissedOnce() throws Exception {
    int count = 20_000;
    AtomicInteger missed = new AtomicInteger();
    CountDownLatch all = new CountDownLatch(count / 2);
    List<Thread> threads = new ArrayList<>();
    for (int t = 0; t < 4; t++) {
      threads.add(Thread.ofVirtual().start(() -> IntStream.range(0, count / 4).forEach(i -> {
        Deadlines.Deadline deadline = deadlines.set(in(i % 2 == 0 ? 10_000 : i % 60), () -> {
          missed.incrementAndGet();
          all.countDown();
        });
        if (i % 2 == 0) {
          deadline.close();
        }
      })));
    }
    for (Thread thread : threads) {
      thread.join();
    }
    await(all);
    Thread.sleep(30);
    assertThat(missed).hasValue(count / 2);
  }
}
