package io.meshwatch.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** As many platform threads as the machine has cores. A task that asks for more tasks runs them itself, so nothing can wait in a circle. */
final class PlatformWorkers implements Workers, AutoCloseable {
  private static final String THREAD_PREFIX = "worker-";

  private final int parallelism;
  private final ExecutorService pool;

  PlatformWorkers(int parallelism) {
    this.parallelism = parallelism;
    pool = Executors.newFixedThreadPool(parallelism, Thread.ofPlatform().daemon().name(THREAD_PREFIX, 0).factory());
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException {
    if (Thread.currentThread().getName().startsWith(THREAD_PREFIX)) {
      return InlineWorkers.runHere(tasks);
    }
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    for (Callable<T> task : tasks) {
      futures.add(pool.submit(task));
    }
    try {
      List<T> results = new ArrayList<>(tasks.size());
      for (Future<T> future : futures) {
        results.add(future.get());
      }
      return results;
    } catch (ExecutionException e) {
      throw InlineWorkers.unchecked(e.getCause());
    } finally {
      futures.forEach(f -> f.cancel(true));
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
  }
}
