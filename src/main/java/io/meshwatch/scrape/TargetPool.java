package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Arrivals;
import io.meshwatch.model.Labels;
import java.util.ArrayList;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The targets of one job. What is found is compared with what runs: targets that are the same go on untouched, new ones start,
 * others end. Guarded by itself; status may be read by all threads meanwhile.
 */
final class TargetPool {
  private static final Logger LOG = LoggerFactory.getLogger(TargetPool.class);

  private final Environment environment;
  private final Supplier<Appender> appenders;
  private final Arrivals arrivals;
  private final ScrapeMetrics metrics;
  private final FailureLogs failureLogs;

  private ScrapeJob job;
  private TargetFactory factory;
  private Relabeling metricRelabeling;
  private Credentials credentials;
  /** What each discovery found last; the listed targets stand under "". */
  private final Map<String, List<TargetGroup>> found = new LinkedHashMap<>();
  private final List<Refresh> refreshes = new ArrayList<>();
  private volatile Map<String, TargetLoop> loops = Map.of();
  private volatile List<DroppedTarget> dropped = List.of();
  private boolean overTargetLimit;
  private boolean closed;

  TargetPool(ScrapeJob job, Environment environment, Supplier<Appender> appenders, Arrivals arrivals, ScrapeMetrics metrics, FailureLogs failureLogs) {
    this.job = job;
    this.environment = environment;
    this.appenders = appenders;
    this.arrivals = arrivals;
    this.metrics = metrics;
    this.failureLogs = failureLogs;
    this.factory = new TargetFactory(job);
    this.metricRelabeling = Relabeling.compile(job.metricRelabelRules(), job.formats().legacyNamesOnly());
    this.credentials = new Credentials(job.connection(), environment);
  }

  synchronized ScrapeJob job() {
    return job;
  }

  synchronized void start() throws InterruptedException {
    metrics.startJob(job.name(), job.limits().targets());
    found.put("", listed(job));
    startDiscovery();
    sync(true);
  }

  private static List<TargetGroup> listed(ScrapeJob job) {
    List<TargetGroup> groups = new ArrayList<>();
    for (StaticTargets targets : job.targets()) {
      Labels.Builder labels = Labels.builder();
      targets.labels().forEach(l -> labels.set(l.mapKey(), l.mapValue()));
      groups.add(TargetGroup.of(Integer.toString(groups.size()), targets.addresses(), labels.build()));
    }
    return groups;
  }

  /** Takes over new settings of the same job. */
  synchronized void apply(ScrapeJob newJob) throws InterruptedException {
    ScrapeJob before = job;
    if (newJob.equals(before)) {
      return;
    }
    metrics.reloads.inc();
    job = newJob;
    metrics.poolTargetLimit.labelValues(job.name()).set((double) job.limits().targets());
    factory = new TargetFactory(newJob);
    found.put("", listed(newJob));
    if (!newJob.discovery().equals(before.discovery())) {
      stopDiscovery();
      found.keySet().removeIf(key -> !key.isEmpty());
      startDiscovery();
    }
    boolean scrapedAlike = newJob.withoutTargets().equals(before.withoutTargets());
    if (!scrapedAlike) {
      metricRelabeling = Relabeling.compile(newJob.metricRelabelRules(), newJob.formats().legacyNamesOnly());
      credentials = new Credentials(newJob.connection(), environment);
    }
    sync(scrapedAlike);
  }

  /** A new loop, which goes on with the series of a running one. */
  private TargetLoop successor(Target target, @Nullable TargetLoop running) throws InterruptedException {
    if (running != null) {
      running.stop();
    }
    TargetLoop loop = new TargetLoop(job, target, metricRelabeling, credentials, environment, appenders, arrivals, metrics, failureLogs, running);
    loop.start();
    return loop;
  }

  /** Takes what a discovery found. */
  private synchronized void update(String discovery, List<TargetGroup> groups) throws InterruptedException {
    if (!closed && !groups.equals(found.put(discovery, groups))) {
      sync(true);
    }
  }

  /** Compares what was found with what runs; running targets stay as they are only if they are still scraped alike. */
  private void sync(boolean scrapedAlike) throws InterruptedException {
    metrics.syncs.labelValues(job.name()).inc();
    Map<String, Target> wanted = new LinkedHashMap<>();
    List<DroppedTarget> newDropped = new ArrayList<>();
    int discovered = 0;
    for (List<TargetGroup> groups : found.values()) {
      for (TargetGroup group : groups) {
        discovered += group.addresses().size();
        group.addresses().forEach(address -> sort(factory.make(group, address), wanted, newDropped));
      }
    }
    dropped = List.copyOf(newDropped);
    metrics.discoveredTargets.labelValues(job.name(), "scrape").set(discovered);
    metrics.poolTargets.labelValues(job.name()).set(wanted.size());
    replaceTargets(wanted, scrapedAlike);
    forbidIfTooMany(wanted.size());
  }

