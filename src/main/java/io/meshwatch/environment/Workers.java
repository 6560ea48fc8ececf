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

  /** How many tasks can run beside the caller's own, see {@link #alongside}; 0 if it has to do everything itself. */
  default int companions() {
    return 0;
  }

  /**
   * Runs a task on the caller's thread while others, at most {@link #companions}, run on the pool all at the same time, so they may wait
   * for one another. Returns when all have ended; if one fails, its failure is thrown and the others are interrupted. To be called from a
   * thread that is not of the pool.
   */
  default <T> T alongside(List<? extends Runnable> others, Callable<T> own) throws InterruptedException {
    if (!others.isEmpty()) {
      throw new IllegalArgumentException("expected no other tasks, as there is only this thread, got " + others.size());
    }
    return call(own);
  }

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
