package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Arrivals;
import io.meshwatch.model.Problem;
import io.meshwatch.model.ProblemsException;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Supplier;

/**
 * Scrapes the targets of all jobs. A target is scraped at its own time, on its own thread, so that one that is slow or broken
 * disturbs no other. Safe for all threads; changes are made one at a time.
 */
public final class Scraper implements AutoCloseable {
  private final Environment environment;
  private final Supplier<Appender> appenders;
  private final Arrivals arrivals;
  private final ScrapeMetrics metrics;
  private final FailureLogs failureLogs;
  private volatile Map<String, TargetPool> pools = Map.of();

  /** A scraper without jobs that writes to new appenders of this store. */
  public Scraper(Environment environment, Supplier<Appender> appenders) {
    this(environment, appenders, Arrivals.NOBODY);
  }

  /** As the other one; {@code arrivals} hears of every scrape that was stored. */
  public Scraper(Environment environment, Supplier<Appender> appenders, Arrivals arrivals) {
    this.environment = environment;
    this.appenders = appenders;
    this.arrivals = arrivals;
    this.metrics = new ScrapeMetrics(environment.telemetry());
    this.failureLogs = new FailureLogs(environment.disk());
  }

  /**
   * Makes these the jobs. Targets that stay the same keep their timing and their cache; those that are gone are ended with stale
   * markers. Nothing changes if there is a mistake in the settings.
   *
   * @throws ProblemsException with all mistakes
   */
  public synchronized void apply(List<ScrapeJob> jobs) throws InterruptedException {
    List<Problem> problems = ScrapeJob.check(jobs);
    if (!problems.isEmpty()) {
      throw new ProblemsException(problems);
    }
    Map<String, TargetPool> before = pools;
    Map<String, TargetPool> next = new LinkedHashMap<>();
    for (ScrapeJob job : jobs) {
      TargetPool running = before.get(job.name());
      next.put(job.name(), running == null ? new TargetPool(job, environment, appenders, arrivals, metrics, failureLogs) : running);
    }
    pools = Collections.unmodifiableMap(next);
    metrics.pools.set(next.size());
    for (Map.Entry<String, TargetPool> old : before.entrySet()) {
      if (!next.containsKey(old.getKey())) {
        old.getValue().close();
      }
    }
    for (ScrapeJob job : jobs) {
      TargetPool pool = Objects.requireNonNull(next.get(job.name()), "a pool was made for every job");
      if (before.containsKey(job.name())) {
        pool.apply(job);
      } else {
        pool.start();
      }
    }
  }

  /** All targets, job by job. */
  public List<TargetStatus> targets() {
    List<TargetStatus> all = new ArrayList<>();
    pools.values().forEach(pool -> pool.loops().forEach(loop -> all.add(loop.status())));
    return all;
  }

  /** What was found and is not scraped, up to each job's limit. */
  public List<DroppedTarget> droppedTargets() {
    List<DroppedTarget> all = new ArrayList<>();
    pools.values().forEach(pool -> all.addAll(pool.dropped()));
    return all;
  }

  /** Names of the jobs, in their order. */
  public List<String> jobNames() {
    return List.copyOf(pools.keySet());
  }

  /** What all targets say about their metric families. */
  public List<FamilyMetadata> metadata() {
    List<FamilyMetadata> all = new ArrayList<>();
    for (TargetPool pool : pools.values()) {
      for (TargetLoop loop : pool.loops()) {
        loop.metadata().forEach((family, metadata) -> all.add(new FamilyMetadata(loop.target().labels(), family, metadata)));
      }
    }
    return all;
  }

  /** Stops all scrapes and ends all series with stale markers. */
  @Override
  public synchronized void close() {
    Map<String, TargetPool> running = pools;
    pools = Map.of();
    metrics.pools.set(0);
    for (TargetPool pool : running.values()) {
      try {
        pool.close();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
        return;
      }
    }
  }
}