  private void sort(TargetFactory.Result result, Map<String, Target> wanted, List<DroppedTarget> newDropped) {
    switch (result) {
      case TargetFactory.Result.Kept kept -> wanted.putIfAbsent(kept.target().key(), kept.target());
      case TargetFactory.Result.Dropped d -> drop(newDropped, d.discovered(), "dropped by a relabel rule");
      case TargetFactory.Result.Invalid i -> {
        metrics.failedSyncs.labelValues(job.name()).inc();
        drop(newDropped, i.discovered(), i.reason());
      }
    }
  }

  private void drop(List<DroppedTarget> into, Labels discovered, String reason) {
    if (into.size() < job.limits().droppedTargets()) {
      into.add(new DroppedTarget(job.name(), discovered, reason));
    }
  }

  private void replaceTargets(Map<String, Target> wanted, boolean scrapedAlike) throws InterruptedException {
    Map<String, TargetLoop> next = new LinkedHashMap<>();
    for (Map.Entry<String, Target> entry : wanted.entrySet()) {
      TargetLoop running = loops.get(entry.getKey());
      boolean stays = running != null && scrapedAlike && running.target().isScrapedLike(entry.getValue());
      next.put(entry.getKey(), running != null && stays ? running : successor(entry.getValue(), running));
    }
    Map<String, TargetLoop> before = loops;
    loops = Collections.unmodifiableMap(next);
    for (Map.Entry<String, TargetLoop> old : before.entrySet()) {
      if (!next.containsKey(old.getKey())) {
        old.getValue().stop();
        old.getValue().end();
      }
    }
  }

  private void forbidIfTooMany(int count) {
    long limit = job.limits().targets();
    boolean over = limit > 0 && count > limit;
    Optional<ScrapeOutcome> outcome =
        over
            ? Optional.of(new ScrapeOutcome.LimitExceeded(ScrapeOutcome.Limit.TARGETS,
                "job " + job.name() + " has " + count + " targets, the limit is " + limit))
            : Optional.empty();
    loops.values().forEach(loop -> loop.forbid(outcome));
    if (over) {
      metrics.exceededTargetLimit.inc();
      if (!overTargetLimit) {
        LOG.warn("job {} has {} targets, the limit is {}: none of them is scraped", job.name(), count, limit);
      }
    }
    overTargetLimit = over;
  }

  private void startDiscovery() {
    List<Discovery> discoveries = Discoveries.of(job.discovery(), environment);
    for (int i = 0; i < discoveries.size(); i++) {
      Refresh refresh = new Refresh(discoveries.get(i), i + ":" + discoveries.get(i).name());
      refreshes.add(refresh);
      refresh.start();
    }
  }

  private void stopDiscovery() {
    refreshes.forEach(Refresh::stop);
    refreshes.clear();
  }

  synchronized void close() throws InterruptedException {
    closed = true;
    stopDiscovery();
    for (TargetLoop loop : loops.values()) {
      loop.stop();
    }
    loops.values().forEach(TargetLoop::end);
    loops = Map.of();
    dropped = List.of();
    metrics.endJob(job.name());
  }

  List<TargetLoop> loops() {
    return List.copyOf(loops.values());
  }

  List<DroppedTarget> dropped() {
    return dropped;
  }

  /** Asks one discovery, at once and then on its timer. */
  private final class Refresh {
    private final Discovery discovery;
    private final String key;
    private final List<Timers.Timer> timers = new ArrayList<>();
    private boolean failed;

    Refresh(Discovery discovery, String key) {
      this.discovery = discovery;
      this.key = key;
    }

    void start() {
      long now = environment.clock().wallMillis();
      timers.add(environment.timers().once("discovery " + discovery.name(), now, due -> ask()));
      timers.add(environment.timers().every("discovery " + discovery.name(), discovery.refreshMillis(), now, due -> ask()));
    }

    void stop() {
      timers.forEach(t -> t.cancel(false));
      discovery.close();
    }

    private void ask() throws InterruptedException {
      try {
        update(key, discovery.find());
        if (failed) {
          LOG.info("discovery {} of job {} works again", discovery.name(), job().name());
        }
        failed = false;
      } catch (Discovery.DiscoveryException e) {
        metrics.discoveryFailures.inc();
        if (!failed) {
          LOG.warn("discovery {} of job {} failed, what it found before stays: {}", discovery.name(), job().name(), e.getMessage());
        }
        failed = true;
      }
    }
  }
}
