package io.meshwatch.scrape;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.exposition.ExpositionException;
import io.meshwatch.exposition.ExpositionFormat;
import io.meshwatch.exposition.ExpositionParser;
import io.meshwatch.model.Appender;
import io.meshwatch.model.Labels;
import io.meshwatch.model.MetricMetadata;
import io.meshwatch.model.StoreUnavailableException;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.SortedMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes metrics of jobs that end before anybody could scrape them, and shows them to the store again and again, as if a Pushgateway were
 * scraped with {@code honor_labels}: every group until it is replaced or deleted, also after a restart. Guarded by itself.
 *
 * @see <a href="https://github.com/prometheus/pushgateway#api">Pushgateway, API</a>
 */
public final class PushGateway implements AutoCloseable {
  private static final Logger LOG = LoggerFactory.getLogger(PushGateway.class);
  /** Most groups. */
  static final int GROUPS_MAX = 10_000;
  /** Most samples of all groups together. */
  static final int SAMPLES_MAX = 1_000_000;

  private static final String PUSH_TIME = "push_time_seconds";
  private static final String FAILURE_TIME = "push_failure_time_seconds";
  private static final MetricMetadata PUSH_TIME_METADATA =
      new MetricMetadata(MetricMetadata.Type.GAUGE, "", "Last Unix time when changing this group in the Pushgateway succeeded.");
  private static final MetricMetadata FAILURE_TIME_METADATA =
      new MetricMetadata(MetricMetadata.Type.GAUGE, "", "Last Unix time when changing this group in the Pushgateway failed.");

  private final Environment environment;
  private final Supplier<Appender> appenders;
  private final PushedFiles files;
  private final Map<SortedMap<String, String>, PushedGroup> groups = new LinkedHashMap<>();
  private final ShownSeries series = new ShownSeries();
  private Timers.@Nullable Timer timer;

  /** A push that cannot be taken; the message is the answer. */
  public static final class PushException extends RuntimeException {
    PushException(String message) {
      super(message);
    }
  }

  /** Reads what was pushed before from its folder. */
  public PushGateway(Environment environment, Supplier<Appender> appenders, Path folder) {
    this.environment = environment;
    this.appenders = appenders;
    this.files = new PushedFiles(environment.disk(), folder);
    files.read().forEach(group -> groups.put(group.key(), group));
  }

  /** Shows the groups to the store at this interval. */
  public synchronized void start(double intervalSeconds) {
    Timers.Timer before = timer;
    if (before != null) {
      before.cancel(false);
    }
    timer = environment.timers().every("pushed metrics", Math.round(intervalSeconds * 1000), 0, this::show);
  }

  /**
   * Takes a page for a group.
   *
   * @param segments the path behind {@code /metrics/}, decoded
   * @param replaceAll whether metrics of the group that are not on this page go
   * @throws PushException if it cannot be taken; the group then notes only the time of the failure
   */
  public synchronized void push(List<String> segments, boolean replaceAll, String contentType, byte[] body) {
    SortedMap<String, String> key = PushPath.key(segments);
    PushedGroup before = groups.get(key);
    PushedGroup known = before == null ? new PushedGroup(key, Map.of(), 0, 0) : before;
    Map<String, PushedGroup.Family> families = parse(known, contentType, body);
    try {
      Map<String, PushedGroup.Family> all = new LinkedHashMap<>(replaceAll ? Map.of() : known.families());
      all.putAll(families);
      PushedGroup changed = new PushedGroup(key, all, now(), known.failedAtMillis());
      check(changed);
      put(changed);
    } catch (PushException e) {
      fail(known);
      throw e;
    }
  }

