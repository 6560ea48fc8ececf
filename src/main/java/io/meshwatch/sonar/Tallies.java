package io.meshwatch.sonar;

import io.meshwatch.environment.Disk;
import io.meshwatch.sonar.meshstack.Json;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.NavigableMap;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import tools.jackson.core.JacksonException;
import tools.jackson.core.JsonGenerator;
import tools.jackson.databind.JsonNode;

/**
 * What became of each target's scheduled runs, per hour for three days and per day (UTC) for ninety, so that service levels outlive the runs
 * themselves, which are many and soon deleted, and the series in the store.
 *
 * <p>Layout: one file of JSON lines, one target each: {@code {"target": …, "lastMillis": …, "hours": [[hour, counts…]…], "days": [[day,
 * counts…]…]}}, hours and days since the epoch. It is replaced as a whole now and then; {@code lastMillis} is the start of the last run that is
 * in it, and what the run log has beyond that is counted again at the next start. Cost: 165 short lists a target. Guarded by the lock of the
 * run log.
 */
final class Tallies {
  private static final long HOUR_MILLIS = TimeUnit.HOURS.toMillis(1);
  private static final long DAY_MILLIS = TimeUnit.DAYS.toMillis(1);

  private final Disk disk;
  private final Path file;
  private final Map<TargetKey, Target> targets = new HashMap<>();
  private boolean changed;

  /** One target's counts. */
  private static final class Target {
    final NavigableMap<Long, Tally> hours = new TreeMap<>();
    final NavigableMap<Long, Tally> days = new TreeMap<>();
    long lastMillis;
  }

  Tallies(Disk disk, Path file) {
    this.disk = disk;
    this.file = file;
  }

  // ---- counting

  /** Counts a run unless it is in here already. */
  void count(SonarRun run, RunSummary summary) {
    if (run.trigger() != SonarRun.Trigger.SCHEDULE) {
      return;
    }
    Target target = targets.computeIfAbsent(run.target(), key -> new Target());
    if (run.startedMillis() <= target.lastMillis) {
      return;
    }
    target.lastMillis = run.startedMillis();
    Optional<Double> replicationSeconds =
        TargetSeries.isReplicated(run) ? run.replicationNanos().map(nanos -> nanos / 1e9) : Optional.empty();
    long hour = run.startedMillis() / HOUR_MILLIS;
    long day = run.startedMillis() / DAY_MILLIS;
    target.hours.computeIfAbsent(hour, key -> new Tally()).count(summary, replicationSeconds);
    target.days.computeIfAbsent(day, key -> new Tally()).count(summary, replicationSeconds);
    target.hours.headMap(hour - Span.THREE_DAYS.hours()).clear();
    target.days.headMap(day - Span.QUARTER.hours() / 24).clear();
    changed = true;
  }

  /** The sum over a span that ends now, to the hour up to three days, beyond that to the day. */
  Tally over(TargetKey key, Span span, long nowMillis) {
    Tally sum = new Tally();
    Target target = targets.get(key);
    if (target == null) {
      return sum;
    }
    boolean byHour = span.hours() <= Span.THREE_DAYS.hours();
    NavigableMap<Long, Tally> counts = byHour ? target.hours : target.days;
    long from = (nowMillis - span.hours() * HOUR_MILLIS) / (byHour ? HOUR_MILLIS : DAY_MILLIS);
    counts.tailMap(from, true).values().forEach(sum::add);
    return sum;
  }

  // ---- on disk

  /** Reads the file, if there is one; returns how many of its lines were none. */
  int load() throws IOException {
    int skipped = 0;
    if (!disk.exists(file)) {
      return skipped;
    }
    for (String line : new String(disk.readAll(file), StandardCharsets.UTF_8).lines().toList()) {
      try {
        JsonNode json = Json.MAPPER.readTree(line);
        targets.put(RunJson.target(json.path("target")), target(json));
      } catch (JacksonException | IllegalArgumentException torn) {
        skipped++;
      }
    }
    return skipped;
  }

  private static Target target(JsonNode json) {
    Target target = new Target();
    target.lastMillis = json.path("lastMillis").asLong(0);
    json.path("hours").forEach(counts -> put(target.hours, counts));
    json.path("days").forEach(counts -> put(target.days, counts));
    return target;
  }

  private static void put(Map<Long, Tally> into, JsonNode counts) {
    List<Integer> numbers = counts.valueStream().skip(1).map(number -> number.asInt(0)).toList();
    into.put(counts.path(0).asLong(0), Tally.of(numbers));
  }

  /** Writes the file if anything was counted since it was last written. */
  void save() throws IOException {
    if (!changed) {
      return;
    }
    long newestMillis = targets.values().stream().mapToLong(target -> target.lastMillis).max().orElse(0);
    targets.values().removeIf(target -> target.lastMillis < newestMillis - Span.QUARTER.hours() * HOUR_MILLIS);
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    for (Map.Entry<TargetKey, Target> each : targets.entrySet()) {
      try (JsonGenerator json = Json.MAPPER.createGenerator(bytes)) {
        write(json, each.getKey(), each.getValue());
      }
      bytes.write('\n');
    }
    disk.replace(file, bytes.toByteArray());
    changed = false;
  }

  private static void write(JsonGenerator json, TargetKey key, Target target) {
    json.writeStartObject();
    json.writePOJOProperty("target", RunJson.write(key));
    json.writeNumberProperty("lastMillis", target.lastMillis);
    write(json, "hours", target.hours);
    write(json, "days", target.days);
    json.writeEndObject();
  }

  private static void write(JsonGenerator json, String name, Map<Long, Tally> counts) {
    json.writeArrayPropertyStart(name);
    counts.forEach((time, tally) -> {
      json.writeStartArray();
      json.writeNumber(time);
      for (int number : tally.numbers()) {
        json.writeNumber(number);
      }
      json.writeEndArray();
    });
    json.writeEndArray();
  }
}
