package io.meshwatch.tsdb;

import io.meshwatch.environment.Timers;
import io.meshwatch.environment.Workers;
import java.util.ArrayList;
import java.util.List;

/** Does for a store what has to be done from time to time: forces the log to the disk; cuts, merges and deletes blocks. */
public final class StoreMaintenance implements AutoCloseable {
  private static final long PERIOD_MILLIS = 15_000;
  /** Apart from full seconds, when scrapes and rules like to start. */
  private static final long PHASE_MILLIS = 7_300;
  private static final long STOP_MILLIS_MAX = 60_000;

  private final Store store;
  private final Workers workers;
  private final List<Timers.Timer> timers = new ArrayList<>();

  /** Starts. Close it before the store. */
  public StoreMaintenance(Store store, Timers timers, Workers workers) {
    this.store = store;
    this.workers = workers;
    long syncMillis = (long) (store.settings().fsyncIntervalSeconds() * 1000);
    this.timers.add(timers.every("store-sync", syncMillis, PHASE_MILLIS % syncMillis, due -> store.syncLog()));
    this.timers.add(timers.every("store-maintenance", PERIOD_MILLIS, PHASE_MILLIS, due -> maintain()));
  }

  private void maintain() throws InterruptedException {
    workers.call(
        () -> {
          store.maintain();
          return true;
        });
  }

  /** Stops; waits for a task that runs. */
  @Override
  public void close() {
    for (Timers.Timer timer : timers) {
      timer.cancel(false);
      try {
        timer.awaitIdle(STOP_MILLIS_MAX);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
