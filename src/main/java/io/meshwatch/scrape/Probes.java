package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.StoreUnavailableException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Knocks at targets from outside, each at its own time, and writes what it finds under blackbox_exporter's names. Safe for all threads;
 * changes are made one at a time.
 */
public final class Probes implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(Probes.class);
  private static final long STOP_MILLIS_MAX = 5_000;
  private static final MetricMetadata GAUGE = new MetricMetadata(MetricMetadata.Type.GAUGE, "", "");

  private final Environment environment;
  private final Supplier<Appender> appenders;
  private Map<Timed, Loop> loops = Map.of();

  /** A probe with the time between two tries. */
  private record Timed(ProbeSettings settings, double intervalSeconds) {}

  public Probes(Environment environment, Supplier<Appender> appenders) {
    this.environment = environment;
    this.appenders = appenders;
  }

  /** Makes these the probes; those that stay the same go on undisturbed. */
  public synchronized void apply(List<ProbeSettings> probes, double usualIntervalSeconds) {
    Map<Timed, Loop> next = new LinkedHashMap<>();
    for (ProbeSettings settings : probes) {
      Timed key = new Timed(settings, settings.intervalSeconds().orElse(Math.max(usualIntervalSeconds, settings.timeoutSeconds())));
      Loop running = loops.get(key);
      next.put(key, running == null ? new Loop(key) : running);
    }
    List<Loop> gone = new ArrayList<>(loops.values());
    gone.removeAll(next.values());
    gone.forEach(Loop::end);
    Map<Timed, Loop> before = loops;
    loops = next;
    next.forEach((key, loop) -> {
      if (!before.containsKey(key)) {
        loop.start();
      }
    });
  }

  @Override
  public synchronized void close() {
    loops.values().forEach(Loop::end);
    loops = Map.of();
  }

  /** Confined to its timer, or to the thread that ended it. */
  private final class Loop {
    private final Timed timed;
    private final Probe probe;
    private final Labels targetLabels;
    private final ShownSeries series = new ShownSeries();
    private final List<Timers.Timer> timer = new ArrayList<>();
    private String lastFailure = "";

    Loop(Timed timed) {
      this.timed = timed;
      this.probe = new Probe(timed.settings, environment);
      Labels.Builder labels = Labels.builder().set(Labels.JOB, timed.settings.name()).set(Labels.INSTANCE, instance(timed.settings));
      timed.settings.labels().forEach(label -> labels.set(label.mapKey(), label.mapValue()));
      this.targetLabels = labels.build();
    }

    private static String instance(ProbeSettings settings) {
      return settings.target().isEmpty() ? settings.query() : settings.target();
    }

    void start() {
      long periodMillis = Math.round(timed.intervalSeconds * 1000);
      long phaseMillis = Math.floorMod((long) targetLabels.hashCode(), periodMillis);
      timer.add(environment.timers().every("probe " + timed.settings.name(), periodMillis, phaseMillis, this::tick));
    }

    private void tick(long dueMillis) throws InterruptedException {
      ProbeReport report = probe.run();
      Appender appender = appenders.get();
      report.values().forEach((own, value) -> {
        Labels.Builder labels = own.toBuilder();
        for (int i = 0; i < targetLabels.size(); i++) {
          labels.set(targetLabels.name(i), targetLabels.value(i));
        }
        series.append(appender, labels.build(), GAUGE, dueMillis, value);
      });
      series.endRound(appender, dueMillis);
      commit(appender);
      logChange(report.failure().orElse(""));
    }

    private void logChange(String failure) {
      if (!failure.isEmpty() && lastFailure.isEmpty()) {
        LOG.warn("probe {} of {} failed: {}", timed.settings.name(), timed.settings.target(), failure);
      } else if (failure.isEmpty() && !lastFailure.isEmpty()) {
        LOG.info("probe {} of {} succeeds again", timed.settings.name(), timed.settings.target());
      }
      lastFailure = failure;
    }

    private void commit(Appender appender) {
      try {
        appender.commit();
      } catch (StoreUnavailableException e) {
        LOG.warn("what probe {} found could not be stored: {}", timed.settings.name(), e.getMessage());
      }
    }

    void end() {
      for (Timers.Timer each : timer) {
        each.cancel(true);
        try {
          if (!each.awaitIdle(STOP_MILLIS_MAX)) {
            LOG.warn("probe {} did not stop in time", timed.settings.name());
          }
        } catch (InterruptedException e) {
          Thread.currentThread().interrupt();
        }
      }
      Appender appender = appenders.get();
      series.endRound(appender, environment.clock().wallMillis());
      commit(appender);
    }
  }
}
