package io.meshwatch.environment;

import java.util.List;
import java.util.concurrent.Callable;

/** A fixed pool of platform threads for computing. Tasks never block on I/O to other machines. Safe for all threads. */
public interface Workers {
  /** How many tasks run at once. */
  int parallelism();

  /**
   * Runs all tasks and waits; the caller's thread helps. The first failure is thrown after all tasks ended or were left out.
   * Interrupting the caller interrupts the tasks.
   */
  <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException;

  /** Runs one task on the pool and waits for it: for computing started from a virtual thread. */
  default <T> T call(Callable<T> task) throws InterruptedException {
    return invokeAll(List.of(task)).getFirst();
  }
}
