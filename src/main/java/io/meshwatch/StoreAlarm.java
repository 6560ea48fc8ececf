package io.meshwatch;

import io.meshwatch.environment.Environment;
import io.meshwatch.environment.Timers;
import io.meshwatch.model.Alert;
import io.meshwatch.model.AlertSink;
import io.meshwatch.model.Labels;
import java.util.List;
import java.util.Optional;
import java.util.OptionalDouble;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * Tells the operators that the store takes no samples, because the disk is full or cannot be written, and what was found damaged.
 * Rules could not: what they would ask about is just what is not stored, and damage that is found at the start happened before the
 * first scrape. Closing it stops looking.
 */
final class StoreAlarm implements AutoCloseable {
  static final String ALERT = "MonitorStoreRefusesSamples";
  static final String DAMAGE_ALERT = "MonitorStoreWasDamaged";
  private static final long PERIOD_MILLIS = 15_000;
  /** An alert that is not sent again counts as resolved after this. */
  private static final long VALID_MILLIS = 4 * PERIOD_MILLIS;
  /** A single failed batch is no reason for a mail. */
  private static final int LOOKS_BEFORE_ALERT = 2;

  /** The store goes on by itself after damage; the alert only has to be seen. */
  private static final long DAMAGE_MILLIS = 3_600_000;
  private static final int DAMAGES_SHOWN = 10;

  private static final Labels DAMAGE_LABELS = Labels.of(Alert.ALERT_NAME, DAMAGE_ALERT, "severity", "warning", "component", "meta");
  private static final Labels LABELS = Labels.of(Alert.ALERT_NAME, ALERT, "severity", "critical", "component", "meta");

  private final Environment environment;
  private final Supplier<Optional<String>> trouble;
  private final Supplier<List<String>> damages;
  private final AlertSink sink;
  private final String pageUrl;
  private int looksWithTrouble;
  private long sinceMillis;
  private Labels annotations = Labels.EMPTY;
  private List<String> knownDamages = List.of();
  private long damageSinceMillis;
  private Timers.@Nullable Timer timer;

  /** Asks for trouble with the store and for damage every 15 seconds. */
  StoreAlarm(Environment environment, Supplier<Optional<String>> trouble, Supplier<List<String>> damages, AlertSink sink, String pageUrl) {
    this.environment = environment;
    this.trouble = trouble;
    this.damages = damages;
    this.sink = sink;
    this.pageUrl = pageUrl;
  }

  void start() {
    timer = environment.timers().every("store alarm", PERIOD_MILLIS, 0, this::look);
  }

  void look(long nowMillis) {
    lookForTrouble(nowMillis);
    lookForDamage(nowMillis);
  }

  private void lookForDamage(long nowMillis) {
    List<String> found = damages.get();
    if (!found.equals(knownDamages)) {
      knownDamages = found;
      damageSinceMillis = nowMillis;
    }
    if (!found.isEmpty() && nowMillis <= damageSinceMillis + DAMAGE_MILLIS) {
      List<String> newest = found.subList(Math.max(0, found.size() - DAMAGES_SHOWN), found.size());
      Labels told = Labels.of(
          "summary", "The monitor found damage in its store and went on without it",
          "description", String.join("; ", newest) + ". Samples may be missing. First: dmesg and the disk's health on the monitor's machine; "
              + "what was damaged is kept in the data folder's quarantine.",
          "runbook_url", pageUrl + "/runbooks/StorageWriteProblem");
      long endsAtMillis = Math.min(nowMillis + VALID_MILLIS, damageSinceMillis + DAMAGE_MILLIS);
      sink.accept(List.of(new Alert(DAMAGE_LABELS, told, damageSinceMillis, endsAtMillis, nowMillis, pageUrl, OptionalDouble.empty())));
    }
  }

  private void lookForTrouble(long nowMillis) {
    Optional<String> reason = trouble.get();
    if (reason.isPresent()) {
      looksWithTrouble++;
      if (looksWithTrouble == 1) {
        sinceMillis = nowMillis;
      }
      annotations = Labels.of(
          "summary", "The monitor stores no samples",
          "description", reason.get() + " Rules and dashboards see no new data. First: df -h and dmesg on the monitor's machine; "
              + "lower the retention or enlarge the volume.",
          "runbook_url", pageUrl + "/runbooks/StorageWriteProblem");
      if (looksWithTrouble >= LOOKS_BEFORE_ALERT) {
        send(nowMillis + VALID_MILLIS, nowMillis);
      }
    } else if (looksWithTrouble >= LOOKS_BEFORE_ALERT) {
      looksWithTrouble = 0;
      send(nowMillis, nowMillis);
    } else {
      looksWithTrouble = 0;
    }
  }

  private void send(long endsAtMillis, long nowMillis) {
    sink.accept(List.of(new Alert(LABELS, annotations, sinceMillis, endsAtMillis, nowMillis, pageUrl, OptionalDouble.empty())));
  }

  @Override
  public void close() {
    Timers.Timer running = timer;
    if (running != null) {
      running.cancel(false);
    }
  }
}
