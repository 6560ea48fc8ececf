package io.meshwatch.environment;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/** Workers that compute on the caller's thread: for simulation and for commands that run once. */
public final class InlineWorkers implements Workers {
  @Override
  public int parallelism() {
    return 1;
  }

  @Override
  public <T> List<T> invokeAll(List<? extends Callable<T>> tasks) throws InterruptedException {
    return runHere(tasks);
  }

  static <T> List<T> runHere(List<? extends Callable<T>> tasks) throws InterruptedException {
    List<T> results = new ArrayList<>(tasks.size());
    for (Callable<T> task : tasks) {
      results.add(runHere(task));
    }
    return results;
  }

  static <T> T runHere(Callable<T> task) throws InterruptedException {
    try {
      return task.call();
    } catch (InterruptedException e) {
      throw e;
    } catch (Exception e) {
      throw unchecked(e);
    }
  }

  static RuntimeException unchecked(@Nullable Throwable failure) {
    if (failure instanceof Error error) {
      throw error;
    }
    return failure instanceof RuntimeException e ? e : new IllegalStateException(failure);
  }
}
