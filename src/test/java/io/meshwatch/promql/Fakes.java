package io.meshwatch.promql;

import io.meshwatch.environment.Clock;
import io.meshwatch.environment.Workers;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/** Workers and a clock for tests. */
final class Fakes {
  private Fakes() {}

  static final Clock CLOCK = new Clock() {
    @Override
    public long wallMillis() {
      return System.currentTimeMillis();
    }

    @Override
    public long monotonicNanos() {
      return System.nanoTime();
    }

    @Override
    public void sleep(long millis) {
      throw new UnsupportedOperationException("tests do not sleep");
    }
  };

  /** Runs everything on the caller's thread. */
  static final Workers ONE = workers(1, null);

  static Workers workers(int parallelism) {
    return workers(parallelism, Executors.newFixedThreadPool(parallelism, Thread.ofPlatform().daemon().factory()));
  }

  private static Workers workers(int parallelism, @org.jspecify.annotations.Nullable ExecutorService pool) {
    return new Workers() {
      @Override
      public int parallelism() {
        return parallelism;
      }

      @Override
      public <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException {
        List<T> results = new ArrayList<>();
        try {
          if (pool == null) {
            for (Callable<T> task : tasks) {
              results.add(task.call());
            }
          } else {
            for (Future<T> future : pool.invokeAll(tasks)) {
              results.add(future.get());
            }
          }
        } catch (ExecutionException e) {
          throw (RuntimeException) e.getCause();
        } catch (InterruptedException | RuntimeException e) {
          throw e;
        } catch (Exception e) {
          throw new IllegalStateException(e);
        }
        return results;
      }
    };
  }
}
