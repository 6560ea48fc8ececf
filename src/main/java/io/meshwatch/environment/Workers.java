package io.meshwatch.environment;

import java.util.List;
import java.util.concurrent.Callable;

/** A fixed pool of platform threads for computing. Tasks never block on I/O to other machines. Safe for all threads. */
public interface Workers {
  /** How many tasks run at once. */
  int parallelism();

  /**
   * Runs all tasks and waits for the results, in the order of the tasks. The first failure is thrown and the other tasks are
   * interrupted or left out, as they are when the caller is interrupted. A task may call this itself.
   */
  <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException;

  /** Runs one task on the pool and waits for it: for computing started from a virtual thread. */
  default <T> T call(Callable<T> task) throws InterruptedException {
    return invokeAll(List.of(task)).getFirst();
  }

  /**
   * Runs one long computation on a platform thread that is not of the pool, the caller's own if that is one, and waits for it: it
   * holds up neither the pool nor threads that only wait, because the operating system shares the cores among such threads. Only so
   * many run at once; further ones wait.
   */
  default <T> T apart(Callable<T> task) throws InterruptedException {
    return call(task);
  }
}
