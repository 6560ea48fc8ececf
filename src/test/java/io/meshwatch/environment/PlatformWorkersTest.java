package io.meshwatch.environment;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.util.List;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.SynchronousQueue;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/** Tasks that run beside the caller's own. */
@Timeout(20)
class PlatformWorkersTest {
  private final PlatformWorkers workers = new PlatformWorkers(2);

  @AfterEach
  void close() {
    workers.close();
  }

  @Test
  void runsOthersAndTheCallersTaskAtTheSameTime() throws InterruptedException {
    SynchronousQueue<Integer> first = new SynchronousQueue<>();
    SynchronousQueue<Integer> second = new SynchronousQueue<>();
    int sum = workers.alongside(List.of(() -> put(first, 3), () -> put(second, 4)), () -> first.take() + second.take());
    assertThat(sum).isEqualTo(7);
  }

  @Test
  void interruptsTheOthersWhenTheCallersTaskFails() throws InterruptedException {
    CountDownLatch interrupted = new CountDownLatch(1);
    CountDownLatch started = new CountDownLatch(1);
    Runnable waits = () -> {
      started.countDown();
      try {
        new CountDownLatch(1).await();
      } catch (InterruptedException e) {
        interrupted.countDown();
      }
    };
    assertThatThrownBy(() -> workers.alongside(List.of(waits), () -> {
      started.await();
      throw new IllegalStateException("own");
    })).hasMessage("own");
    interrupted.await();
  }

  @Test
  void givesOnTheFailureOfAnother() {
    Runnable fails = () -> {
      throw new IllegalStateException("other");
    };
    assertThatThrownBy(() -> workers.alongside(List.of(fails), () -> 1)).hasMessage("other");
  }

  @Test
  void refusesMoreThanCanRunAtOnce() throws InterruptedException {
    Runnable nothing = () -> {};
    assertThatThrownBy(() -> workers.alongside(List.of(nothing, nothing, nothing), () -> 1)).isInstanceOf(IllegalArgumentException.class);
    assertThat(workers.call(workers::companions)).as("within the pool").isZero();
  }

  private static void put(SynchronousQueue<Integer> queue, int number) {
    try {
      queue.put(number);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
