package io.meshwatch.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.Semaphore;

/** As many platform threads as the machine has cores. A task that asks for more tasks runs them itself, so nothing can wait in a circle. */
final class PlatformWorkers implements Workers, AutoCloseable {
  private static final String THREAD_PREFIX = "worker-";
  /** As many as Prometheus evaluates queries at once. */
  private static final int APART_MAX = 20;

  private final int parallelism;
  private final ExecutorService pool;
  private final ExecutorService apart;
  private final Semaphore mayRunApart = new Semaphore(APART_MAX, true);

  PlatformWorkers(int parallelism) {
    this.parallelism = parallelism;
    apart = Executors.newCachedThreadPool(Thread.ofPlatform().daemon().name("apart-", 0).factory());
    pool = Executors.newFixedThreadPool(parallelism, Thread.ofPlatform().daemon().name(THREAD_PREFIX, 0).factory());
  }

  @Override
  public int parallelism() {
    return parallelism;
  }

  @Override
  public <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException {
    if (isPooled()) {
      return InlineWorkers.runHere(tasks);
    }
    List<Future<T>> futures = new ArrayList<>(tasks.size());
    for (Callable<T> task : tasks) {
      futures.add(pool.submit(task));
    }
    try {
      List<T> results = new ArrayList<>(tasks.size());
      for (Future<T> future : futures) {
        results.add(result(future));
      }
      return results;
    } finally {
      futures.forEach(f -> f.cancel(true));
    }
  }

  /** On a single core others would only take turns with the caller. */
  @Override
  public int companions() {
    return parallelism > 1 && !isPooled() ? parallelism : 0;
  }

  @Override
  public <T> T alongside(List<? extends Runnable> others, Callable<T> own) throws InterruptedException {
    if (others.size() > companions()) {
      throw new IllegalArgumentException("expected at most " + companions() + " other tasks, got " + others.size());
    }
    List<Future<?>> futures = new ArrayList<>(others.size());
    others.forEach(other -> futures.add(pool.submit(other)));
    try {
      T result = InlineWorkers.runHere(own);
      for (Future<?> future : futures) {
        result(future);
      }
      return result;
    } finally {
      futures.forEach(f -> f.cancel(true));
    }
  }

  private static boolean isPooled() {
    return Thread.currentThread().getName().startsWith(THREAD_PREFIX);
  }

  private static <T> T result(Future<T> future) throws InterruptedException {
    try {
      return future.get();
    } catch (ExecutionException e) {
      throw InlineWorkers.unchecked(e.getCause());
    }
  }

  @Override
  public <T> T apart(Callable<T> task) throws InterruptedException {
    mayRunApart.acquire();
    try {
      return Thread.currentThread().isVirtual() ? handOver(task) : InlineWorkers.runHere(task);
    } finally {
      mayRunApart.release();
    }
  }

  private <T> T handOver(Callable<T> task) throws InterruptedException {
    Future<T> future = apart.submit(task);
    try {
      return result(future);
    } catch (InterruptedException e) {
      future.cancel(true);
      throw e;
    }
  }

  @Override
  public void close() {
    pool.shutdownNow();
    apart.shutdownNow();
  }
}