  private Map<String, PushedGroup.Family> parse(PushedGroup known, String contentType, byte[] body) {
    ExpositionFormat format = contentType.isEmpty()
        ? ExpositionFormat.TEXT_0_0_4
        : ExpositionFormat.ofContentType(contentType).orElse(ExpositionFormat.TEXT_0_0_4);
    boolean text = format == ExpositionFormat.TEXT_0_0_4 || format == ExpositionFormat.TEXT_1_0_0;
    if (text && body.length > 0 && body[body.length - 1] != '\n') {
      throw new PushException("text format parsing error: unexpected end of input stream, the last line does not end");
    }
    PushedPage page = new PushedPage(known.labels());
    try {
      ExpositionParser.parse(format, body, body.length, page);
    } catch (ExpositionException e) {
      throw new PushException("parsing error in line " + e.line() + ": " + e.problem());
    } catch (PushException e) {
      fail(known);
      throw e;
    }
    Map<String, PushedGroup.Family> families = new LinkedHashMap<>(page.families());
    // The times of the group itself are ours.
    families.remove(PUSH_TIME);
    families.remove(FAILURE_TIME);
    return families;
  }

  static PushException invalid(String problem) {
    return new PushException("pushed metrics are invalid or inconsistent with existing metrics: " + problem);
  }

  private void check(PushedGroup changed) {
    Set<Labels> seen = new HashSet<>();
    changed.families().forEach((name, family) -> {
      for (PushedGroup.Sample sample : family.samples()) {
        if (!seen.add(sample.labels())) {
          throw invalid("metric " + sample.labels() + " was collected before with the same name and label values");
        }
      }
      for (PushedGroup other : groups.values()) {
        PushedGroup.Family same = other.families().get(name);
        if (same != null && !other.key().equals(changed.key()) && same.metadata().type() != family.metadata().type()) {
          throw invalid("metric " + name + " is a " + same.metadata().type().text() + " in another group, not a " + family.metadata().type().text());
        }
      }
    });
    int others = groups.values().stream().filter(group -> !group.key().equals(changed.key())).mapToInt(PushedGroup::size).sum();
    if (others + changed.size() > SAMPLES_MAX) {
      throw invalid("more than " + SAMPLES_MAX + " pushed samples altogether");
    }
  }

  private void fail(PushedGroup known) {
    try {
      put(new PushedGroup(known.key(), known.families(), known.pushedAtMillis(), now()));
    } catch (PushException e) {
      LOG.debug("the failure of a push is not noted: {}", e.getMessage());
    }
  }

  private void put(PushedGroup group) {
    if (!groups.containsKey(group.key()) && groups.size() >= GROUPS_MAX) {
      throw invalid("more than " + GROUPS_MAX + " groups");
    }
    files.write(group);
    groups.put(group.key(), group);
  }

  /** Forgets a group. */
  public synchronized void delete(List<String> segments) {
    SortedMap<String, String> key = PushPath.key(segments);
    if (groups.remove(key) != null) {
      files.delete(key);
    }
  }

  /** All groups. */
  public synchronized List<PushedGroup> groups() {
    return List.copyOf(groups.values());
  }

  private synchronized void show(long dueMillis) {
    Appender appender = appenders.get();
    for (PushedGroup group : groups.values()) {
      group.families().values().forEach(family -> family.samples().forEach(
          sample -> series.append(appender, sample.labels(), family.metadata(), dueMillis, sample.value())));
      Labels.Builder labels = group.labels().toBuilder();
      series.append(appender, labels.set(Labels.METRIC_NAME, PUSH_TIME).build(), PUSH_TIME_METADATA, dueMillis, group.pushedAtMillis() / 1000.0);
      series.append(appender, labels.set(Labels.METRIC_NAME, FAILURE_TIME).build(), FAILURE_TIME_METADATA, dueMillis, group.failedAtMillis() / 1000.0);
    }
    series.endRound(appender, dueMillis);
    commit(appender);
  }

  private void commit(Appender appender) {
    try {
      appender.commit();
    } catch (StoreUnavailableException e) {
      LOG.warn("pushed metrics could not be stored, they are shown again at the next interval: {}", e.getMessage());
    }
  }

  private long now() {
    return environment.clock().wallMillis();
  }

  /** Ends the series; the groups stay in their folder. */
  @Override
  public void close() {
    Timers.Timer running;
    synchronized (this) {
      running = timer;
      timer = null;
    }
    if (running != null) {
      running.cancel(false);
    }
    endSeries();
  }

  private synchronized void endSeries() {
    Appender appender = appenders.get();
    series.endRound(appender, now());
    commit(appender);
  }
}
